"""What a release does: what it writes, what it leaves alone, what it refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sqlalchemy import func, select
from store_words import SMALL, WIDE, dataset, flow_ref, observations, schema_of

from dataexchange.errors import Conflict, InvalidRequest, NotFound
from dataexchange.model.dataset import Action, Dataset
from dataexchange.model.query import DataQuery, KeyPattern
from dataexchange.model.structure import Dataflow
from dataexchange.model.submission import Release
from dataexchange.store import releases, series, series_table, structures
from dataexchange.store.database import Engine, reading, writing


def row(area: str, period: str | None, value: float | None, **attributes: Any) -> dict[str, Any]:
    return {"FREQ": "A", "REF_AREA": area, "B@D$-1": "_T", "TIME_PERIOD": period, "OBS_VALUE": value, **attributes}


def publish(engine: Engine, flow: str, rows: list[dict[str, Any]] | Dataset, **words: Any) -> Release:
    given = rows if isinstance(rows, Dataset) else dataset(SMALL, rows)
    with writing(engine) as conn:
        return series.publish(
            conn,
            given,
            schema_of(SMALL, flow),
            dataflow=flow_ref(flow),
            **{"provider": "P", "dataset_id": "d", **words},
        )


def everything(engine: Engine, flow: str, query: DataQuery | None = None) -> list[tuple[Any, ...]]:
    with reading(engine) as conn:
        return observations(list(series.batches(conn, query or DataQuery(), schema_of(SMALL), flow_ref(flow))))


def versions(engine: Engine, flow: str) -> int:
    with reading(engine) as conn:
        held = series_table.find(conn, SMALL.ref)
        assert held is not None
        return int(
            conn.execute(
                select(func.count()).select_from(held.table).where(held.table.c.dataflow == flow_ref(flow).short)
            ).scalar_one()
        )


def test_a_release_tells_what_it_changed_and_where_it_came_from(engine: Engine, flow: str) -> None:
    first = publish(engine, flow, [row("GB", "2018", 1), row("KG", "2018", 2), row("KE", "2018", 3)])
    assert (first.series_added, first.series_revised, first.series_closed, first.observations) == (3, 0, 0, 3)
    second = publish(
        engine,
        flow,
        [row("GB", "2018", 1), row("KG", "2018", 9), row("XX", "2018", 3), row("XX", "2019", 4)],
        submission="s1",
        file_hash="f",
        mapping_hash="m",
        report_hash="r",
        note="because",
    )
    assert (second.series_added, second.series_revised, second.series_closed, second.observations) == (1, 1, 1, 4)
    assert second.number > first.number
    assert second.published_at > first.published_at
    with reading(engine) as conn:
        assert releases.get(conn, second.number) == second
        assert releases.last_release(conn, flow_ref(flow)) == second
        assert releases.latest(conn, dataflow=flow_ref(flow)) == [second, first]
        assert (second.submission, second.file_hash, second.mapping_hash, second.report_hash) == ("s1", "f", "m", "r")
        assert releases.last_release(conn, flow_ref("elsewhere")) is None
        with pytest.raises(NotFound):
            releases.get(conn, 10**9)


def test_unchanged_series_are_not_written_again(engine: Engine, flow: str) -> None:
    rows = [row("GB", "2018", 1, STATUS="A"), row("GB", "2019", None, STATUS="E"), row("KG", "2018", -0.0, UNIT="PT")]
    publish(engine, flow, rows)
    # Another order, another dictionary, another zero: the same content.
    again = publish(engine, flow, [{**r, "OBS_VALUE": r["OBS_VALUE"] or r["OBS_VALUE"]} for r in reversed(rows)])
    assert (again.series_added, again.series_revised, again.series_closed) == (0, 0, 0)
    assert versions(engine, flow) == 2
    publish(engine, flow, [*rows[:2], row("KG", "2018", 0.0, UNIT="N")])
    assert versions(engine, flow) == 3


def test_publication_times_rise_with_the_numbers(engine: Engine, flow: str) -> None:
    first = publish(engine, flow, [row("GB", "2018", 1)])
    second = publish(engine, flow, [row("GB", "2018", 2)], published_at=datetime(1999, 1, 1, tzinfo=UTC))
    assert second.published_at > first.published_at
    assert everything(engine, flow, DataQuery(as_of=first.published_at))[0][6] == 1
    assert everything(engine, flow, DataQuery(as_of=datetime(1999, 1, 1)))[:1] == []


def test_of_rows_that_say_the_same_period_the_later_wins(engine: Engine, flow: str) -> None:
    rows = [
        {**row("GB", "2018", 1), "STATUS": "A", "UP-PER": "5"},
        {**row("GB", "2018", None), "STATUS": "Q"},
        {**row("GB", None, None), "UNIT": "PT"},
    ]
    assert publish(engine, flow, rows).observations == 1
    assert [r[4:] for r in everything(engine, flow)] == [
        (
            {"FREQ": "A", "REF_AREA": "GB", "B@D$-1": "_T", "UNIT": "PT"},
            "2018",
            None,
            {"STATUS": "Q", "UP-PER": "5"},
        )
    ]


def test_merge_without_a_measure_leaves_the_values(engine: Engine, flow: str) -> None:
    publish(engine, flow, [row("GB", "2018", 1.5, STATUS="A"), row("GB", "2019", 2.5, STATUS="A")])
    only_attributes = dataset(SMALL, [row("GB", "2018", None, STATUS="E"), row("GB", "2020", None, STATUS="M")])
    publish(
        engine,
        flow,
        Dataset(SMALL.ref, only_attributes.table.drop_columns(["OBS_VALUE"])),
        action=Action.MERGE,
    )
    assert [(r[5], r[6], r[7]["STATUS"]) for r in everything(engine, flow)] == [
        ("2018", 1.5, "E"),
        ("2019", 2.5, "A"),
        ("2020", None, "M"),
    ]


def test_a_series_in_two_datasets_or_of_two_providers_is_a_conflict(engine: Engine, flow: str) -> None:
    publish(engine, flow, [row("GB", "2018", 1)], dataset_id="bristol/pm25")
    with pytest.raises(Conflict, match=r"A\.GB\._T in dataset bristol/air of P .* dataset bristol/pm25 of P"):
        publish(engine, flow, [row("GB", "2018", 1)], dataset_id="bristol/air")
    with pytest.raises(Conflict, match=r"bristol/pm25 of P: leave it out"):
        publish(engine, flow, [row("GB", "2018", 1)], dataset_id="bristol/pm25", provider="Q")
    assert publish(engine, flow, [row("GB_B", "2018", 1)], dataset_id="bristol/air", provider="Q").series_added == 1
    with reading(engine) as conn:
        both = list(series.batches(conn, DataQuery(), schema_of(SMALL), flow_ref(flow)))
        assert both[0].series["@provider"].to_pylist() == ["P", "Q"]
        one = DataQuery(providers=("DX,Q",))
        assert [b.n for b in series.batches(conn, one, schema_of(SMALL), flow_ref(flow))] == [1]


def test_what_is_refused_leaves_nothing(engine: Engine, flow: str) -> None:
    before = publish(engine, flow, [row("GB", "2018", 1)])
    for bad in (
        row("G.B", "2018", 1),
        row("G\0B", "2018", 1),
        row("", "2018", 1),
        {**row("GB", "2018", 1), "FREQ": None},
    ):
        with pytest.raises(InvalidRequest):
            publish(engine, flow, [row("KG", "2018", 1), bad])
    with pytest.raises(InvalidRequest, match="2000 bytes"):
        publish(engine, flow, [row("G" * 3000, "2018", 1)])
    with reading(engine) as conn:
        assert releases.last_release(conn, flow_ref(flow)) == before
    assert [r[3] for r in everything(engine, flow)] == ["A.GB._T"]


def test_withdrawn_series_are_gone_but_on_record(sqlite_engine: Engine) -> None:
    engine, flow = sqlite_engine, "F"
    with writing(engine) as conn:
        structures.put(conn, [SMALL, Dataflow(agency="T", id=flow, version="1.0.0", structure=SMALL.ref)])
    first = publish(engine, flow, [row("GB", "2018", 1), row("KG", "2018", 1)])
    publish(engine, flow, [row("KE", "2018", 1)], dataset_id="other")
    with writing(engine) as conn:
        release = series.withdraw(conn, dataflow=flow_ref(flow), provider="P", dataset_id="d", note="wrong year")
    assert (release.series_closed, release.observations, release.note) == (2, 0, "wrong year")
    assert [r[3] for r in everything(engine, flow)] == ["A.KE._T"]
    assert len(everything(engine, flow, DataQuery(as_of=first.published_at))) == 2
    with writing(engine) as conn, pytest.raises(NotFound, match="has no published series"):
        series.withdraw(conn, dataflow=flow_ref(flow), provider="P", dataset_id="d")


def test_fifteen_dimensions_and_odd_ids(engine: Engine, flow: str) -> None:
    codes = {f"D{i}@$-": f"c{i}@$-_" for i in range(15)}
    rows = [
        {**codes, "D3@$-": area, "TIME_PERIOD": "2018-W07", "OBS_VALUE": 0.1, "O@-$": "x", "S@-$": "y", "A" * 80: "z"}
        for area in ("GB", "GB_BRS_E05010885")
    ]
    schema = schema_of(WIDE, flow)
    with writing(engine) as conn:
        series.publish(conn, dataset(WIDE, rows), schema, dataflow=flow_ref(flow), provider="P", dataset_id="d")
    pattern = KeyPattern(((), (), (), ("GB",), *[()] * 11))
    with reading(engine) as conn:
        found = observations(list(series.batches(conn, DataQuery(keys=(pattern,)), schema, flow_ref(flow))))
    key = ".".join({**codes, "D3@$-": "GB"}.values())
    attributes = {**codes, "D3@$-": "GB", "S@-$": "y", "A" * 80: "z"}
    assert found == [("I", flow_ref(flow).short, "P", key, attributes, "2018-W07", 0.1, {"O@-$": "x"})]


@pytest.mark.parametrize("distinct", [1, 2, 256, 257, 70_000])
def test_any_number_of_attribute_combinations(engine: Engine, flow: str, distinct: int) -> None:
    """One byte, two or four an observation, side by side in one batch."""
    n = max(distinct, 300)
    comments = [f"note {i % distinct}" for i in range(n)]
    parts = [_numbered("GB", comments), _numbered("KG", ["same"] * 10), _numbered("KE", ["a", None, "b"])]
    publish(engine, flow, Dataset(SMALL.ref, pa.concat_tables(parts)))
    with reading(engine) as conn:
        (batch,) = series.batches(conn, DataQuery(), schema_of(SMALL), flow_ref(flow))
    assert batch.series["REF_AREA"].to_pylist() == ["GB", "KE", "KG"]
    assert batch.attributes["STATUS"].to_pylist() == [*comments, "a", None, "b", *["same"] * 10]
    assert batch.values.tolist() == [*range(n), *range(3), *range(10)]


def _numbered(area: str, status: list[str | None]) -> pa.Table:
    n = len(status)
    same = {"FREQ": "A", "REF_AREA": area, "B@D$-1": "_T"}
    return pa.table(
        {
            **{name: pa.array([code] * n).dictionary_encode() for name, code in same.items()},
            "TIME_PERIOD": pa.array(np.arange(n) * 8000 + 8, pa.int32()),
            "OBS_VALUE": pa.array(np.arange(n, dtype=float)),
            "STATUS": pa.array(status, pa.string()).dictionary_encode(),
        }
    )


def test_a_dictionary_may_hold_a_code_twice(engine: Engine, flow: str) -> None:
    """Mappings make such dictionaries: "Bristol" and "City of Bristol" both become GB_BRS."""
    table = dataset(SMALL, [row("GB", "2018", 1, STATUS="A"), row("GB", "2019", 2, STATUS="A")]).table
    twice = pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int32()), pa.array(["GB", "GB"]))
    status = pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int32()), pa.array(["A", "A"]))
    table = table.set_column(table.column_names.index("REF_AREA"), "REF_AREA", twice)
    table = table.set_column(table.column_names.index("STATUS"), "STATUS", status)
    assert publish(engine, flow, Dataset(SMALL.ref, table)).series_added == 1
    assert (
        publish(engine, flow, [row("GB", "2018", 1, STATUS="A"), row("GB", "2019", 2, STATUS="A")]).series_revised == 0
    )


def test_batches_start_small_and_stay_bounded(engine: Engine, flow: str) -> None:
    publish(engine, flow, [row(f"A{i:05}", "2018", i) for i in range(3000)])
    with reading(engine) as conn:
        sizes = [
            b.n_series for b in series.batches(conn, DataQuery(), schema_of(SMALL), flow_ref(flow), batch_size=1000)
        ]
    assert sizes == [256, 1000, 1000, 744]


def test_the_long_table_comes_back_as_it_went_in(engine: Engine, flow: str) -> None:
    rows = [row("GB", "2018", 1.0, STATUS="A", UNIT="PT"), row("KG", "2018-Q1", 2.0, UNIT=None, **{"UP-PER": "3"})]
    publish(engine, flow, rows)
    with reading(engine) as conn:
        found = series.dataset_of(conn, DataQuery(), schema_of(SMALL), flow_ref(flow))
        nothing = series.dataset_of(conn, DataQuery(start="2050"), schema_of(SMALL), flow_ref(flow))
    given = dataset(SMALL, rows).table
    assert found.dataflow == flow_ref(flow)
    for name in given.column_names:
        if given[name].null_count < given.num_rows:
            assert found.table[name].to_pylist() == given[name].to_pylist()
    assert nothing.n == 0
    assert set(SMALL.dimension_ids) < set(nothing.table.column_names)


def test_nothing_is_known_of_a_structure_that_was_never_registered(engine: Engine) -> None:
    unknown = schema_of(replace(SMALL, id="UNKNOWN"))
    with reading(engine) as conn:
        assert list(series.batches(conn, DataQuery(), unknown, flow_ref("F"))) == []
