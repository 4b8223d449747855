"""What is to be checked again, and what came of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0011"
down_revision = "r0010"

_BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "rechecks",
        sa.Column("id", _BYTEWISE, primary_key=True),
        sa.Column("number", sa.BigInteger()),
        sa.Column("state", sa.Text(), nullable=False),
        *(sa.Column(name, _BYTEWISE, nullable=False) for name in ("dataflow", "provider", "dataset")),
        *(sa.Column(name, _BYTEWISE) for name in ("submission", "office")),
        sa.Column("baseline", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("vintage_before", "vintage_after")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("rulebook_before", "rulebook_after", "due_at")),
        *(sa.Column(name, sa.Text()) for name in ("claimed_until", "done_at", "report_hash", "message")),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("compared", sa.BigInteger(), nullable=False, server_default="0"),
        *(sa.Column(name, sa.Text(), nullable=False, server_default="[]") for name in ("outcome", "turns")),
    )
    op.create_index("rechecks_by_state", "rechecks", ["state", "due_at"])
    op.create_index("rechecks_by_dataset", "rechecks", ["dataflow", "provider", "dataset"])
    op.create_index("rechecks_by_number", "rechecks", ["number"])
