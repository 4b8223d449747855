"""What the average hides, wherever it is shown: on the page of a series, over HTTP, in comparisons and on the command line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from urllib.parse import quote

import orjson
import pyarrow as pa
import pytest
from lxml import html
from small_exchange import LOCAL, Server, new_exchange, serve

from dataexchange.cli import main
from dataexchange.errors import InvalidRequest, NotFound
from dataexchange.model.dataset import CODE, Dataset
from dataexchange.model.period import parse_period
from dataexchange.model.sentence import say
from dataexchange.settings import Settings
from dataexchange.store import releases, series, structures
from dataexchange.store.database import open_database, reading, writing
from dataexchange.web.series_national import hints, national_value
from dataexchange.workflow.compare import portrait
from dataexchange.workflow.inequality import inequality_of
from dataexchange.workflow.permission import operator
from dataexchange.workflow.rulebooks import load_rulebook

ROOT = "/series/DX/DF_SDG_LOCAL/1.0.0/"
ALL = "._T" * 11
SAFE = "A.N._L_VC_SNS_WALN_DARK.GB_BRS" + ALL
API = "/api/v1/inequality?key="

WARDS = ("GB_BRS_E05010885", "GB_BRS_E05010886", "GB_BRS_E05010887")
#: (SERIES, area or quintile) -> (year, value, half of the 95 % interval).
_SLUM = {
    ("EN_LND_SLUM", "GB_BRS", "_T"): [(2019, 20.0, 1.0), (2020, 18.0, 1.0)],
    **{("EN_LND_SLUM", "GB_BRS", f"Q{n}"): [(2020, 30.0 - 5 * n, 1.96)] for n in range(1, 6)},
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Bristol with three of its 34 wards, which are 31 too few, quintiles with bounds, women and men with their numbers."""
    made = new_exchange(tmp_path_factory.mktemp("unequal"))
    figures: dict[tuple[str, str, str, str], list[tuple[int, float, float | None]]] = {
        (code, area, quintile, "_T"): [(year, value, half) for year, value, half in rows]
        for (code, area, quintile), rows in _SLUM.items()
    }
    figures |= {("SL_TLF_UEM", ward, "_T", "_T"): [(2020, 4.0 + n, None)] for n, ward in enumerate(WARDS)}
    figures[("SL_TLF_UEM", "GB_BRS", "_T", "_T")] = [(2020, 5.0, None)]
    figures |= {("SI_POV_NAHC", "GB_BRS", "_T", sex): [(2020, v, 0.98)] for sex, v in (("F", 20.0), ("M", 10.0))}
    figures[("SI_POV_NAHC", "GB_BRS", "_T", "_T")] = [(2020, 17.0, None)]
    figures |= {("_L_POPULATION", "GB_BRS", "_T", sex): [(2018, v, None)] for sex, v in (("F", 300.0), ("M", 100.0))}
    figures |= {("VC_DSR_MORT", area, "_T", "_T"): [(2020, 7.0, None)] for area in ("GB_BRS", *WARDS)}
    engine = open_database(made.database_url)
    with writing(engine) as conn:
        schema = structures.schema(conn, LOCAL)
        rows = [(*of, *row) for of, held in figures.items() for row in held]
        at = {"SERIES": 0, "REF_AREA": 1, "INCOME_WEALTH_QUANTILE": 2, "SEX": 3}
        fixed = {"FREQ": "A", "REPORTING_TYPE": "N"}
        columns = {
            d: pa.array([r[at[d]] if d in at else fixed.get(d, "_T") for r in rows]).cast(CODE)
            for d in schema.structure.dimension_ids
        }
        columns["TIME_PERIOD"] = pa.array([parse_period(str(r[4])) for r in rows], pa.int32())
        columns["OBS_VALUE"] = pa.array([r[5] for r in rows], pa.float64())
        counts = ("_L_POPULATION", "VC_DSR_MORT")
        columns["UNIT_MEASURE"] = pa.array(["NUMBER" if r[0] in counts else "PT" for r in rows]).cast(CODE)
        columns["OBS_STATUS"] = pa.array(["A"] * len(rows)).cast(CODE)
        columns["UNIT_MULT"] = pa.array(["0"] * len(rows)).cast(CODE)
        for name, sign in (("LOWER_BOUND", -1), ("UPPER_BOUND", 1)):
            said = [None if r[6] is None else repr(r[5] + sign * r[6]) for r in rows]
            columns[name] = pa.array(said, pa.string())
        data = Dataset(schema.structure.ref, pa.table(columns), LOCAL, "BRISTOL")
        series.publish(conn, data, schema, dataflow=LOCAL, provider="BRISTOL", dataset_id="BRISTOL/unequal")
    engine.dispose()
    return made


