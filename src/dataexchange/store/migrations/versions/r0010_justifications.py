"""What cities and offices say of findings, and the passports of releases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0010"
down_revision = "r0009"

_BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "justifications",
        *(sa.Column(name, _BYTEWISE, primary_key=True) for name in ("submission", "side", "rule", "key", "period")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("text", "given_by", "given_at", "origin")),
        sa.Column("taken_from", sa.Text()),
    )
    op.create_table(
        "passports",
        sa.Column("release", sa.BigInteger(), primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("hash", "document")),
    )
