"""The page of a series: what it says is what is published, its links work, and its permanent address keeps what it showed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from judge import DESK, PHONE, Judge
from lxml import html
from playwright.sync_api import Browser
from small_exchange import FIGURES, LOCAL, NATIONAL, Server, new_exchange, publish, serve
from store_words import SMALL, WORDS
from store_words import dataset as rows_as_dataset

from dataexchange.messages.media import OFFERED
from dataexchange.model.dataset import CODE, Dataset
from dataexchange.model.period import parse_period
from dataexchange.model.structure import Dataflow
from dataexchange.store import series, structures
from dataexchange.store.database import writing

ROOT = "/series/DX/DF_SDG_LOCAL/1.0.0/"
ALL = "._T" * 11
PM25 = ROOT + "A.N.EN_ATM_PM25.GB_BRS" + ALL
SAFE = ROOT + "A.N._L_VC_SNS_WALN_DARK.GB_BRS" + ALL
HOMICIDES = ROOT + "A.N.VC_IHR_PSRCN.GB_BRS" + ALL
UNEMPLOYMENT = ROOT + "A.N.SL_TLF_UEM.GB_BRS" + ALL
NATION = "/series/DX/DF_SDG_NATIONAL/1.0.0/A.N.EN_ATM_PM25.GB" + ALL


def page(server: Server, address: str) -> html.HtmlElement:
    answer = server.get(address)
    assert answer.status_code == 200, answer.text
    return html.fromstring(answer.text)


def said(found: html.HtmlElement) -> str:
    return re.sub(r"\s+", " ", found.xpath("//main")[0].text_content())


def table(found: html.HtmlElement, id: str = "values") -> dict[str, list[str]]:
    """Period -> cells, under "" the heads."""
    (one,) = found.xpath(f"//table[@id='{id}']")
    heads = [cell.text_content().strip() for cell in one.xpath("thead/tr/th")]
    rows = {
        row.xpath("string(th)"): [cell.text_content().strip() for cell in row.xpath("td")]
        for row in one.xpath("tbody/tr")
    }
    return {"": heads[1:], **rows}


def verdict(found: html.HtmlElement) -> tuple[str, str]:
    word, reason = found.xpath("//section[contains(@class, 'verdict')]/p[not(@class='vintage')]")
    return word.text_content(), reason.text_content()


def test_a_series_that_disagrees(demonstrated: Server) -> None:
    found = page(demonstrated, PM25)
    assert found.xpath("string(//h1)") == "Annual mean levels of fine particulate matter in cities, urban population"
    assert "Bristol, South West. Unit: Micrograms per cubic meter." in said(found)
    word, reason = verdict(found)
    # The city said why at publication.
    assert word == "Differs from the national figures, and it is explained why"
    assert reason.startswith("The national office's own values for Bristol differ in all 7 shared periods")
    assert "reason given by BRISTOL: The city takes modelled concentrations" in reason
    assert reason.endswith(".")
    values = table(found)
    assert values[""] == ["Bristol", "Bristol (national office)", "Difference", "United Kingdom"]
    assert values["2010"] == ["11.7110", "14.21", "−2.50", "13.17"]
    assert values["2011"] == ["12.0489", "–", "", "13.41"]


def test_what_is_explained_on_its_page_is_explained_among_all(demonstrated: Server) -> None:
    counted = demonstrated.get("/api/v1/coherence?indicator=11.6.2").json()
    assert (counted["verdicts"]["explained"], counted["outliers"], counted["warnings"]) == (1, [], 0)
    found = page(demonstrated, "/coherence?indicator=11.6.2")
    (mark, *_) = found.xpath("//main//*[local-name() = 'path'][@class = 'explained']")
    assert "9.342 here, 10.76 nationally" in mark.text_content()
    assert not found.xpath("//*[@class = 'outlier']")
    assert found.xpath("//h2[@id = 'explained']/following-sibling::div[1]//a/@href") == [PM25]
    assert not found.xpath("//h2[@id = 'outliers']")


def test_the_table_holds_what_the_api_answers(demonstrated: Server) -> None:
    answer = demonstrated.get(PM25.replace("/series/", "/sdmx/v2/data/dataflow/") + "?format=csv")
    published = {row["TIME_PERIOD"]: float(row["OBS_VALUE"]) for row in csv.DictReader(io.StringIO(answer.text))}
    shown = {period: float(cells[0]) for period, cells in table(page(demonstrated, PM25)).items() if period}
    assert shown == published


def test_the_chart_shows_the_figures_of_the_table(demonstrated: Server) -> None:
    found = page(demonstrated, PM25)
    for size in ("wide", "narrow"):
        (drawing,) = found.xpath(f"//svg[@id='chart-{size}']")
        assert drawing.get("role") == "img"
        title, told = drawing.xpath("title"), drawing.xpath("desc")
        assert {t.get("id") for t in (*title, *told)} == set(drawing.get("aria-labelledby").split())
        assert "Bristol: 10 values, from 11.71 in 2010 to 9.342 in 2019" in told[0].text
        marks = drawing.xpath(".//*[contains(@class, 'mark ')]/title/text()")
        assert "Bristol, 2018: 9.9991" in marks
        assert "Bristol (national office), 2018: 12.04" in marks
        assert "United Kingdom, 2018: 10.07" in marks
        labels = {" ".join(label.xpath("tspan/text()")) for label in drawing.xpath(".//*[@class='label']")}
        assert labels == {"Bristol 9.342", "Bristol (national office) 10.76", "United Kingdom 9.52"}
    assert "Bristol (national office) has nothing between 2010 and 2013; 2013 and 2015." in said(found)


def test_an_adapted_series_and_its_districts(demonstrated: Server) -> None:
    found = page(demonstrated, SAFE)
    word, reason = verdict(found)
    assert word == "Not comparable with the national figures"
    assert "observation status “Definition differs”" in reason
    assert (
        "“Proportion of population that feel safe walking alone around the area they live in” (VC_SNS_WALN)" in reason
    )
    text = said(found)
    assert "South West is drawn for orientation only" in text
    assert "Hollow marks, Bristol: definition differs (all values)." in text
    assert found.xpath("count(//svg[@id='chart-wide']//circle[contains(@class, 'hollow')])") == 4
    assert "It is a different measure of the same concept." in text
    assert "“Proportion of population that feel safe walking alone around the area they live in” (VC_SNS_WALN)" in text
    assert "People who feel safe outdoors after dark instead of" in text
    (strip,) = found.xpath("//svg[@id='spread-wide']")
    assert len(strip.xpath(".//circle")) == 34
    assert strip.xpath(".//circle[contains(@class, 'lowest')]/title/text()") == ["Hartcliffe and Withywood: 27.50"]
    assert strip.xpath(".//circle[contains(@class, 'highest')]/title/text()") == ["Clifton Down: 88.91"]
    assert "Bristol 62.87" in strip.text_content()
    assert "34 areas inside Bristol, 2020" in text
    assert "Difference" not in table(found)[""], "what cannot be compared is not subtracted"
    districts = found.xpath("//details//tbody/tr/th/a")
    assert len(districts) == 34
    ward = page(demonstrated, districts[0].get("href"))
    assert "Clifton Down, Bristol" in said(ward)
    (up,) = ward.xpath("//a[contains(., 'The same figure for Bristol')]/@href")
    assert page(demonstrated, up).xpath("string(//h1)") == found.xpath("string(//h1)")


def test_another_unit_is_drawn_apart(demonstrated: Server) -> None:
    found = page(demonstrated, HOMICIDES)
    assert found.xpath("//svg/@id") == ["chart-wide", "chart-narrow", "national-wide", "national-narrow"]
    assert table(found)[""] == ["Bristol"]
    assert table(found, "values-1")[""] == ["United Kingdom"]
    assert "Drawn apart, since it is in another unit" in said(found)


def test_other_breakdowns_and_quarters(demonstrated: Server) -> None:
    found = page(demonstrated, UNEMPLOYMENT)
    links = {a.text: a.get("href") for a in found.xpath("//ul[@class='breakdowns']//a")}
    assert "Female" in " ".join(links)
    for words, address in links.items():
        assert words in said(page(demonstrated, address))
    assert table(found)[""] == ["Bristol"]
    assert "its frequency of observation is Annual (A), that of the national series Quarterly (Q)" in verdict(found)[1]
    assert "Q1 2020" in table(found, "values-1")


def test_a_long_table_shows_its_last_periods_and_folds_the_others(demonstrated: Server) -> None:
    found = page(demonstrated, NATION.replace("/A.N.EN_ATM_PM25.", "/Q.N.SL_TLF_UEM."))
    assert len(table(found)) == 1 + 12
    assert found.xpath("//details//table[@id='values-earlier']")
    assert "Q2 2000" in table(found, "values-earlier")


def test_the_reason_for_no_spread_is_told(demonstrated: Server) -> None:
    assert "No figures are published for the areas inside Bristol" in said(page(demonstrated, PM25))


def test_a_national_series_is_what_others_are_compared_with(demonstrated: Server) -> None:
    word, reason = verdict(page(demonstrated, NATION))
    assert word == "Not compared"
    assert "others are compared with" in reason


def test_source_licence_and_release(demonstrated: Server) -> None:
    found = page(demonstrated, PM25)
    text = said(found)
    assert "Bristol City Council" in text
    assert "Department for Environment, Food and Rural Affairs" in text
    assert "repository under MIT licence" in text
    national = said(page(demonstrated, NATION))
    assert "Open Government Licence v3.0. Source: ONSdigital/sdg-data" in national
    (submission,) = found.xpath("//a[starts-with(@href, '/submissions/')]/@href")
    assert demonstrated.get(submission).status_code == 200


def test_a_source_that_nobody_states_is_said_so(own: Server) -> None:
    (told,) = page(own, NATION).xpath("//dt[.='Source and licence']/following-sibling::dd[1]")
    assert told.text_content() == "not stated by the provider"


def test_what_is_saved_has_a_name_and_an_ending(demonstrated: Server) -> None:
    found = page(demonstrated, SAFE)
    names = found.xpath("//ul[@class='downloads']//a/@download")
    start = "proportion-of-people-who-feel-safe-outdoors-after-dark_bristol_release-7."
    assert names == [start + end for end in ("xlsx", "csv", "json", "xml")]
    assert all(found.xpath("//details[contains(., 'formats')]//a/@download"))


def test_every_download_answers_in_the_format_it_names(demonstrated: Server) -> None:
    found = page(demonstrated, PM25)
    addresses = list(dict.fromkeys(found.xpath("//a[contains(@href, '/sdmx/')]/@href")))
    links = [address for address in addresses if "/data/" in address]
    answered = set()
    for address in links:
        answer = demonstrated.get(address)
        assert answer.status_code == 200, address
        answered.add(answer.headers["content-type"].replace(" ", ""))
    assert {media.text.replace(" ", "") for media in OFFERED["v2", "data"]} <= answered


def test_every_link_of_the_page_works(demonstrated: Server) -> None:
    for address in (PM25, SAFE, NATION):
        for link in dict.fromkeys(page(demonstrated, address).xpath("//a/@href")):
            if link.startswith("/") and "/series/" not in link:
                assert demonstrated.get(link).status_code == 200, link


@pytest.mark.parametrize(
    "address",
    [
        ROOT + "A.N.EN_ATM_PM25.GB_NOWHERE" + ALL,
        ROOT + "nonsense",
        "/series/DX/NO_FLOW/1.0.0/A.N",
        PM25 + "?release=99",
    ],
)
def test_what_is_not_there_is_a_page_that_says_where_to_look(demonstrated: Server, address: str) -> None:
    answer = demonstrated.get(address)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    found = html.fromstring(answer.text)
    assert found.xpath("//main//a[@href='/']")
    assert said(found).count(".") >= 1


@pytest.mark.parametrize("release", ["0", "-1", "", "x", "1e9", "9" * 30])
def test_a_release_that_is_no_number_is_said_so(demonstrated: Server, release: str) -> None:
    answer = demonstrated.get(f"{PM25}?release={release}")
    assert answer.status_code == 400
    text = said(html.fromstring(answer.text))
    assert "The query parameter release is" in text
    assert "number" in text


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    yield from serve(new_exchange(tmp_path))


def test_a_permanent_link_keeps_what_it_showed(own: Server) -> None:
    before = page(own, PM25)
    (link,) = before.xpath("//p[@class='cite']/a/@href")
    link = link.removeprefix(own.url)
    assert link.endswith("?release=2")
    publish(own.engine, LOCAL, {**FIGURES, ("GB_BRS", "EN_ATM_PM25", "_T"): [99.0, 98.0]}, "BRISTOL")
    publish(own.engine, NATIONAL, {("GB", "EN_ATM_PM25", "_T"): [55.0]}, "ONS")
    now, pinned = page(own, PM25), page(own, link)
    assert table(now)["2015"][:2] == ["99", "55"]
    assert table(pinned) == table(before)
    assert verdict(pinned) == verdict(before)
    assert "As it stood after release 2" in said(pinned)
    (download,) = [a for a in pinned.xpath("//ul[@class='downloads']//a/@href") if a.endswith("format=csv")]
    assert "11.5" in own.get(download).text
    assert "99" not in [row["OBS_VALUE"] for row in csv.DictReader(io.StringIO(own.get(download).text))]


def test_what_is_gone_points_to_the_last_release_that_had_it(own: Server) -> None:
    kept = {key: values for key, values in FIGURES.items() if key[1] != "EN_ATM_PM25"}
    publish(own.engine, LOCAL, kept, "BRISTOL")
    answer = own.get(PM25)
    assert answer.status_code == 404
    (old,) = html.fromstring(answer.text).xpath("//a[contains(@href, 'release=')]/@href")
    assert old == f"{PM25}?release=2"
    assert table(page(own, old))["2015"][0] == "11.50"


def test_a_missing_value_has_its_reason_and_no_mark(own: Server) -> None:
    found = page(own, PM25)
    row = table(found)["2018"]
    assert row[0] == "–"
    assert "Missing value" in row[-1]
    (drawing,) = found.xpath("//svg[@id='chart-wide']")
    assert [len(run.split()) for run in drawing.xpath(".//g[contains(@class, 'own')]//polyline/@points")] == [3]
    assert "Bristol has no value for 2018." in said(found)


def test_structures_without_areas_and_without_time(own: Server) -> None:
    small = Dataflow(agency="T", id="SMALL_F", version="1.0.0", names={"en": "Small"}, structure=SMALL.ref)
    words = Dataflow(agency="T", id="WORDS_F", version="1.0.0", names={"en": "Words"}, structure=WORDS.ref)
    data = [
        (
            small,
            rows_as_dataset(
                SMALL, [{"FREQ": "A", "REF_AREA": "X", "B@D$-1": "b", "TIME_PERIOD": "2019", "OBS_VALUE": 1.5}]
            ),
        ),
        (words, rows_as_dataset(WORDS, [{"PLACE": "here", "QUESTION": "why", "ANSWER": "<i>because</i>"}])),
    ]
    with writing(own.engine) as conn:
        structures.put(conn, [SMALL, WORDS, small, words])
        for flow, dataset in data:
            schema = structures.schema(conn, flow.ref)
            series.publish(conn, dataset, schema, dataflow=flow.ref, provider="T", dataset_id=f"t/{flow.id}")
    first = page(own, "/series/T/SMALL_F/1.0.0/A.X.b")
    assert table(first)["2019"][0] == "1.5"
    assert verdict(first)[0] == "Not compared"
    second = page(own, "/series/T/WORDS_F/1.0.0/here.why")
    assert "There is no number to draw" in said(second)
    assert "Words" in second.xpath("string(//h1)")
    assert {"Small", "Words"} <= set(page(own, "/").xpath("//ol[@class='results']//h3/a/text()"))


def test_values_are_in_units(own: Server) -> None:
    with writing(own.engine) as conn:
        schema = structures.schema(conn, LOCAL)
        fixed = {"FREQ": "A", "REPORTING_TYPE": "N", "SERIES": "SH_STA_TRAFN", "REF_AREA": "GB_BRS"}
        columns = {d: pa.array([fixed.get(d, "_T")]) for d in schema.structure.dimension_ids}
        columns |= {"TIME_PERIOD": pa.array([parse_period("2020")], pa.int32()), "OBS_VALUE": pa.array([1.25])}
        columns |= {"UNIT_MEASURE": pa.array(["NUMBER"]), "UNIT_MULT": pa.array(["6"]), "OBS_STATUS": pa.array(["E"])}
        coded = {n: c.cast(CODE) if pa.types.is_string(c.type) else c for n, c in columns.items()}
        data = Dataset(schema.structure.ref, pa.table(coded), LOCAL, "BRISTOL")
        series.publish(conn, data, schema, dataflow=LOCAL, provider="BRISTOL", dataset_id="bristol/roads")
    found = page(own, ROOT + "A.N.SH_STA_TRAFN.GB_BRS" + ALL)
    assert table(found)["2020"] == ["1,250,000"]
    (drawing,) = found.xpath("//svg[@id='chart-wide']")
    assert "Number, million" in drawing.text_content()
    assert "1.2 million" in drawing.text_content()
    assert "Hollow marks, Bristol: estimated value (all values)." in said(found)


LETTERS = """Math.min(...[...document.querySelectorAll('svg.chart text')]
    .filter(text => text.getClientRects().length)
    .map(text => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a))"""
SEEN = "[...document.querySelectorAll('svg.chart')].filter(one => one.getClientRects().length).map(one => one.id)"


def test_in_a_browser(demonstrated: Server, browser: Browser) -> None:
    judge = Judge(browser, demonstrated.url)
    try:
        for name, address in (
            ("catalogue", "/"),
            ("series", PM25),
            ("series-districts", SAFE),
            ("series-apart", HOMICIDES),
        ):
            judge.page.goto(address)
            if address == SAFE:
                # What is folded in is judged, too: all measures, all districts.
                judge.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
            judge.look(name)
            if address == "/":
                continue
            for size, ending in ((PHONE, "narrow"), (DESK, "wide")):
                judge.page.set_viewport_size(size)
                shown = judge.page.evaluate(SEEN)
                assert shown
                assert all(id.endswith(ending) for id in shown), "one drawing of each chart is seen"
                assert judge.page.evaluate(LETTERS) >= 11, f"{name}: letters of the {ending} chart are too small"
        assert judge.problems == []
    finally:
        judge.context.close()
