"""Open SDG's two mapping files on the tables of the United Kingdom, judged row by row by another reading of the same rules."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from dataexchange.errors import Unreadable
from dataexchange.messages.read_structures import read_structures
from dataexchange.model.dataset import ROW
from dataexchange.model.mapping import Mapping, Source
from dataexchange.model.period import format_period
from dataexchange.model.reading import Reading
from dataexchange.model.schema import Schema
from dataexchange.model.structure import DataStructure
from dataexchange.pipeline.mapping import MappingResult, apply_mapping
from dataexchange.pipeline.open_sdg import OpenSdg, misfits, open_sdg_mapping, read_open_sdg
from dataexchange.pipeline.reading import read_table

TABLES = 47
BUILT_IN = {"Year": "TIME_PERIOD", "Value": "OBS_VALUE", "Series": "SERIES", "Units": "UNIT_MEASURE"}
DEFAULTS = {"FREQ": "A", "REPORTING_TYPE": "N", "REF_AREA": "826", "UNIT_MULT": "0", "UNIT_MEASURE": "NUMBER"} | {
    "OBS_STATUS": "A"
}


@pytest.fixture(scope="module")
def schema(shared_data: Path) -> Schema:
    """The global structure itself, without anything of ours."""
    message = read_structures(shared_data / "sdg/structures-IAEG-SDGs-SDG-1.4.xml")
    artefacts = {artefact.ref: artefact for artefact in message.artefacts}
    structure = next(a for a in artefacts.values() if isinstance(a, DataStructure))
    return Schema.assemble(structure, None, artefacts)


@pytest.fixture(scope="module")
def site(shared_data: Path) -> OpenSdg:
    folder = shared_data / "uk"
    return read_open_sdg((folder / "column_mapping.csv").read_bytes(), (folder / "code_mapping.csv").read_bytes())


class Judged(NamedTuple):
    observations: dict[int, tuple[str, ...]]
    left_out: set[int]
    blank: set[int]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def judge(folder: Path, table: Path, schema: Schema) -> Judged:
    """Every row by the rules, one cell after the other, with the csv module."""
    renamed = dict(BUILT_IN)
    codes: dict[tuple[str, str], str] = {}
    for row in rows_of(folder / "column_mapping.csv"):
        renamed[row["Text"]] = row["Value"]
    for row in rows_of(folder / "code_mapping.csv"):
        codes[row["Dimension"], row["Text"].strip()] = row["Value"]
    known = [c.id for c in schema.structure.components()]
    needed = [*schema.structure.dimension_ids, "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "UNIT_MEASURE", "UNIT_MULT"]
    judged = Judged({}, set(), set())
    for number, row in enumerate(rows_of(table), 2):
        got: dict[str, str] = {}
        fits = True
        for header, cell in row.items():
            component, text = renamed.get(header, header), cell.strip()
            if component not in known:
                fits = fits and not text
            elif text:
                code = codes.get((component, text), text)
                got[component] = code
                fits = fits and code in schema.codes.get(component, [code])
        for component in needed:
            if component not in ("TIME_PERIOD", "OBS_VALUE", "SERIES"):
                got.setdefault(component, DEFAULTS.get(component, "_T"))
        fits = fits and "SERIES" in got and bool(re.fullmatch(r"\d{4}", got["TIME_PERIOD"]))
        if not fits:
            judged.left_out.add(number)
        elif "OBS_VALUE" not in got:
            judged.blank.add(number)
        else:
            judged.observations[number] = (*(got[c] for c in needed if c != "OBS_VALUE"), repr(float(got["OBS_VALUE"])))
    return judged


def mapped(table: Path, site: OpenSdg, schema: Schema) -> tuple[Mapping, MappingResult]:
    read = read_table(table, Reading())
    mapping = open_sdg_mapping(
        site,
        read,
        schema,
        title=table.stem,
        source=Source(name="Office for National Statistics"),
        provider="UK_ONS",
        dataflow="IAEG-SDGs:DF_SDG_GLH(1.4)",
        defaults={"REF_AREA": "826"},
    )
    return mapping, apply_mapping(read, mapping, schema)


def observations(result: MappingResult, schema: Schema) -> dict[int, tuple[str, ...]]:
    table = result.dataset.table
    columns: list[list[str]] = []
    for component in (*schema.structure.dimension_ids, "TIME_PERIOD", "OBS_STATUS", "UNIT_MEASURE", "UNIT_MULT"):
        values = table[component].to_pylist()
        columns.append([format_period(v) for v in values] if component == "TIME_PERIOD" else values)
    columns.append([repr(float(value)) for value in table["OBS_VALUE"].to_pylist()])
    return dict(zip(table[ROW].to_pylist(), zip(*columns, strict=True), strict=True))


def test_every_table_of_the_united_kingdom(shared_data: Path, site: OpenSdg, schema: Schema) -> None:
    folder = shared_data / "uk"
    tables = sorted(folder.glob("indicator_*.csv"))
    assert len(tables) == TABLES
    total = 0
    for table in tables:
        judged = judge(folder, table, schema)
        mapping, result = mapped(table, site, schema)
        assert observations(result, schema) == judged.observations, table.name
        total += len(judged.observations)
        if "SERIES" not in mapping.fixed and all(t.to != "SERIES" for ts in mapping.columns.values() for t in ts):
            (lacking,) = [f for f in result.findings if f.rule == "MAP-SCHEMA"]
            assert "SERIES" in lacking.message
            continue
        told = {f.place.row for f in result.findings if f.rule in ("MAP-UNFIT", "MAP-BEYOND")}
        assert told == judged.left_out, table.name
        assert result.counts["left_out"] == len(judged.left_out)
        assert result.counts["skipped"] == len(judged.blank)
        assert all(f.severity != "error" for f in result.findings), table.name
    assert total > 900


def test_why_a_row_is_left_out(shared_data: Path, site: OpenSdg, schema: Schema) -> None:
    _, result = mapped(shared_data / "uk/indicator_15-4-2.csv", site, schema)
    first = next(f for f in result.findings if f.rule == "MAP-BEYOND")
    assert (first.place.row, first.place.column, first.place.value) == (2, "Mountain elevation", "5")
    assert first.message == (
        "Column 'Mountain elevation' says '5', a breakdown that no component of the mapping is for: map the column to have "
        "these rows. The row is left out."
    )


def broken() -> Iterator[tuple[bytes, bytes, str]]:
    columns, codes = b"Text,Value\nSex,SEX\n", b"Text,Dimension,Value\nMale,SEX,M\n"
    yield b"Name,Value\nSex,SEX\n", codes, "column_mapping.csv, row 1: the header must be Text,Value; correct it"
    yield (
        columns,
        codes + b"Female,SEX\n",
        "code_mapping.csv, row 3: write 3 cells, Text, Dimension, Value; none may be empty",
    )
    yield columns, codes + b"Women,,F\n", "code_mapping.csv, row 3"
    yield columns, codes + b"M\xe4nner,SEX,M\n", "code_mapping.csv, row 3: the text is not UTF-8"
    yield columns, b'Text,Dimension,Value\n"Male,SEX,M\n', "code_mapping.csv: the cells cannot be told apart"
    yield b"", codes, "column_mapping.csv, row 1"


@pytest.mark.parametrize(("columns", "codes", "said"), list(broken()))
def test_files_that_are_broken(columns: bytes, codes: bytes, said: str) -> None:
    with pytest.raises(Unreadable) as error:
        read_open_sdg(columns, codes)
    assert said in str(error.value)


def test_files_that_contradict_themselves() -> None:
    columns, codes = b"Text,Value\nSex,SEX\n", b"Text,Dimension,Value\nMale,SEX,M\nMale,SEX,M\nMale,SEX,F\n"
    with pytest.raises(
        Unreadable, match=r"code_mapping.csv, row 4: 'Male' is F here and M in row 2; correct one of the two"
    ):
        read_open_sdg(columns, codes)
    with pytest.raises(Unreadable, match=r"column_mapping.csv, row 3: 'Sex' is AGE here and SEX in row 2"):
        read_open_sdg(columns + b"Sex,AGE\n", codes)


def test_lines_that_the_structure_does_not_know(schema: Schema, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("Year,Sex,Gender,Aeg,Value\n2019,Male,,,1\n")
    site = read_open_sdg(
        b"Text,Value\nSex,SEX\nGender,SEX\nAeg,AGEE\n", b"Text,Dimension,Value\nMale,SEX,MM\nFemale,SEX,F\n"
    )
    assert [str(said) for said in misfits(site, read_table(table, Reading()), schema)] == [
        "Columns 'Sex' and 'Gender' both go to SEX: rows that say something in 'Gender' are left out.",
        "column_mapping.csv, row 4: 'AGEE' is no component of the data structure. Did you mean AGE?",
        "code_mapping.csv, row 2: 'MM' is no code of SEX.",
    ]
