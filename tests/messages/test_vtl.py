"""Rules as VTL 2.1: a small dataflow against a golden file, and what every such text must be by the grammar.

`UPDATE_GOLDEN=1 pytest tests/messages/test_vtl.py` writes the golden file anew.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from dataexchange.messages.read_rulebook import read_rulebook
from dataexchange.messages.shipped import shipped_structures
from dataexchange.messages.vtl import vtl_text
from dataexchange.messages.vtl_rules import EXPRESSED
from dataexchange.messages.vtl_scene import Scene, Setting
from dataexchange.model.rulebook import Rulebook
from dataexchange.model.rules import RULES
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Annotation, Dataflow, DataStructure, Item

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "rules.vtl"

#: Of many series and areas a few, so that the text can be read.
SERIES = ("SL_TLF_UEM", "EN_ATM_PM25", "VC_IHR_PSRCN", "NY_GDP_PCAP", "VC_IHR_PSRC", "_L_POPULATION")
AREAS = ("KG", "KG02", "KG03")
BOOK = read_rulebook(
    b"""
agency: KG_NSC
rules:
  - {rule: RNG-COUNT, on: no, where: {series: VC_*}}
  - {rule: RNG-PERCENT, severity: warning, where: {series: SL_TLF_UEM}}
  - {rule: RNG-FUTURE, on: no}
  - {rule: COH-MIRROR, parameters: {relative: 2}}
