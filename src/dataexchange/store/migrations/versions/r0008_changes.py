"""What a submission would change, kept as a file: which one it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0008"
down_revision = "r0007"


def upgrade() -> None:
    op.add_column("submissions", sa.Column("changes_hash", sa.Text()))
