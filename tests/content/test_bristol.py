"""The Bristol examples against the published tables, read here with csv and openpyxl alone."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import etree
from openpyxl import load_workbook

from dataexchange.messages.shipped import shipped_structures
from dataexchange.model.mapping import Mapping
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Dataflow, DataStructure

ROOT = Path(__file__).resolve().parents[2]
BRISTOL = ROOT / "examples" / "bristol"
EXPECTED: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "expected.yaml").read_text(encoding="utf-8"))
SOURCES = {
    "safety-after-dark": "16-1-4",
    "pm25": "11-6-2",
    "food-insecurity": "2-1-2",
    "unemployment": "8-5-2",
    "homicides": "16-1-1",
    "internet-use": "17-8-1",
}
Table = list[dict[str, str]]


def source(shared_data: Path, dataset: str) -> Table:
    with (shared_data / "bristol" / f"indicator_{SOURCES[dataset]}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def example(dataset: str) -> Table:
    """The rows below the header; numbers of a workbook as Python writes them."""
    if (path := BRISTOL / f"{dataset}.xlsx").is_file():
        sheet, header_row = {"food-insecurity": ("Wards", 3), "unemployment": ("Unemployment", 2)}[dataset]
        book = load_workbook(path, read_only=True)
        rows = [["" if c is None else str(c) for c in row] for row in book[sheet].iter_rows(values_only=True)]
        book.close()
        rows = rows[header_row - 1 :]
    elif dataset == "pm25":
        with (BRISTOL / "pm25.csv").open(encoding="cp1252", newline="") as file:
            rows = list(csv.reader(file, delimiter=";"))[2:]
    else:
        with (BRISTOL / f"{dataset}.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    header, *body = rows
    return [dict(zip(header, row, strict=True)) for row in body]


def mapping(dataset: str) -> Mapping:
    text = (ROOT / "mappings" / "bristol" / f"{dataset}.yaml").read_text(encoding="utf-8")
    return Mapping.model_validate(yaml.safe_load(text))


def figures(dataset: str) -> Counter[tuple[str, ...]]:
    """Of an example: (what the figure is about, as the source has it …, the figure)."""
    rows = example(dataset)
    if dataset == "safety-after-dark":
        value = "% who feel safe outdoors after dark"
        return Counter((r["Survey year"], r["Ward"], r["Deprivation"].lower(), r[value]) for r in rows)
    if dataset == "pm25":
        names = {"PM2.5": "", "of which human-made": "anthropogenic", "of which natural": "non-anthropogenic"}
        return Counter((r["Year"], names[c], r[c].replace(",", ".")) for r in rows for c in names)
    if dataset == "food-insecurity":
        years = ("2018-19", "2019-20", "2020-21")
        return Counter((y, r["Measure"].lower(), r["Ward code"], str(float(r[y]))) for r in rows for y in years)
    if dataset == "unemployment":
        names = {"Everyone": "", "Aged 16 to 24": "16-24 Year olds"}
        groups = [c for c in rows[0] if c != "Year"]
        return Counter((r["Year"], names.get(g, g), number(r[g].replace("..", ""))) for r in rows for g in groups)
    if dataset == "homicides":
        return Counter((r["Calendar year"], r["Homicides recorded"]) for r in rows if r["Calendar year"] != "All years")
    assert {r["Area"] for r in rows} == {"Bristol, City of"}
    return Counter((r["Year"], r["Adults who used the internet in the last 3 months (%)"]) for r in rows)


def published(dataset: str, rows: Table) -> Counter[tuple[str, ...]]:
    if dataset == "safety-after-dark":
        return Counter((r["Year"], r["Ward"], r["Deprivation decile"].lower(), r["Value"]) for r in rows)
    if dataset == "pm25":
        return Counter((r["Year"], r["Anthropogenic component"], r["Value"]) for r in rows)
    if dataset == "food-insecurity":
        measure = "% households which have experienced {} food insecurity"
        names = {measure.format(m): m for m in ("moderate to severe", "severe")}
        return Counter((r["Year"], names[r["Series"]], r["GeoCode"], str(float(r["Value"]))) for r in rows)
    if dataset == "unemployment":
        return Counter((r["Year"], r["Equality Group"], number(r["Value"])) for r in rows)
    return Counter((r["Year"], r["Value"]) for r in rows)


def number(text: str) -> str:
    return f"{float(text):g}" if text else ""


@pytest.mark.parametrize("dataset", SOURCES)
def test_an_example_holds_exactly_the_published_figures(dataset: str, shared_data: Path) -> None:
    assert figures(dataset) == published(dataset, source(shared_data, dataset))


@pytest.mark.parametrize("dataset", SOURCES)
def test_counts_are_those_expected(dataset: str) -> None:
    expected, found = EXPECTED[dataset], figures(dataset)
    rows = example(dataset)
    blank = {c: sum(not r[c].strip() for r in rows) for c in rows[0]}
    assert len(rows) == expected["rows"]
    assert {c: n for c, n in blank.items() if n} == expected["blank_cells"]
    assert len(found) == expected["observations"] == expected["rows"] * _width(dataset) - expected.get("left_out", 0)
    assert len({about[1:-1] for about in found}) == expected["series"]
    assert sorted({int(about[0][:4]) for about in found}) == expected["periods"]
    assert sum(about[-1] == "" for about in found) == expected.get("without_value", 0)


def _width(dataset: str) -> int:
    """How many observations a row holds."""
    unpivot = mapping(dataset).unpivot
    return 1 if unpivot is None else len(unpivot.columns) or 3


def test_wards_of_the_mapping_have_the_codes_of_the_source(shared_data: Path) -> None:
    table = source(shared_data, "safety-after-dark")
    target = mapping("safety-after-dark").columns["Ward"][0]
    assert isinstance(target.codes, dict)
    assert target.codes == {r["Ward"]: f"GB_BRS_{r['GeoCode']}" for r in table if r["Ward"]}


@pytest.mark.parametrize("dataset", SOURCES)
def test_a_mapping_names_every_column_and_every_text(dataset: str) -> None:
    chosen, rows = mapping(dataset), example(dataset)
    columns = set(rows[0])
    if chosen.unpivot:
        wide = {c for c in columns if c in chosen.unpivot.columns or (chosen.unpivot.matching and c[:4].isdigit())}
        assert wide
        columns = columns - wide | {*chosen.unpivot.names_to, chosen.unpivot.values_to}
    assert columns == set(chosen.columns) | set(chosen.ignore)
    for column, targets in chosen.columns.items():
        for target in targets:
            codes = chosen.codes_of(target)
            if codes is not None and column in rows[0]:
                assert {r[column] for r in rows} - {""} <= codes.keys()
                assert target.blank is not None or all(r[column] for r in rows)


@pytest.mark.parametrize("dataset", SOURCES)
def test_a_mapping_gives_every_component_that_must_be_and_only_codes_that_exist(dataset: str) -> None:
    chosen = mapping(dataset)
    artefacts = {a.ref: a for a in shipped_structures()}
    flow = artefacts[chosen.dataflow_ref]
    assert isinstance(flow, Dataflow)
    assert flow.structure is not None
    structure = artefacts[flow.structure]
    assert isinstance(structure, DataStructure)
    schema = Schema.assemble(structure, flow, artefacts)
    given = {t.to: t for targets in chosen.columns.values() for t in targets}
    mandatory = {a.id for a in structure.attributes if a.mandatory}
    assert {*structure.dimension_ids, "TIME_PERIOD", "OBS_VALUE", *mandatory} <= given.keys() | chosen.fixed.keys()
    assert given.keys() | chosen.fixed.keys() <= {c.id for c in structure.components()}
    used = [(component, code) for component, code in chosen.fixed.items()]
    used += [(t.to, code) for t in given.values() for code in (chosen.codes_of(t) or {}).values()]
    used += [(t.to, t.blank) for t in given.values() if t.blank]
    used += [("OBS_STATUS", status) for status in chosen.missing.values() if status != "skip"]
    used += [
        (t.to, t.prefix + r[column])
        for column, targets in chosen.columns.items()
        for t in targets
        if t.prefix
        for r in example(dataset)
        if r[column]
    ]
    assert [(c, code) for c, code in used if c in schema.codes and code not in schema.codes[c]] == []


def test_units_are_those_of_the_series() -> None:
    series = {i.id: i for a in shipped_structures() if a.id == "CL_SERIES" for i in a.items}  # type: ignore[attr-defined]
    for dataset in SOURCES:
        chosen = mapping(dataset)
        codes = [chosen.fixed[c] for c in ("SERIES",) if c in chosen.fixed]
        codes += [
            c
            for ts in chosen.columns.values()
            for t in ts
            if t.to == "SERIES"
            for c in (chosen.codes_of(t) or {}).values()
        ]
        assert {series[c].annotation("UNIT") for c in codes} == {chosen.fixed["UNIT_MEASURE"]}


@pytest.mark.parametrize("dataset", [d for d in SOURCES if "mirror" in EXPECTED[d]])
def test_what_the_national_office_says_of_bristol(dataset: str) -> None:
    """Both sides from the files a user has: the city's table and the national message."""
    mirror = dict(EXPECTED[dataset]["mirror"])
    agrees = mirror.pop("agrees")
    local = {about[0]: float(about[-1]) for about in figures(dataset) if len(about) == 2 or about[1] == ""}
    code = mapping(dataset).fixed["SERIES"]
    message = etree.parse(str(ROOT / "examples" / "uk" / "national.xml"))
    national = {
        obs.get("TIME_PERIOD"): float(obs.get("OBS_VALUE"))
        for obs in message.iterfind(f".//Series[@SERIES='{code}'][@REF_AREA='GB_BRS']/Obs")
    }
    both = {int(y): [local[y], national[y]] for y in local if y in national}
    assert both == {y: [float(v) for v in pair] for y, pair in mirror.items()}
    assert all((a == b) is agrees for a, b in both.values())


def test_readme_of_the_examples_gives_these_counts() -> None:
    text = (BRISTOL / "README.md").read_text(encoding="utf-8")
    for dataset, expected in EXPECTED.items():
        line = next(line for line in text.splitlines() if line.startswith(f"| `{dataset}."))
        assert f"{expected['observations']} observations" in line
        assert f"{expected['series']} series" in line


def test_examples_stay_small() -> None:
    assert sum(f.stat().st_size for f in (ROOT / "examples").rglob("*") if f.is_file()) < 1_000_000
