"""Pages over a small exchange, and a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from people import People, people_at
from playwright.sync_api import Browser, Error, sync_playwright
from small_exchange import Server, serve

from dataexchange.cli import demonstration
from dataexchange.cli.session import session
from dataexchange.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The home of a small exchange, with keys for everybody, to be copied."""
    home = tmp_path_factory.mktemp("furnished")
    with people_at(home) as made:
        return home, made.keys


@pytest.fixture
def people(furnished: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[People]:
    """An exchange of one test."""
    home, keys = furnished
    shutil.copytree(home, tmp_path / "home")
    settings = Settings(home=tmp_path / "home")
    for server in serve(settings):
        yield People(server, settings, keys)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium, without a window."""
    place = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if place is None:
        if os.environ.get("DATAEXCHANGE_REQUIRE_ALL"):
            pytest.fail("there is no chromium on this machine")
        pytest.skip("left out: there is no chromium on this machine")
    with sync_playwright() as started:
        try:
            found = started.chromium.launch(executable_path=place, args=["--no-sandbox"])
        except Error as error:
            pytest.fail(f"{place} does not start: {error}")
        yield found
        found.close()


@pytest.fixture(scope="session")
def demonstrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over the demonstration: Bristol and the United Kingdom as `make demo` shows them. Nobody publishes into it."""
    settings = Settings(home=tmp_path_factory.mktemp("demonstration"))
    with session(settings) as here:
        demonstration.load(here, ROOT, lambda _step: None)
    yield from serve(settings)
