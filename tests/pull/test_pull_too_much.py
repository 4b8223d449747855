"""A replica of a source that says no more than so much on the line: it has a file made of the rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from pulling import Source, held, pulled, small, source_over

from dataexchange.api.remake import remake
from dataexchange.door.exchange import Exchange
from dataexchange.settings import Settings
from dataexchange.store.database import migrate, open_database
from dataexchange.worker.extract import Extracting, watch
from dataexchange.worker.shift import Shift

F1 = "T:F1(1.0.0)"


@contextmanager
def limited(home: Path) -> Iterator[Source]:
    """With a worker beside it."""
    home.mkdir()
    settings = Settings(home=home, max_observations=3)
    engine = open_database(settings.database_url)
    migrate(engine)
    engine.dispose()
    with source_over(settings) as source:
        shift = Shift(timedelta(seconds=5))
        thread = watch(source.engine, home, shift, Extracting(partial(remake, Exchange(source.engine, home))))
        try:
            yield source
        finally:
            shift.stopping.set()
            thread.join()


def test_what_is_too_much_is_fetched_as_a_file(tmp_path: Path) -> None:
    folder = tmp_path / "replica"
    rows = [small(area, str(year), float(year)) for area in ("GB", "KG", "CI") for year in range(2010, 2015)]
    with limited(tmp_path / "home") as source:
        source.publish(rows)
        first = pulled(source, folder)
        assert first
        assert first.came == len(rows)
        assert {(dict(row)["REF_AREA"], dict(row)["TIME_PERIOD"]) for row in held(folder, F1)} == {
            (row["REF_AREA"], row["TIME_PERIOD"]) for row in rows
        }
        assert any("/api/v1/extracts/" in path and path.endswith("/data?") for path, *_ in source.answers)
        source.publish([{**row, "OBS_VALUE": 1.0} for row in rows[:7]])
        second = pulled(source, folder)
        assert second
        assert (second.came, second.went, second.rows) == (7, 8, 7)
