"""Tables beside SDMX: plain CSV, XLSX and Parquet, judged by pandas, openpyxl, calamine and Arrow."""

from __future__ import annotations

import csv
import io
import tracemalloc
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import openpyxl
import pandas
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from data_words import AIR, batch, expected, ordered, schema
from lxml import etree
from python_calamine import CalamineWorkbook

from dataexchange.errors import InvalidRequest, TooLarge
from dataexchange.messages import write_xlsx, zip_parts
from dataexchange.messages.media import PARQUET, PLAIN_CSV, XLSX
from dataexchange.messages.write_data import WRITERS, WriteOptions
from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.structure import Codelist, Item, Kind, Ref

MOMENT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BAD = ["=1+1", '=HYPERLINK("http://x","y")', "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "plain", "-1.5", "-"]


def written(media, *batches, of=None, **options) -> bytes:
    chosen = WriteOptions(**{"labels": "name", "prepared": MOMENT, **options})
    return b"".join(WRITERS[media](of or schema(), iter(batches), chosen))


def air() -> list[SeriesBatch]:
    here = schema()
    return [batch(here, AIR[:2]), batch(here, AIR[2:])]


def csv_rows(message: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(message.decode("utf-8-sig"), newline=""), strict=True))


def sheet_rows(message: bytes, sheet: int = 0) -> list[dict]:
    titles, *rows = openpyxl.load_workbook(io.BytesIO(message)).worksheets[sheet].iter_rows(values_only=True)
    return [dict(zip(titles, row, strict=True)) for row in rows]


def components(rows: list[dict], of=None) -> list[dict]:
    """What the rows say of the components, without labels, as `data_words.expected` has it."""
    ids = {c.id for c in (of or schema()).structure.components()}
    kept = ({k: v for k, v in row.items() if k in ids and v not in (None, "")} for row in rows)
    return ordered({k: float(v) if k == "OBS_VALUE" else str(v) for k, v in row.items()} for row in kept)


def test_plain_csv_reads_back_the_same_with_names_beside_codes():
    found = csv_rows(written(PLAIN_CSV, *air()))
    assert components(found) == expected(schema(), AIR)
    assert list(found[0])[:8] == [
        *(
            "FREQ",
            "Frequency",
            "SERIES",
            "SERIES (SERIES)",
            "REF_AREA",
            "Area, of reference",
            "TIME_PERIOD",
            "OBS_VALUE",
        ),
    ]
    assert found[2]["Area, of reference"] == "Bristol"
    frame = pandas.read_csv(io.BytesIO(written(PLAIN_CSV, *air())))
    assert frame["OBS_VALUE"].tolist()[:3] == [10.25, 9.0, 11.1]


def test_plain_csv_with_codes_only_and_with_both_in_one_cell():
    ids = csv_rows(written(PLAIN_CSV, *air(), labels="id"))
    assert list(ids[0])[:5] == ["FREQ", "SERIES", "REF_AREA", "TIME_PERIOD", "OBS_VALUE"]
    both = csv_rows(written(PLAIN_CSV, *air(), labels="both"))
    assert both[0]["REF_AREA: Area, of reference"] == "GB: United Kingdom"
    assert both[0]["TIME_PERIOD: Period"] == "2018"


def test_a_byte_order_mark_where_it_is_wanted():
    marked, plain = written(PLAIN_CSV, *air(), byte_order_mark=True), written(PLAIN_CSV, *air())
    assert marked == "\ufeff".encode() + plain


def bad_texts():
    """A structure with an uncoded dimension, a comment, and a code whose name is a formula."""
    here = schema(uncoded=True)
    lists = {
        ref: Codelist(
            **{
                **{f: getattr(found, f) for f in ("agency", "id", "version", "names")},
                "items": (Item(id="GB", names={"en": "=2+2"}),),
            }
        )
        if found.id == "CL_REF_AREA"
        else found
        for ref, found in here.codelists.items()
    }
    codes = {**here.codes, "REF_AREA": {"GB": Item(id="GB", names={"en": "=2+2"})}}
    here = replace(here, codelists=lists, codes=codes)
    rows = [{**AIR[0], "NOTE": text, "COMMENT_OBS": text, "COMMENT_TS": text} for text in BAD]
    return here, rows


def test_no_text_is_a_formula_in_csv():
    here, rows = bad_texts()
    found = csv_rows(written(PLAIN_CSV, batch(here, rows), of=here))
    for row, text in zip(found, BAD, strict=True):
        safe = text if text in ("plain", "-1.5", "-") else "'" + text
        assert (row["NOTE"], row["COMMENT_OBS"], row["COMMENT_TS"]) == (safe, safe, safe)
        assert row["Area, of reference"] == "'=2+2"


