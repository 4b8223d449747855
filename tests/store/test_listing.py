"""What a catalogue lists: one row for an area and an indicator, as it stands now, on both databases."""

from __future__ import annotations

from store_words import SMALL, dataset, flow_ref, schema_of

from dataexchange.model.period import parse_period
from dataexchange.store import listing, series
from dataexchange.store.database import Engine, reading, writing


def publish(engine: Engine, flow: str, rows: list[tuple[str, str, str, float]]) -> int:
    given = [{"FREQ": "A", "REF_AREA": a, "B@D$-1": b, "TIME_PERIOD": t, "OBS_VALUE": v} for a, b, t, v in rows]
    with writing(engine) as conn:
        schema = schema_of(SMALL, flow)
        made = series.publish(
            conn, dataset(SMALL, given), schema, dataflow=flow_ref(flow), provider="P", dataset_id="d"
        )
        return made.number


def listed(engine: Engine, flow: str, area: str | None, subject: str | None) -> dict[tuple[str, str], listing.Listed]:
    with reading(engine) as conn:
        found = listing.listed(conn, schema_of(SMALL, flow), flow_ref(flow), area, subject)
    return {(one.area, one.series): one for one in found}


def test_series_are_counted_by_area_and_begin_with_the_total(engine: Engine, flow: str) -> None:
    publish(
        engine, flow, [("GB", "F", "2010", 1), ("GB", "_T", "2012", 2), ("GB", "_T", "2013", 2), ("KE", "M", "2011", 3)]
    )
    found = listed(engine, flow, "REF_AREA", None)
    assert sorted(found) == [("GB", ""), ("KE", "")]
    britain = found["GB", ""]
    assert (britain.key, britain.breakdowns, britain.observations) == ("A.GB._T", 2, 3)
    assert (britain.first, britain.last) == (parse_period("2010"), parse_period("2013"))
    assert found["KE", ""].key == "A.KE.M", "without a total the first one"


def test_any_two_dimensions_and_none(engine: Engine, flow: str) -> None:
    publish(engine, flow, [("GB", "F", "2010", 1), ("GB", "M", "2012", 2)])
    assert sorted(listed(engine, flow, "REF_AREA", "B@D$-1")) == [("GB", "F"), ("GB", "M")]
    (alone,) = listed(engine, flow, None, None).values()
    assert (alone.breakdowns, alone.observations) == (2, 2)


def test_only_what_stands_now(engine: Engine, flow: str) -> None:
    publish(engine, flow, [("GB", "_T", "2010", 1), ("KE", "_T", "2010", 1)])
    second = publish(engine, flow, [("GB", "_T", "2010", 5)])
    assert sorted(listed(engine, flow, "REF_AREA", None)) == [("GB", "")]
    with reading(engine) as conn:
        seen = [listing.last_seen(conn, schema_of(SMALL, flow), flow_ref(flow), key) for key in ("A.KE._T", "A.XX._T")]
    assert seen == [second - 1, None]


def test_a_dataflow_without_data_lists_nothing(engine: Engine, flow: str) -> None:
    assert listed(engine, flow, "REF_AREA", None) == {}
    assert listed(engine, flow, None, None) == {}
