"""Alembic, run from inside the package on a connection that is already in a transaction.

Only `database.migrate` loads this file, and only when there is something to do.
"""

from __future__ import annotations

import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

#: Any number will do, as long as every process takes the same one.
_LOCK = 5_137_001


def upgrade(conn: Connection, revision: str = "head") -> None:
    """Run what is missing, in the caller's transaction: a process that is killed leaves the earlier tables."""
    lock(conn)
    # Alembic tells its progress at level INFO, which is nobody's business on a command line.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = conn
    command.upgrade(config, revision)


def lock(conn: Connection) -> None:
    """Whoever makes tables waits for others who do, until the end of the transaction."""
    if conn.dialect.name == "postgresql":
        # SQLite's writers wait for each other already.
        conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