""",
    "kg.yaml",
)


@pytest.fixture(scope="module")
def shipped() -> Schema:
    artefacts = {artefact.ref: artefact for artefact in shipped_structures()}
    flow = next(a for a in artefacts.values() if isinstance(a, Dataflow) and a.id == "DF_SDG_LOCAL")
    assert flow.structure is not None
    structure = artefacts[flow.structure]
    assert isinstance(structure, DataStructure)
    return Schema.assemble(structure, flow, artefacts)


@pytest.fixture(scope="module")
def small(shipped: Schema) -> Schema:
    whole = Item(id="KG", annotations=(Annotation(type="PARTITION", title="exhaustive"),))
    areas = {code: whole if code == "KG" else Item(id=code, parent="KG") for code in AREAS}
    series = {code: shipped.codes["SERIES"][code] for code in SERIES}
    return replace(shipped, codes={**shipped.codes, "SERIES": series, "REF_AREA": areas})


def test_the_text_is_that_of_the_golden_file(small: Schema) -> None:
    text = vtl_text(replace(BOOK, version=3), small)
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def statements(text: str) -> list[str]:
    """Without comments; a definition, which has marks of its own, is one."""
    bare = " ".join(line for line in text.splitlines() if not line.startswith("//"))
    found = re.findall(r"\s*(define .*? end (?:datapoint|hierarchical) ruleset|[^;]+);", bare)
    assert re.sub(r"\s*(define .*? end (?:datapoint|hierarchical) ruleset|[^;]+);", "", bare).strip() == ""
    return [re.sub(r"\s+", " ", one).strip() for one in found]


@pytest.mark.parametrize("whose", [Rulebook(), BOOK], ids=["as it ships", "of an office"])
@pytest.mark.parametrize("which", ["shipped", "small"])
def test_every_statement_is_whole_and_speaks_of_what_is_there(
    which: str, whose: Rulebook, request: pytest.FixtureRequest
) -> None:
    schema: Schema = request.getfixturevalue(which)
    text = vtl_text(whose, schema)
    assert max(map(len, text.splitlines())) <= 120
    there = {"LOCAL", "NATIONAL", "PREVIOUS"}
    rulesets: set[str] = set()
    for statement in statements(text):
        for opening, closing in ("()", "[]", "{}"):
            assert statement.count(opening) == statement.count(closing), statement
        assert statement.count('"') % 2 == 0
        if statement.startswith("define"):
            kind, name = re.match(r"define (datapoint|hierarchical) ruleset (\w+) \(variable ", statement).groups()
            assert statement.endswith(f"end {kind} ruleset")
            assert name not in rulesets
            rulesets.add(name)
            assert re.search(r'errorcode "[A-Z-]+" errorlevel "(error|warning|information)"', statement)
            continue
        name, expression = re.fullmatch(r"(\w+) (?:<-|:=) (.*)", statement).groups()
        assert name not in there
        bare = re.sub(r'"[^"]*"|\'[^\']*\'', "", expression)
        components = {c.id for c in schema.structure.components()}
        named = set(re.findall(r"\b[A-Z][A-Z0-9_]{4,}\b", bare)) - components - {"NATION_LOW", "NATION_HIGH", "MISSING"}
        assert named <= there | rulesets, statement
        there.add(name)
    assert {
        name for name in rulesets if not any(re.search(rf"check_\w+\(.*\b{name}\b", s) for s in statements(text))
    } == set()


def test_every_rule_is_there_or_says_why_not(small: Schema) -> None:
    text = vtl_text(Rulebook(), small)
    for rule in RULES.values():
        section = text.split(f"// {rule.id}, level {rule.level}: ")[1].split("\n\n")[0]
        written = f'"{rule.id}"' in section
        assert written or re.search(r"// Not in VTL: \w|// Not for this dataflow: \w", section), rule.id
        assert written == (rule.id in EXPRESSED), section


@pytest.mark.parametrize("rule", sorted(set(EXPRESSED) & set(RULES)))
def test_texts_ask_for_parameters_that_there_are(rule: str, small: Schema) -> None:
    values = {parameter.name: parameter.default for parameter in RULES[rule].parameters}
    setting = Setting(RULES[rule], "error", values, "", "R")
    assert list(EXPRESSED[rule].text(Scene.of(small, Rulebook()), setting))


def test_settings_of_some_series_are_apart(small: Schema) -> None:
    text = re.sub(r"\s+", " ", vtl_text(BOOK, small))
    assert 'check_datapoint(SHARES [filter SERIES not_in {"SL_TLF_UEM"}], RNG_PERCENT invalid)' in text
    assert 'check_datapoint(SHARES [filter SERIES in {"SL_TLF_UEM"}], RNG_PERCENT_2 invalid)' in text
    assert (
        'check_datapoint(COUNTS_AS_SENT [filter SERIES not_in {"VC_IHR_PSRCN", "VC_IHR_PSRC"}], RNG_COUNT invalid)'
        in text
    )
    assert "RNG_COUNT_2" not in text
    assert "0.02 * abs(Y)" in text
    assert "Switched off in this rulebook." in text
    assert "RNG_FUTURE" not in text


def test_what_the_code_list_ties_together_is_written_out(small: Schema) -> None:
    text = re.sub(r"\s+", " ", vtl_text(Rulebook(), small))
    assert 'when UNIT_MEASURE in {"PROB"} then between(OBS_VALUE * power(10, cast(UNIT_MULT, integer)), 0, 1)' in text
    assert "IDN_RATE_VC_IHR_PSRC_RATE * IDN_RATE_VC_IHR_PSRC_BASE / 100000 - IDN_RATE_VC_IHR_PSRC_COUNT" in text
    assert 'COH_POOL_1_WEIGHT := TOGETHER [sub SERIES = "_L_POPULATION"];' in text
    assert 'SUM_RANGE_LOW := min(AVERAGES [filter SEX in {"F", "M"}] group except SEX having count() = 2);' in text
    # As texts, the quarters of a year would come after its days.
    assert "getyear(TIME_PERIOD) <= getyear(current_date())" in text
    assert "cast(TIME_PERIOD, string)" not in text


def section(rule: str, schema: Schema, book: Rulebook = Rulebook()) -> str:  # noqa: B008 - it is frozen
    text = vtl_text(book, schema).split(f"// {rule}, level ")[1].split("\n\n")[0]
    return re.sub(r"\s+", " ", text)


def test_a_scale_that_is_only_asked_about_is_a_warning(small: Schema) -> None:
    """Figures that do not agree well enough, tens, zeros and disasters beside it; growth rates are not looked at."""
    text = section("TS-SCALE", small)
    assert "CERTAIN: not SURE and" in text
    assert re.search(r'CERTAIN: .*? errorlevel "error"; DOUBTFUL: .*? errorlevel "warning" end', text)
    assert 'filter SERIES not_in {"NY_GDP_PCAP"}' in text
    assert 'substr(SERIES, 1, 7) = "VC_DSR_"' in text
    book = read_rulebook(
        b"agency: K\nrules: [{rule: TS-SCALE, severity: information, parameters: {wide: 0.2}}]", "k.yaml"
    )
    mild = section("TS-SCALE", small, book)
    assert 'errorlevel "error"' not in mild
    assert 'errorlevel "warning"' not in mild
    assert "abs(D - K) <= 0.2" in mild


def test_shares_and_what_ratios_leave_are_written_out(small: Schema) -> None:
    share = section("COH-SHARE", small)
    assert "calc S := ln(OBS_VALUE / (Y - OBS_VALUE))" in share
    assert "BOTH: when not isnull(O) and not isnull(N) then O <= 3.5 or N <= 3.5" in share
    rest = section("COH-REMAINDER", small)
    assert "calc R := (W * Y - U) / (W - L)" in rest
    assert 'ABOVE: when SERIES in {"SL_TLF_UEM", "NY_GDP_PCAP"} then R - BLUR <= 100' in rest
    assert (
        'USUAL: when Y > 0 then R + BLUR >= 0.5 * Y and R - BLUR <= 2 * Y errorcode "COH-REMAINDER" errorlevel "warning"'
        in rest
    )


def test_a_dataflow_without_areas_and_series_has_what_is_left(small: Schema) -> None:
    bare = replace(small, codes={})
    text = vtl_text(Rulebook(), bare)
    assert "its code list marks no area as an exhaustive partition" in re.sub(r"\n// ", " ", text)
    assert "define datapoint ruleset BND" in text
