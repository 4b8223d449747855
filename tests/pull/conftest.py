from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pulling import Source, source_over

from dataexchange.settings import Settings
from dataexchange.store.database import migrate, open_database


@pytest.fixture(params=["sqlite", "postgresql"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Source]:
    home = tmp_path / "home"
    home.mkdir()
    url = {} if request.param == "sqlite" else {"database_url": request.getfixturevalue("own_postgresql_url")}
    settings = Settings(home=home, **url)
    engine = open_database(settings.database_url)
    migrate(engine)
    engine.dispose()
    with source_over(settings) as found:
        yield found
