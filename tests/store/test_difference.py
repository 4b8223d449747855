"""The difference that is told before a release: laid on what stood, it gives what stands afterwards, and counts everything once."""

from __future__ import annotations

from itertools import count
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_words import SMALL, dataset, flow_ref, observations, schema_of

from dataexchange.model.dataset import Action
from dataexchange.model.difference import Change, Difference
from dataexchange.model.period import format_period
from dataexchange.model.query import DataQuery
from dataexchange.store import series
from dataexchange.store.database import Engine, reading, writing

_NUMBERS = count()

State = tuple[dict[tuple[str, str], tuple[float | None, dict[str, str]]], dict[str, dict[str, str]]]


def row(area: str, period: str, value: float | None, **attributes: str | None) -> dict[str, Any]:
    return {"FREQ": "A", "REF_AREA": area, "B@D$-1": "_T", "TIME_PERIOD": period, "OBS_VALUE": value, **attributes}


_ROWS = st.lists(
    st.builds(
        row,
        st.sampled_from(["GB", "KG", "KE"]),
        st.sampled_from(["2018", "2019", "2020"]),
        st.sampled_from([None, 0.0, 1.5, 2.0]),
        STATUS=st.sampled_from([None, "A", "P"]),
        UNIT=st.sampled_from([None, "PT"]),
    ),
    max_size=7,
    unique_by=lambda r: (r["REF_AREA"], r["TIME_PERIOD"]),
)


def state(engine: Engine, flow: str) -> State:
    """Of a dataflow: observations, and what is said of series."""
    with reading(engine) as conn:
        rows = observations(list(series.batches(conn, DataQuery(), schema_of(SMALL), flow_ref(flow))))
    ids = SMALL.dimension_ids
    told = {key: {n: v for n, v in own.items() if n not in ids} for _, _, _, key, own, *_ in rows}
    return {(key, period): (value, rest) for _, _, _, key, _, period, value, rest in rows}, told


def applied(found: Difference, before: State) -> State:
    """What the rows of a difference make of what stood."""
    seen, told = dict(before[0]), dict(before[1])
    for r in found.table.to_pylist():
        after = orjson.loads(r["new_attributes"] or "{}")
        if r["period"] is None:
            told[r["key"]] = after
        elif r["change"] == Change.DELETED:
            del seen[(r["key"], format_period(r["period"]))]
        else:
            seen[(r["key"], format_period(r["period"]))] = (r["new OBS_VALUE"], after)
    keys = {key for key, _ in seen}
    return seen, {key: told.get(key, {}) for key in keys}


def expected(before: State, rows: list[dict[str, Any]], gone: list[dict[str, Any]], spoken: bool) -> State:
    """What a merge makes of what stood, one observation after the other. Of a series of which no observation stays, nothing does."""
    names = {(f"A.{r['REF_AREA']}._T", r["TIME_PERIOD"]) for r in gone}
    stands = {name: what for name, what in before[0].items() if name not in names}
    told = {key: {} if spoken else before[1][key] for key, _ in stands}
    seen = dict(stands)
    for r in rows:
        key, period = f"A.{r['REF_AREA']}._T", r["TIME_PERIOD"]
        kept = {} if spoken else stands.get((key, period), (None, {}))[1]
        seen[key, period] = (r["OBS_VALUE"], {"STATUS": r["STATUS"]} if r["STATUS"] else kept)
        told[key] = {"UNIT": r["UNIT"]} if r["UNIT"] else told.get(key, {})
    untouched = {key for key, _ in stands} - {f"A.{r['REF_AREA']}._T" for r in rows}
    return seen, told | {key: before[1][key] for key in untouched}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=_ROWS, rows=_ROWS, gone=_ROWS, complete=st.booleans(), spoken=st.booleans())
