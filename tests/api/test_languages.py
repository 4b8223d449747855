"""Accept-Language: names in the language that fits best, in every format that has names; Content-Language says which they are."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

import openpyxl
import pytest
from lxml import etree
from small_exchange import V1, V2, Server, new_exchange, serve

from dataexchange.messages.languages import languages_of
from dataexchange.model.structure import Codelist, Kind, Ref, best_text
from dataexchange.store import structures
from dataexchange.store.database import writing

AREAS = Ref(Kind.CODELIST, "DX", "CL_AREA", "1.0.0")
NAMES = {"en": "Bristol", "fr": "Bristol (FR)", "de-CH": "Bristol (Schweiz)", "ky": "Бристоль"}
CODES = "/sdmx/v2/structure/codelist/DX/CL_AREA/1.0.0"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Where the area has names in several languages."""
    for running in serve(new_exchange(tmp_path_factory.mktemp("languages"))):
        with writing(running.engine) as conn:
            areas = structures.get(conn, AREAS)
            assert isinstance(areas, Codelist)
            items = tuple(replace(i, names=NAMES) if i.id == "GB_BRS" else i for i in areas.items)
            structures.put(conn, [replace(areas, items=items)])
        yield running


@pytest.mark.parametrize(
    ("header", "languages"),
    [
        (None, ()),
        ("", ()),
        ("*", ()),
        ("fr", ("fr",)),
        ("ru, en-gb;q=0.8, en;q=0.7", ("ru", "en-gb", "en")),
        ("en;q=0.2,fr;q=0.9 , de", ("de", "fr", "en")),
        ("de;q=0, fr", ("fr",)),
        ("fr;q=x, <script>, en", ("en",)),
        ("fr, fr;q=0.5", ("fr",)),
    ],
)
def test_languages_of_a_header(header: str | None, languages: tuple[str, ...]) -> None:
    assert languages_of(header) == languages


@pytest.mark.parametrize(
    ("languages", "text"),
    [
        (("fr",), "Bristol (FR)"),
        (("fr-CH",), "Bristol (FR)"),
        (("FR-ch-x-y",), "Bristol (FR)"),
        (("de",), "Bristol (Schweiz)"),
        (("de-AT",), "Bristol (Schweiz)"),
        (("pt", "ky"), "Бристоль"),
        (("pt",), "Bristol"),
        ((), "Bristol"),
        ("fr", "Bristol (FR)"),
        ("en", "Bristol"),
    ],
)
def test_the_best_text(languages: tuple[str, ...] | str, text: str) -> None:
    assert best_text(NAMES, languages) == text
    assert best_text({}, languages) is None
    assert best_text({"pl": "a"}, languages) == "a"


def area(data: dict) -> dict:
    structure = data["structures"][0]
    found = next(d for d in structure["dimensions"]["series"] if d["id"] == "REF_AREA")
    return found["values"][0]


@pytest.mark.conformance(["v2 data", "v1 data"], "Accept-Language", "Names in the languages asked for")
@pytest.mark.parametrize(
    ("header", "name", "names"),
    [
        ("fr-CH, en;q=0.5", "Bristol (FR)", {"fr", "en"}),
        ("de;q=0.5, ky;q=0.9", "Бристоль", {"ky", "de-CH"}),
        ("pt", "Bristol", {"en"}),
        ("*", "Bristol", set(NAMES)),
    ],
)
def test_names_in_sdmx_json(server: Server, header: str, name: str, names: set[str]) -> None:
    answer = server.get(V2, Accept="application/vnd.sdmx.data+json;version=2.0.0", Accept_Language=header)
    found = area(answer.json()["data"])
    assert found["name"] == name
    assert set(found["names"]) == names
    told = set(answer.headers["content-language"].split(", "))
    assert names <= told
    assert told == set(answer.json()["meta"]["contentLanguages"])
    assert "Accept-Language" in answer.headers["vary"]


def test_names_in_tables(server: Server) -> None:
    french = {"Accept_Language": "fr, ky;q=0.1"}
    labelled = server.get(f"{V2}?format=csvfilewithlabels", **french)
    assert "GB_BRS: Bristol (FR)" in labelled.text
    assert "fr" in labelled.headers["content-language"]
    assert ",Bristol (FR)," in server.get(f"{V2}?format=csvlabels", **french).text
    book = openpyxl.load_workbook(io.BytesIO(server.get(f"{V2}?format=xlsx", **french).content))
    for sheet in ("Observations", "Codes"):
        assert any("Bristol (FR)" in row for row in book[sheet].iter_rows(values_only=True))


