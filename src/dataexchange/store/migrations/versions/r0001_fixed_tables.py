"""The fixed tables of the first version, as they were then: later revisions change them, this file does not."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None

_BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _key(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, _BYTEWISE, primary_key=True) for name in names]


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def upgrade() -> None:
    _structures()
    _series()
    _submissions()
    op.execute("INSERT INTO state (name, value) VALUES ('release', '0'), ('structures', '')")


def _structures() -> None:
    op.create_table(
        "artefacts",
        *_key("kind", "agency", "id", "version"),
        *_text("digest", "document", "loaded_at"),
    )
    op.create_table(
        "artefact_uses",
        *_key("kind", "agency", "id", "version", "used_kind", "used_agency", "used_id", "used_version"),
    )
    op.create_index("artefact_uses_backwards", "artefact_uses", ["used_kind", "used_agency", "used_id"])
    op.create_table("state", *_key("name"), *_text("value"))


def _series() -> None:
    op.create_table(
        "series_tables",
        *_key("structure"),
        sa.Column("table_name", sa.Text(), nullable=False, unique=True),
        *_text("components"),
    )
    op.create_table(
        "releases",
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        *_text("published_at"),
        *(sa.Column(name, _BYTEWISE, nullable=False) for name in ("dataflow", "provider", "dataset")),
        *_text("submission", "file_hash", "mapping_hash", "report_hash", "note", nullable=True),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("series_added", "series_revised", "series_closed", "observations")
        ),
    )
    op.create_index("releases_by_dataflow", "releases", ["dataflow", "number"])
    op.create_index("releases_by_time", "releases", ["published_at"])


def _submissions() -> None:
    op.create_table(
        "submissions",
        *_key("id"),
        *_text("status", "received_at", "file_name", "file_hash"),
        *_text("mapping_name", "mapping_hash", nullable=True),
        *_text("provider", "dataflow", "dataset"),
        *_text("report_hash", nullable=True),
    )
    op.create_index("submissions_by_status", "submissions", ["status", "received_at"])
    op.create_table("reports", *_key("hash"), *_text("document"))
    op.create_table(
        "audit",
        sa.Column("id", _SERIAL, primary_key=True, autoincrement=True),
        *_text("at", "actor", "action"),
        sa.Column("subject", _BYTEWISE, nullable=False),
        *_text("detail"),
    )
    op.create_index("audit_by_subject", "audit", ["subject"])
