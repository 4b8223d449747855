"""How often a worker took a submission without coming to an end: a file that kills workers is not tried for ever."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0003"
down_revision = "r0002"


def upgrade() -> None:
    op.add_column("submissions", sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
