"""The national publication of Kyrgyzstan, read once for all tests here."""

from __future__ import annotations

from pathlib import Path

import pytest
from kyrgyz_publication import Publication, published


@pytest.fixture(scope="session")
def kyrgyzstan(shared_data: Path) -> Publication:
    return published(shared_data / "kyrgyzstan")
