"""A hundred harvests with random faults: the right vintage, or a clear error and the old vintage."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from faulty_runs import Trial, new_seed
from harvest_words import prepare, structure_message
from replay import Service

from dataexchange.store.database import Engine, migrate, open_database


def ends_of(engine: Engine, home: Path, service: Service, few: dict[str, bytes], runs: int) -> Counter[str]:
    trial = Trial(engine, home, service, few, new_seed())
    trial.runs(runs)
    return trial.ends


def test_a_hundred_harvests_with_random_faults(
    engine: Engine, home: Path, service: Service, few: dict[str, bytes]
) -> None:
    ends = ends_of(engine, home, service, few, 100)
    # So that it is known to have tried what it is to try.
    assert ends["published"] > 20, ends
    assert ends["failed"] > 20, ends
    assert ends["mended"] > 10, ends
    assert ends["not modified"] > 10, ends


def test_a_dozen_on_postgresql(
    own_postgresql_url: str, tmp_path: Path, shared_data: Path, service: Service, few: dict[str, bytes]
) -> None:
    engine = open_database(own_postgresql_url)
    migrate(engine)
    prepare(engine, structure_message(shared_data))
    ends = ends_of(engine, tmp_path, service, few, 12)
    engine.dispose()
    assert ends["published"], ends
