"""The fixed tables. Series tables are made one per data structure (`store.series_table`).

Times are text in UTC with microseconds, which sorts as time does in every database. Text is compared byte by byte, so that
SQLite and PostgreSQL put keys in the same order. No foreign key points at a series table.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Dialect, Index, Integer, LargeBinary, MetaData, Table, Text, false
from sqlalchemy.types import TypeDecorator

METADATA = MetaData()

#: Text in the order of its bytes; SQLite has no other.
BYTEWISE = Text().with_variant(Text(collation="C"), "postgresql")

#: SQLite numbers rows by itself only in a column of type INTEGER.
_SERIAL = BigInteger().with_variant(Integer(), "sqlite")


class Instant(TypeDecorator[datetime]):
    """`2026-11-22T16:20:00.000000Z`; a time without a zone is taken as UTC."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else instant_text(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


def instant_text(value: datetime) -> str:
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    # Not strftime, which writes the year 500 with three digits.
    return aware.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


artefacts = Table(
    "artefacts",
    METADATA,
    Column("kind", BYTEWISE, primary_key=True),
    Column("agency", BYTEWISE, primary_key=True),
    Column("id", BYTEWISE, primary_key=True),
    Column("version", BYTEWISE, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("loaded_at", Instant, nullable=False),
)

#: What artefacts said before they were changed or removed; with `artefacts`, what was there at any time.
artefact_history = Table(
    "artefact_history",
    METADATA,
    Column("kind", BYTEWISE, primary_key=True),
    Column("agency", BYTEWISE, primary_key=True),
    Column("id", BYTEWISE, primary_key=True),
    Column("version", BYTEWISE, primary_key=True),
    Column("replaced_at", Instant, primary_key=True),
    Column("loaded_at", Instant, nullable=False),
    Column("digest", Text, nullable=False),
    Column("document", Text, nullable=False),
    Index("artefact_history_by_time", "replaced_at"),
)

#: Which artefact names which; the version as written there, so it may be "1.0+".
artefact_uses = Table(
    "artefact_uses",
    METADATA,
    Column("kind", BYTEWISE, primary_key=True),
    Column("agency", BYTEWISE, primary_key=True),
    Column("id", BYTEWISE, primary_key=True),
    Column("version", BYTEWISE, primary_key=True),
    Column("used_kind", BYTEWISE, primary_key=True),
    Column("used_agency", BYTEWISE, primary_key=True),
    Column("used_id", BYTEWISE, primary_key=True),
    Column("used_version", BYTEWISE, primary_key=True),
    Index("artefact_uses_backwards", "used_kind", "used_agency", "used_id"),
)

#: Reports of reference metadata; `targets` is a JSON list of URNs.
metadata_sets = Table(
    "metadata_sets",
    METADATA,
    Column("agency", BYTEWISE, primary_key=True),
    Column("id", BYTEWISE, primary_key=True),
    Column("version", BYTEWISE, primary_key=True),
    Column("metadataflow", Text, nullable=False),
    Column("targets", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("loaded_at", Instant, nullable=False),
)

#: Named values of the whole exchange. "release": the last number given out, and the row that publishers lock;
#: "structures": a word that changes whenever an artefact does.
state = Table(
    "state",
    METADATA,
    Column("name", BYTEWISE, primary_key=True),
    Column("value", Text, nullable=False),
)

series_tables = Table(
    "series_tables",
    METADATA,
    Column("structure", BYTEWISE, primary_key=True),
    Column("table_name", Text, nullable=False, unique=True),
    #: Components that have a column, as a JSON object {"dimensions": [...], "attributes": [...]}.
    Column("components", Text, nullable=False),
)

#: Of each dataflow: what `store.series_index` keeps of its series, and the release that this is the state after.
series_indexes = Table(
    "series_indexes",
    METADATA,
    Column("dataflow", BYTEWISE, primary_key=True),
    Column("release", BigInteger, nullable=False),
    Column("columns", LargeBinary, nullable=False),
)

submissions = Table(
    "submissions",
    METADATA,
    Column("id", BYTEWISE, primary_key=True),
    Column("status", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("file_hash", Text, nullable=False),
    Column("mapping_name", Text),
    Column("mapping_hash", Text),
    Column("provider", Text, nullable=False),
    Column("dataflow", Text, nullable=False),
    Column("dataset", Text, nullable=False),
    Column("report_hash", Text),
    #: The file that says what it changes.
    Column("changes_hash", Text),
    Column("sent_by", Text, nullable=False, server_default=""),
    Column("publish", Boolean, nullable=False, server_default=false()),
    Column("reviewer", Text),
    Column("reason", Text),
    Column("step", Text),
    Column("changed_at", Instant),
    #: Until when a worker holds it; a worker that lives renews this, one that died is succeeded after it.
    Column("claimed_until", Instant),
    #: How often a worker took it since its status last changed.
    Column("attempts", Integer, nullable=False, server_default="0"),
    Index("submissions_by_status", "status", "received_at"),
    Index("submissions_by_provider", "provider", "received_at"),
)

#: A request that was repeated because its answer got lost finds here what became of it. Kept for thirty days.
idempotency = Table(
    "idempotency",
    METADATA,
    Column("organisation", BYTEWISE, primary_key=True),
    Column("key", BYTEWISE, primary_key=True),
    #: What was sent under the key: another request under the same key is refused.
    Column("digest", Text, nullable=False),
    Column("submission", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)

api_keys = Table(
    "api_keys",
    METADATA,
    Column("id", BYTEWISE, primary_key=True),
    Column("organisation", BYTEWISE, nullable=False),
    #: Names with blanks between them.
    Column("scopes", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    #: To the minute: looking it up does not write each time.
    Column("last_used_at", Instant),
)

#: Browsers that signed in with a key, by the SHA-256 of what their cookie holds.
sessions = Table(
    "sessions",
    METADATA,
    Column("hash", BYTEWISE, primary_key=True),
    Column("key", BYTEWISE, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

#: Runs over the sources of national series. `detail` is JSON: every answer that was fetched, with its address, validators and hash.
harvests = Table(
    "harvests",
    METADATA,
    Column("id", BYTEWISE, primary_key=True),
    Column("source", BYTEWISE, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("outcome", Text, nullable=False),
    Column("release", BigInteger),
    Column("report_hash", Text),
    Column("message", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Index("harvests_by_source", "source", "started_at"),
)

#: Answers to data queries that a worker makes as files; made again at any time, and so in no backup.
extracts = Table(
    "extracts",
    METADATA,
    Column("id", BYTEWISE, primary_key=True),
    Column("state", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("base_url", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("accept", Text),
    Column("language", Text),
    #: Whose it is while it waits: so much may wait for one caller.
    Column("asked_by", Text),
    Column("claimed_until", Instant),
    Column("ended_at", Instant),
    Column("expires_at", Instant),
    Column("sha256", Text),
    Column("media_type", Text),
    Column("reason", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("size", BigInteger),
    Index("extracts_by_state", "state", "asked_at"),
)

#: Rulebooks of national offices, every version as it was typed. Append-only, like the audit log.
rulebooks = Table(
    "rulebooks",
    METADATA,
    Column("agency", BYTEWISE, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("loaded_at", Instant, nullable=False),
    Column("loaded_by", Text, nullable=False),
)

reports = Table(
    "reports",
    METADATA,
    Column("hash", BYTEWISE, primary_key=True),
    Column("document", Text, nullable=False),
)

#: Reasons for warnings and waivers of errors; "" where one is about every series, or every period.
justifications = Table(
    "justifications",
    METADATA,
    Column("submission", BYTEWISE, primary_key=True),
    Column("side", BYTEWISE, primary_key=True),
    Column("rule", BYTEWISE, primary_key=True),
    Column("key", BYTEWISE, primary_key=True),
    Column("period", BYTEWISE, primary_key=True),
    Column("text", Text, nullable=False),
    Column("given_by", Text, nullable=False),
    Column("given_at", Instant, nullable=False),
    Column("origin", Text, nullable=False),
    Column("taken_from", Text),
)

#: What was made of the checks of a release when it was published; a row is never changed.
passports = Table(
    "passports",
    METADATA,
    Column("release", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False),
    Column("document", Text, nullable=False),
)

#: What is to be checked again since the national series, or the rules, have changed; and what came of it. At most one row is due of
#: a dataset, and of a submission.
rechecks = Table(
    "rechecks",
    METADATA,
    Column("id", BYTEWISE, primary_key=True),
    #: In the order in which they were done; null until then.
    Column("number", BigInteger),
    Column("state", Text, nullable=False),
    Column("dataflow", BYTEWISE, nullable=False),
    Column("provider", BYTEWISE, nullable=False),
    Column("dataset", BYTEWISE, nullable=False),
    #: Where it is about one that is not published.
    Column("submission", BYTEWISE),
    Column("office", BYTEWISE),
    Column("baseline", Text, nullable=False),
    Column("vintage_before", BigInteger, nullable=False),
    Column("vintage_after", BigInteger, nullable=False),
    Column("rulebook_before", Text, nullable=False),
    Column("rulebook_after", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("claimed_until", Instant),
    Column("done_at", Instant),
    Column("report_hash", Text),
    Column("message", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("compared", BigInteger, nullable=False, server_default="0"),
    #: JSON: [[verdict before, verdict after, series], …].
    Column("outcome", Text, nullable=False, server_default="[]"),
    #: JSON: every series that stands otherwise.
    Column("turns", Text, nullable=False, server_default="[]"),
    Index("rechecks_by_state", "state", "due_at"),
    Index("rechecks_by_dataset", "dataflow", "provider", "dataset"),
    Index("rechecks_by_number", "number"),
)

releases = Table(
    "releases",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("published_at", Instant, nullable=False),
    Column("dataflow", BYTEWISE, nullable=False),
    Column("provider", BYTEWISE, nullable=False),
    Column("dataset", BYTEWISE, nullable=False),
    Column("submission", Text),
    Column("file_hash", Text),
    Column("mapping_hash", Text),
    Column("report_hash", Text),
    Column("note", Text),
    Column("series_added", BigInteger, nullable=False),
    Column("series_revised", BigInteger, nullable=False),
    Column("series_closed", BigInteger, nullable=False),
    Column("observations", BigInteger, nullable=False),
    Index("releases_by_dataflow", "dataflow", "number"),
    Index("releases_by_time", "published_at"),
    Index("releases_by_dataset", "dataflow", "provider", "dataset", "number"),
)

#: Append-only: there is no function that changes or removes a row.
audit = Table(
    "audit",
    METADATA,
    Column("id", _SERIAL, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", BYTEWISE, nullable=False),
    Column("detail", Text, nullable=False),
    Index("audit_by_subject", "subject"),
)
