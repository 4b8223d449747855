"""A table written in any dialect a city may use reads back to the same cells and numbers, whichever way it is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dataexchange.errors import Unreadable
from dataexchange.model.mapping import Numbers
from dataexchange.model.reading import Reading
from dataexchange.model.table import Limits, SourceTable
from dataexchange.pipeline.mapping_numbers import form_of, read_column
from dataexchange.pipeline.reading import read_table
from dataexchange.pipeline.reading_charset import judge_encoding
from dataexchange.pipeline.reading_csv import read_csv

#: Names of districts and the encodings that their letters can be written in.
PLACES: dict[tuple[str, ...], tuple[str, ...]] = {
    ("Ashley", "Clifton", "Hartcliffe and Withywood"): (
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "cp1252",
    ),
    ("Málaga Este", "Ciudad Jardín", "Cañada"): ("utf-8", "utf-16", "cp1252", "latin-1", "mac-roman", "cp850"),
    ("Köln-Süd", "Münchner Straße", "Höhenberg"): ("utf-8-sig", "utf-16-le", "cp1252", "iso8859-15", "mac-roman"),
    ("Śródmieście", "Żoliborz", "Białołęka"): ("utf-8", "cp1250", "iso8859-2", "cp852"),
    ("Ленинский район", "Октябрьский район", "Бишкек"): ("utf-8", "utf-16-be", "cp1251", "koi8-r", "iso8859-5"),
    ("Πειραιάς", "Θεσσαλονίκη", "Αθήνα"): ("utf-8", "cp1253"),
}
#: (decimal, thousands), and the delimiters that do not stand in numbers written so.
MARKS = {
    (".", ""): ",;\t|^",
    (".", ","): ";\t|",
    (",", ""): ";\t|^",
    (",", "."): ";\t|",
    (",", "\u00a0"): ";\t",
    (",", " "): ";|",
}


def shown(value: int, decimal: str, thousands: str) -> str:
    """Hundredths as a number with two decimals."""
    return f"{value // 100:,}".replace(",", thousands) + f"{decimal}{value % 100:02}"


@st.composite
def written_tables(draw: st.DrawFn) -> tuple[bytes, list[tuple[str, str, str]], list[float], int]:
    """(file, its cells, the values, row of the header)."""
    places = draw(st.sampled_from(list(PLACES)))
    decimal, thousands = draw(st.sampled_from(list(MARKS)))
    delimiter = draw(st.sampled_from(MARKS[decimal, thousands]))
    # What the old encodings cannot write in a table is not asked of them.
    encodings = [e for e in PLACES[places] if thousands != "\u00a0" or e.startswith(("utf", "cp125"))]
    encoding = draw(st.sampled_from(encodings))
    values = draw(st.lists(st.integers(0, 10**9), min_size=3, max_size=6))
    rows = [(str(2018 + i), places[i % len(places)], shown(v, decimal, thousands)) for i, v in enumerate(values)]
    quoted = draw(st.booleans())
    cells = [("Year", "Place", "Value"), *((y, draw(st.sampled_from(("", " "))) + p, v) for y, p, v in rows)]
    lines = [delimiter.join(f'"{c}"' if quoted else c for c in row) for row in cells]
    lines[:1] = draw(st.sampled_from(([], ["Table 3"], ["Table 3: " + places[0], ""]))) + lines[:1]
    header_row = len(lines) - len(rows)
    if draw(st.booleans()):
        lines = [line + 2 * delimiter for line in lines]  # empty columns at the end
    lines += draw(st.sampled_from(([], [""], ["", "Source: the city"], ["", "Source: the city", delimiter])))
    ending = draw(st.sampled_from(("\n", "\r\n", "\r")))
    return (
        (ending.join(lines) + draw(st.sampled_from(("", ending)))).encode(encoding),
        rows,
        [v / 100 for v in values],
        header_row,
    )


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(written=written_tables())
def test_any_dialect_reads_back(
    tmp_path: Path, written: tuple[bytes, list[tuple[str, str, str]], list[float], int]
) -> None:
    data, rows, values, header_row = written
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    fast, slow = read_table(path, Reading()), read_csv(path, Reading(), "t.csv", Limits(), slow=True)
    for table in (fast, slow):
        assert [tuple(c.strip() for c in row.values()) for row in table.columns.to_pylist()] == rows
        assert table.columns.column_names == ["Year", "Place", "Value"]
        assert table.rows.tolist() == list(range(header_row + 1, header_row + 1 + len(rows)))
        assert {f.rule for f in table.findings} <= {"FILE-NOTE"}
    assert fast.description == slow.description
    texts = fast.columns["Value"].combine_chunks()
    numbers, valid = read_column(texts, form_of(texts, Numbers()))
    assert valid.all()
    assert numbers.tolist() == values


def test_every_table_of_bristol_and_the_united_kingdom_is_read(shared_data: Path) -> None:
    """No file is refused but those without a row, nothing is said of any but notes, and no letter is lost."""
    tables: dict[str, SourceTable] = {}
    empty: dict[str, str] = {}
    for path in sorted((*(shared_data / "bristol").glob("*.csv"), *(shared_data / "uk").glob("indicator*.csv"))):
        name = f"{path.parent.name}/{path.name}"
        try:
            tables[name] = read_table(path, Reading())
        except Unreadable as error:
            empty[name] = str(error)
    assert len([name for name in (*tables, *empty) if name.startswith("bristol")]) == 105
    assert len(empty) < 10
    assert all("no row below it" in said or "empty" in said for said in empty.values())
    for name, table in tables.items():
        assert table.columns.column_names[0] == "Year", name
        assert "header in row 1," in str(table.description), name
        assert "',' separated" in str(table.description), name
        assert "decimal comma" not in str(table.description), name
        assert {f.rule for f in table.findings} <= {"FILE-NOTE"}, name
        assert "\ufffd" not in "".join(table.columns.column_names)
    assert sum(len(table.rows) for table in tables.values()) > 80_000


@pytest.mark.parametrize(
    ("text", "encoding", "fits"),
    [
        ("Año\nSeñal", "cp1252", ["cp1252"]),
        ("Café", "latin-1", ["cp1252"]),
        ("St. Mary’s\nKing’s Lynn", "cp1252", ["cp1252"]),
        ("£1,000\n5 €", "cp1252", ["cp1252"]),
        ("Œuvre\nà côté", "iso8859-15", ["iso8859-15"]),
        ("Győr\nPécs", "cp1250", ["cp1250"]),
        ("İstanbul\nBeşiktaş\nŞişli", "cp1254", ["cp1254"]),
        ("район\nгод\nнаселение", "koi8-r", ["koi8-u"]),
        ("תל אביב\nירושלים\nחיפה", "cp1255", ["cp1255"]),
        ("城市\n北京市朝阳区\n上海市\n人口数量\n指标名称", "gb18030", ["gb18030"]),
        ("Rīga\nJūrmala", "cp1257", ["cp1252", "cp1257"]),
        ("Año", "mac-roman", ["cp1252", "mac-roman", "cp850"]),
    ],
)
def test_the_words_tell_the_encoding_or_people_are_asked(
    text: str, encoding: str, fits: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode(encoding))
    verdict = judge_encoding(path)
    assert [fit.encoding for fit in verdict.fits] == fits
    if len(fits) == 1:
        assert path.read_text(fits[0]) == text


def test_letters_that_were_damaged_before_are_told(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("Year,Ward,Value\n2018,Ashley,1\n2018,CafÃ©,2\n2018,Caf\ufffd,3\n2018,Café,4\n", encoding="utf-8")
    findings = read_table(path, Reading()).findings
    assert [(f.rule, f.place.cell, f.place.value) for f in findings] == [
        ("FILE-LETTERS", "B3", "CafÃ©"),
        ("FILE-LETTERS", "B4", "Caf\ufffd"),
    ]


def test_each_part_can_be_fixed_in_the_mapping(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("'Jahr':'Ort':'Wert'\n'2018':'Jūrmala':'1'\n'2019':'Rīga':'2'\n'Summe':'':'3'\n".encode("cp1257"))
    table = read_table(path, Reading(encoding="cp1257", delimiter=":", quote="'", header_row=1, last_row=3))
    assert table.columns.to_pydict() == {"Jahr": ["2018", "2019"], "Ort": ["Jūrmala", "Rīga"], "Wert": ["1", "2"]}
    assert [f.message for f in table.findings] == ["Row 4 is a note below the table, left out: 'Summe 3'."]


WORDS = {
    "Málaga Jardín Año Señal población León niños género": ("cp1252", "iso8859-15", "mac-roman", "cp850"),
    "Année Hôtel-de-Ville Île Cité côté Genève âgés Évry": ("cp1252", "iso8859-15", "mac-roman"),
    "Straße München Größe Männer Österreich Bevölkerung Fläche": ("cp1252", "mac-roman", "cp850"),
    "København Århus mænd kvinder år værdi Sønderborg": ("cp1252", "cp850"),
    "Łódź Gdańsk mieszkańców wskaźnik ludność Poznań Wrocław": ("cp1250", "iso8859-2"),
    "Győr Pécs év népesség nők férfiak Székesfehérvár": ("cp1250", "iso8859-2"),
    "Москва район мужчины год доля Ленинский возраст": ("cp1251", "koi8-r", "iso8859-5"),
    "İstanbul Beşiktaş Şişli Üsküdar nüfus kadın yıl": ("cp1254",),
    "Αθήνα Θεσσαλονίκη γυναίκες άνδρες έτος": ("cp1253", "iso8859-7"),
}


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_an_encoding_is_right_or_asked_for_however_few_the_words(tmp_path: Path, data: st.DataObject) -> None:
    words, encodings = data.draw(st.sampled_from(list(WORDS.items())))
    chosen = data.draw(st.lists(st.sampled_from(words.split()), min_size=1, max_size=6, unique=True))
    raw = "\n".join(chosen).encode(data.draw(st.sampled_from(encodings)))
    path = tmp_path / "t.csv"
    path.write_bytes(raw)
    fits = judge_encoding(path).fits
    if len(fits) == 1:
        assert raw.decode(fits[0].encoding) == "\n".join(chosen)
    if len(chosen) == 6:
        assert fits
