"""What every command that touches the exchange opens: settings, home, database."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dataexchange.errors import InvalidRequest

if TYPE_CHECKING:
    from dataexchange.model.access import Caller
    from dataexchange.settings import Settings
    from dataexchange.store.database import Engine


@dataclass(frozen=True, slots=True)
class Session:
    """An open exchange: its settings, its folder for files, its database, and who is acting."""

    settings: Settings
    home: Path
    engine: Engine
    caller: Caller

    @property
    def actor(self) -> str:
        return self.caller.actor


@contextmanager
def session(settings: Settings | None = None) -> Iterator[Session]:
    """Opens the exchange named by the environment; makes tables and shipped structures where they are missing."""
    from dataexchange.settings import load_settings
    from dataexchange.store.database import migrate, open_database, reading, writing
    from dataexchange.workflow.permission import operator
    from dataexchange.workflow.structures import has_shipped, register_shipped

    settings = settings or load_settings()
    if settings.home.exists() and not settings.home.is_dir():
        raise InvalidRequest("name a folder, not a file", parameter="DATAEXCHANGE_HOME", value=str(settings.home))
    settings.home.mkdir(parents=True, exist_ok=True)
    engine = open_database(settings.database_url)
    try:
        migrate(engine)
        with reading(engine) as conn:
            ready = has_shipped(conn)
        if not ready:
            with writing(engine) as conn:
                register_shipped(conn)
        yield Session(settings, settings.home, engine, operator(actor()))
    finally:
        engine.dispose()


def actor() -> str:
    """Who runs the command, for the audit log."""
    try:
        return f"cli:{getpass.getuser()}"
    except (OSError, KeyError):
        return f"cli:uid{os.getuid()}"


def on_terminal() -> bool:
    return sys.stderr.isatty()
