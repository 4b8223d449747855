"""Extracts: answers that a worker makes as files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0004"
down_revision = "r0003"

_BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    texts = ("state", "version", "path", "query", "base_url", "asked_at")
    may_lack = ("accept", "language", "asked_by", "claimed_until", "ended_at", "expires_at", "sha256", "media_type")
    op.create_table(
        "extracts",
        sa.Column("id", _BYTEWISE, primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        *(sa.Column(name, sa.Text()) for name in (*may_lack, "reason")),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("size", sa.BigInteger()),
    )
    op.create_index("extracts_by_state", "extracts", ["state", "asked_at"])
