"""Fixtures shared by all rooms."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

ROOT = Path(__file__).resolve().parent.parent
SERVER = os.environ.get("DATAEXCHANGE_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/test")


#: Files that take long. They begin first, so that no core waits for another one at the end.
_LONG = frozenset(
    {
        "test_alone.py",
        "test_backup.py",
        "test_commands.py",
        "test_extracts.py",
        "test_extracts_killed.py",
        "test_form_in_chromium.py",
        "test_in_chromium.py",
        "test_kill.py",
        "test_kills.py",
        "test_replica_property.py",
        "test_schemathesis.py",
        "test_schemathesis_demonstration.py",
        "test_serving.py",
        "test_spread.py",
        "test_submission_page.py",
        "test_submitting.py",
        "test_suggestion_file.py",
        "test_too_much.py",
        "test_twin.py",
        "test_two_cities.py",
    }
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in _LONG)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real files of cities and national offices (not part of the product)."""
    folder = Path(os.environ.get("DATAEXCHANGE_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        if os.environ.get("DATAEXCHANGE_REQUIRE_ALL"):
            pytest.fail(f"the shared data are not at {folder}")
        pytest.skip(f"left out: the shared data are not at {folder}")
    return folder


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A database for the session, thrown away after it."""
    with _postgresql_database() as url:
        yield url


@pytest.fixture(scope="module")
def file_postgresql_url() -> Iterator[str]:
    """A database for the tests of one file, which may publish what they like."""
    with _postgresql_database() as url:
        yield url


@pytest.fixture
def own_postgresql_url() -> Iterator[str]:
    """A database for one test."""
    with _postgresql_database() as url:
        yield url


@contextmanager
def _postgresql_database() -> Iterator[str]:
    try:
        server = psycopg.connect(SERVER, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        if os.environ.get("DATAEXCHANGE_REQUIRE_ALL"):
            pytest.fail(f"PostgreSQL does not answer at {SERVER}: {error}")
        pytest.skip(f"left out: no PostgreSQL at {SERVER}")
    name = f"test_{uuid4().hex[:12]}"
    with server:
        server.execute(f"CREATE DATABASE {name}")
        # What is thrown away need not reach the disk at every commit; no test takes the power from the server.
        server.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
        try:
            yield f"{SERVER.rpartition('/')[0].replace('postgresql:', 'postgresql+psycopg:')}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
