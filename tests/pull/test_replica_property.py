"""Releases and pulls that Hypothesis makes up: after every pull the replica is its source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulling import FLOWS, Source, held, pulled, source_over

from dataexchange.errors import Conflict, NotFound
from dataexchange.settings import Settings
from dataexchange.store.database import migrate, open_database

row = st.fixed_dictionaries(
    {
        "FREQ": st.sampled_from(["A", "M"]),
        "REF_AREA": st.sampled_from(["GB", "GB_BRS", "KG"]),
        "B@D$-1": st.sampled_from(["_T", "Y$@"]),
        "TIME_PERIOD": st.sampled_from(["2018", "2018-Q1", "2018-01", "2019"]),
        "OBS_VALUE": st.sampled_from([0.0, 1.5, -2.0e-7, 1e20, None]),
        "STATUS": st.sampled_from(["A", "Ä%,", 'a "b"\nc', None]),
        "UNIT": st.sampled_from(["PT", "pt, say", None]),
    }
)
table = st.lists(row, max_size=8, unique_by=lambda r: (r["FREQ"], r["REF_AREA"], r["B@D$-1"], r["TIME_PERIOD"]))
where = st.tuples(
    st.sampled_from(["F1", "F1", "F2"]), st.sampled_from(["P", "P", "Q"]), st.sampled_from(["d", "d", "e"])
)
step = st.one_of(
    st.tuples(st.just("publish"), where, table),
    st.tuples(st.just("publish"), where, table),
    st.tuples(st.just("withdraw"), where, st.none()),
    st.tuples(st.just("pull"), st.none(), st.none()),
    st.tuples(st.just("pull one"), where, st.none()),
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    """One exchange for all examples: each goes on where the last one ended, with a replica of its own."""
    home = tmp_path_factory.mktemp("home")
    configured = Settings(home=home)
    engine = open_database(configured.database_url)
    migrate(engine)
    engine.dispose()
    with source_over(configured) as found:
        yield found


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_replica_is_its_source(
    shared: Source, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("replica")
    for verb, place, rows in data.draw(st.lists(step, min_size=2, max_size=8)):
        if verb == "pull":
            compared(shared, folder)
        elif verb == "pull one":
            flow = f"T:{place[0]}(1.0.0)"
            pulled(shared, folder, flow)
            if shared.observations(flow) or (folder / "replica.json").exists():
                assert held(folder, flow) == shared.observations(flow)
        else:
            released(shared, verb, place, rows)
    compared(shared, folder)


def released(source: Source, verb: str, place: tuple[str, str, str], rows: list[dict[str, object]] | None) -> None:
    flow, provider, dataset = place
    try:
        if verb == "publish":
            source.publish(rows or [], flow, provider, dataset)
        else:
            source.withdraw(flow, provider, dataset)
    except (Conflict, NotFound):
        pass  # a series that stands elsewhere, or nothing to withdraw: no release


def compared(source: Source, folder: Path) -> None:
    pulled(source, folder)
    for flow in FLOWS:
        name = f"T:{flow}(1.0.0)"
        assert held(folder, name) == source.observations(name)
