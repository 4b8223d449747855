"""The national message against the published tables, recomputed with other means than the script that wrote it."""

from __future__ import annotations

import csv
import re
from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest
import sdmx
import sdmx.model.v21 as v21
from lxml import etree

from dataexchange.messages.shipped import shipped_structures
from dataexchange.model.schema import Schema
from dataexchange.model.structure import DataStructure, Level

MESSAGE = Path(__file__).resolve().parents[2] / "examples" / "uk" / "national.xml"
README = MESSAGE.parent / "README.md"
SERIES = {
    "16-1-4": ("VC_SNS_WALN",),
    "11-6-2": ("EN_ATM_PM25",),
    "2-1-2": ("AG_PRD_FIESMS", "AG_PRD_FIESS"),
    "8-5-2": ("SL_TLF_UEM",),
    "16-1-1": ("VC_IHR_PSRC",),
    "17-8-1": ("IT_USE_II99",),
}


@pytest.fixture(scope="module")
def message() -> etree._ElementTree:
    return etree.parse(str(MESSAGE))


@pytest.fixture(scope="module")
def schema() -> Schema:
    artefacts = {a.ref: a for a in shipped_structures()}
    structure = next(a for a in artefacts.values() if isinstance(a, DataStructure))
    return Schema.assemble(structure, None, artefacts)


