"""Whatever a template is written of is read back from it, by way of the public intake, as the same observations."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sdg_table import GOOD, dataset, shipped

from dataexchange.errors import InvalidRequest
from dataexchange.messages.write_template import write_template
from dataexchange.model.mapping import Source
from dataexchange.model.observation_status import WITHOUT_VALUE
from dataexchange.model.period import format_period
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Item
from dataexchange.model.template import TOLD, Form, Template
from dataexchange.model.validity import Validity
from dataexchange.pipeline.mapping_file import parse_mapping
from dataexchange.pipeline.mapping_tables import apply_to_all
from dataexchange.pipeline.mapping_text import mapping_text
from dataexchange.pipeline.reading import read_tables
from dataexchange.pipeline.template import form_mapping, is_template, read_form
from dataexchange.pipeline.template_fields import choices_of, definitions_of, fields_of
from dataexchange.pipeline.template_rows import published_rows

#: What XML has characters for.
_LETTERS = st.characters(exclude_categories=("Cs",), exclude_characters="￾￿").filter(
    lambda letter: letter >= " " or letter in "\t\n\r"
)
TEXTS = st.one_of(
    st.text(_LETTERS, max_size=12),
    st.sampled_from(
        [
            "=1+1",
            "'=1",
            "''",
            "#N/A",
            "@x",
            "+1",
            "-",
            "007",
            "1e5",
            "2020-03",
            "a | b",
            "TRUE",
            "a\nb",
            "_x0041_",
            "null",
        ]
    ),
)
VALUES = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**17), 10**17).map(float),
    st.sampled_from([5e-324, 1.7976931348623157e308, 0.1 + 0.2, -0.0, 1 / 3, 2**53 + 2.0]),
)
PERIODS = st.sampled_from(["2018", "2019", "2018-03", "2018-Q4", "2018-W07", "2018-01-31", "1905", "2018-S1"])
NAMES = ["Men", "=cmd|' /C calc'!A0", "A | B", "two\nlines", "", "M", "x" * 400, "é\u0301 ́"]


@cache
def schema() -> Schema:
    """The demonstration's, with odd names in place of those of its breakdowns."""
    found = shipped()
    # Short lists are written as long ones are, only faster.
    short = {
        name: dict(list(codes.items())[:12])
        | {code: codes[code] for code in (GOOD.get(name), "E", "P", *WITHOUT_VALUE) if code in codes}
        for name, codes in found.codes.items()
    }
    odd = {c: Item(id=c, names={"en": NAMES[n % len(NAMES)]}) for n, c in enumerate(short["SEX"])}
    return replace(found, codes={**short, "SEX": odd})


@st.composite
def observations(draw: st.DrawFn) -> list[dict[str, Any]]:
    def codes(component: str) -> st.SearchStrategy[str]:
        return st.sampled_from(list(schema().codes[component])[:12])

    keys = draw(
        st.lists(st.tuples(codes("SEX"), codes("AGE"), PERIODS), min_size=1, max_size=6, unique_by=lambda key: key)
    )
    rows = []
    for sex, age, period in keys:
        status = draw(st.sampled_from(["A", "E", "P", *WITHOUT_VALUE]))
        value = math.nan if status in WITHOUT_VALUE else draw(VALUES)
        said = {"COMMENT_OBS": draw(TEXTS), "SOURCE_DETAIL": draw(TEXTS), "UNIT_MULT": draw(codes("UNIT_MULT"))}
        key = {"SEX": sex, "AGE": age, "TIME_PERIOD": period}
        rows.append({**GOOD, **key, **said, "OBS_VALUE": value, "OBS_STATUS": status})
    return rows


def observed(found: Any) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Key and period -> value and attributes, in the form in which texts are compared."""
    structure = schema().structure
    attributes = [a.id for a in structure.attributes if a.id in found.column_names]
    return {
        (*(row[d] for d in structure.dimension_ids), format_period(row["TIME_PERIOD"])): (
            repr(row["OBS_VALUE"] + 0.0),  # a zero has no sign
            *(f"{name}: {clean(row[name])}" for name in attributes if clean(row[name])),
        )
        for row in found.to_pylist()
    }


def clean(text: str | None) -> str:
    return unicodedata.normalize("NFC", (text or "").strip())


def template_of(rows: list[dict[str, Any]]) -> Template:
    published = published_rows(dataset(*rows).table, schema())
    fields = fields_of(schema(), published, "en")
    return Template(
        form=Form("A table", "DX:DF_SDG_LOCAL(1.0.0)", "BRISTOL", "bristol/table", Source(name="=a | b"), fields),
        measure="OBS_VALUE",
        rows=published.select([*(field.component for field in fields), *TOLD]),
        choices=choices_of(Validity(schema()), fields, ("GB_BRS",), "en"),
        definitions=tuple(definitions_of(schema(), published, "en")),
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("templates") / "filled.xlsx"


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=observations())
@example(rows=[{**GOOD, "COMMENT_OBS": '=HYPERLINK("x")', "OBS_VALUE": 0.1 + 0.2}])
def test_what_is_written_is_read_back(place: Path, rows: list[dict[str, Any]]) -> None:
    with place.open("wb") as stream:
        write_template(template_of(rows), stream)
    assert is_template(place)
    made = form_mapping(read_form(place, place.name), schema(), place.name)
    mapping = parse_mapping(mapping_text(made).encode(), "made")
    assert mapping == made
    result = apply_to_all(read_tables(place, mapping.read), mapping, schema())
    assert not [finding for finding in result.findings if finding.severity != "information"]
    assert observed(result.dataset.table) == observed(dataset(*rows).table)


@pytest.mark.parametrize("text", ["a\x00b", "\x1b[0m", "\uffff", "x" * 40_000])
def test_what_no_workbook_holds_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match=r"COMMENT_OBS says .* send this table as SDMX-CSV or with a mapping"):
        template_of([{**GOOD, "COMMENT_OBS": text}])