@pytest.fixture(scope="module")
def server(settings: Settings) -> Iterator[Server]:
    yield from serve(settings)


def key(code: str, **codes: str) -> str:
    dimensions = {"SEX": 0, "INCOME_WEALTH_QUANTILE": 3}
    rest = ["_T"] * 11
    for name, value in codes.items():
        if name in dimensions:
            rest[dimensions[name]] = value
    return ".".join(("A", "N", code, codes.get("REF_AREA", "GB_BRS"), *rest))


def asked(server: Server, of: str, **more: str) -> dict:
    answer = server.get(API + of + "".join(f"&{name}={quote(value)}" for name, value in more.items()))
    assert answer.status_code == 200, answer.text
    return answer.json()


def page(server: Server, address: str) -> html.HtmlElement:
    answer = server.get(address)
    assert answer.status_code == 200, answer.text
    return html.fromstring(answer.text)


def text(found: html.HtmlElement) -> str:
    return " ".join(found.xpath("//main")[0].text_content().split())


# ---- the demonstration: Bristol's wards, as "city averages mask inequities" has them ----


def test_bristol_after_dark(demonstrated: Server) -> None:
    found = asked(demonstrated, SAFE)["inequality"]
    measures = {m["id"]: m["value"] for m in found["measures"]}
    assert found["average"] == pytest.approx(62.9, abs=0.05)
    assert (found["partition"], found["period"], found["groups_total"]) == ("districts", "2020", 34)
    values = [group["value"] for group in found["groups"]]
    assert (min(values), max(values)) == (pytest.approx(27.5, abs=0.05), pytest.approx(88.9, abs=0.05))
    assert (measures["D"], measures["R"]) == (pytest.approx(61.4, abs=0.05), pytest.approx(3.23, abs=0.005))
    ends = asked(demonstrated, SAFE, partition="COMPOSITE_BREAKDOWN")["inequality"]
    assert ends["measures"] == []
    assert "8 of 10 groups have no value" in ends["refused"]
    assert (
        "Most deprived tenth of neighbourhoods: 32.9; Least deprived tenth of neighbourhoods: 85.7" in ends["summary"]
    )
    earlier = asked(demonstrated, SAFE, period="2018")["inequality"]
    assert earlier["period"] == "2018"
    assert earlier["groups"] != found["groups"]


def test_the_page_shows_the_spread_beside_the_average(demonstrated: Server) -> None:
    found = page(demonstrated, ROOT + SAFE)
    said = text(found)
    assert "From 27.5 (Hartcliffe and Withywood) to 88.9 (Clifton Down) across 34 areas." in said
    assert "61.4 percentage points" in said
    assert "No margins of error are published" in said
    (other,) = found.xpath("//nav[@class='ways']//a/@href")
    there = text(page(demonstrated, other))
    assert "No measure of inequality. 8 of 10 groups have no value" in there
    assert "They are 52.8 percentage points apart." in there
    (address,) = found.xpath("//a[@download='inequality.csv']/@href")
    rows = list(csv.DictReader(io.StringIO(demonstrated.get(address).content.decode("utf-8-sig"))))
    assert [row["id"] for row in rows if row["kind"] == "measure"][:2] == ["D", "R"]
    assert sum(row["kind"] == "group" for row in rows) == 34


