"""Earlier states of artefacts: what an artefact said before it was changed or removed, and until when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0007"
down_revision = "r0006"

_BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "artefact_history",
        sa.Column("kind", _BYTEWISE, primary_key=True),
        sa.Column("agency", _BYTEWISE, primary_key=True),
        sa.Column("id", _BYTEWISE, primary_key=True),
        sa.Column("version", _BYTEWISE, primary_key=True),
        sa.Column("replaced_at", sa.Text(), primary_key=True),
        sa.Column("loaded_at", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
    )
    op.create_index("artefact_history_by_time", "artefact_history", ["replaced_at"])
