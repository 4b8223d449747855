"""That questions people ask are answered through an index, in the order of keys, without reading or sorting everything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event
from store_words import SMALL, dataset, flow_ref, schema_of

from dataexchange.model.query import AvailabilityQuery, ComponentFilter, Condition, DataQuery, KeyPattern, Operator
from dataexchange.store import series, series_table
from dataexchange.store.database import Connection, migrate, open_database, reading, writing
from dataexchange.store.read import wanted
from dataexchange.store.selection import selection, visible


@pytest.fixture(scope="module")
def conn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    folder: Path = tmp_path_factory.mktemp("plans")
    engine = open_database(f"sqlite:///{folder}/plans.db")
    migrate(engine)
    rows = [
        {"FREQ": "A", "REF_AREA": f"A{a}", "B@D$-1": f"B{b}", "TIME_PERIOD": "2018", "OBS_VALUE": 1.0}
        for a in range(60)
        for b in range(60)
    ]
    with writing(engine) as conn:
        series.publish(
            conn, dataset(SMALL, rows), schema_of(SMALL), dataflow=flow_ref("F"), provider="P", dataset_id="d"
        )
    with reading(engine) as conn:
        yield conn
    engine.dispose()


def plan(conn: Connection, query: DataQuery, upto: int | None = None) -> str:
    held = series_table.find(conn, SMALL.ref)
    assert held is not None
    rows = wanted(selection(query, schema_of(SMALL), held, "sqlite"), flow_ref("F").short, visible(held.table, upto))
    text = rows.compile(conn.engine, compile_kwargs={"literal_binds": True})
    return "; ".join(row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}"))


def test_a_whole_dataflow_streams_in_the_order_of_its_keys(conn: Connection) -> None:
    for upto in (None, 1):
        said = plan(conn, DataQuery(), upto)
        assert "(dataflow=?)" in said
        assert "TEMP B-TREE" not in said


def test_a_full_key_is_looked_up(conn: Connection) -> None:
    assert "(dataflow=? AND key=?)" in plan(conn, DataQuery(keys=(KeyPattern((("A",), ("A1",), ("B1",))),)))


def test_one_area_is_looked_up_and_needs_no_sorting(conn: Connection) -> None:
    by_key = DataQuery(keys=(KeyPattern(((), ("A1",), ())),))
    by_filter = DataQuery(filters=(ComponentFilter("REF_AREA", ((Condition(Operator.EQ, "A1"),),)),))
    for query in (by_key, by_filter):
        said = plan(conn, query)
        assert "d_REF_AREA=?" in said
        assert "TEMP B-TREE" not in said


def test_availability_reads_nothing_but_indexes(conn: Connection) -> None:
    said: list[str] = []

    @event.listens_for(conn.engine, "before_cursor_execute")
    def explain(_conn: object, cursor: object, statement: str, parameters: object, *_: object) -> None:
        if "combinations" in statement or "codes" in statement:
            said.extend(row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall())

    try:
        there = series.available(conn, AvailabilityQuery(DataQuery()), schema_of(SMALL), flow_ref("F"))
    finally:
        event.remove(conn.engine, "before_cursor_execute", explain)
    assert (there.series, len(there.values["REF_AREA"]), len(there.values["B@D$-1"])) == (3600, 60, 60)
    of_table = [line for line in said if series_table.find(conn, SMALL.ref).table.name in line]
    assert any("COVERING INDEX" in line and "_counted (dataflow=?)" in line for line in of_table)
    assert not [line for line in of_table if "INDEX" not in line]


def test_the_index_for_counting_leads_nobody_astray(conn: Connection) -> None:
    for query in (
        DataQuery(keys=(KeyPattern((("A",), (), ("B1",))),)),
        DataQuery(keys=(KeyPattern((("A",), (), ())),)),
    ):
        said = plan(conn, query)
        assert "_counted" not in said
        assert "TEMP B-TREE" not in said


def test_several_areas_are_looked_up(conn: Connection) -> None:
    assert "d_REF_AREA=?" in plan(conn, DataQuery(keys=(KeyPattern((("A",), ("A1", "A2"), ())),)))
