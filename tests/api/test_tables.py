"""Tables beside SDMX over HTTP: what is answered is what was published, under a name to save it by."""

from __future__ import annotations

import csv
import io
import re

import httpx
import openpyxl
import pandas
import pyarrow.parquet as pq
import pytest
from small_exchange import CLIENT, CSV, FIGURES, V1, V2, Server, rows

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PARQUET = "application/vnd.apache.parquet"
WORDS = {"csvlabels": "text/csv", "csvexcel": "text/csv", "xlsx": XLSX, "parquet": PARQUET}
ENDINGS = {"text/csv": "csv", XLSX: "xlsx", PARQUET: "parquet"}


def read(answer: httpx.Response) -> list[dict]:
    assert answer.status_code == 200, answer.text
    match answer.headers["content-type"]:
        case "text/csv":
            return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        case media if media == PARQUET:
            return pq.read_table(io.BytesIO(answer.content)).to_pylist()
        case media:
            assert media == XLSX
            titles, *found = (
                openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True)
            )
            return [dict(zip(titles, row, strict=True)) for row in found]


def figures(found: list[dict]) -> dict[tuple[str, str, str], list[float | None]]:
    out: dict[tuple[str, str, str], list[float | None]] = {}
    for row in found:
        value = row["OBS_VALUE"]
        key = (row["REF_AREA"], row["SERIES"], row["SEX"])
        out.setdefault(key, []).append(None if value in (None, "") else float(value))
    return out


@pytest.mark.conformance("formats data", ["parquet", "xlsx", "text/csv"], "What was published comes back")
@pytest.mark.parametrize("base", [V1, V2])
@pytest.mark.parametrize("word", WORDS)
def test_what_was_published_comes_back(server: Server, base: str, word: str) -> None:
    answer = server.get(f"{base}?format={word}")
    assert answer.headers["content-type"] == WORDS[word]
    assert figures(read(answer)) == FIGURES
    assert answer.content.startswith(b"\xef\xbb\xbf") == (word == "csvexcel")


@pytest.mark.conformance("formats data", ["parquet", "xlsx", "text/csv"], "Asked for by Accept")
@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("text/csv;labels=name", "text/csv"),
        ("text/csv; header=present", "text/csv"),
        (f"{XLSX}, */*;q=0.1", XLSX),
        (PARQUET, PARQUET),
        ("application/x-parquet", PARQUET),
    ],
)
def test_asked_for_by_accept(server: Server, accept: str, media: str) -> None:
    answer = server.get(V2, Accept=accept)
    assert answer.headers["content-type"] == media
    assert figures(read(answer)) == FIGURES
    name = re.fullmatch(r'attachment; filename="(.+)"', answer.headers["content-disposition"])
    assert name
    assert re.fullmatch(rf"DF_SDG_LOCAL_\d{{4}}-\d\d-\d\d\.{ENDINGS[media]}", name[1])


def test_text_csv_alone_is_sdmx_csv_as_ever(server: Server) -> None:
    answer = server.get(V2, Accept="text/csv")
    assert answer.headers["content-type"] == CSV
    assert "content-disposition" not in answer.headers
    assert server.get(V2, Accept="text/csv;header=absent").status_code == 406


def test_labels_of_plain_csv(server: Server) -> None:
    named = read(server.get(V2, Accept="text/csv;labels=name"))[0]
    assert (named["REF_AREA"], named["Reference area"]) == ("GB_BRS", "Bristol")
    assert "ACTION" not in named
    both = read(server.get(V2, Accept="text/csv;labels=both"))[0]
    assert both["REF_AREA: Reference area"] == "GB_BRS: Bristol"
    assert "Reference area" not in read(server.get(V2, Accept="text/csv;labels=id"))[0]
    assert server.get(V2, Accept="text/csv;labels=all").status_code == 406


def test_filters_and_form_count_as_for_any_format(server: Server) -> None:
    for word in WORDS:
        found = read(server.get(f"{V2}?c[SEX]=M&lastNObservations=1&attributes=none&format={word}"))
        assert figures(found) == {("GB_BRS", "SL_TLF_UEM", "M"): [5.25]}
        assert "UNIT_MEASURE" not in found[0]
        assert server.get(f"{V2}?c[SEX]=X&format={word}").status_code == 404
        assert server.get(f"{V2}?dimensionAtObservation=NOPE&format={word}").status_code == 400


def test_a_spreadsheet_says_where_it_is_from(server: Server) -> None:
    address = f"{server.url}{V2}?format=xlsx&lastNObservations=1"
    book = openpyxl.load_workbook(io.BytesIO(CLIENT.get(address).content))
    about = dict(book["About"].iter_rows(values_only=True))
    assert about["Query"] == address
    assert about["Dataflow"] == "DX:DF_SDG_LOCAL(1.0.0)"
    codes = {(row[0], row[2]): row[3] for row in book["Codes"].iter_rows(values_only=True)}
    assert codes["REF_AREA", "GB_BRS"] == "Bristol"


def test_parquet_and_sdmx_csv_say_the_same(server: Server) -> None:
    table = pq.read_table(io.BytesIO(server.get(f"{V2}?format=parquet").content))
    theirs = [
        {k: v for k, v in row.items() if not k.startswith("STRUCTURE")} for row in rows(server.get(V2, Accept=CSV))
    ]
    ours = [{k: "" if v is None else v for k, v in row.items()} for row in table.to_pylist()]
    assert [{**row, "OBS_VALUE": row["OBS_VALUE"] and float(row["OBS_VALUE"])} for row in theirs] == ours
    frame = pandas.read_parquet(io.BytesIO(server.get(f"{V2}?format=parquet").content))
    assert frame["REF_AREA"].dtype == "category"


@pytest.mark.parametrize("word", ["xlsx", "parquet"])
def test_what_is_compressed_is_not_compressed_again(server: Server, word: str) -> None:
    path = f"{V2}?format={word}"
    plain, offered = server.get(path), server.get(path, Accept_Encoding="gzip, zstd")
    assert "content-encoding" not in offered.headers
    assert offered.content == plain.content
    assert offered.headers["etag"] == plain.headers["etag"]
    insisted = server.get(path, Accept_Encoding="gzip, identity;q=0")
    assert insisted.headers["content-encoding"] == "gzip"
    assert insisted.content == plain.content


@pytest.mark.parametrize("word", WORDS)
def test_head_and_conditions(server: Server, word: str) -> None:
    path = f"{V2}?format={word}"
    whole, head = server.get(path), httpx.head(server.url + path, headers={"Accept-Encoding": "identity"})
    assert head.status_code == 200
    assert head.content == b""
    for name in ("etag", "content-type", "content-disposition"):
        assert head.headers[name] == whole.headers[name]
    assert server.get(path, If_None_Match=whole.headers["etag"]).status_code == 304


def test_an_unknown_format_is_told_what_there_is(server: Server) -> None:
    answer = server.get(f"{V2}?format=tsv")
    assert answer.status_code == 406
    for word in (
        *WORDS,
        "jsondata",
        "application/vnd.sdmx.data+csv;version=2.1.0",
        "text/csv;labels=name",
        XLSX,
        PARQUET,
    ):
        assert word in answer.text
