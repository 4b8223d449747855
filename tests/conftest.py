"""Fixtures shared by all rooms."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real files of cities and national offices (not part of the product)."""
    folder = Path(os.environ.get("DATAEXCHANGE_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        if os.environ.get("DATAEXCHANGE_REQUIRE_ALL"):
            pytest.fail(f"the shared data are not at {folder}")
        pytest.skip(f"left out: the shared data are not at {folder}")
    return folder