@pytest.mark.parametrize("media", ["data+csv;version=2.0.0", "data+xml;version=3.0.0", "genericdata+xml;version=2.1"])
def test_what_has_no_names_names_no_language(server: Server, media: str) -> None:
    answer = server.get(V1, Accept=f"application/vnd.sdmx.{media}", Accept_Language="fr")
    assert answer.status_code == 200
    assert "content-language" not in answer.headers


def test_structures_in_every_language_where_none_is_asked_for(server: Server) -> None:
    for headers in ({}, {"Accept_Language": "*"}):
        answer = server.get(CODES, **headers)
        (code,) = [c for c in answer.json()["data"]["codelists"][0]["codes"] if c["id"] == "GB_BRS"]
        assert code["names"] == NAMES
        assert code["name"] == "Bristol"
        assert answer.headers["content-language"] == "de-CH, en, fr, ky"
        assert answer.json()["meta"]["contentLanguages"] == ["de-CH", "en", "fr", "ky"]


@pytest.mark.conformance(
    ["v2 structure", "v1 structure"], "Accept-Language", "Names in the languages asked for, in SDMX-JSON"
)
@pytest.mark.parametrize("base", [CODES, CODES.replace("/v2/structure", "/v1")])
@pytest.mark.parametrize("version", ["1.0.0", "2.0.0", "2.1.0"])
def test_structures_in_the_languages_asked_for(server: Server, version: str, base: str) -> None:
    media = f"application/vnd.sdmx.structure+json;version={version}"
    answer = server.get(base, Accept=media, Accept_Language="fr-CH, en;q=0.3")
    codes = {c["id"]: c for c in answer.json()["data"]["codelists"][0]["codes"]}
    assert codes["GB_BRS"]["name"] == "Bristol (FR)"
    assert codes["GB_BRS"]["names"] == {"fr": "Bristol (FR)", "en": "Bristol"}
    assert codes["GB"]["name"] == "United Kingdom"
    assert answer.headers["content-language"] == "en, fr"
    only = server.get(base, Accept=media, Accept_Language="fr").json()["data"]["codelists"][0]["codes"]
    assert all(c["names"] for c in only), "a name that fits no language is left as it is"


@pytest.mark.conformance("v2 structure", "Accept-Language", "Names in the languages asked for, in SDMX-ML")
@pytest.mark.parametrize("version", ["2.1", "3.0.0", "3.1.0"])
def test_names_in_sdmx_ml(server: Server, version: str) -> None:
    answer = server.get(CODES, Accept=f"application/vnd.sdmx.structure+xml;version={version}", Accept_Language="ky, fr")
    code = etree.fromstring(answer.content).find(".//{*}Code[@id='GB_BRS']")
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    assert [(name.get(lang), name.text) for name in code.iterfind("{*}Name")] == [
        ("ky", NAMES["ky"]),
        ("fr", NAMES["fr"]),
    ]


@pytest.mark.conformance("v2 availability", "Accept-Language", "Of codes beside the constraint")
@pytest.mark.conformance("v1 availableconstraint", "Accept-Language", "Of codes beside the constraint")
@pytest.mark.parametrize(
    "path",
    [
        "/sdmx/v2/availability/dataflow/DX/DF_SDG_LOCAL/1.0.0/*/REF_AREA?references=codelist",
        "/sdmx/v1/availableconstraint/DX,DF_SDG_LOCAL,1.0.0/all/all/REF_AREA?references=codelist",
    ],
)
def test_availability_speaks_languages_too(server: Server, path: str) -> None:
    codes = server.get(path, Accept="application/vnd.sdmx.structure+json", Accept_Language="fr").json()["data"][
        "codelists"
    ][0]["codes"]
    assert {c["id"]: c["name"] for c in codes}["GB_BRS"] == "Bristol (FR)"


def test_tags_tell_languages_apart(server: Server) -> None:
    tags = {server.get(CODES, Accept_Language=header).headers["etag"] for header in ("*", "fr", "fr, en", "en, fr")}
    assert len(tags) == 4
    assert server.get(CODES).headers["etag"] in tags