def test_comparisons_say_what_the_average_hides(demonstrated: Server) -> None:
    (found,) = demonstrated.get(f"/api/v1/comparisons?key={SAFE}").json()
    inside = found["inequality"]
    assert (inside["lowest"]["name"], inside["highest"]["name"]) == ("Hartcliffe and Withywood", "Clifton Down")
    assert inside["difference"]["value"] == pytest.approx(61.4, abs=0.05)
    assert inside["groups_missing"] == 0
    whole = demonstrated.get("/api/v1/comparisons?area=GB_BRS&series=EN_ATM_PM25").json()
    assert {one["inequality"] for one in whole} == {None}


def test_sources_of_fine_particles_are_no_groups_of_people(demonstrated: Server) -> None:
    found = asked(demonstrated, "A.N.EN_ATM_PM25.GB_BRS" + ALL)
    assert (found["partitions"], found["inequality"]) == ([], None)
    said = text(page(demonstrated, ROOT + "A.N.EN_ATM_PM25.GB_BRS" + ALL))
    assert "No figures are published for the areas inside Bristol" in said
    assert "How unequal" not in said


# ---- figures with bounds and weights ----


def test_fifths_with_bounds_have_intervals(server: Server) -> None:
    found = asked(server, key("EN_LND_SLUM"))["inequality"]
    assert (found["partition"], found["ordered"], found["shares"]) == ("INCOME_WEALTH_QUANTILE", True, "built")
    measures = {m["id"]: m for m in found["measures"]}
    assert measures["D"]["value"] == -20
    assert measures["D"]["se"] == pytest.approx(2**0.5)
    assert measures["D"]["high"] == pytest.approx(-20 + 1.96 * 2**0.5)
    # Few live in slums at the rich end: the line falls.
    assert measures["SII"]["value"] < 0
    assert "falls by" in measures["SII"]["sentence"]
    assert "95 % interval" in text(page(server, ROOT + key("EN_LND_SLUM")))


def test_shares_come_from_the_counts_of_the_nearest_year(server: Server) -> None:
    found = asked(server, key("SI_POV_NAHC"))["inequality"]
    assert found["shares"] == "known"
    assert [(g["code"], g["share"]) for g in found["groups"]] == [("F", 0.75), ("M", 0.25)]
    assert {m["id"]: m["value"] for m in found["measures"]}["BGV"] == pytest.approx(0.75 * 2.5**2 + 0.25 * 7.5**2)
    assert any("“Resident population” of 2018, since there is none of 2020" in note for note in found["notes"])


def test_three_of_34_wards_are_too_few(server: Server) -> None:
    found = asked(server, key("SL_TLF_UEM"), partition="districts")["inequality"]
    assert found["measures"] == []
    assert "31 of 34 groups have no value (91.2 %)" in found["refused"]
    said = text(page(server, ROOT + key("SL_TLF_UEM")))
    assert "No measure of inequality. 31 of 34" in said


class _Undone(Exception):
    """Rolls back what a test wrote."""


def test_an_office_says_how_many_may_be_missing(server: Server) -> None:
    rule = "{rule: INQ-MISSING, parameters: {most: 92}, where: {series: SL_*}}"
    with suppress(_Undone), writing(server.engine) as conn:
        load_rulebook(conn, f"agency: DX\nrules:\n  - {rule}\n".encode(), "book.yaml", caller=operator("test"))
        found = inequality_of(conn, LOCAL, key("SL_TLF_UEM")).found
        assert found is not None
        assert found.refused is None
        assert found.measure("D") is not None
        raise _Undone
    assert asked(server, key("SL_TLF_UEM"))["inequality"]["refused"]


def test_counts_are_refused_with_the_reason(server: Server) -> None:
    found = asked(server, key("VC_DSR_MORT"))["inequality"]
    assert found["measures"] == []
    assert "Make a rate of them" in found["refused"]


