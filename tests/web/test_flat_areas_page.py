"""A flat list of areas with a table of areas beside it gets what a list with parents has: the spread, inequality over each partition
in its time, the area above; and a reconciled series and the city's own name each other."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from lxml import html
from small_exchange import LOCAL, Server, dataset, new_exchange, publish, serve

from dataexchange.model.structure import Item, Kind, parse_short
from dataexchange.settings import Settings
from dataexchange.store import series, structures
from dataexchange.store.database import Engine, open_database, reading, writing
from dataexchange.workflow.areas import load_areas
from dataexchange.workflow.compare import portrait
from dataexchange.workflow.inequality import districts_of, inequality_of
from dataexchange.workflow.reconciled import derived_of
from dataexchange.workflow.structures import add_code

LIST = parse_short("DX:CL_AREA(1.0.0)", Kind.CODELIST)
ROOT = "/series/DX/DF_SDG_LOCAL/1.0.0/"
ALL = "._T" * 11
CITY = "A.N.SL_TLF_UEM.FLAT" + ALL
#: A city of boroughs, of which FL_2 was split in 2017, and of tenths of its neighbourhoods.
AREAS = """area,parent,level,partition,valid_from,valid_to
FL_1,FLAT,borough,boroughs,,
FL_2,FLAT,borough,boroughs,,2016
FL_3,FLAT,borough,boroughs,2017,
FL_4,FLAT,borough,boroughs,2017,
FL_D1,FLAT,decile,deprivation deciles,,
FL_D2,FLAT,decile,deprivation deciles,,
"""
FIGURES = {
    ("FLAT", "SL_TLF_UEM", "_T"): [5.0, 5.0, 5.5],
    ("FL_1", "SL_TLF_UEM", "_T"): [4.0, 4.0, 4.0],
    ("FL_2", "SL_TLF_UEM", "_T"): [6.0, 6.0, 99.0],
    ("FL_3", "SL_TLF_UEM", "_T"): [None, None, 7.0],
    ("FL_4", "SL_TLF_UEM", "_T"): [None, None, 8.0],
    ("FL_D1", "SL_TLF_UEM", "_T"): [9.0],
    ("FL_D2", "SL_TLF_UEM", "_T"): [3.0],
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("flat")
    made = new_exchange(folder)
    engine = open_database(made.database_url)
    (folder / "areas.csv").write_text(AREAS, encoding="utf-8")
    with writing(engine) as conn:
        for code in dict.fromkeys(area for area, _, _ in FIGURES):
            add_code(conn, LIST, Item(id=code, names={"en": code.replace("_", " ").title()}), actor="test")
        assert load_areas(conn, folder / "areas.csv", LIST, agency="DX", actor="test").faults == ()
    publish(engine, LOCAL, FIGURES, "FLATLAND")
    with writing(engine) as conn:
        # What the office made of the city's first borough stands in the derived dataflow.
        derived = derived_of(conn, LOCAL)
        assert derived is not None
        schema = structures.schema(conn, derived)
        own = {("FL_1", "SL_TLF_UEM", "_T"): [4.25, 4.25, 4.25]}
        series.publish(conn, dataset(schema, own, "ONS"), schema, dataflow=derived, provider="ONS", dataset_id="ONS/x")
    engine.dispose()
    return made


@pytest.fixture(scope="module")
def server(settings: Settings) -> Iterator[Server]:
    yield from serve(settings)


@pytest.fixture(scope="module")
def engine(server: Server) -> Engine:
    return server.engine


def text(server: Server, address: str) -> str:
    answer = server.get(address)
    assert answer.status_code == 200, answer.text
    return " ".join(html.fromstring(answer.text).xpath("//main")[0].text_content().split())


def test_each_partition_is_one_way_in_its_own_time(engine: Engine) -> None:
    with reading(engine) as conn:
        now = inequality_of(conn, LOCAL, CITY)
        before = inequality_of(conn, LOCAL, CITY, period="2016")
        tenths = inequality_of(conn, LOCAL, CITY, partition="districts:deprivation deciles")
        by_name = inequality_of(conn, LOCAL, CITY, partition="districts:boroughs")
    assert now.partitions == (("districts", "Boroughs"), ("districts:deprivation deciles", "Deprivation deciles"))
    assert now.found is not None
    assert now.found.whole.period == "2017"
    # FL_2 was no borough any longer, whatever stands there.
    assert [g.code for g in now.found.partition.groups] == ["FL_1", "FL_3", "FL_4"]
    assert {m.id: m.value for m in now.found.measures}["D"] == 4.0
    assert before.found is not None
    assert [(g.code, g.value) for g in before.found.partition.groups] == [("FL_1", 4.0), ("FL_2", 6.0)]
    assert tenths.found is not None
    assert tenths.found.partition.exhaustive
    assert [g.value for g in tenths.found.partition.groups] == [9.0, 3.0]
    assert by_name.found == now.found


def test_comparisons_take_the_first_partition_with_figures(engine: Engine) -> None:
    with reading(engine) as conn:
        schema = structures.schema(conn, LOCAL)
        found = districts_of(conn, schema, [portrait(conn, LOCAL, CITY).line])[CITY]
    assert (found.partition.id, found.partition.name, len(found.known)) == ("districts", "Boroughs", 3)


def test_the_page_shows_the_spread_of_the_chosen_partition(server: Server) -> None:
    said = text(server, ROOT + CITY)
    assert "3 areas inside Flat, 2017" in said
    assert "How unequal: boroughs, 2017" in said
    assert "99" not in said.partition("Period by period")[0]
    tenths = text(server, f"{ROOT}{CITY}?by={quote('districts:deprivation deciles')}")
    assert "2 areas inside Flat, 2015" in tenths
    assert "How unequal: deprivation deciles, 2015" in tenths
    inside = server.get(f"/api/v1/inequality?key={CITY}&partition={quote('districts:deprivation deciles')}").json()
    assert inside["inequality"]["partition_name"] == "Deprivation deciles"


def test_a_district_names_the_area_above(server: Server) -> None:
    said = text(server, ROOT + CITY.replace("FLAT", "FL_1"))
    assert "Fl 1, Flat" in said
    assert "The same figure for Flat , of which Fl 1 is a part." in said.replace("Flat,", "Flat ,")


def test_a_reconciled_series_and_the_own_one_name_each_other(server: Server) -> None:
    own, key = ROOT + CITY.replace("FLAT", "FL_1"), CITY.replace("FLAT", "FL_1")
    page = html.fromstring(server.get(own).text)
    (address,) = page.xpath("//p[@class='reconciled']/a/@href")
    assert address == f"/series/DX/DF_SDG_RECONCILED/1.0.0/{key}"
    assert "Reconciled to the national total by the national office; not the city's own figure" in text(server, own)
    there = html.fromstring(server.get(address).text)
    assert "not the city's own figure" in there.xpath("string(//div[contains(@class, 'reconciled')])")
    assert there.xpath("//div[contains(@class, 'reconciled')]//a/@href") == [own]
    # Before it was made nothing was there to link to.
    assert not html.fromstring(server.get(own + "?release=3").text).xpath("//p[@class='reconciled']")
    assert not html.fromstring(server.get(ROOT + CITY).text).xpath("//p[@class='reconciled']")