def rows(shared_data: Path, table: str) -> list[dict[str, str]]:
    with (shared_data / "uk" / f"indicator_{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def blank(row: dict[str, str], *but: str) -> bool:
    """Whether the row is for the whole nation: no breakdown filled but those named."""
    said = {
        "Year",
        "Series",
        "Observation status",
        "Unit multiplier",
        "Units",
        "Unit measure",
        "GeoCode",
        "Value",
        *but,
    }
    return not any(value for column, value in row.items() if column not in said)


def values(message: etree._ElementTree, **codes: str) -> dict[str, float]:
    """Period (as the source writes it) to value of the one series with these codes, `_T` where nothing is said."""
    found = []
    for series in message.iterfind(".//Series"):
        wanted = {"FREQ": series.get("FREQ"), "REF_AREA": "GB", "SEX": "_T", "AGE": "_T", "URBANISATION": "_T", **codes}
        if series.get("DISABILITY_STATUS") == "_T" and all(series.get(c) == v for c, v in wanted.items()):
            found.append(series)
    (one,) = found
    return {
        obs.get("TIME_DETAIL") or obs.get("TIME_PERIOD").replace("-", " "): float(obs.get("OBS_VALUE"))
        for obs in one.iterfind("Obs")
        if obs.get("OBS_VALUE")
    }


def test_every_code_exists_and_nothing_mandatory_is_missing(message: etree._ElementTree, schema: Schema) -> None:
    structure = schema.structure
    of_series = {*structure.dimension_ids, *(a.id for a in structure.attributes if a.level is Level.SERIES)}
    of_observations = {"TIME_PERIOD", "OBS_VALUE", *(a.id for a in structure.observation_attributes)}
    for series in message.iterfind(".//Series"):
        assert {*structure.dimension_ids, "UNIT_MEASURE"} <= set(series.keys()) <= of_series
        _all_known(series, schema)
        for obs in series.iterfind("Obs"):
            assert {"TIME_PERIOD", "OBS_STATUS", "UNIT_MULT"} <= set(obs.keys()) <= of_observations
            _all_known(obs, schema)
            assert (obs.get("OBS_VALUE") is not None) is (obs.get("OBS_STATUS") in ("A", "D"))
            form = r"\d{4}-Q[1-4]" if series.get("FREQ") == "Q" else r"\d{4}"
            assert re.fullmatch(form, obs.get("TIME_PERIOD"))


def _all_known(element: etree._Element, schema: Schema) -> None:
    assert [(c, v) for c, v in element.items() if c in schema.codes and v not in schema.codes[c]] == []


def test_no_key_and_no_period_stands_twice(message: etree._ElementTree, schema: Schema) -> None:
    keys = [tuple(s.get(d) for d in schema.structure.dimension_ids) for s in message.iterfind(".//Series")]
    assert len(keys) == len(set(keys))
    for series in message.iterfind(".//Series"):
        periods = [o.get("TIME_PERIOD") for o in series.iterfind("Obs")]
        assert periods == sorted(set(periods))


@pytest.mark.parametrize("table", SERIES)
def test_values_are_those_published_as_often_as_published(
    table: str, shared_data: Path, message: etree._ElementTree
) -> None:
    """Every value in the message stands in the table at that year, at least as often."""
    there = Counter((r["Year"], r["Value"]) for r in rows(shared_data, table) if r["Value"])
    here: Counter[tuple[str, str]] = Counter()
    for code in SERIES[table]:
        for obs in message.iterfind(f".//Series[@SERIES='{code}']/Obs"):
            if obs.get("OBS_VALUE"):
                here[obs.get("TIME_DETAIL") or obs.get("TIME_PERIOD").replace("-", " "), obs.get("OBS_VALUE")] += 1
    assert here
    assert here <= there


def test_national_totals(shared_data: Path, message: etree._ElementTree) -> None:
    for table, code, keep in [
        ("16-1-4", "VC_SNS_WALN", {}),
        ("11-6-2", "EN_ATM_PM25", {"Series": "PM2.5"}),
        ("2-1-2", "AG_PRD_FIESMS", {}),
        ("8-5-2", "SL_TLF_UEM", {"Series": "Seasonally adjusted"}),
        ("17-8-1", "IT_USE_II99", {}),
    ]:
        there = {
            r["Year"]: float(r["Value"])
            for r in rows(shared_data, table)
            if blank(r) and r["Value"] and all(r[c] == v for c, v in keep.items())
        }
        assert values(message, SERIES=code) == there, table


def test_breakdowns(shared_data: Path, message: etree._ElementTree) -> None:
    def published(table: str, **keep: str) -> dict[str, float]:
        wanted = {column.replace("_", " "): text for column, text in keep.items()}
        found = [r for r in rows(shared_data, table) if all(r[c] == v for c, v in wanted.items()) and blank(r, *wanted)]
        return {r["Year"]: float(r["Value"]) for r in found if r["Value"]}

    pm25 = {"SERIES": "EN_ATM_PM25"}
    assert values(message, **pm25, REF_AREA="GB_BRS") == published("11-6-2", Series="PM2.5", City="Bristol")
    assert values(message, **pm25, URBANISATION="TSUB") == published("11-6-2", Series="PM2.5", Urbanisation="Town")
    assert len(values(message, **pm25, URBANISATION="CITY")) == 10
    assert values(message, SERIES="VC_SNS_WALN", SEX="F") == published("16-1-4", Sex="Female")
    assert values(message, SERIES="VC_SNS_WALN", REF_AREA="GB_E12000009") == published("16-1-4", Region="South West")
    assert values(message, SERIES="VC_IHR_PSRC", AGE="Y5T15", SEX="M") == published("16-1-1", Age="5 to 15", Sex="Male")
    bristol = published("17-8-1", Region="South West", Local_Authority="Bristol, City of")
    assert len(bristol) == 8
    assert values(message, SERIES="IT_USE_II99", REF_AREA="GB_BRS") == bristol
    adjusted = published("8-5-2", Series="Seasonally adjusted", Age="16 to 24")
    assert len(adjusted) == 93
    assert values(message, SERIES="SL_TLF_UEM", AGE="Y16T24") == adjusted


def test_homicides_of_all_ages_keep_the_later_of_the_two_rows(shared_data: Path, message: etree._ElementTree) -> None:
    found = [r for r in rows(shared_data, "16-1-1") if blank(r)]
    assert [r["Year"] for r in found].count("2012/13") == 2
    assert values(message, SERIES="VC_IHR_PSRC") == {r["Year"]: float(r["Value"]) for r in found}


def test_the_readme_counts_rows_observations_and_what_is_left_out(
    shared_data: Path, message: etree._ElementTree
) -> None:
    text = README.read_text(encoding="utf-8")
    total = 0
    for table, codes in SERIES.items():
        n = len(rows(shared_data, table))
        here = sum(len(message.findall(f".//Series[@SERIES='{code}']/Obs")) for code in codes)
        assert f"| {table} | {', '.join(codes)} | {n} | {here} | {n - here} |" in text
        reasons = re.findall(rf"^\| {table} \| (\d+) \| [^|]+ \|$", text, re.MULTILINE)
        assert sum(map(int, reasons)) == n - here
        total += here
    assert f"{total:,} observations in {len(message.findall('.//Series'))} series" in text


def test_sdmx1_reads_it_with_the_structure(message: etree._ElementTree, schema: Schema) -> None:
    there = sdmx.read_sdmx(BytesIO(MESSAGE.read_bytes()), structure=_for_sdmx1(schema.structure))
    (data,) = there.data
    assert len(data.series) == len(message.findall(".//Series"))
    assert len(data.obs) == len(message.findall(".//Obs"))
    assert there.header.sender.id == "UK_ONS"
    bristol = [o for o in data.obs if o.key["REF_AREA"].value == "GB_BRS" and o.key["SERIES"].value == "EN_ATM_PM25"]
    assert {o.dimension["TIME_PERIOD"].value: float(o.value) for o in bristol}["2010"] == 14.21


def _for_sdmx1(structure: DataStructure) -> v21.DataStructureDefinition:
    dsd = v21.DataStructureDefinition(id=structure.id, version=structure.version, maintainer=v21.Agency(id="DX"))
    for dimension in structure.dimensions:
        dsd.dimensions.append(v21.Dimension(id=dimension.id))
    dsd.dimensions.append(v21.TimeDimension(id="TIME_PERIOD"))
    dsd.measures.append(v21.PrimaryMeasure(id="OBS_VALUE"))
    for attribute in structure.attributes:
        related = v21.PrimaryMeasureRelationship()
        if attribute.level is Level.SERIES:
            related = v21.DimensionRelationship(dimensions=[dsd.dimensions.get(d) for d in structure.dimension_ids])
        dsd.attributes.append(v21.DataAttribute(id=attribute.id, related_to=related))
    return dsd
