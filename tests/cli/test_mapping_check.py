"""`mapping check`, `schema` and `bundle`, in this process and in one home.

`UPDATE_GOLDEN=1 pytest tests/cli/test_mapping_check.py` writes tests/golden/mapping_explained.txt anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from dataexchange.cli import main
from dataexchange.messages.mapping_json_schema import mapping_json_schema_text

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "mapping_explained.txt"
SAFETY = "mappings/bristol/safety-after-dark.yaml"
WRITTEN = sorted(
    path.relative_to(ROOT)
    for folder in ("mappings", "tests/pipeline/mappings/bristol")
    for path in (ROOT / folder).rglob("*.yaml")
)


class Answer(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Answer]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    for name in [name for name in os.environ if name.startswith(("DATAEXCHANGE_", "LC_", "LANG"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DATAEXCHANGE_HOME", str(home))
    monkeypatch.chdir(ROOT)

    def call(*words: object) -> Answer:
        with pytest.raises(SystemExit) as stopped:
            main([str(word) for word in words])
        code = stopped.value.code
        return Answer(code if isinstance(code, int) else 0, *capsys.readouterr())

    return call


def test_the_demonstration_is_explained_as_the_golden_file_has_it(run: Run) -> None:
    answer = run("mapping", "check", SAFETY, "--table", "examples/bristol/safety-after-dark.csv")
    assert answer.code == 0
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(answer.out, encoding="utf-8")
    assert answer.out == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", WRITTEN, ids=str)
def test_mappings_of_the_repository_have_no_fault(path: Path, run: Run) -> None:
    answer = run("mapping", "check", path, "--json")
    told = json.loads(answer.out)
    assert (answer.code, told["faults"], told["table"]) == (0, [], None)
    assert all(part["sentences"] for part in told["explanation"])
    for sentence in (one for part in told["explanation"] for one in part["sentences"]):
        assert sentence.endswith("."), sentence
        assert not sentence.endswith(".."), sentence


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    text = (ROOT / SAFETY).read_text(encoding="utf-8")
    for right, wrong in (
        ("  AGE: _T", "  AGEE: _T"),
        ("PT\n", "PTT\n"),
        ("E05010886", "X05010886"),
        ("BRISTOL", "ATLANTIS"),
    ):
        assert text.count(right) == 1
        text = text.replace(right, wrong)
    path = tmp_path / "bristol" / "broken.yaml"
    path.parent.mkdir()
    path.write_text(
        text
        + 'missing: {"": skip, c: QQ}\nderive:\n'
        + "  - {series: {SERIES: VC_IHR_PSRC}, formula: a, where: {a: {SERIES: VC_IHR_PSRCN}}}\n"
        + "  - {series: {SERIES: NONE}, formula: a, where: {a: {SERIES: VC_IHR_PSRCN}}}\n",
        encoding="utf-8",
    )
    return path


def test_what_is_wrong_is_told_at_its_line(run: Run, broken: Path) -> None:
    answer = run("mapping", "check", broken, "--json")
    assert answer.code == 1
    lines = broken.read_text(encoding="utf-8").splitlines()
    found = {
        fault["place"]: (lines[fault["line"] - 1].strip(), fault["sentence"])
        for fault in json.loads(answer.out)["faults"]
    }
    for place, line, says in (
        ("provider", "provider: ATLANTIS", "no provision agreement"),
        (
            "columns > Ward > 1 > codes > Avonmouth & Lawrence Weston",
            "Avonmouth & Lawrence Weston: GB_BRS_X05010886",
            "did you mean 'GB_BRS_E05010886'?",
        ),
        ("fixed > AGEE", "AGEE: _T", "did you mean AGE?"),
        ("fixed > UNIT_MEASURE", "UNIT_MEASURE: PTT", "did you mean 'PT'?"),
        ("missing > c", 'missing: {"": skip, c: QQ}', "`dataexchange codes add CL_OBS_STATUS QQ NAME`"),
        ("columns", "columns:", "gives nothing to AGE"),
        (
            "derive > 2",
            "- {series: {SERIES: NONE}, formula: a, where: {a: {SERIES: VC_IHR_PSRCN}}}",
            "'NONE' is no code",
        ),
    ):
        assert found[place][0] == line
        assert says in found[place][1]
    assert len(found) == 7
    text = run("mapping", "check", broken).out
    assert "What is wrong (7 faults)" in text


def test_a_table_shows_what_of_it_has_no_place(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text(
        "Survey year,Ward,Deprivation,Extra,% who feel safe outdoors after dark\n"
        "2018-19,Ashly,,x,70\n2018-19,Ashly,,x,71\n2018-19,Clifton,,x,71.25\n2018-19,,,x,\n"
    )
    answer = run("mapping", "check", SAFETY, "--table", table, "--json")
    assert answer.code == 1
    told = json.loads(answer.out)
    assert told["faults"] == []
    met = told["table"]
    assert met["counts"] == {"rows": 4, "left_out": 0, "cells": 4, "observations": 1, "skipped": 1, "failed": 2}
    told_of = {(f["rule"], f["column"], f["count"]): f["value"] for f in met["findings"]}
    assert told_of["MAP-CODE", "Ward", 2] == "Ashly"
    assert ("MAP-UNKNOWN-COLUMN", "Extra", 1) in told_of
    assert len(met["first"]) == 1
    assert met["first"][0].startswith("2018, Clifton, ")
    assert met["first"][0].endswith(": 71.25 %")
    table.write_text("Survey year,% who feel safe outdoors after dark,Deprivation\n2018-19,70,\n")
    met = json.loads(run("mapping", "check", SAFETY, "--table", table, "--json").out)["table"]
    assert any("no column 'Ward'" in f["sentence"] for f in met["findings"] if f["rule"] == "MAP-COLUMN")
    assert met["first"] == []


def test_what_cannot_be_read_is_exit_2(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "town" / "broken.yaml"
    path.parent.mkdir()
    path.write_text("title: x\ncolums: {}\n")
    answer = run("mapping", "check", path)
    assert answer.code == 2
    assert "line 2, colums: no such word here" in answer.err
    assert run("mapping", "check", SAFETY, "--table", tmp_path / "nowhere.csv").code == 2


def test_the_schema_is_printed_and_written(run: Run, tmp_path: Path) -> None:
    assert run("mapping", "schema").out == mapping_json_schema_text()
    assert run("mapping", "schema", "--output", tmp_path / "mapping.schema.json").code == 0
    assert (tmp_path / "mapping.schema.json").read_text(encoding="utf-8") == mapping_json_schema_text()


def test_a_suggestion_leads_editors_to_the_schema(run: Run, tmp_path: Path) -> None:
    table, folder = "examples/bristol/homicides.csv", tmp_path / "mappings" / "bristol"
    assert run("mapping", "suggest", table, "--provider", "BRISTOL", "--output", folder / "a.yaml").code == 0
    assert (folder / "a.yaml").read_text().splitlines()[0] == "# yaml-language-server: $schema=mapping.schema.json"
    run("mapping", "schema", "--output", tmp_path / "mappings" / "mapping.schema.json")
    assert run("mapping", "suggest", table, "--provider", "BRISTOL", "--output", folder / "b.yaml").code == 0
    assert (folder / "b.yaml").read_text().splitlines()[0] == "# yaml-language-server: $schema=../mapping.schema.json"
