from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from place import Place

from dataexchange.store.database import Engine

SERVER = os.environ.get("DATAEXCHANGE_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/test")


@pytest.fixture
def postgresql() -> Iterator[str]:
    """A database of its own."""
    try:
        server = psycopg.connect(SERVER, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        if os.environ.get("DATAEXCHANGE_REQUIRE_ALL"):
            pytest.fail(f"PostgreSQL does not answer at {SERVER}: {error}")
        pytest.skip(f"left out: no PostgreSQL at {SERVER}")
    name = f"operate_{uuid4().hex[:12]}"
    with server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{SERVER.rpartition('/')[0].replace('postgresql:', 'postgresql+psycopg:')}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """On SQLite."""
    yield from _ended(Place(tmp_path / "home"))


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    database = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    yield from _ended(Place(tmp_path / "home", database))


@pytest.fixture
def engine(place: Place) -> Iterator[Engine]:
    """Of `place`."""
    opened = place.open()
    yield opened
    opened.dispose()


def _ended(place: Place) -> Iterator[Place]:
    place.home.mkdir()
    yield place
    place.end()
