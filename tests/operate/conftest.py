from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from place import Place

from dataexchange.store.database import Engine


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """On SQLite."""
    yield from _ended(Place(tmp_path / "home"))


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    database = request.getfixturevalue("own_postgresql_url") if request.param == "postgresql" else None
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
