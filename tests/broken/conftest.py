"""An exchange with the shipped structures, which nobody changes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dataexchange.store.database import Engine, migrate, open_database, writing
from dataexchange.workflow.structures import register_shipped


@pytest.fixture(scope="session")
def shipped_exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('broken')}/exchange.db")
    migrate(engine)
    with writing(engine) as conn:
        register_shipped(conn)
    yield engine
    engine.dispose()