def test_sentences_are_told_in_the_language_of_the_reader(server: Server) -> None:
    answer = server.get(API + key("EN_LND_SLUM"), Accept_Language="es")
    assert answer.headers["Content-Language"] == "es"
    assert "puntos porcentuales" in answer.json()["inequality"]["summary"]


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        (key("NOT_THERE"), 404, "has no series"),
        ("A.B", 404, "has no series"),
        (key("EN_LND_SLUM") + "&partition=AGE", 400, "INCOME_WEALTH_QUANTILE"),
        (key("EN_LND_SLUM") + "&period=1900", 400, "no group has that period"),
        (key("EN_LND_SLUM") + "&format=xml", 400, "format"),
        (key("EN_LND_SLUM") + "&dataflow=nonsense", 400, "agency:id(version)"),
        (key("EN_LND_SLUM") + "&release=99", 404, "release"),
        ("A%00B", 400, "key"),
        (key("EN_ATM_PM25") + "&format=csv", 400, "no part"),
    ],
)
def test_what_is_not_there(server: Server, query: str, status: int, says: str) -> None:
    answer = server.get(API + query)
    assert answer.status_code == status, answer.text
    assert says in answer.text


def test_a_partition_that_is_not_there_is_said_on_the_page(server: Server) -> None:
    answer = server.get(ROOT + key("EN_LND_SLUM") + "?by=AGE")
    assert answer.status_code == 400
    assert "INCOME_WEALTH_QUANTILE" in answer.text


def test_as_it_stood_after_an_earlier_release(server: Server) -> None:
    """The city's series came with the third release."""
    with reading(server.engine) as conn:
        with pytest.raises(NotFound):
            inequality_of(conn, LOCAL, key("EN_LND_SLUM"), as_of=1)
        with pytest.raises(InvalidRequest):
            inequality_of(conn, LOCAL, key("EN_LND_SLUM"), partition="districts:none")
    assert asked(server, key("EN_LND_SLUM"), release="3")["inequality"]["measures"]


def test_the_command(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("DATAEXCHANGE_HOME", str(settings.home))
    monkeypatch.setenv("LANG", "en")

    def ran(*arguments: str) -> tuple[int, str, str]:
        try:
            main(["inequality", *arguments])
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    code, out, _ = ran(key("EN_LND_SLUM"))
    assert code == 0
    assert "Q" in out
    assert "most advantaged group" in out
    told = orjson.loads(ran(key("SI_POV_NAHC"), "--by", "SEX", "--json")[1])
    assert told["inequality"]["partition"] == "SEX"
    assert ran(key("SI_POV_NAHC"), "--csv")[1].startswith("kind,id,name,value")
    assert "puntos porcentuales" in ran(key("EN_LND_SLUM"), "--language", "es")[1]
    assert ran(key("EN_ATM_PM25"))[0] == 1
    assert ran(key("EN_LND_SLUM"), "--by", "AGE")[0] == 2
    assert ran(key("EN_LND_SLUM"), "--json", "--csv")[0] == 2


# ---- what the verdict rests on ----


def test_the_national_value_its_vintage_and_hints(server: Server) -> None:
    with reading(server.engine) as conn:
        found = portrait(conn, LOCAL, key("EN_ATM_PM25"))
        vintage = releases.get(conn, 2)
    assert found.comparison is not None
    told = replace(
        found,
        comparison=replace(
            found.comparison, national=("2017", 10.0), vintage=2, hints=(say("Values look like thousands."),)
        ),
    )
    value = national_value(told, vintage)
    assert value is not None
    assert value.words.startswith("United Kingdom: 10 (")
    assert value.words.endswith(" in 2017")
    assert value.address.endswith("?release=2")
    assert value.release == vintage
    assert hints(told) == ("Values look like thousands.",)
    assert national_value(replace(found, comparison=replace(found.comparison, national=None)), None) is None
