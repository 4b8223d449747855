"""A SQLite and, where there is one, a PostgreSQL database, thrown away after the session."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from dataexchange.store.database import Engine, migrate, open_database

SERVER = os.environ.get("DATAEXCHANGE_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/test")


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    try:
        server = psycopg.connect(SERVER, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        if os.environ.get("DATAEXCHANGE_REQUIRE_ALL"):
            pytest.fail(f"PostgreSQL does not answer at {SERVER}: {error}")
        pytest.skip(f"left out: no PostgreSQL at {SERVER}")
    name = f"store_{uuid4().hex[:12]}"
    with server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{SERVER.rpartition('/')[0].replace('postgresql:', 'postgresql+psycopg:')}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


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
