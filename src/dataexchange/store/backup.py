"""Every table out of a database and into another one, row by row, whichever of the two kinds each is.

Tables are looked up in the database itself, so a database of an earlier version is taken out as it is, and brought up to date once it
is in its new place. What browsers signed in with stays behind, and extracts, which can be made again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from importlib import import_module
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import SQLAlchemyError

from dataexchange.errors import Conflict, ExchangeError, NotFound, Unreadable
from dataexchange.store import series_table
from dataexchange.store.database import newest_revision, revisions
from dataexchange.store.series_rows import analyze, write_rows
from dataexchange.store.tables import METADATA, extracts, releases, series_tables, sessions, submissions

#: So few rows of documents are in memory at once, and so many rows of anything else.
_DOCUMENTS = ("artefacts", "reports", "harvests", "rulebooks", "rechecks")
_FEW, _MANY = 20, 500

#: What browsers signed in with, and what can be made again.
_LEFT = (sessions.name, extracts.name)

_HASH = re.compile(r"[0-9a-f]{64}")


def revision(conn: Connection) -> str:
    """Of the tables as they are. NotFound where there is no exchange, Conflict where a newer version made it."""
    if not inspect(conn).has_table("alembic_version"):
        raise NotFound("There is no exchange here: check DATAEXCHANGE_HOME and DATAEXCHANGE_DATABASE_URL.")
    found = str(conn.execute(text("SELECT version_num FROM alembic_version")).scalar())
    if found not in revisions():
        raise Conflict(
            f"The tables here ({found}) are those of a newer version than this one ({newest_revision()}): use that version."
        )
    return found


def fixed_tables(conn: Connection) -> list[str]:
    """The names of those that there are at the revision of this database."""
    there = set(inspect(conn).get_table_names())
    return sorted(name for name in METADATA.tables if name in there and name not in _LEFT)


def tables(conn: Connection) -> list[Table]:
    """As they stand in the database: the fixed ones by name, then the series tables."""
    series = [row.table_name for row in conn.execute(select(series_tables).order_by(series_tables.c.structure))]
    return [_reflected(conn, name) for name in [*fixed_tables(conn), *series]]


def binary(table: Table) -> list[str]:
    """The columns whose values are bytes."""
    return [column.name for column in table.columns if isinstance(column.type, LargeBinary)]


def last_release(conn: Connection) -> int:
    return int(conn.execute(select(func.max(releases.c.number))).scalar() or 0)


def rows(conn: Connection, table: Table) -> Iterator[Sequence[Any]]:
    """Its rows, values as text, numbers, bytes or truth; a few at a time."""
    few = _FEW if table.name in _DOCUMENTS else _MANY
    yield from conn.execute(select(table), execution_options={"yield_per": few})


def kept_files(conn: Connection) -> set[str]:
    """The hashes of the files that rows name: what was sent, its mapping, what it changed, and the answers of national services."""
    found: set[str] = set()
    for table in (submissions, releases):
        # A database of an earlier version lacks some.
        there = {column["name"] for column in inspect(conn).get_columns(table.name)}
        named = [c for c in table.c if c.name in ("file_hash", "mapping_hash", "changes_hash") and c.name in there]
        for row in conn.execute(select(*named)):
            found.update(digest for digest in row if digest and _HASH.fullmatch(digest))
    if inspect(conn).has_table("harvests"):
        details = conn.execute(text("SELECT detail FROM harvests"), execution_options={"yield_per": _FEW})
        found.update(digest for (detail,) in details for digest in _answers(detail))
    return found


def _answers(detail: str) -> list[str]:
    """The files of a harvest. ETags and addresses beside them may look like hashes and are none of files."""
    try:
        hashes = [answer["sha256"] for answer in orjson.loads(detail)["answers"]]
    except (ValueError, TypeError, KeyError):
        raise Unreadable(f"What a harvest keeps cannot be read ({detail[:60]!r}): its row was changed.") from None
    return [digest for digest in hashes if isinstance(digest, str) and _HASH.fullmatch(digest)]


def require_empty(conn: Connection) -> None:
    """Raises Conflict where this database is an exchange already. Whoever else begins one waits until this transaction ends."""
    import_module("dataexchange.store.migration").lock(conn)
    if inspect(conn).has_table("alembic_version"):
        raise Conflict(
            "There is an exchange in this database: name an empty one with DATAEXCHANGE_DATABASE_URL, or an empty DATAEXCHANGE_HOME."
        )


def make_tables(conn: Connection, wanted: str) -> None:
    """Empty fixed tables as they were at a revision."""
    import_module("dataexchange.store.migration").upgrade(conn, wanted)
    for name in reversed(METADATA.sorted_tables):
        if inspect(conn).has_table(name.name):
            conn.execute(name.delete())


def make_series_tables(conn: Connection) -> list[str]:
    """Those that the registry names, as it was loaded; their names."""
    try:
        return [made.table.name for made in series_table.make_registered(conn)]
    except (SQLAlchemyError, ExchangeError, ValueError, TypeError, KeyError) as error:
        raise Unreadable(f"The backup names series tables that cannot be made ({_first_line(error)}).") from error


def load(conn: Connection, name: str, columns: Sequence[str], batches: Iterable[Sequence[Sequence[Any]]]) -> int:
    """Rows into an empty table; how many. Raises Unreadable where they are not rows of that table."""
    table = _reflected(conn, name)
    if set(columns) != set(table.columns.keys()) or len(columns) != len(table.columns):
        raise Unreadable(f"The backup's table {name} has other columns than this version of the exchange.")
    kinds = [_kinds(table, column) for column in columns]
    n = 0
    try:
        for batch in batches:
            if not all(len(row) == len(kinds) and all(map(_is, row, kinds)) for row in batch):
                raise Unreadable(f"The backup's table {name} holds rows that are none of that table.")
            write_rows(conn, table, columns, batch)
            n += len(batch)
    except (SQLAlchemyError, ValueError, TypeError, OverflowError) as error:
        raise Unreadable(f"The backup's table {name} cannot be loaded ({_first_line(error)}).") from error
    analyze(conn, table)
    return n


def bring_up_to_date(conn: Connection) -> None:
    """To the newest revision, and numbering that goes on after the last row."""
    import_module("dataexchange.store.migration").upgrade(conn)
    if conn.dialect.name != "postgresql":
        return
    for table in METADATA.tables.values():
        column = table.autoincrement_column
        if column is not None:
            sequence = conn.execute(
                text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": column.name}
            ).scalar()
            last = conn.exec_driver_sql(f'SELECT max("{column.name}") FROM "{table.name}"').scalar()  # noqa: S608 (our own names)
            if sequence and last:
                conn.execute(
                    text("SELECT setval(CAST(:sequence AS regclass), :last)"), {"sequence": sequence, "last": last}
                )


def _reflected(conn: Connection, name: str) -> Table:
    return Table(name, MetaData(), autoload_with=conn)


def _kinds(table: Table, column: str) -> tuple[Collection[type], bool]:
    """The Python types that a column's values may have, and whether there may be none."""
    found = table.c[column]
    kinds: dict[type, type] = {Boolean: bool, LargeBinary: bytes, BigInteger: int, Integer: int}
    kind = next((python for sql, python in kinds.items() if isinstance(found.type, sql)), str)
    return (kind,), bool(found.nullable)


def _is(value: Any, kind: tuple[Collection[type], bool]) -> bool:
    return kind[1] if value is None else type(value) in kind[0]


def _first_line(error: BaseException) -> str:
    if isinstance(error, SQLAlchemyError):
        error = getattr(error, "orig", None) or error
    return str(error).strip().partition("\n")[0][:200]
