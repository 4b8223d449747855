"""Templates: a workbook of what is published comes back filled, and needs no mapping."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from forked import ROOT
from openpyxl import Workbook, load_workbook

from dataexchange.errors import Forbidden, InvalidRequest, NotFound, Unreadable
from dataexchange.messages.language import spoken
from dataexchange.messages.write_template import write_template
from dataexchange.model.access import Caller, Scope
from dataexchange.model.submission import Status, Submission
from dataexchange.model.template import FORM_SHEET
from dataexchange.store import submissions
from dataexchange.store.database import Engine, migrate, open_database, reading, writing
from dataexchange.store.held import datasets_of, of_dataset
from dataexchange.store.structures import schema
from dataexchange.workflow import justify, publish, review, submit
from dataexchange.workflow.agreements import agreements
from dataexchange.workflow.filled import filled
from dataexchange.workflow.structures import register_shipped
from dataexchange.workflow.template import Wish, template_for

BRISTOL, AVON = (Caller(who, frozenset({Scope.SUBMIT}), "test") for who in ("BRISTOL", "AVON"))
AGREEMENT = "PA_BRISTOL_SDG_LOCAL"
VALUE, STATUS, COMMENT = "OBS_VALUE", "OBS_STATUS", "COMMENT_OBS"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An exchange in which Bristol has published two tables."""
    home = tmp_path_factory.mktemp("published")
    engine = open_database(f"sqlite:///{home}/exchange.db")
    migrate(engine)
    with writing(engine) as conn:
        register_shipped(conn)
    for name in ("pm25", "homicides"):
        file, mapping = ROOT / f"examples/bristol/{name}.csv", ROOT / f"mappings/bristol/{name}.yaml"
        assert sent(engine, home, submit.keep_parcel(home, file, mapping)).status is Status.PUBLISHED
    engine.dispose()
    return home


@pytest.fixture
def engine(home: Path, tmp_path: Path) -> Iterator[Engine]:
    (tmp_path / "exchange.db").write_bytes((home / "exchange.db").read_bytes())
    (tmp_path / "files").symlink_to(home / "files")
    engine = open_database(f"sqlite:///{tmp_path}/exchange.db")
    yield engine
    engine.dispose()


def sent(engine: Engine, home: Path, parcel: submit.Parcel, caller: Caller = BRISTOL) -> Submission:
    """Received, checked, and published where nothing stands in the way."""
    with reading(engine) as conn:
        announced = submit.read_parcel(conn, home, parcel, caller=caller)
    with writing(engine) as conn:
        received = submit.accept_parcel(conn, announced, caller=caller)
    with reading(engine) as conn:
        assessment = submit.examine(conn, home, received)
    with writing(engine) as conn:
        submit.conclude(conn, received.id, assessment, actor="test")
        if assessment.report.publishable:
            justify.give_same_reason(conn, received.id, "As it was counted", caller=caller)
            review.ask_for_publication(conn, received.id, caller=caller)
            publish.publish(conn, home, received.id, actor="test")
        return submissions.get(conn, received.id)


def made(engine: Engine, home: Path, table: str | None = "bristol/pm25", language: str = "en", **wish: Any) -> Workbook:
    stream = BytesIO()
    with reading(engine) as conn:
        template = template_for(conn, home, AGREEMENT, Wish(table, languages=(language, "en"), **wish))
    write_template(template, stream, spoken().best((language,))[1])
    return load_workbook(stream)


def columns(book: Workbook) -> dict[str, int]:
    """Component -> its column in the data sheet."""
    heads = [cell.value for cell in book["Data"][1]]
    return {re.sub(r".*\((\w+)\)$", r"\1", head): n for n, head in enumerate(heads, 1)}


def kept(book: Workbook, home: Path, name: str = "filled.xlsx") -> submit.Parcel:
    path = home / name
    book.save(path)
    return submit.keep_parcel(home, path, None)


