from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import forked
import pytest
from harvest_words import keys_of, messages, prepare, structure_message
from replay import Service, serving

from dataexchange.store.database import Engine, migrate, open_database


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as running:
        yield running


@pytest.fixture
def few(shared_data: Path) -> dict[str, bytes]:
    """Six messages by their keys: small, and of series that no other of them has."""
    there = messages(shared_data)
    names = ("1.a.2.xml", "16.3.1.xml", "17.13.1.a.xml", "17.6.1.a.xml", "5.5.1.xml", "9.5.1.xml")
    chosen = [there[name] for name in names]
    return dict(zip(keys_of(chosen), chosen, strict=True))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def engine(home: Path, shared_data: Path) -> Iterator[Engine]:
    """The database of that home, with Kyrgyzstan's structures."""
    made = open_database(f"sqlite:///{home}/exchange.db")
    migrate(made)
    prepare(made, structure_message(shared_data))
    yield made
    made.dispose()


@pytest.fixture
def command(home: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`command("harvest", "--list")` is the command line, in that home."""

    def run(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("DATAEXCHANGE_")}
        return forked.run(*words, env={**kept, "DATAEXCHANGE_HOME": str(home), **environment})

    return run
