"""Measures beside the primary one: how they are packed, what revises them, and structures that were registered before there were any."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from odd_structure import STRUCTURES, TEST, TEST_TIME, artefacts, dataset, flow, ordered, rows, schema
from sqlalchemy import select
from store_words import SMALL

from dataexchange.errors import Conflict, InvalidRequest, NotSupported
from dataexchange.model.dataset import Action
from dataexchange.model.period import NO_PERIOD, format_period
from dataexchange.model.query import ComponentFilter, Condition, DataQuery, Operator
from dataexchange.model.structure import ConceptScheme, Item, Representation
from dataexchange.store import series, series_table, structures
from dataexchange.store.database import Engine, reading, writing
from dataexchange.store.tables import series_tables


@pytest.fixture
def here(sqlite_engine: Engine) -> Engine:
    with writing(sqlite_engine) as conn:
        structures.put(conn, artefacts())
    return sqlite_engine


def published(engine: Engine, structure, given, action=Action.REPLACE, name="d"):
    known = schema(structure)
    with writing(engine) as conn:
        return series.publish(
            conn,
            dataset(structure, given),
            known,
            dataflow=flow(structure).ref,
            provider="TEST",
            dataset_id=name,
            action=action,
        )


def found(engine: Engine, structure, **query) -> list[dict]:
    with reading(engine) as conn:
        batches = series.batches(conn, DataQuery(**query), schema(structure), flow(structure).ref)
        return [row for batch in batches for row in _rows(structure, batch)]


def _rows(structure, batch):
    owner = np.repeat(np.arange(batch.n_series), np.diff(batch.offsets))
    beside = batch.series.drop_columns(["key", "@provider", "@dataflow"]).to_pylist()
    columns = {k: v.tolist() for k, v in {**batch.measured(structure.measure.id), **batch.attributes}.items()}
    for at, i in enumerate(owner.tolist()):
        row = {**beside[i], **{name: values[at] for name, values in columns.items()}}
        if batch.periods[at] != NO_PERIOD:
            row["TIME_PERIOD"] = format_period(int(batch.periods[at]))
        yield {k: v for k, v in row.items() if v is not None and v == v}


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda s: s.id)
def test_what_is_published_is_found(here, structure):
    release = published(here, structure, rows(structure))
    assert (release.series_added, release.observations) == (6, len(rows(structure)))
    assert ordered(structure, found(here, structure)) == ordered(structure, rows(structure))


def test_numbers_are_packed_and_nothing_costs_nothing(here):
    published(here, TEST_TIME, rows(TEST_TIME))
    with reading(here) as conn:
        held = series_table.find(conn, TEST_TIME.ref)
        assert held.measures == ("SHARE", "REMARK")
        numbers, words = held.measure("SHARE"), held.measure("REMARK")
        kept = conn.execute(select(held.table.c.key, *numbers, *words).order_by(held.table.c.key)).all()
    packed = {row[0]: row[1:] for row in kept}
    assert np.frombuffer(packed["GB.AIR.2nd-ed"][0], "<f8").tolist() == [0, 1 / 3, 2 / 3]
    assert packed["GB.AIR.2nd-ed"][1] is None
    assert packed["KG.WORK.2nd-ed"][:2] == (None, None)
    assert all(row[2] is None for row in packed.values())
    assert json.loads(packed["GB.AIR.2nd-ed"][3])[1] is None


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda s: s.id)
def test_a_revision_of_the_second_measure_alone_is_one(here, structure):
    first = published(here, structure, rows(structure))
    assert published(here, structure, rows(structure)).series_revised == 0
    revised = rows(structure)
    revised[0]["SHARE"] += 1
    assert published(here, structure, revised).series_revised == 1
    told = found(here, structure, updated_after=first.published_at)
    assert ordered(structure, told) == ordered(structure, [revised[0]])
    before = found(here, structure, as_of=first.published_at)
    assert ordered(structure, before) == ordered(structure, rows(structure))
    history = found(here, structure, updated_after=datetime(2000, 1, 1, tzinfo=UTC), include_history=True)
    names = (*structure.dimension_ids, "TIME_PERIOD")
    same = [r["SHARE"] for r in history if all(r.get(n) == revised[0].get(n) for n in names)]
    assert same == [rows(structure)[0]["SHARE"], revised[0]["SHARE"]]


def test_a_merge_leaves_measures_that_it_does_not_speak_of(here):
    published(here, TEST, rows(TEST))
    key = {d: rows(TEST)[0][d] for d in TEST.dimension_ids}
    published(here, TEST, [{**key, "SHARE": 99.0}], Action.MERGE)
    [row] = [r for r in found(here, TEST) if all(r[d] == code for d, code in key.items())]
    assert (row["SHARE"], row["COUNT"], row["REMARK"]) == (99.0, rows(TEST)[0]["COUNT"], rows(TEST)[0]["REMARK"])
    published(here, TEST, [{**key, "COUNT": 7.0}], Action.MERGE)
    [row] = [r for r in found(here, TEST) if all(r[d] == code for d, code in key.items())]
    assert (row["SHARE"], row["COUNT"]) == (99.0, 7.0)


@pytest.mark.parametrize(
    ("component", "operator", "value", "passes"),
    [
        ("SHARE", Operator.GT, "5", lambda row: row.get("SHARE", -1) > 5),
        ("SHARE", Operator.NE, "5", lambda row: row.get("SHARE") != 5),
        ("COUNT", Operator.LE, "5002.5", lambda row: row.get("COUNT", 1e9) <= 5002.5),
        ("REMARK", Operator.CONTAINS, '"10"', lambda row: '"10"' in row.get("REMARK", "")),
        ("REMARK", Operator.NOT_CONTAINS, "It", lambda row: "REMARK" not in row),
        ("SHARE_NOTE", Operator.EQ, "rough", lambda row: row.get("SHARE_NOTE") == "rough"),
        ("AREA_NOTE", Operator.EQ, "All of it", lambda row: row["AREA"] == "GB"),
    ],
)
def test_filters_on_any_component(here, component, operator, value, passes):
    published(here, TEST, rows(TEST))
    wanted = ComponentFilter(component, ((Condition(operator, value),),))
    told = ordered(TEST, found(here, TEST, filters=(wanted,)))
    assert told == ordered(TEST, filter(passes, rows(TEST)))
    assert told
    assert len(told) < 6 or component == "SHARE_NOTE"


def test_a_filter_on_a_number_wants_a_number(here):
    wanted = ComponentFilter("SHARE", ((Condition(Operator.EQ, "much"),),))
    with pytest.raises(InvalidRequest, match=r"c\[SHARE\] 'much': write a number"):
        found(here, TEST, filters=(wanted,))


def test_structures_of_one_measure_are_registered_as_ever(sqlite_engine):
    with writing(sqlite_engine) as conn:
        structures.put(conn, [SMALL])
        [row] = conn.execute(select(series_tables)).all()
    assert row.components == '{"dimensions": ["FREQ", "REF_AREA", "B@D$-1"], "attributes": ["UNIT", "SIZE"]}'


def test_a_structure_that_an_earlier_version_gave_no_table_gets_one_with_its_first_data(here):
    with writing(here) as conn:
        series_table.find(conn, TEST.ref).table.drop(conn)
        conn.execute(series_tables.delete().where(series_tables.c.structure == TEST.ref.short))
    assert found(here, TEST) == []
    published(here, TEST, rows(TEST))
    assert len(found(here, TEST)) == 6


def test_what_cannot_change_and_what_can(here):
    fewer = replace(TEST, measures=TEST.measures[:2])
    other = replace(fewer, version="1.1.0-draft")
    with writing(here) as conn:
        structures.put(conn, [other])
        structures.put(conn, [replace(other, measures=TEST.measures)])  # no data yet: the table is made again
        assert series_table.find(conn, other.ref).measures == ("SHARE", "REMARK")
    published(here, TEST, rows(TEST))
    with pytest.raises(Conflict), writing(here) as conn:
        structures.put(conn, [fewer])


def test_without_a_measure_there_are_no_data(here):
    none = replace(TEST, id="NONE", measures=())
    with writing(here) as conn:
        structures.put(conn, [none])
        assert series_table.find(conn, none.ref) is None
    with pytest.raises(NotSupported, match=r"TEST:NONE\(1.0.0\) has no measure, so it cannot hold data"):
        none.measure  # noqa: B018


@pytest.mark.parametrize("by_concept", [False, True])
def test_several_values_at_once_are_refused_with_the_structure(here, by_concept):
    many = Representation(text_type="String", facets={"maxOccurs": "unbounded"})
    note = next(a for a in TEST.attributes if a.id == "SHARE_NOTE")
    changed = replace(note, representation=Representation() if by_concept else many)
    structure = replace(TEST, id="ARRAYS", attributes=(changed,))
    concepts = ConceptScheme(
        agency="TEST", id="CONCEPTS", version="1.0.0", items=(Item(id="SHARE_NOTE", representation=many),)
    )
    given = [structure, concepts] if by_concept else [structure]
    with (
        pytest.raises(NotSupported, match=r"SHARE_NOTE of DataStructure TEST:ARRAYS\(1.0.0\).*set maxOccurs to 1"),
        writing(here) as conn,
    ):
        structures.put(conn, given)
