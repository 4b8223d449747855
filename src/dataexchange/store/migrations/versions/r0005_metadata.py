"""Reports of reference metadata."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0005"
down_revision = "r0004"

_BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "metadata_sets",
        *(sa.Column(name, _BYTEWISE, primary_key=True) for name in ("agency", "id", "version")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("metadataflow", "targets", "digest", "document")),
        sa.Column("loaded_at", sa.Text(), nullable=False),
    )
