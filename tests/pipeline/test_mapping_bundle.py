"""Code tables in files of their own: what is kept of a mapping holds them, and they come from where they may stand."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import typer
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from dataexchange.cli import mapping_bundle
from dataexchange.errors import InvalidRequest
from dataexchange.pipeline.mapping_bundle import bundled
from dataexchange.pipeline.mapping_file import load_mapping, parse_mapping

HEAD = """\
title: Bristol
source: {name: Bristol City Council}
provider: BRISTOL
dataflow: DX:DF_SDG_LOCAL(1.0.0)
"""
TAIL = """\
columns:
  Age: {to: AGE, codes: ages}
  Ward: {to: REF_AREA, codes: wards}
  Year: {to: TIME_PERIOD, period: yearly}
"""
GOOD = TAIL.replace("yearly", "sdmx")
TABLES = "tables:\n  ages:\n    from: ../tables/ages.yaml   # by age\n  wards: {from: wards.csv}\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "mappings" / "bristol"
    (folder.parent / "tables").mkdir(parents=True)
    folder.mkdir()
    (folder.parent / "tables" / "ages.yaml").write_text("0-14: Y0T14\n'65+': Y_GE65\n007: _T\n")
    (folder / "wards.csv").write_text('\ufefftext,code\nAshley,GB_BRS_1\n"Clifton, ""upper""",GB_BRS_2\n')
    return folder / "pm25.yaml"


def test_tables_of_other_files_are_written_into_what_is_kept(path: Path) -> None:
    path.write_text(HEAD + TABLES + GOOD)
    mapping, digest, dataset = load_mapping(path)
    assert mapping.tables == {
        "ages": {"0-14": "Y0T14", "65+": "Y_GE65", "007": "_T"},
        "wards": {"Ashley": "GB_BRS_1", 'Clifton, "upper"': "GB_BRS_2"},
    }
    kept = bundled(path)
    assert (hashlib.sha256(kept).hexdigest(), dataset) == (digest, "bristol/pm25")
    assert parse_mapping(kept, "kept") == mapping
    assert b"# by age" in kept


def test_without_tables_of_other_files_the_text_stays_as_it_is(path: Path) -> None:
    text = HEAD + "tables: {wards: {from: GB}, ages: {}}\n" + GOOD
    path.write_text(text)
    assert bundled(path) == text.encode()
    assert load_mapping(path)[0].tables["wards"] == {"from": "GB"}


def test_errors_keep_the_lines_of_the_file(path: Path) -> None:
    path.write_text(HEAD + TABLES + TAIL)
    with pytest.raises(InvalidRequest, match=r"pm25\.yaml, line 12, columns > Year > period: write 'sdmx'"):
        load_mapping(path)


def test_a_mapping_by_itself_must_hold_its_tables(path: Path) -> None:
    path.write_text(HEAD + TABLES + GOOD)
    with pytest.raises(InvalidRequest, match=r"a\.yaml, line 7, tables > ages: .* `dataexchange mapping bundle FILE`"):
        parse_mapping(path.read_bytes(), "a.yaml")
    app = typer.Typer()
    mapping_bundle.add_to(app)
    app.callback()(lambda: None)
    result = CliRunner().invoke(app, ["bundle", str(path)])
    assert result.exit_code == 0
    assert result.stdout_bytes == bundled(path)


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("/etc/hosts.csv", "leads elsewhere"),
        ("../../secret.yaml", "leads elsewhere"),
        ("../leeds/ages.yaml", "leads elsewhere"),
        ("../tables/../../secret.yaml", "leads elsewhere"),
        ("link.yaml", "leads elsewhere"),
        ("ages.xlsx", "is no table"),
        ("C:/ages.csv", "is no path"),
        ("nowhere.yaml", "there is no file"),
        (".yaml", "there is no file"),
    ],
)
def test_tables_stand_beside_the_mapping_or_in_tables(path: Path, reference: str, says: str) -> None:
    (path.parents[2] / "secret.yaml").write_text("a: b")
    (path.parent / "link.yaml").symlink_to(path.parents[2] / "secret.yaml")
    path.write_text(HEAD + f"tables:\n  ages: {{from: '{reference}'}}\n  wards: {{}}\n" + GOOD)
    with pytest.raises(InvalidRequest, match=rf"pm25\.yaml, line 6, tables > ages: .*{says}"):
        load_mapping(path)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("wards.yaml", "a: b\nc: [d]", r"wards\.yaml, line 2: 'c' has no code"),
        ("wards.yaml", "a: b\nc:", r"wards\.yaml, line 2: 'c' has no code"),
        ("wards.yaml", "a: b\na: c", r"wards\.yaml, line 2: 'a' stands already in line 1"),
        ("wards.csv", "Ashley,GB", r"wards\.csv, line 1: a table begins with the header text,code"),
        ("wards.csv", "text,code\na,b,c", r"wards\.csv, line 2: 3 cells"),
        ("wards.csv", "text,code\na,b\na,c", r"wards\.csv, line 3: 'a' stands already above"),
        ("wards.csv", 'text,code\n"a', r"wards\.csv, line 2: this is no CSV"),
        ("wards.csv", "x" * 2_000_001, r"wards\.csv: the mapping file is over 2,000,000 bytes"),
    ],
)
def test_faults_of_a_table_name_its_file_and_line(path: Path, name: str, text: str, says: str) -> None:
    (path.parent / name).write_text(text)
    path.write_text(HEAD + f"tables: {{ages: {{}}, wards: {{from: {name}}}}}\n" + GOOD)
    with pytest.raises(InvalidRequest, match=says):
        load_mapping(path)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text(max_size=200), st.text(max_size=8), max_size=5))
def test_any_table_is_the_same_when_written_in(tmp_path_factory: pytest.TempPathFactory, table: dict[str, str]) -> None:
    folder = tmp_path_factory.mktemp("x")
    (folder / "t.yaml").write_text(yaml.safe_dump(table, default_style='"'), encoding="utf-8")
    (folder / "m.yaml").write_text(HEAD + "tables:\n  wards:\n    from: t.yaml\n  ages: {}\n" + GOOD)
    assert load_mapping(folder / "m.yaml")[0].tables["wards"] == table