def values(engine: Engine, table: str = "bristol/pm25") -> dict[tuple[str, int], tuple[float, str]]:
    """(breakdown, period) -> value and status, as published."""
    with reading(engine) as conn:
        flow = next(a for a in agreements(conn) if a.id == AGREEMENT).dataflow
        rows = of_dataset(conn, schema(conn, flow), flow, "BRISTOL", table).to_pylist()
    return {(r["COMPOSITE_BREAKDOWN"], r["TIME_PERIOD"]): (r[VALUE], r[STATUS]) for r in rows}


def test_one_round(engine: Engine, tmp_path: Path) -> None:
    book = made(engine, tmp_path)
    data, at = book["Data"], columns(book)
    assert data.max_row == 4  # a header, and the next year of three series
    assert [data.cell(n, at["TIME_PERIOD"]).value for n in (2, 3, 4)] == ["2020"] * 3
    assert data.cell(2, at["REF_AREA"]).value == "GB_BRS | Bristol"
    assert data.cell(2, at["Last value"]).value == pytest.approx(8.7668)
    data.cell(2, at[VALUE], 7.25)
    data.cell(3, at[STATUS], "Q")
    data.append([None if cell.value is None else str(cell.value).split(" | ")[0] for cell in data[2]])
    data.cell(5, at["TIME_PERIOD"], 2021)
    data.cell(5, at[VALUE], 7.5)
    data.cell(5, at[COMMENT], "'=1+1")
    before = values(engine)
    done = sent(engine, tmp_path, kept(book, tmp_path))
    assert (done.status, done.provider, done.dataset) == (Status.PUBLISHED, "BRISTOL", "bristol/pm25")
    new = {key: said for key, said in values(engine).items() if key not in before}
    assert sorted((key[0], said[1], str(said[0])) for key, said in new.items()) == [
        ("_L_PM_ANTHRO", "A", "7.25"),
        ("_L_PM_ANTHRO", "A", "7.5"),
        ("_L_PM_NATURAL", "Q", "nan"),
    ]
    assert {key: said for key, said in values(engine).items() if key in before} == before
    with reading(engine) as conn:
        # The mapping that people send tables with is still that of the CSV file, and the source is told as before.
        assert {m.id: m.name for m in submissions.known_mappings(conn)}["bristol/pm25"] == "pm25.yaml"
        again = template_for(conn, tmp_path, AGREEMENT, Wish("bristol/pm25"))
    assert again.form.source.name.startswith("Department for Environment")


def test_filled_and_untouched_it_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    book = made(engine, tmp_path, "bristol/pm25", "fr", filled=True, periods=("2019", "2025", "2025-03"))
    data, at = book["Data"], columns(book)
    periods = [data.cell(n, at["TIME_PERIOD"]).value for n in range(2, data.max_row + 1)]
    # 2019 is published, and no series is monthly.
    assert (len(periods), periods.count("2019"), periods.count("2025"), periods.count("2025-03")) == (33, 3, 3, 0)
    before = values(engine)
    assert len(before) == 30
    assert sent(engine, tmp_path, kept(book, tmp_path)).status is Status.PUBLISHED
    assert str(values(engine)) == str(before)


