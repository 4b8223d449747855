"""Servers over a small exchange."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from people import People, people_at
from small_exchange import Server, new_exchange, serve
from three_structures import Sample, three_structures


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Nobody publishes into this one."""
    yield from serve(new_exchange(tmp_path_factory.mktemp("exchange")))


@pytest.fixture(scope="session")
def three(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Iterator[tuple[Server, tuple[Sample, ...]]]:
    """An exchange over three data structures, and what occurs in each."""
    settings, samples = three_structures(tmp_path_factory.mktemp("three"), shared_data)
    for server in serve(settings):
        yield server, samples


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """For tests that publish."""
    yield from serve(new_exchange(tmp_path))


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    """An exchange of one test, with keys for everybody."""
    with people_at(tmp_path) as found:
        yield found


@pytest.fixture(scope="session")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """The same for tests that neither publish nor count."""
    with people_at(tmp_path_factory.mktemp("crowd")) as found:
        yield found
