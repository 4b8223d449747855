"""The national series of the United Kingdom as one SDMX-ML 2.1 message, from the Open SDG tables of ONSdigital/sdg-data.

Each table has a function that turns a row into codes, or into the reason why it has none: a breakdown that no code list has,
an area without a code, a series twice over. What is left out is counted by reason; `examples/uk/README.md` says how much.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree
from uk_codes import AGES, AREAS, DISABILITY, LOCAL_AUTHORITIES, SEX, STATUS, TOWNS, URBANISATION

Row = dict[str, str]
#: Codes of the dimensions that are not `_T`, or why the row is left out.
Mapped = dict[str, str] | str

DIMENSIONS = (
    "FREQ",
    "REPORTING_TYPE",
    "SERIES",
    "REF_AREA",
    "SEX",
    "AGE",
    "URBANISATION",
    "INCOME_WEALTH_QUANTILE",
    "EDUCATION_LEV",
    "OCCUPATION",
    "CUST_BREAKDOWN",
    "COMPOSITE_BREAKDOWN",
    "DISABILITY_STATUS",
    "ACTIVITY",
    "PRODUCT",
)


@dataclass(frozen=True)
class Table:
    """One national table: which rows become which series, and what is said of all of them."""

    indicator: str
    unit: str
    codes: Callable[[Row], Mapped]
    comment: str
    status: str = "A"
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass
class Counts:
    rows: int = 0
    observations: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def write_uk(source: Path, target: Path) -> list[str]:
    """Write the message; answers one line a table: rows, observations, and what was left out."""
    series: dict[tuple[str, ...], tuple[Table, dict[str, dict[str, str]]]] = {}
    lines = []
    for table in TABLES:
        counts = _collect(source, table, series)
        left = ", ".join(f"{reason}: {n}" for reason, n in sorted(counts.left_out.items()))
        lines.append(f"{table.indicator}: {counts.rows} rows, {counts.observations} observations; left out {left}")
    target.parent.mkdir(parents=True, exist_ok=True)
    _write(target, series)
    return lines


def _collect(
    source: Path, table: Table, series: dict[tuple[str, ...], tuple[Table, dict[str, dict[str, str]]]]
) -> Counts:
    counts = Counts()
    with (source / f"indicator_{table.indicator}.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            counts.rows += 1
            codes = table.codes(row)
            if isinstance(codes, str):
                counts.left_out[codes] += 1
                continue
            key = tuple(
                {"FREQ": "A", "REPORTING_TYPE": "N", "REF_AREA": "GB", **codes}.get(d, "_T") for d in DIMENSIONS
            )
            observations = series.setdefault(key, (table, {}))[1]
            observation = _observation(row, table)
            if observation["TIME_PERIOD"] in observations:
                counts.left_out["the same key and period twice: the later row stands"] += 1
            observations[observation["TIME_PERIOD"]] = observation
    counts.observations = counts.rows - counts.left_out.total()
    return counts


def _observation(row: Row, table: Table) -> dict[str, str]:
    """A value, or a status that says why there is none; a value under a status of suppression is not passed on."""
    status = STATUS[row.get("Observation status", "")]
    if not row["Value"] and status == "A":
        status = "O"
    period, detail = _period(row["Year"])
    observation = {"TIME_PERIOD": period}
    if status == "A":
        observation["OBS_VALUE"] = row["Value"]
        status = table.status
    observation |= {"OBS_STATUS": status, "UNIT_MULT": "0", "NATURE": "C"}
    if detail:
        observation["TIME_DETAIL"] = detail
    return observation


def _period(text: str) -> tuple[str, str | None]:
    """("2001", "2001/02") of a survey or financial year, ("2000-Q1", None) of a quarter."""
    if found := re.fullmatch(r"(\d{4})/(\d{2}|\d{4})", text):
        return found[1], text
    return text.replace(" ", "-"), None


def _by(row: Row, *columns: str) -> str | None:
    """The first of the columns that is filled, as a reason."""
    return next((f"by {column.lower()}" for column in columns if row[column]), None)


def _safety(row: Row) -> Mapped:
    reason = _by(
        row,
        "Country of birth",
        "Ethnicity",
        "Household income",
        "Sexual orientation",
        "Highest qualification",
    )
    return reason or {
        "SERIES": "VC_SNS_WALN",
        "REF_AREA": AREAS[row["Region"]],
        "SEX": SEX[row["Sex"]],
        "AGE": AGES[row["Age"]],
        "URBANISATION": URBANISATION[row["Urban or rural"]],
        "DISABILITY_STATUS": DISABILITY[row["Disability status"]],
    }


def _particles(row: Row) -> Mapped:
    if row["Series"] != "PM2.5":
        return "PM10: no global series"
    if row["City"] not in TOWNS:
        return "no place in the United Kingdom"
    return {
        "SERIES": "EN_ATM_PM25",
        "REF_AREA": TOWNS[row["City"]],
        "URBANISATION": URBANISATION[row["Urbanisation"].capitalize()],
    }


def _food(row: Row) -> Mapped:
    known = {"Year", "Food security level", "Country", "Region", "Observation status", "Units", "GeoCode", "Value"}
    if reason := _by(row, *(c for c in row if c not in known)):
        return reason
    if row["Food security level"] == "Low":
        return "low food security alone: no global series"
    area = AREAS.get(row["Region"] or row["Country"])
    if area is None:
        return "an area without a code"
    return {"SERIES": {"": "AG_PRD_FIESMS", "Very low": "AG_PRD_FIESS"}[row["Food security level"]], "REF_AREA": area}


def _unemployment(row: Row) -> Mapped:
    if reason := _by(row, "Country of birth"):
        return reason
    if row["Series"] != "Seasonally adjusted":
        return "not seasonally adjusted"
    if row["Country"]:
        return "countries and regions, to keep the example small"
    return {
        "FREQ": "Q",
        "SERIES": "SL_TLF_UEM",
        "SEX": SEX[row["Sex"]],
        "AGE": AGES[row["Age"]],
    }


def _homicides(row: Row) -> Mapped:
    return {"SERIES": "VC_IHR_PSRC", "SEX": SEX[row["Sex"]], "AGE": AGES[row["Age"]]}


def _internet(row: Row) -> Mapped:
    if reason := _by(row, "Ethnicity", "Employment status"):
        return reason
    authority = row["Local Authority"]
    if authority and authority not in LOCAL_AUTHORITIES:
        return "an area without a code"
    return {
        "SERIES": "IT_USE_II99",
        "REF_AREA": LOCAL_AUTHORITIES[authority] if authority else AREAS[row["Region"]],
        "SEX": SEX[row["Sex"]],
        "AGE": AGES[row["Age"]],
        "DISABILITY_STATUS": DISABILITY[row["Disability status"]],
    }


TABLES = (
    Table(
        "16-1-4",
        "PT",
        _safety,
        "Feel safe walking alone after dark, people aged 16 and over. The breakdown by region names the English regions and Wales.",
        attributes={"ADAPTATION_TYPE": "IDENTICAL", "GLOBAL_SERIES": "VC_SNS_WALN", "SOURCE_CLASS": "SURVEY"},
    ),
    Table(
        "11-6-2",
        "GPERM3",
        _particles,
        "Annual mean of PM2.5; towns as the national table names them.",
        attributes={"ADAPTATION_TYPE": "IDENTICAL", "GLOBAL_SERIES": "EN_ATM_PM25"},
    ),
    Table(
        "2-1-2",
        "PT",
        _food,
        "Households with low or very low food security; published under indicator 2.1.2 in whole percent.",
        status="D",
        attributes={
            "ADAPTATION_TYPE": "PROXY",
            "DIFF_NUMERATOR": "Low or very low household food security (severe: very low) instead of the Food Insecurity Experience Scale",
            "DIFF_DENOMINATOR": "Households instead of people",
            "SOURCE_CLASS": "SURVEY",
        },
    ),
    Table(
        "8-5-2",
        "PT",
        _unemployment,
        "Seasonally adjusted; economically active people aged 16 and over unless an age is given.",
        attributes={"ADAPTATION_TYPE": "IDENTICAL", "GLOBAL_SERIES": "SL_TLF_UEM", "SOURCE_CLASS": "SURVEY"},
    ),
    Table(
        "16-1-1",
        "PER_100000_POP",
        _homicides,
        "Homicides per 100,000 population.",
        attributes={"ADAPTATION_TYPE": "IDENTICAL", "GLOBAL_SERIES": "VC_IHR_PSRC", "SOURCE_CLASS": "ADMIN"},
    ),
    Table(
        "17-8-1",
        "PER_100_POP",
        _internet,
        "Used the internet in the last three months, people aged 16 and over.",
        attributes={"ADAPTATION_TYPE": "IDENTICAL", "GLOBAL_SERIES": "IT_USE_II99", "SOURCE_CLASS": "SURVEY"},
    ),
)

_MES = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"
_SS = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/structurespecific"
_COM = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_FLOW = "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=DX:DF_SDG_NATIONAL(1.0.0):ObsLevelDim:TIME_PERIOD"


def _write(target: Path, series: dict[tuple[str, ...], tuple[Table, dict[str, dict[str, str]]]]) -> None:
    root = etree.Element(
        etree.QName(_MES, "StructureSpecificData"),
        nsmap={"mes": _MES, "ss": _SS, "com": _COM, "xsi": _XSI, "ns1": _FLOW},
    )
    _header(root)
    data = etree.SubElement(root, etree.QName(_MES, "DataSet"))
    data.set(etree.QName(_SS, "structureRef"), "SDG_LOCAL")
    data.set(etree.QName(_XSI, "type"), "ns1:DataSetType")
    data.set(etree.QName(_SS, "dataScope"), "DataStructure")
    data.set(etree.QName(_SS, "action"), "Replace")
    for key, (table, observations) in sorted(series.items(), key=lambda item: item[0]):
        codes = dict(zip(DIMENSIONS, key, strict=True))
        attributes = {"GLOBAL_SERIES": codes["SERIES"], **table.attributes}
        element = etree.SubElement(
            data, "Series", {**codes, "UNIT_MEASURE": table.unit, "COMMENT_TS": table.comment, **attributes}
        )
        for _, observation in sorted(observations.items()):
            etree.SubElement(element, "Obs", observation)
    etree.indent(root, space=" ")
    target.write_bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n")


def _header(root: etree._Element) -> None:
    header = etree.SubElement(root, etree.QName(_MES, "Header"))
    for name, text in (("ID", "UK_SDG_NATIONAL"), ("Test", "false"), ("Prepared", "2026-11-22T12:00:00Z")):
        etree.SubElement(header, etree.QName(_MES, name)).text = text
    sender = etree.SubElement(header, etree.QName(_MES, "Sender"), id="UK_ONS")
    etree.SubElement(sender, etree.QName(_COM, "Name")).text = "Office for National Statistics"
    structure = etree.SubElement(
        header,
        etree.QName(_MES, "Structure"),
        structureID="SDG_LOCAL",
        namespace=_FLOW,
        dimensionAtObservation="TIME_PERIOD",
    )
    usage = etree.SubElement(structure, etree.QName(_COM, "StructureUsage"))
    names = {
        "agencyID": "DX",
        "id": "DF_SDG_NATIONAL",
        "version": "1.0.0",
        "package": "datastructure",
        "class": "Dataflow",
    }
    etree.SubElement(usage, "Ref", names)
    licence = "Contains public sector information licensed under the Open Government Licence v3.0. Source: ONSdigital/sdg-data"
    etree.SubElement(header, etree.QName(_MES, "Source")).text = licence
