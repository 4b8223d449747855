"""One database behind one engine: SQLite in a folder, or PostgreSQL, by the same code.

A door opens one transaction and passes the connection down; it is committed once, at the end of the block:

    engine = open_database("sqlite:///var/exchange.db")
    migrate(engine)
    with writing(engine) as conn:
        structures.put(conn, artefacts)

`reading` sees one state of the database from its first statement to its last, however long an answer streams.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module, resources
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from dataexchange.errors import ExchangeError, InvalidRequest, Unreachable, Unreadable

__all__ = ["Connection", "Engine", "migrate", "open_database", "reading", "require_place", "writing"]

_BUSY_MS = 30_000

#: Primary result codes of SQLite that are about the file and not about our statements.
_SQLITE_TROUBLE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOTADB,
}


def open_database(url: str) -> Engine:
    """An engine for a SQLAlchemy URL; connects only when it is first used."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        # The text may hold a password: it is not repeated.
        raise InvalidRequest(_FORMS, parameter="DATAEXCHANGE_DATABASE_URL") from None
    family = parsed.get_backend_name()
    if family == "sqlite":
        return _sqlite(parsed)
    if family == "postgresql":
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"), pool_size=10, max_overflow=30, pool_pre_ping=True
        )
    raise InvalidRequest(_FORMS, parameter="DATAEXCHANGE_DATABASE_URL", value=family)


_FORMS = "write sqlite:///path/to/file.db or postgresql+psycopg://user@host/database"


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise InvalidRequest(
            "name a file, such as sqlite:///var/exchange.db", parameter="DATAEXCHANGE_DATABASE_URL", value=str(url)
        )
    Path(url.database).absolute().parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, pool_size=10, max_overflow=30)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver would begin transactions by its own lights, and not before DDL or SELECT: `_begin_sqlite` does it.
    connection.isolation_level = None
    for pragma in (f"busy_timeout={_BUSY_MS}", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-32768"):
        connection.execute(f"PRAGMA {pragma}")
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        connection.execute("PRAGMA journal_mode=WAL")


def _begin_sqlite(conn: Connection) -> None:
    # A deferred transaction that starts to write after another one wrote cannot go on: writers take the lock at once.
    conn.exec_driver_sql("BEGIN IMMEDIATE" if conn.get_execution_options().get("writing") else "BEGIN")


#: What PostgreSQL answers to a name, user or password that is wrong; it gives no code while connecting.
_REFUSALS = ("does not exist", "authentication failed", "no password supplied")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction, committed at the end of the block and rolled back when it raises."""
    with _reachable(), engine.connect() as conn, conn.execution_options(writing=True).begin():
        yield conn


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One unchanging view of the database."""
    with _reachable(), engine.connect() as conn:
        if engine.dialect.name == "postgresql":
            conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with conn.begin():
            yield conn


def require_place(engine: Engine) -> None:
    """Raises Unreachable where the file of an embedded database is gone: what is open would go on being read and written, and be
    lost with the last process."""
    path = engine.url.database
    if engine.dialect.name == "sqlite" and path and not Path(path).exists():
        raise Unreachable("The database file is gone from its place: stop the exchange and restore it from a backup.")


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except PoolTimeout:
        raise Unreachable("The database is busy: all connections are taken; try again in a moment.") from None
    except DBAPIError as error:
        if not _is_trouble(error):
            raise
        reason = str(error.orig).strip().splitlines()[0][:200] if str(error.orig).strip() else "no reason given"
        trouble = _trouble(error, reason)
        trouble.for_operator = True
        raise trouble from error


def _trouble(error: DBAPIError, reason: str) -> ExchangeError:
    """By what can be done about it."""
    if _is_damaged(error):
        return Unreadable(f"The database file cannot be used ({reason}): restore it from a backup.")
    if any(sign in str(error.orig) for sign in _REFUSALS):
        message = f"the server refuses ({reason}); create the database, or correct its name, user or password"
        return InvalidRequest(message, parameter="DATAEXCHANGE_DATABASE_URL")
    return Unreachable(f"The database does not answer ({reason}): check that it runs, then try again.")


def _is_damaged(error: DBAPIError) -> bool:
    """Whether trying again can never help: the file is not, or no longer, a database."""
    damage = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
    return isinstance(error.orig, sqlite3.Error) and (getattr(error.orig, "sqlite_errorcode", 0) & 0xFF) in damage


def _is_trouble(error: DBAPIError) -> bool:
    """Whether the database could not be reached or used, as against a statement of ours that is wrong."""
    if isinstance(error.orig, sqlite3.Error):
        return (getattr(error.orig, "sqlite_errorcode", 0) & 0xFF) in _SQLITE_TROUBLE
    return isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated


def migrate(engine: Engine) -> None:
    """Bring the fixed tables to the newest revision; returns at once where they are. Safe in many processes at once."""
    with _reachable():
        if _revision(engine) == newest_revision():
            return
    with writing(engine) as conn:
        # Loaded by name at this point alone: alembic takes as long to import as everything else a command needs.
        upgrade: Any = import_module("dataexchange.store.migration").upgrade
        upgrade(conn)


def revisions() -> list[str]:
    """`["r0001", …]`, oldest first, from the names of the files: each migration is called after its revision."""
    files = resources.files("dataexchange.store.migrations").joinpath("versions").iterdir()
    return sorted(f.name.split("_")[0] for f in files if f.name.startswith("r"))


def newest_revision() -> str:
    return revisions()[-1]


def _revision(engine: Engine) -> str | None:
    with engine.connect() as conn:
        if not inspect(conn).has_table("alembic_version"):
            return None
        found: str | None = conn.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found
