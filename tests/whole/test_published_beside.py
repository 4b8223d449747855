"""What a check takes from beyond the table: the denominator of a rate that the city published last month, or that the nation has; and what
figures that are no counts may be, by the nation's total."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event
from test_unmapped import FLOW, checked, message, put, sent

from dataexchange.model.structure import Kind, parse_short
from dataexchange.store import series, structures
from dataexchange.store.database import Engine, migrate, open_database, reading, writing
from dataexchange.workflow.baseline import load_baseline
from dataexchange.workflow.structures import register_shipped
from dataexchange.workflow.vintage import lay_together

LOCAL = parse_short(FLOW, Kind.DATAFLOW)
NATIONAL = parse_short("DX:DF_SDG_NATIONAL(1.0.0)", Kind.DATAFLOW)
YEARS = (2017, 2018, 2019)
PEOPLE = {"SERIES": "_L_POPULATION", "UNIT_MEASURE": "NUMBER"}

#: 12 victims among 460,000 people are 2.6 in 100,000.
KILLED = ("VC_IHR_PSRCN", "NUMBER", (12, 14, 12))
RATE = ("VC_IHR_PSRC", "PER_100000_POP", (2.6, 3.0, 2.6))


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    place = tmp_path_factory.mktemp("furnished") / "exchange.db"
    engine = open_database(f"sqlite:///{place}")
    migrate(engine)
    with writing(engine) as conn:
        register_shipped(conn)
    engine.dispose()
    return place.read_bytes()


@pytest.fixture
def engine(furnished: bytes, tmp_path: Path) -> Iterator[Engine]:
    (tmp_path / "exchange.db").write_bytes(furnished)
    engine = open_database(f"sqlite:///{tmp_path}/exchange.db")
    yield engine
    engine.dispose()


def told(engine: Engine, home: Path, *parts: tuple[str, str, tuple[float, ...]]) -> list[str]:
    """What is said of rates when a city sends these series."""
    return said_of("IDN-RATE", engine, home, *parts)


def said_of(rule: str, engine: Engine, home: Path, *parts: tuple[str, str, tuple[float, ...]]) -> list[str]:
    lines: list[bytes] = []
    for code, unit, values in parts:
        rows = zip(YEARS, values, strict=True)
        lines += message(*rows, SERIES=code, UNIT_MEASURE=unit).splitlines()[bool(lines) :]
    path = put(home / "crime.csv", b"\n".join(lines))
    return [f.message for f in checked(engine, home, sent(engine, home, path)).findings if f.rule == rule]


def published(engine: Engine, home: Path, *people: float, **said: str) -> None:
    path = put(home / "people.csv", message(*zip(YEARS, people, strict=False), **PEOPLE, **said))
    with reading(engine) as conn:
        dataset = lay_together(conn, [path], dataflow=LOCAL).dataset
    with writing(engine) as conn:
        schema = structures.schema(conn, LOCAL)
        series.publish(conn, dataset, schema, dataflow=LOCAL, provider="BRISTOL", dataset_id="bristol/people")


def national(engine: Engine, home: Path, *values: float, **said: str) -> None:
    text = message(*zip(YEARS, values, strict=True), flow=NATIONAL.short, **{**PEOPLE, **said})
    with writing(engine) as conn:
        loaded = load_baseline(conn, [put(home / "nation.csv", text)], provider="UK_ONS", actor="test")
    assert loaded.release is not None, loaded.report.findings


def test_what_the_city_has_published_is_a_denominator(engine: Engine, tmp_path: Path) -> None:
    assert told(engine, tmp_path, KILLED, RATE) == []
    published(engine, tmp_path, 460_000, 461_000, 462_000)
    assert told(engine, tmp_path, KILLED, RATE) == []
    (said,) = told(engine, tmp_path, KILLED, (*RATE[:2], (2.6, 3.0, 3.6)))
    assert said.startswith("3.6 of 462,000 (Resident population, published by BRISTOL) would be 16.632, and the count")


def test_a_multiplier_counts(engine: Engine, tmp_path: Path) -> None:
    published(engine, tmp_path, 460, 461, 462, UNIT_MULT="3")
    assert told(engine, tmp_path, KILLED, RATE) == []
    assert len(told(engine, tmp_path, KILLED, (*RATE[:2], (2.6, 3.0, 3.6)))) == 1


def test_the_nation_has_it_where_the_city_has_not(engine: Engine, tmp_path: Path) -> None:
    """3 % off is another way of counting; what the city has published of a year hides what the nation has."""
    national(engine, tmp_path, 448_000, 461_000, 620_000)
    (said,) = told(engine, tmp_path, KILLED, RATE)
    where = f"Resident population in the national series, {NATIONAL.short}"
    assert said.startswith(f"2.6 of 620,000 ({where}) would be 16.12, and the count is 12")
    published(engine, tmp_path, 460_000, 461_000, 462_000)
    assert told(engine, tmp_path, KILLED, RATE) == []


def test_what_the_table_has_comes_first(engine: Engine, tmp_path: Path) -> None:
    published(engine, tmp_path, 620_000, 620_000, 620_000)
    people = (PEOPLE["SERIES"], PEOPLE["UNIT_MEASURE"], (460_000.0, 461_000.0, 462_000.0))
    assert told(engine, tmp_path, KILLED, RATE, people) == []
    assert len(told(engine, tmp_path, KILLED, RATE)) == 1


def test_another_area_or_breakdown_is_no_denominator(engine: Engine, tmp_path: Path) -> None:
    national(engine, tmp_path, 56_000_000, 56_300_000, 56_600_000, area="GB_ENG")
    published(engine, tmp_path, 230_000, 231_000, 232_000, SEX="F")
    assert told(engine, tmp_path, KILLED, RATE) == []


def test_who_sends_no_rate_is_not_asked_for_one(engine: Engine, tmp_path: Path) -> None:
    """No key is looked for beyond those of the table."""
    published(engine, tmp_path, 460_000, 461_000, 462_000)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _u, text, values, *_: asked.append(f"{text} {values}"))
    told(engine, tmp_path, KILLED)
    assert not any("_L_POPULATION.GB_BRS" in one for one in asked)
    told(engine, tmp_path, KILLED, RATE)
    assert any("_L_POPULATION.GB_BRS" in one for one in asked)


def test_what_is_no_count_is_told_with_what_it_may_be(engine: Engine, tmp_path: Path) -> None:
    """Bristol has 0.8 % of the people of England."""
    national(engine, tmp_path, 1600, 1610, 1620, area="GB_ENG", SERIES="SH_STA_TRAFN")
    deaths, people = ("SH_STA_TRAFN", "NUMBER", (0.75, 0.81, 0.8)), ("_L_POPULATION", "NUMBER", (460e3, 461e3, 462e3))
    words = "0.75 is no whole number, as a count is; is it in thousands (UNIT_MULT 3), or a rate?"
    first, *others = said_of("RNG-COUNT", engine, tmp_path, deaths, people)
    assert (first, len(others)) == (words, 2)
    national(engine, tmp_path, 56e6, 56.2e6, 56.4e6, area="GB_ENG")
    first, *others = said_of("RNG-COUNT", engine, tmp_path, deaths, people)
    assert first == f"{words}; values look like percentages of the national total"
    assert all(other.endswith("or a rate?") for other in others)