def test_text_stays_text_in_a_spreadsheet():
    here, rows = bad_texts()
    book = openpyxl.load_workbook(io.BytesIO(written(XLSX, batch(here, rows), of=here)))
    titles, *found = book.worksheets[0].iter_rows()
    column = [cell.value for cell in titles].index("COMMENT_OBS")
    assert [row[column].value for row in found] == BAD
    for row in found:
        for cell in row:
            assert cell.data_type != "f"
            assert cell.quotePrefix == (
                str(cell.value)[:1] in "=+-@\t" and len(str(cell.value)) > 1 and cell.data_type == "s"
            )


def test_a_spreadsheet_reads_back_the_same():
    message = written(XLSX, *air())
    assert components(sheet_rows(message)) == expected(schema(), AIR)
    rows = sheet_rows(message)
    assert [type(row["OBS_VALUE"]) for row in rows] == [float, int, float, type(None), float]
    assert rows[4]["UPPER_BOUND"] == 64.5
    assert rows[2]["Area, of reference"] == "Bristol"
    assert rows[2]["COMMENT_OBS"] == AIR[2]["COMMENT_OBS"]
    assert rows[2]["TIME_PERIOD"] == "2018"
    frame = pandas.read_excel(io.BytesIO(message), engine="openpyxl", dtype={"TIME_PERIOD": str})
    assert frame["OBS_VALUE"].tolist()[:3] == [10.25, 9.0, 11.1]
    theirs = CalamineWorkbook.from_filelike(io.BytesIO(message)).get_sheet_by_index(0).to_python()
    assert theirs[0] == list(rows[0])
    assert theirs[3][5] == "Bristol"


def test_a_spreadsheet_says_what_its_data_are_and_what_codes_mean():
    agreement = Ref(Kind.PROVISION_AGREEMENT, "DX", "PA_BRISTOL", "1.0.0")
    message = written(
        XLSX,
        *air(),
        address="https://x.org/sdmx/v2/data/dataflow/DX/DF_AIR?format=xlsx",
        sources=("BRISTOL: CC BY 4.0",),
        agreement=agreement,
    )
    book = openpyxl.load_workbook(io.BytesIO(message))
    assert book.sheetnames == ["Observations", "About", "Codes"]
    assert dict(book["About"].iter_rows(values_only=True)) == {
        "Data": "Air, and more",
        "Dataflow": "DX:DF_AIR(1.0.0)",
        "Data structure": "DX:AIR(1.0.0)",
        "Provision agreement": "DX:PA_BRISTOL(1.0.0)",
        "Source and licence": "BRISTOL: CC BY 4.0",
        "Sent by": "DX",
        "As of": "2026-11-22T12:00:00+00:00",
        "Query": "https://x.org/sdmx/v2/data/dataflow/DX/DF_AIR?format=xlsx",
        "Rows": "5",
    }
    codes = {(row["Component"], row["Code"]): row["Name"] for row in sheet_rows(message, 2)}
    assert codes["REF_AREA", "GB_BRS"] == "Bristol"
    assert codes["OBS_STATUS", "Q"] == "Suppressed"
    assert ("REF_AREA", "GB_LND") not in codes, "codes that do not occur are left out"


def test_equal_data_make_equal_files():
    assert written(XLSX, *air()) == written(XLSX, *air())
    assert written(PARQUET, *air()) == written(PARQUET, *air())


def test_every_part_of_a_spreadsheet_is_xml_and_whole():
    with zipfile.ZipFile(io.BytesIO(written(XLSX, *air()))) as archive:
        assert archive.testzip() is None
        assert {info.date_time for info in archive.infolist()} == {(2026, 11, 22, 12, 0, 0)}
        assert all(info.create_version == 20 and not info.extra for info in archive.infolist()), "no ZIP64"
        for name in archive.namelist():
            etree.fromstring(archive.read(name))


def test_odd_characters_come_back():
    here = schema(uncoded=True)
    texts = ["_x0041_", "a\x07b", " led by a space", "\u2603\U0001f600", "x" * 40_000]
    rows = [{**AIR[0], "NOTE": text} for text in texts]
    titles, *found = (
        CalamineWorkbook.from_filelike(io.BytesIO(written(XLSX, batch(here, rows), of=here)))
        .get_sheet_by_index(0)
        .to_python()
    )
    notes = [row[titles.index("NOTE")] for row in found]
    assert notes == [texts[0], "a\ufffdb", texts[2], texts[3], "x" * 32_767]


def test_more_rows_than_a_sheet_has_are_refused_before_anything_is_sent(monkeypatch):
    monkeypatch.setattr(write_xlsx, "MOST_ROWS", 5)
    with pytest.raises(TooLarge, match="parquet"):
        next(WRITERS[XLSX](schema(), iter(air()), WriteOptions()))
    monkeypatch.setattr(write_xlsx, "MOST_ROWS", 6)
    assert len(sheet_rows(written(XLSX, *air()))) == 5


