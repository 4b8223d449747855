"""A SQLite and, where there is one, a PostgreSQL database, thrown away after the session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from dataexchange.store.database import Engine, migrate, open_database


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('store')}/exchange.db"
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """Shared by the tests of a session: each takes dataflows of its own."""
    engine = open_database(database_url)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path}/own.db")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def flow() -> str:
    """A dataflow id that no other test has."""
    return f"F_{uuid4().hex[:8]}"
