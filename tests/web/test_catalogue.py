"""The catalogue as a reader has it: searched by words and filters, counted, paged, safe with any name, current after a release."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html
from small_exchange import FIGURES, LOCAL, Server, new_exchange, publish, serve

from dataexchange.model.query import StructureQuery
from dataexchange.model.structure import Codelist, Item
from dataexchange.settings import Settings
from dataexchange.store import structures
from dataexchange.store.database import migrate, open_database, writing

HOSTILE = '<script>alert("1")</script> & <b>bold</b>'


def page(server: Server, address: str) -> html.HtmlElement:
    answer = server.get(address)
    assert answer.status_code == 200, answer.text
    return html.fromstring(answer.text)


def results(found: html.HtmlElement) -> list[tuple[str, str]]:
    """(title, area) of every result."""
    items = found.xpath("//ol[@class='results']/li")
    return [(item.xpath("string(.//h3/a)"), item.xpath("string(.//p[@class='about']/b)")) for item in items]


def test_everything_is_there_cities_first(demonstrated: Server) -> None:
    found = results(page(demonstrated, "/"))
    assert found[0] == ("Proportion of households with moderate or severe food insecurity", "Bristol, South West")
    areas = [area for _, area in found]
    assert areas == sorted(areas, key=lambda area: area != "Bristol, South West"), "cities before national series"
    assert ("Number of victims of intentional homicide", "Bristol, South West") in found


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("q=PARTICULATE+bristol", {"Annual mean levels of fine particulate matter in cities, urban population"}),
        ("q=brístöl+homicide", {"Number of victims of intentional homicide"}),
        ("q=VC_IHR_PSRCN", {"Number of victims of intentional homicide"}),
        ("q=17.8.1&area=GB_BRS&flow=DX:DF_SDG_LOCAL(1.0.0)", {"Internet users per 100 inhabitants"}),
        ("goal=16.1.1&flow=DX:DF_SDG_LOCAL(1.0.0)", {"Number of victims of intentional homicide"}),
        ("goal=11", {"Annual mean levels of fine particulate matter in cities, urban population"}),
        (
            "q=pm2.5+bristol&flow=DX:DF_SDG_LOCAL(1.0.0)",
            {"Annual mean levels of fine particulate matter in cities, urban population"},
        ),
        ("q=murder&flow=DX:DF_SDG_LOCAL(1.0.0)", {"Number of victims of intentional homicide"}),
        ("q=women+bristol&flow=DX:DF_SDG_LOCAL(1.0.0)", {"Unemployment rate"}),
        ("q=no+such+words+anywhere", set()),
        ("q=bristol+zzz", set()),
    ],
)
def test_words_and_filters(demonstrated: Server, query: str, titles: set[str]) -> None:
    found = page(demonstrated, f"/?{query}")
    assert {title for title, _ in results(found)} == titles
    if not titles:
        assert "start again" in found.text_content()


@pytest.mark.parametrize("word", ["air", "pollution", "women", "ward", "wards", "hunger", "jobs", "murder", "16+to+24"])
def test_everyday_words_find_something(demonstrated: Server, word: str) -> None:
    assert results(page(demonstrated, f"/?q={word}"))


@pytest.mark.parametrize("marks", ["_", ".", "%25", "_+-"])
def test_marks_alone_find_nothing_and_it_is_said_why(demonstrated: Server, marks: str) -> None:
    found = page(demonstrated, f"/?q={marks}")
    assert results(found) == []
    assert "no letter and no digit" in found.text_content()


def test_words_written_alike_are_offered(demonstrated: Server) -> None:
    found = page(demonstrated, "/?q=homocide&area=GB_BRS")
    (link,) = found.xpath("//a[.='homicide']/@href")
    assert results(page(demonstrated, link)) == [("Number of victims of intentional homicide", "Bristol, South West")]
    assert "written alike" not in page(demonstrated, "/?q=bristol+goal99").text_content()


def test_goal_1_is_not_goal_17(demonstrated: Server) -> None:
    assert results(page(demonstrated, "/?goal=1")) == []


def test_districts_stand_under_their_city_or_on_their_own(demonstrated: Server) -> None:
    folded = page(demonstrated, "/?q=_L_AG_PRD_FIESS_HH")
    assert len(results(folded)) == 1
    assert "34 more" in folded.text_content()
    (link,) = folded.xpath("//ol[@class='results']//a[contains(., 'inside')]")
    assert link.text == "34 areas inside"
    opened = page(demonstrated, link.get("href"))
    assert len(results(opened)) == 35
    assert results(opened)[0][1] == "Bristol, South West"
    found = results(page(demonstrated, "/?q=ashley+moderate&flow=DX:DF_SDG_LOCAL(1.0.0)"))
    assert [area for _, area in found] == ["Ashley, Bristol", "Bishopston and Ashley Down, Bristol"]


def test_every_result_and_link_leads_somewhere(demonstrated: Server) -> None:
    found = page(demonstrated, "/")
    addresses = {a.get("href") for a in found.xpath("//main//a")}
    assert len([a for a in addresses if a.startswith("/series/")]) == len(results(found))
    for address in sorted(addresses):
        assert demonstrated.get(address).status_code == 200, address


def test_dataflows_with_their_numbers(demonstrated: Server) -> None:
    rows = {row.xpath("string(.//code)"): row for row in page(demonstrated, "/").xpath("//tbody/tr[.//code]")}
    cells = [cell.text_content() for cell in rows["DX:DF_SDG_NATIONAL(1.0.0)"].xpath("td[@class='number']")]
    assert cells == ["277", "4,306"]
    links = rows["DX:DF_SDG_LOCAL(1.0.0)"].xpath(".//a")
    assert [a.text for a in links] == ["CSV", "JSON", "XML"]
    assert links[0].get("download") == "df_sdg_local_release-7.csv"


def test_headline_is_the_series_without_breakdown(demonstrated: Server) -> None:
    found = page(demonstrated, "/?q=unemployment+bristol")
    (address,) = found.xpath("//ol[@class='results']//h3/a/@href")
    assert address == "/series/DX/DF_SDG_LOCAL/1.0.0/A.N.SL_TLF_UEM.GB_BRS" + "._T" * 11
    assert "5 breakdowns" in found.text_content()
    assert "2010 to 2018" in found.text_content()


def test_pages_of_fifty(demonstrated: Server) -> None:
    first = page(demonstrated, "/?parts=1")
    total = int(re.search(r"([\d,]+) indicators by area", first.text_content())[1].replace(",", ""))
    assert len(results(first)) == 50
    seen, here = [], first
    while True:
        seen += here.xpath("//ol[@class='results']//h3/a/@href")
        following = here.xpath("//nav[@class='pages']/a[@rel='next']/@href")
        if not following:
            break
        here = page(demonstrated, following[0])
    assert len(seen) == len(set(seen)) == total
    assert results(page(demonstrated, "/?parts=1&page=999")) == results(here), "past the end is the last page"
    for wrong in ("0", "abc", ""):
        answer = demonstrated.get(f"/?page={wrong}")
        assert answer.status_code == 400
        assert "The query parameter page is" in html.fromstring(answer.text).text_content()


def test_words_of_a_search_are_never_markup(demonstrated: Server) -> None:
    answer = demonstrated.get(f"/?q={HOSTILE}&area={HOSTILE}&goal={HOSTILE}")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "<b>bold" not in answer.text
    assert demonstrated.get("/?q=%00").status_code == 200


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    yield from serve(new_exchange(tmp_path))


def test_a_release_is_found_at_once(own: Server) -> None:
    assert results(page(own, "/?q=suicide")) == []
    publish(own.engine, LOCAL, {**FIGURES, ("GB_BRS", "SH_STA_SCIDE", "_T"): [9.5]}, "BRISTOL")
    assert results(page(own, "/?q=suicide")) == [("Suicide mortality rate", "Bristol, South West")]


def test_hostile_names_are_text(own: Server) -> None:
    with writing(own.engine) as conn:
        for name, code in (("CL_SERIES", "X_HOSTILE"), ("CL_AREA", "GB_HOSTILE")):
            query = StructureQuery(("codelist",), ("DX",), (name,))
            (found,) = (a for a in structures.find(conn, query) if isinstance(a, Codelist))
            structures.put(conn, [replace(found, items=(*found.items, Item(id=code, names={"en": HOSTILE})))])
    publish(own.engine, LOCAL, {("GB_HOSTILE", "X_HOSTILE", "_T"): [1.0, 2.0]}, "HOSTILE")
    answer = own.get("/?q=hostile")
    assert results(html.fromstring(answer.text)) == [(HOSTILE, HOSTILE)]
    assert "<script>alert" not in answer.text
    series = own.get("/series/DX/DF_SDG_LOCAL/1.0.0/A.N.X_HOSTILE.GB_HOSTILE" + "._T" * 11)
    assert series.status_code == 200
    assert "<script>alert" not in series.text
    assert "<b>bold" not in series.text
    assert html.fromstring(series.text).xpath("string(//h1)") == HOSTILE


def test_an_empty_exchange_says_how_to_start(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    engine = open_database(settings.database_url)
    migrate(engine)
    engine.dispose()
    for server in serve(settings):
        text = page(server, "/").text_content()
        assert "Nothing is published yet" in text
        assert "dataexchange submit" in text
