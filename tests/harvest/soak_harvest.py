"""For `make soak`: random faults over all 195 messages, for a long time."""

from __future__ import annotations

from pathlib import Path

from faulty_runs import Trial, new_seed
from harvest_words import keys_of, messages, prepare, structure_message
from replay import serving

from dataexchange.store.database import migrate, open_database

RUNS = 5


def test_all_messages_with_random_faults(shared_data: Path, tmp_path: Path) -> None:
    given = list(messages(shared_data).values())
    engine = open_database(f"sqlite:///{tmp_path}/exchange.db")
    migrate(engine)
    prepare(engine, structure_message(shared_data))
    with serving() as service:
        originals = dict(zip(keys_of(given), given, strict=True))
        trial = Trial(engine, tmp_path, service, originals, new_seed())
        trial.runs(RUNS)
    assert trial.ends["published"], trial.ends
    engine.dispose()
