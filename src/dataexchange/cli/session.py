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

from dataexchange.errors import InvalidRequest, NotFound

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

    @property
    def place(self) -> str:
        """Where it is, for people: the folder, and the database that is not in it. Passwords are masked."""
        return f"{self.home}, {self.engine.url}" if self._elsewhere else str(self.home)

    @property
    def variables(self) -> str:
        """The environment that leads to it, as one writes it before a command."""
        database = f" DATAEXCHANGE_DATABASE_URL={self.engine.url}" if self._elsewhere else ""
        return f"DATAEXCHANGE_HOME={self.home}{database}"

    @property
    def _elsewhere(self) -> bool:
        return self.settings.database_url != f"sqlite:///{self.home / 'exchange.db'}"


@contextmanager
def session(settings: Settings | None = None, *, there: bool = False) -> Iterator[Session]:
    """Opens the exchange named by the environment; makes tables and shipped structures where they are missing.

    `there`: for commands about what must have been stored before; in a home that was mistyped they say so and make nothing.
    """
    from dataexchange.settings import load_settings
    from dataexchange.store.backup import revision
    from dataexchange.store.database import migrate, open_database, reading, writing
    from dataexchange.workflow.permission import operator
    from dataexchange.workflow.structures import has_shipped, register_shipped

    settings = settings or load_settings()
    if settings.home.exists() and not settings.home.is_dir():
        raise InvalidRequest("name a folder, not a file", parameter="DATAEXCHANGE_HOME", value=str(settings.home))
    if there:
        require_database(settings.database_url)
    settings.home.mkdir(parents=True, exist_ok=True)
    engine = open_database(settings.database_url)
    try:
        if there:
            with reading(engine) as conn:
                revision(conn)
        migrate(engine)
        with reading(engine) as conn:
            ready = has_shipped(conn)
        if not ready:
            with writing(engine) as conn:
                register_shipped(conn)
        yield Session(settings, settings.home, engine, operator(actor()))
    finally:
        engine.dispose()


def require_database(url: str) -> None:
    """Looking for an SQLite database makes an empty one."""
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        raise NotFound("There is no exchange here: check DATAEXCHANGE_HOME and DATAEXCHANGE_DATABASE_URL.")


def actor() -> str:
    """Who runs the command, for the audit log."""
    try:
        return f"cli:{getpass.getuser()}"
    except (OSError, KeyError):
        return f"cli:uid{os.getuid()}"


def on_terminal() -> bool:
    return sys.stderr.isatty()
