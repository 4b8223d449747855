"""Keys, sessions, repeated requests, harvests; and how far a submission got on its way through several hands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0002"
down_revision = "r0001"

_BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _key(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, _BYTEWISE, primary_key=True) for name in names]


def _bytewise(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, _BYTEWISE, nullable=False) for name in names]


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def upgrade() -> None:
    op.add_column("submissions", sa.Column("sent_by", sa.Text(), nullable=False, server_default=""))
    op.add_column("submissions", sa.Column("publish", sa.Boolean(), nullable=False, server_default=sa.false()))
    for column in _text("reviewer", "reason", "step", "changed_at", "claimed_until", nullable=True):
        op.add_column("submissions", column)
    op.create_index("submissions_by_provider", "submissions", ["provider", "received_at"])
    op.create_table("idempotency", *_key("organisation", "key"), *_text("digest", "submission", "created_at"))
    op.create_table(
        "api_keys",
        *_key("id"),
        *_bytewise("organisation"),
        *_text("scopes", "label", "secret_hash", "created_at", "created_by"),
        *_text("expires_at", "revoked_at", "last_used_at", nullable=True),
    )
    op.create_table("sessions", *_key("hash"), *_bytewise("key"), *_text("created_at", "expires_at"))
    op.create_table(
        "harvests",
        *_key("id"),
        *_bytewise("source"),
        *_text("started_at", "outcome", "message", "detail"),
        *_text("ended_at", "report_hash", nullable=True),
        sa.Column("release", sa.BigInteger()),
    )
    op.create_index("harvests_by_source", "harvests", ["source", "started_at"])