def test_what_a_sheet_offers(engine: Engine, tmp_path: Path) -> None:
    book = made(engine, tmp_path)
    data, at = book["Data"], columns(book)
    hidden = {name for name, n in at.items() if data.column_dimensions[data.cell(1, n).column_letter].hidden}
    assert {"SEX", "FREQ", "ACTIVITY"} <= hidden
    assert hidden.isdisjoint(("SERIES", "REF_AREA", "COMPOSITE_BREAKDOWN", "TIME_PERIOD", VALUE, STATUS, COMMENT))
    assert data.freeze_panes == "A2"
    codes = {column[0].value: [cell.value for cell in column[1:] if cell.value] for column in book["Codes"].columns}
    assert "GB_BRS_E05010886 | Avonmouth and Lawrence Weston" in codes["REF_AREA"]
    assert not [code for code in codes["REF_AREA"] if not code.startswith("GB_BRS")]
    ranges = {
        str(v.sqref).rstrip("0123456789").partition("2:")[0]: v.formula1 for v in data.data_validations.dataValidation
    }
    letter = data.cell(1, at["REF_AREA"]).column_letter
    assert ranges[letter].endswith(f"${len(codes['REF_AREA']) + 1}")
    notes = [[cell.value for cell in row if cell.value] for row in book["How to fill this in"].iter_rows()]
    assert ["Agreement", "PA_BRISTOL_SDG_LOCAL 1.0.0"] in notes
    assert notes[-1][0] == "EN_ATM_PM25"
    assert notes[-1][-1] == "Micrograms per cubic meter"
    assert book[FORM_SHEET].sheet_state == "hidden"


def test_which_table(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match=r"several tables .* name bristol/homicides or bristol/pm25"):
        made(engine, tmp_path, None)
    with pytest.raises(InvalidRequest, match="such as bristol/pm25"):
        made(engine, tmp_path, "../etc")
    with pytest.raises(InvalidRequest, match="month"):
        made(engine, tmp_path, periods=("2020-13",))
    with reading(engine) as conn, pytest.raises(NotFound, match=r"there are PA_BRISTOL_SDG_LOCAL, PA_"):
        template_for(conn, tmp_path, "PA_OSLO", Wish())
    book = made(engine, tmp_path, "bristol/new")
    data, at = book["Data"], columns(book)
    assert data.max_row == 1
    said = {
        "SERIES": "SL_TLF_UEM",
        "REF_AREA": "GB_BRS",
        "SEX": "F",
        "TIME_PERIOD": 2020,
        VALUE: 4,
        "UNIT_MEASURE": "PT",
    }
    for name, value in said.items():
        data.cell(2, at[name], value)
    assert sent(engine, tmp_path, kept(book, tmp_path)).status is Status.PUBLISHED
    with reading(engine) as conn:
        flow = next(a for a in agreements(conn) if a.id == AGREEMENT).dataflow
        there = datasets_of(conn, schema(conn, flow), flow, "BRISTOL")
    assert there["bristol/new"].observations == 1


def spoiled(book: Workbook, how: str) -> None:
    form, data, at = book[FORM_SHEET], book["Data"], columns(book)
    data.cell(2, at[VALUE], 7.25)
    match how:
        case "component":
            next(row for row in form.iter_rows() if row[1].value == "SERIES")[1].value = "SOMETHING"
        case "provider":
            next(row for row in form.iter_rows() if row[1].value == "@provider")[0].value = None
        case "dataflow":
            next(row for row in form.iter_rows() if row[1].value == "@dataflow")[0].value = "DX:NONE(1.0.0)"
        case "measure":
            form.delete_rows(next(row for row in form.iter_rows() if row[1].value == VALUE)[0].row)
        case "emptied":
            form.delete_rows(1, form.max_row)
        case "header":
            data.cell(1, at["REF_AREA"], "Where")
        case "column":
            data.cell(1, data.max_column + 1, "Mine")
            data.cell(2, data.max_column, "x")
        case "name":
            data.cell(2, at["REF_AREA"], "Bristol")
        case "number":
            data.cell(2, at[VALUE], "n/a")
        case "period":
            data.cell(2, at["TIME_PERIOD"], "soon")
        case "untouched":
            data.cell(2, at[VALUE]).value = None
        case "sheet":
            data.title = "Figures"


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("provider", "the sheet was changed.* copy your values into a new template"),
        ("measure", "the sheet was changed"),
        ("emptied", "the sheet was changed|empty"),
        ("dataflow", r"DX:NONE\(1.0.0\)"),
        ("component", "SOMETHING"),
        (
            "header",
            r"Write the header back: it was 'Reference area \(REF_AREA\)', and now it is 'Where'\. It costs 3 rows\.$",
        ),
        ("column", "Mine"),
        ("name", "'Bristol' is no code of the column .* choose one from the drop-down"),
        ("number", "'n/a' is no number: write the number alone"),
        ("period", "'soon' in column .* is no period"),
        ("untouched", "^No value was filled in"),
        ("sheet", "Data"),
    ],
)
def test_what_was_changed_is_told(engine: Engine, tmp_path: Path, how: str, said: str) -> None:
    book = made(engine, tmp_path)
    spoiled(book, how)
    found = "\n".join(told(engine, tmp_path, kept(book, tmp_path)))
    assert re.search(said, found), found
    # Nobody is told to mend a mapping that they have not got.
    if how in ("header", "column", "name", "number", "period", "untouched"):
        assert not re.search("`|in the mapping|correct the mapping", found), found