def test_a_difference_laid_on_what_stood_gives_what_stands(
    engine: Engine,
    first: list[dict[str, Any]],
    rows: list[dict[str, Any]],
    gone: list[dict[str, Any]],
    complete: bool,
    spoken: bool,
) -> None:
    flow = f"DIFFERENCE{next(_NUMBERS)}"
    given_ones = {(r["REF_AREA"], r["TIME_PERIOD"]) for r in rows}
    gone = [r for r in gone if not complete and (r["REF_AREA"], r["TIME_PERIOD"]) not in given_ones]
    words: dict[str, Any] = {
        "dataflow": flow_ref(flow),
        "provider": "P",
        "dataset_id": "d",
        "action": Action.REPLACE if complete else Action.MERGE,
        "spoken": frozenset({"STATUS", "UNIT"} if spoken else ()),
        "deleted": dataset(SMALL, gone),
    }
    schema = schema_of(SMALL, flow)
    with writing(engine) as conn:
        start = {**words, "action": Action.REPLACE, "deleted": None}
        series.publish(conn, dataset(SMALL, first), schema, **start)
    before = state(engine, flow)
    with writing(engine) as conn:
        found = series.difference(conn, dataset(SMALL, rows), schema, **words)
        release = series.publish(conn, dataset(SMALL, rows), schema, **words)
    after = state(engine, flow)
    assert applied(found, before) == after
    told = found.observations
    assert told.added + told.revised + told.attributes + told.unchanged == len(rows)
    assert told.revised + told.attributes + told.unchanged + told.deleted + told.kept == len(before[0])
    moved = (found.series.added, found.series.revised, found.series.deleted)
    assert moved == (release.series_added, release.series_revised, release.series_closed)
    assert found.series.unchanged + found.series.kept + found.series.revised + found.series.deleted == len(before[1])
    assert after == expected(({}, {}) if complete else before, rows, gone, spoken)


@pytest.mark.parametrize("spoken", [True, False])
@pytest.mark.parametrize("later", [["2018", "2019", "2020"], ["2019", "2020"], ["2018"]])
@pytest.mark.parametrize(("status", "unit"), [(None, None), ("P", None), ("P", "PT")])
def test_a_table_that_comes_again(
    engine: Engine, later: list[str], status: str | None, unit: str | None, spoken: bool
) -> None:
    """With all that it had, a year more, or not all of it; saying its attributes again, or not."""
    flow = f"DIFFERENCE{next(_NUMBERS)}"
    words: dict[str, Any] = {"dataflow": flow_ref(flow), "provider": "P", "dataset_id": "d", "action": Action.MERGE}
    first = [row(area, period, 1.0, STATUS="A", UNIT="KM") for area in ("GB", "KG") for period in ("2018", "2019")]
    rows = [row("GB", period, 2.0, STATUS=status, UNIT=unit) for period in later]
    said = frozenset({"STATUS", "UNIT"} if spoken else ())
    with writing(engine) as conn:
        series.publish(conn, dataset(SMALL, first), schema_of(SMALL, flow), **words)
    before = state(engine, flow)
    with writing(engine) as conn:
        series.publish(conn, dataset(SMALL, rows), schema_of(SMALL, flow), **words, spoken=said)
    assert state(engine, flow) == expected(before, rows, [], spoken)


@pytest.mark.parametrize(
    ("then", "kind"),
    [
        (row("GB", "2018", 2.0, STATUS="P"), Change.REVISED),
        (row("GB", "2018", 1.0, STATUS="A"), Change.ATTRIBUTES),
        (row("GB", "2018", None, STATUS="P"), Change.REVISED),
    ],
)
def test_a_value_that_changes_is_told_from_a_status_that_does(
    engine: Engine, then: dict[str, Any], kind: Change
) -> None:
    flow = f"DIFFERENCE{next(_NUMBERS)}"
    words: dict[str, Any] = {"dataflow": flow_ref(flow), "provider": "P", "dataset_id": "d"}
    with writing(engine) as conn:
        series.publish(conn, dataset(SMALL, [row("GB", "2018", 1.0, STATUS="P")]), schema_of(SMALL, flow), **words)
        found = series.difference(conn, dataset(SMALL, [then]), schema_of(SMALL, flow), **words)
    assert found.table["change"].to_pylist() == [kind]
    assert found.table["old OBS_VALUE"].to_pylist() == [1.0]
