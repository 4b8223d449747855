"""Servers over a small exchange."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_exchange import Server, new_exchange, serve


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Nobody publishes into this one."""
    yield from serve(new_exchange(tmp_path_factory.mktemp("exchange")))


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """For tests that publish."""
    yield from serve(new_exchange(tmp_path))
