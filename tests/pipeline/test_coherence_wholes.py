"""Which parts a whole has: in their time, in one way of parting or another, and which of them lack."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sdg_table import dataset, series, with_areas

from dataexchange.messages.read_areas import read_areas
from dataexchange.model.area_hierarchy import hierarchy_of
from dataexchange.model.areas import Areas
from dataexchange.model.finding import Comparison, Finding, Severity, Verdict
from dataexchange.model.schema import Schema
from dataexchange.pipeline.coherence import compare

COUNT = {"SERIES": "VC_IHR_PSRCN", "UNIT_MEASURE": "NUMBER"}
#: B was divided into C and D at the end of 2018.
BOROUGHS = """area,parent,level,partition,valid_from,valid_to,boundary
C1,,city,,,,
C1_A,C1,district,boroughs,,,
C1_B,C1,district,boroughs,,2018,
C1_C,C1,district,boroughs,2019,,
C1_D,C1,district,boroughs,2019,,
"""


def boroughs(folder: Path, *, also: str | None = None) -> Schema:
    """As a list of areas gives them; `also` in the code list, which says nothing of time, as `some` or `all` of C1."""
    parent = "C1" if also else None
    schema = with_areas(C1=(None, also == "all"), **{f"C1_{letter}": (parent, False) for letter in "ABCD"})
    path = folder / "areas.csv"
    path.write_text(BOROUGHS, encoding="utf-8")
    rows, faults = read_areas(path)
    assert not faults
    held = next(found for ref, found in schema.codelists.items() if ref.id == "CL_AREA")
    hierarchy = hierarchy_of(rows, held, "DX", Areas.of(schema))
    return replace(schema, hierarchies=(hierarchy,), area_lists=(held.ref,))


def told(
    schema: Schema, figures: dict[str, dict[str, float]], **what: Any
) -> tuple[tuple[Comparison, ...], tuple[Finding, ...]]:
    rows = [row for area, values in figures.items() for row in series(values, **{**COUNT, **what}, REF_AREA=area)]
    return compare(dataset(*rows), dataset(), schema)


def years(*values: float, since: int = 2017) -> dict[str, float]:
    return {str(since + n): value for n, value in enumerate(values)}


WHOLE = {"C1": years(1003, 1003, 1003, 1003), "C1_A": years(401, 401, 401, 401), "C1_B": years(602, 602)}


@pytest.mark.parametrize("also", [None, "some", "all"])
def test_back_cast_figures_of_a_part_that_is_to_come_are_not_counted(tmp_path: Path, also: str | None) -> None:
    later = {"C1_C": years(300, 300, 301, 301), "C1_D": years(301, 302, 301, 301)}
    comparisons, findings = told(boroughs(tmp_path, also=also), {**WHOLE, **later})
    assert findings == ()
    assert Verdict.INCONSISTENT not in {c.verdict for c in comparisons}


@pytest.mark.parametrize("also", [None, "some", "all"])
def test_a_part_that_is_no_more_is_not_counted(tmp_path: Path, also: str | None) -> None:
    """A stray row of B in 2020 beside C and D: these two and A are what is held against the city."""
    later = {
        "C1_B": years(602, 602) | {"2020": 602},
        "C1_C": years(300, 300, since=2019),
        "C1_D": years(301, 411, since=2019),
    }
    comparisons, (found,) = told(boroughs(tmp_path, also=also), {**WHOLE, **later})
    assert (found.rule, found.severity, found.period) == ("COH-SUM", Severity.ERROR, "2020")
    assert "the whole is 1,003 and its 3 parts sum to 1,112" in found.message
    keys = [(c.rule, c.key) for c in comparisons if c.verdict is not Verdict.NO_BASELINE]
    assert len(keys) == len(set(keys)) == 1


NATION = with_areas(NAT=(None, False), **dict.fromkeys(("C1", "C2", "C3"), ("NAT", False)), C1_A=("C1", False))


def of_areas(
    figures: dict[str, dict[str, float]], whole: dict[str, float]
) -> tuple[dict[str, Comparison], tuple[Finding, ...]]:
    """(area -> what is said of it beside the nation, findings)."""
    local = [row for area, values in figures.items() for row in series(values, **COUNT, REF_AREA=area)]
    comparisons, findings = compare(dataset(*local), dataset(*series(whole, **COUNT, REF_AREA="NAT")), NATION)
    return {c.key.split(".")[3]: c for c in comparisons if c.baseline_key}, findings


def verdicts(told: dict[str, Comparison]) -> dict[str, bool]:
    return {area: c.verdict is Verdict.CONSISTENT for area, c in told.items()}


def test_only_the_part_that_is_more_than_the_nation_is_wrong() -> None:
    figures = {"C1": {"2018": 90_000.0, "2019": 40}, "C2": {"2018": 31}, "C1_A": {"2018": 3}}
    told, (found,) = of_areas(figures, {"2018": 1801, "2019": 1750})
    assert found.rule == "COH-REMAINDER"
    assert verdicts(told) == {"C1": False, "C2": True, "C1_A": True}
    assert "31 of the 1,801 of NAT in 2018" in told["C2"].reason
    assert "C1 with 90,000 is more than the whole, 1,801, by 88,199" in told["C1"].reason
    assert "more" not in told["C2"].reason + told["C1_A"].reason


def test_every_part_is_told_of_its_own_periods() -> None:
    """C1 is too much in 2018, C2 in 2019; what is too much together is so by all that are there."""
    figures = {
        "C1": {"2017": 60, "2018": 190.0, "2019": 40},
        "C2": {"2017": 61, "2018": 31, "2019": 170.0},
        "C3": {"2018": 7, "2019": 8},
    }
    told, _ = of_areas(figures, {"2017": 130, "2018": 100, "2019": 100})
    assert verdicts(told) == {"C1": False, "C2": False, "C3": True}
    assert "2018: C1 with 190 is more than the whole, 100, by 90 (in 1 of 3 periods)" in told["C1"].reason
    assert "2019: C2 with 170 is more than the whole, 100, by 70 (in 1 of 3 periods)" in told["C2"].reason
    told, _ = of_areas({**figures, "C3": {"2017": 10, "2018": 7}}, {"2017": 130, "2018": 200, "2019": 300})
    assert verdicts(told) == {"C1": False, "C2": False, "C3": False}
    told, _ = of_areas({**figures, "C3": {"2018": 95, "2019": 8}}, {"2017": 130, "2018": 100, "2019": 300})
    assert verdicts(told) == {"C1": False, "C2": False, "C3": False}


def test_parts_that_lack_are_named_where_most_are_there() -> None:
    """A code that was added below an area whose parts are all of it, and has no figure: what it holds is not known, and that is said."""
    schema = with_areas(
        C1=(None, True), **{f"C1_{letter}": ("C1", False) for letter in "ABCD"}, C1_CENTRE=("C1", False)
    )
    figures = {"C1": {"2018": 900.0}, **{f"C1_{letter}": {"2018": 200.0 + ord(letter)} for letter in "ABCD"}}
    comparisons, findings = told(schema, {**figures, "C1": {"2018": 1100.0}})
    (one,) = [c for c in comparisons if c.verdict is not Verdict.NO_BASELINE]
    assert (one.rule, findings) == ("COH-REMAINDER", ())
    assert one.reason.endswith("the sum 1,066 of 4 areas of 1,100 leaves 34 for the rest; its parts lack C1_CENTRE")
    _, (found,) = told(schema, {**figures, "C1": {"2018": 9000.0}, "C1_CENTRE": {"2018": 5.0}})
    assert (found.rule, "lack" in found.message) == ("COH-SUM", False)
    (one,) = [c for c in told(schema, {area: figures[area] for area in ("C1", "C1_A")})[0] if c.rule == "COH-REMAINDER"]
    assert "lack" not in one.reason
