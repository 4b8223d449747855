"""Releases and questions that Hypothesis makes up, answered by the store and by its twin; of a structure with three measures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_words import MANY, dataset, flow_ref, observations, schema_of
from twin import Clash, Twin

from dataexchange.errors import Conflict
from dataexchange.model.dataset import Action
from dataexchange.model.period import format_period
from dataexchange.model.query import AvailabilityQuery, ComponentFilter, Condition, DataQuery, KeyPattern, Operator
from dataexchange.store import releases, series
from dataexchange.store.database import Connection, Engine, reading, writing

#: Long before any other release of the session, and rising from there.
_minutes = count(1)
_ids = count(1)
_BEGIN = datetime(2100, 1, 1, tzinfo=UTC)

PERIODS = ["2018", "2018-Q1", "2018-01", "2018-02", "2018-Q2", "2018-07", "2019", "2019-Q4", "2020"]
AREAS = ["GB", "GB_BRS", "KG"]
BREAKDOWNS = ["_T", "X-1", "Y$@"]

#: Few keys and mostly one dataset, so that releases meet: what is drawn most stands first.
row = st.fixed_dictionaries(
    {
        "FREQ": st.sampled_from(["A", "A", "A", "M"]),
        "REF_AREA": st.sampled_from([AREAS[0], *AREAS]),
        "B@D$-1": st.sampled_from([BREAKDOWNS[0], BREAKDOWNS[0], *BREAKDOWNS]),
        "TIME_PERIOD": st.sampled_from([*PERIODS, None]),
        "OBS_VALUE": st.sampled_from([0.0, 1.5, -2.0, 1e20, None]),
        "STATUS": st.sampled_from(["A", "E", "Ä%", None]),
        "UP-PER": st.sampled_from(["2", "10", "10.0", None]),
        "UNIT": st.sampled_from(["PT", "PT", "pt", "N_T", None, None]),
        "SIZE": st.sampled_from(["9", "9", "10", None, None]),
        "WEIGHT": st.sampled_from([0.5, 0.5, -1.0, None]),
        "WORD": st.sampled_from(["yes", "yes", "Ñ, no", None]),
    }
)


@st.composite
def rows(draw: st.DrawFn, min_size: int = 0) -> list[dict[str, Any]]:
    """Of a release that speaks of some of the further measures and leaves the others be."""
    unsaid = draw(st.sampled_from([(), (), ("WEIGHT",), ("WORD",), ("WEIGHT", "WORD")]))
    found = draw(st.lists(row, min_size=min_size, max_size=12))
    return [{name: value for name, value in one.items() if name not in unsaid} for one in found]


actions = st.sampled_from(list(Action))
release = st.one_of(
    st.tuples(st.just("F1"), st.just("P"), st.just("d1"), rows(min_size=1), actions),
    st.tuples(
        st.sampled_from(["F1", "F2"]),
        st.sampled_from(["P", "Q"]),
        st.sampled_from(["d1", "d2"]),
        rows(),
        actions,
    ),
)
_COMPARE = [Operator.EQ, Operator.NE, Operator.LT, Operator.LE, Operator.GT, Operator.GE]
_VALUES = {
    "REF_AREA": ("GB", "GB_BRS", "B", "KG", "_"),
    "B@D$-1": ("_T", "X", "$@", "1"),
    "UNIT": ("PT", "T", "pt", "_"),
    "STATUS": ("A", "E", "%"),
    "UP-PER": ("10", "9.5"),
    "SIZE": ("9", "10.0"),
    "OBS_VALUE": ("0", "1.5", "100"),
    "WEIGHT": ("0.5", "0"),
    "WORD": ("yes", "Ñ", "e"),
    "TIME_PERIOD": ("2018", "2018-Q1", "2018-02", "2019"),
}
_NUMBERS = {"UP-PER", "SIZE", "OBS_VALUE", "WEIGHT", "TIME_PERIOD"}


@st.composite
def filters(draw: st.DrawFn) -> ComponentFilter:
    component = draw(st.sampled_from(list(_VALUES)))
    operators = _COMPARE if component in _NUMBERS else list(Operator)
    condition = st.builds(Condition, st.sampled_from(operators), st.sampled_from(_VALUES[component]))
    any_of = st.lists(condition, min_size=1, max_size=3).map(tuple)
    return ComponentFilter(component, draw(st.lists(any_of, min_size=1, max_size=2).map(tuple)))


def _position(codes: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(codes), max_size=2, unique=True).map(tuple)


keys = st.tuples(_position(["A", "M"]), _position(AREAS), _position(BREAKDOWNS)).map(KeyPattern)
queries = st.fixed_dictionaries(
    {},
    optional={
        "keys": st.lists(keys, max_size=2).map(tuple),
        "filters": st.lists(filters(), min_size=1, max_size=2).map(tuple),
        "providers": st.sampled_from([(), ("P",), ("P", "Q")]),
        "start": st.sampled_from(["2018-02", "2018-Q2", "2019"]),
        "end": st.sampled_from(["2018", "2018-Q1", "2019"]),
        "first_n": st.integers(0, 2),
        "last_n": st.integers(0, 2),
    },
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(made=st.lists(release, min_size=2, max_size=5), asked=st.lists(queries, min_size=2, max_size=8))
def test_store_answers_like_its_twin(engine: Engine, made: list[Any], asked: list[dict[str, Any]]) -> None:
    twin, own = Twin(MANY), f"_{next(_ids)}"
    for flow, provider, name, rows, action in made:
        _publish_both(engine, twin, flow + own, provider, name, rows, action)
    names = ["F1" + own, "F2" + own]
    with reading(engine) as conn:
        for words in asked:
            query = DataQuery(**words)
            _compare(conn, twin, query, names)
            _compare_availability(conn, twin, query, names)
        for words in ({}, asked[0]):
            for travel in _travels([_BEGIN, *twin.times]):
                _compare(conn, twin, DataQuery(**words, **travel), names)


def _travels(moments: list[datetime]) -> Iterator[dict[str, Any]]:
    """Every question about time that the releases give rise to."""
    for moment in moments:
        yield {"updated_after": moment}
        yield {"as_of": moment}
        yield {"updated_after": moment, "as_of": moments[-2]}
        yield {"updated_after": moment, "include_history": True}
    yield {"as_of": moments[-2], "include_history": True}


def _compare(conn: Connection, twin: Twin, query: DataQuery, names: list[str]) -> None:
    flows = [flow_ref(name) for name in names]
    found = observations(list(series.batches(conn, query, schema_of(MANY), flows, batch_size=3)))
    assert found == [(a, flow_ref(f).short, *rest) for a, f, *rest in twin.query(query, names)]


def _publish_both(engine: Engine, twin: Twin, flow: str, *release: Any) -> None:
    provider, name, rows, action = release
    at = _BEGIN + timedelta(minutes=next(_minutes))
    try:
        expected = twin.publish(flow, provider, name, rows, action, at)
    except Clash:
        with pytest.raises(Conflict, match="published already"), writing(engine) as conn:
            _publish(conn, flow, provider, name, rows, action, at)
        return
    with writing(engine) as conn:
        made = _publish(conn, flow, provider, name, rows, action, at)
    assert (made.series_added, made.series_revised, made.series_closed, made.observations) == expected
    twin.times[-1] = made.published_at


def _publish(conn: Connection, flow: str, provider: str, name: str, rows: Any, action: Action, at: datetime) -> Any:
    last = releases.last_release(conn)
    return series.publish(
        conn,
        dataset(MANY, rows),
        schema_of(MANY, flow),
        dataflow=flow_ref(flow),
        provider=provider,
        dataset_id=name,
        action=action,
        published_at=at if last is None or last.published_at < at else last.published_at + timedelta(seconds=1),
    )


def _compare_availability(conn: Connection, twin: Twin, query: DataQuery, names: list[str]) -> None:
    flows = [flow_ref(name) for name in names]
    whole = DataQuery(**{f: getattr(query, f) for f in ("keys", "filters", "providers", "start", "end", "as_of")})
    there = series.available(conn, AvailabilityQuery(whole), schema_of(MANY), flows)
    rows = twin.query(whole, names)
    assert there.observations == len(rows)
    assert there.series == len({r[1:4] for r in rows})
    for dimension in MANY.dimension_ids:
        assert there.values[dimension] == tuple(sorted({r[4][dimension] for r in rows}))
    periods = sorted({r[5] for r in rows}, key=PERIODS.index)
    assert (there.first_period is None) == (not periods)
    if there.first_period is not None and there.last_period is not None:
        assert (format_period(there.first_period), format_period(there.last_period)) == (periods[0], periods[-1])
    _compare_selectable(conn, twin, whole, names)


def _compare_selectable(conn: Connection, twin: Twin, query: DataQuery, names: list[str]) -> None:
    """ "Available" mode: what could still be chosen for areas, when areas are not restricted."""
    flows = [flow_ref(name) for name in names]
    there = series.available(conn, AvailabilityQuery(query, ("REF_AREA",), available=True), schema_of(MANY), flows)
    free = DataQuery(
        keys=tuple(KeyPattern((k.positions[0], (), k.positions[2])) for k in query.keys),
        filters=tuple(f for f in query.filters if f.component != "REF_AREA"),
        **{f: getattr(query, f) for f in ("providers", "start", "end", "as_of")},
    )
    assert there.values == {"REF_AREA": tuple(sorted({r[4]["REF_AREA"] for r in twin.query(free, names)}))}