def test_a_part_that_zip_cannot_hold_is_refused(monkeypatch):
    monkeypatch.setattr(zip_parts, "_MOST", 1_000)
    with pytest.raises(TooLarge, match="parquet"):
        written(XLSX, *air())


def test_parquet_reads_back_the_same():
    table = pq.read_table(io.BytesIO(written(PARQUET, *air())))
    assert components(table.to_pylist()) == expected(schema(), AIR)
    assert table.schema.field("REF_AREA").type == pa.dictionary(pa.int32(), pa.string())
    assert table.schema.field("OBS_VALUE").type == pa.float64()
    assert table["OBS_VALUE"].null_count == 1
    assert table.schema.metadata[b"sdmx.dataflow"].endswith(b"Dataflow=DX:DF_AIR(1.0.0)")
    frame = pandas.read_parquet(io.BytesIO(written(PARQUET, *air())))
    assert frame.groupby("SERIES", observed=True)["OBS_VALUE"].count().to_dict() == {"PM25": 3, "WALN": 1}


def test_parquet_tells_actions():
    here = schema()
    table = pq.read_table(io.BytesIO(written(PARQUET, batch(here, AIR[:2], "R"), batch(here, AIR[2:], "D"))))
    assert table["ACTION"].to_pylist() == ["R", "R", "D", "D", "D"]


def test_a_measure_that_is_no_number():
    here = schema(text_measure=True)
    rows = [{**AIR[0], "OBS_VALUE": "yes"}, {**AIR[1], "OBS_VALUE": "12"}]
    table = pq.read_table(io.BytesIO(written(PARQUET, batch(here, rows), of=here)))
    assert table["OBS_VALUE"].to_pylist() == ["yes", "12"]
    assert [row["OBS_VALUE"] for row in sheet_rows(written(XLSX, batch(here, rows), of=here))] == ["yes", "12"]
    assert [row["OBS_VALUE"] for row in csv_rows(written(PLAIN_CSV, batch(here, rows), of=here))] == ["yes", "12"]


@pytest.mark.parametrize("media", [PLAIN_CSV, XLSX, PARQUET])
def test_without_observations_time_or_anything(media):
    read = {
        PLAIN_CSV: csv_rows,
        XLSX: sheet_rows,
        PARQUET: lambda message: pq.read_table(io.BytesIO(message)).to_pylist(),
    }[media]
    keys = read(written(media, *air(), observations=False, attributes=frozenset(), labels="id"))
    assert [(row["SERIES"], row["REF_AREA"]) for row in keys] == [
        ("PM25", "GB"),
        ("PM25", "GB_BRS"),
        ("WALN", "GB_BRS"),
    ]
    assert "OBS_VALUE" not in keys[0]
    here = schema(time=False)
    data = [{k: v for k, v in row.items() if k != "TIME_PERIOD"} for row in (AIR[0], AIR[2], AIR[4])]
    assert components(read(written(media, batch(here, data), of=here)), here) == expected(here, data)
    assert read(written(media)) == []
    without = read(written(media, *air(), measures=False, attributes=frozenset({"OBS_STATUS"})))
    assert "OBS_VALUE" not in without[0]
    assert [row["OBS_STATUS"] for row in without] == ["A", "A", "A", "Q", "E"]


@pytest.mark.parametrize("media", [PLAIN_CSV, XLSX, PARQUET])
def test_a_dimension_that_is_none_is_refused(media):
    with pytest.raises(InvalidRequest):
        written(media, *air(), dimension_at_observation="NOPE")


@pytest.mark.parametrize(("media", "most"), [(PARQUET, 130), (XLSX, 60), (PLAIN_CSV, 40)])
def test_memory_does_not_grow_with_the_number_of_rows(media, most):
    here = schema()
    one = batch(here, [{**AIR[0], "TIME_PERIOD": f"{1900 + n % 200}"} for n in range(200)])
    n = 200
    large = replace(
        one,
        series=pa.concat_tables([one.series] * n),
        offsets=np.arange(n + 1, dtype=np.int64) * 200,
        periods=np.tile(one.periods, n),
        values=np.tile(one.values, n),
        attributes={k: pa.concat_arrays([v] * n) for k, v in one.attributes.items()},
    )

    def peak(batches: int) -> float:
        pa.default_memory_pool().release_unused()
        tracemalloc.start()
        for _ in WRITERS[media](here, iter([large] * batches), WriteOptions(labels="name")):
            pass
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used / 1e6

    few, many = peak(2), peak(12)
    assert many < few * 1.5 + 8
    assert many < most
