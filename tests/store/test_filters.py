"""Every operator on every kind of component: dimension, attributes of series and observations, numbers, time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from store_words import SMALL, WORDS, dataset, flow_ref, observations, schema_of
from twin import NUMERIC, Twin

from dataexchange.errors import InvalidRequest
from dataexchange.model.dataset import Action
from dataexchange.model.query import ComponentFilter, Condition, DataQuery, KeyPattern, Operator
from dataexchange.store import series
from dataexchange.store.database import Engine, reading, writing

_VALUES = {
    "REF_AREA": ("GB", "GB_BRS", "B", "gb", "_", "%"),
    "UNIT": ("PT", "pt", "T", "%", "_"),
    "STATUS": ("A", "Ä", "%"),
    "UP-PER": ("10", "9.5", "1e1"),
    "SIZE": ("9", "10.0"),
    "OBS_VALUE": ("0", "1.5", "-100"),
    "TIME_PERIOD": ("2018", "2018-Q1", "2018-02", "2019"),
}
_TEXT_ONLY = {Operator.CONTAINS, Operator.NOT_CONTAINS, Operator.STARTS, Operator.ENDS}

_ROWS: list[dict[str, Any]] = [
    {
        "FREQ": "A",
        "REF_AREA": area,
        "B@D$-1": "_T",
        "TIME_PERIOD": period,
        "OBS_VALUE": value,
        "STATUS": status,
        "UP-PER": upper,
        "UNIT": unit,
        "SIZE": size,
    }
    for area, unit, size in (
        ("GB", "PT", "9"),
        ("GB_BRS", "pt", "10"),
        ("gb", None, None),
        ("KG", "T%_", "9.0"),
        ("%", "P", "100"),
    )
    for period, value, status, upper in (
        ("2018", 0.0, "A", "10"),
        ("2018-Q1", 1.5, None, None),
        ("2018-02", None, "Ä%", "9"),
        ("2019", -3.0, "%", "10.0"),
        ("2017-Q4", 1e300, "B", "not a number"),
    )
]


@pytest.fixture
def published(engine: Engine, flow: str) -> str:
    with writing(engine) as conn:
        series.publish(
            conn,
            dataset(SMALL, _ROWS),
            schema_of(SMALL, flow),
            dataflow=flow_ref(flow),
            provider="P",
            dataset_id="d",
        )
    return flow


def test_every_operator_on_every_component(engine: Engine, published: str) -> None:
    twin = Twin(SMALL)
    rows = [r for r in _ROWS if r["UP-PER"] != "not a number"]
    twin.publish(published, "P", "d", rows, Action.REPLACE, datetime.now(UTC))
    with writing(engine) as conn:
        series.publish(
            conn, dataset(SMALL, rows), schema_of(SMALL), dataflow=flow_ref(published), provider="P", dataset_id="d"
        )
    with reading(engine) as conn:
        for component, values in _VALUES.items():
            for operator in Operator:
                if operator in _TEXT_ONLY and (component in {"OBS_VALUE", "TIME_PERIOD"} or component in NUMERIC):
                    continue
                for value in values:
                    query = DataQuery(filters=(ComponentFilter(component, ((Condition(operator, value),),)),))
                    found = observations(list(series.batches(conn, query, schema_of(SMALL), flow_ref(published))))
                    expected = [(a, flow_ref(f).short, *rest) for a, f, *rest in twin.query(query, [published])]
                    assert found == expected, (component, operator, value)


def _ask(engine: Engine, flow: str, component: str, *conditions: Condition) -> int:
    query = DataQuery(filters=(ComponentFilter(component, (conditions,)),))
    with reading(engine) as conn:
        return sum(b.n for b in series.batches(conn, query, schema_of(SMALL), flow_ref(flow)))


def test_text_where_a_number_should_be_meets_no_comparison(engine: Engine, published: str) -> None:
    assert _ask(engine, published, "UP-PER", Condition(Operator.GE, "0")) == 15
    assert _ask(engine, published, "UP-PER", Condition(Operator.NE, "0")) == 25


@pytest.mark.parametrize(
    ("component", "condition", "words"),
    [
        ("NOWHERE", Condition(Operator.EQ, "1"), "c\\[NOWHERE\\].*T:SMALL.*REF_AREA"),
        ("TIME_PERIOD", Condition(Operator.EQ, "20x9"), "c\\[TIME_PERIOD\\] '20x9'"),
        ("TIME_PERIOD", Condition(Operator.CONTAINS, "2019"), "c\\[TIME_PERIOD\\] '2019'.*eq, ne"),
        ("OBS_VALUE", Condition(Operator.GE, "much"), "c\\[OBS_VALUE\\] 'much'.*number"),
        ("OBS_VALUE", Condition(Operator.STARTS, "1"), "c\\[OBS_VALUE\\] '1'.*eq, ne"),
    ],
)
def test_faults_name_the_parameter_before_anything_is_read(
    engine: Engine, published: str, component: str, condition: Condition, words: str
) -> None:
    query = DataQuery(filters=(ComponentFilter(component, ((condition,),)),))
    with reading(engine) as conn, pytest.raises(InvalidRequest, match=words):
        series.batches(conn, query, schema_of(SMALL), flow_ref(published))


def test_a_key_with_too_many_positions_is_refused(engine: Engine, published: str) -> None:
    query = DataQuery(keys=(KeyPattern((("A",), (), (), ("X",))),))
    with reading(engine) as conn, pytest.raises(InvalidRequest, match="4 positions, the structure 3"):
        series.batches(conn, query, schema_of(SMALL), flow_ref(published))


def test_words_are_filtered_as_words(engine: Engine, flow: str) -> None:
    rows = [
        {"PLACE": "GB", "QUESTION": "safe", "ANSWER": "Yes, mostly", "STATUS": "A"},
        {"PLACE": "GB", "QUESTION": "clean", "ANSWER": "No"},
        {"PLACE": "KG", "QUESTION": "clean", "ANSWER": None},
    ]
    schema = schema_of(WORDS, flow)
    with writing(engine) as conn:
        series.publish(conn, dataset(WORDS, rows), schema, dataflow=flow_ref(flow), provider="P", dataset_id="d")
    with reading(engine) as conn:
        everything = observations(list(series.batches(conn, DataQuery(), schema, flow_ref(flow))))
        assert [(r[3], r[5], r[6], r[7]) for r in everything] == [
            ("GB.clean", "", "No", {}),
            ("GB.safe", "", "Yes, mostly", {"STATUS": "A"}),
            ("KG.clean", "", None, {}),
        ]
        yes = ComponentFilter("ANSWER", ((Condition(Operator.STARTS, "Yes"),),))
        found = observations(list(series.batches(conn, DataQuery(filters=(yes,)), schema, flow_ref(flow))))
        assert [r[3] for r in found] == ["GB.safe"]
        there = series.dataset_of(conn, DataQuery(start="2010"), schema, flow_ref(flow))
        assert there.table["ANSWER"].to_pylist() == ["No", "Yes, mostly", None]


@pytest.mark.parametrize(
    ("value", "all_of_it"),
    [("0001-01-01", {Operator.NE, Operator.GE, Operator.GT}), ("9999", {Operator.NE, Operator.LE, Operator.LT})],
)
def test_years_outside_of_all_data_are_open_ends(
    engine: Engine, published: str, value: str, all_of_it: set[Operator]
) -> None:
    for operator in (Operator.EQ, Operator.NE, Operator.LT, Operator.LE, Operator.GT, Operator.GE):
        expected = len(_ROWS) if operator in all_of_it else 0
        assert _ask(engine, published, "TIME_PERIOD", Condition(operator, value)) == expected, operator


def test_what_looks_like_an_operator_may_be_words(engine: Engine, published: str) -> None:
    """A code has no colon; the unit of this structure has no code list, so it may."""
    assert _ask(engine, published, "UNIT", Condition(Operator.EQ, "zz:1")) == 0
    for component in ("REF_AREA", "TIME_PERIOD", "OBS_VALUE", "UP-PER"):
        with pytest.raises(InvalidRequest, match="eq, ne, lt"):
            _ask(engine, published, component, Condition(Operator.EQ, "zz:1"))