def test_what_a_workbook_lacks_stays_and_nothing_is_published_of_none(engine: Engine, tmp_path: Path) -> None:
    book = made(engine, tmp_path)
    assert sent(engine, tmp_path, kept(book, tmp_path)).status is Status.RETURNED
    book["Data"].cell(2, columns(book)[VALUE], 7.25)
    stays = [said for said in told(engine, tmp_path, kept(book, tmp_path)) if "stay as they are" in said]
    assert stays[0].startswith("30 published observations are not in this workbook")
    assert "`" not in stays[0]


def test_a_table_has_no_name_of_another(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="begins with 'UK_Ons' would be taken for one of UK_ONS"):
        made(engine, tmp_path, "UK_Ons/pm25")
    book = made(engine, tmp_path)
    row = next(row for row in book[FORM_SHEET].iter_rows() if row[1].value == "@dataset")
    row[0].value = "uk_ons/pm25"
    assert "would be taken for one of UK_ONS" in told(engine, tmp_path, kept(book, tmp_path))[0]


def told(engine: Engine, home: Path, parcel: submit.Parcel) -> list[str]:
    """What is wrong: the one error that stops it, or the findings."""
    try:
        with reading(engine) as conn:
            announced = submit.read_parcel(conn, home, parcel, caller=BRISTOL)
        with writing(engine) as conn:
            received = submit.accept_parcel(conn, announced, caller=BRISTOL)
        with reading(engine) as conn:
            return [str(f.message) for f in submit.examine(conn, home, received).report.findings]
    except (Unreadable, NotFound, InvalidRequest) as error:
        return [str(error)]


def test_columns_may_be_moved(engine: Engine, tmp_path: Path) -> None:
    book = made(engine, tmp_path, filled=True)
    data = book["Data"]
    rows = [list(row)[::-1] for row in data.iter_rows(values_only=True)]
    for n, row in enumerate(rows, 1):
        for m, value in enumerate(row, 1):
            data.cell(n, m).value = value
    before = values(engine)
    assert sent(engine, tmp_path, kept(book, tmp_path)).status is Status.PUBLISHED
    assert str(values(engine)) == str(before)


def test_of_another_and_for_another(engine: Engine, tmp_path: Path) -> None:
    parcel = kept(made(engine, tmp_path), tmp_path)
    with pytest.raises(Forbidden, match=r"filled.xlsx is a template of BRISTOL, and your key is AVON's"):
        sent(engine, tmp_path, parcel, AVON)
    other = submit.Parcel(file_name="f.xlsx", file_hash=parcel.file_hash, dataset="bristol/other")
    with reading(engine) as conn, pytest.raises(InvalidRequest, match="template filled for bristol/pm25"):
        submit.read_parcel(conn, tmp_path, other, caller=BRISTOL)
    with reading(engine) as conn:
        found = filled(conn, tmp_path / "filled.xlsx", "filled.xlsx")
    assert found.mapping.missing == {"": "by_status"}
    assert len(found.mapping.columns) == len(columns(made(engine, tmp_path))) - 2
