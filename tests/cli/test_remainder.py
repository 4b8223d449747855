"""The implied remainder of a ratio, from files alone: what would the rest of the country have to be?"""

from __future__ import annotations

from pathlib import Path

import pytest
from exchange import Exchange

BREAKDOWNS = ",".join(["_T"] * 11)
COLUMNS = (
    "SEX,AGE,URBANISATION,INCOME_WEALTH_QUANTILE,EDUCATION_LEV,OCCUPATION,CUST_BREAKDOWN,COMPOSITE_BREAKDOWN,DISABILITY_STATUS,"
    "ACTIVITY,PRODUCT"
)


def national(path: Path) -> None:
    """One in five of 1,000 people."""
    lines = [
        f"STRUCTURE,STRUCTURE_ID,ACTION,FREQ,REPORTING_TYPE,SERIES,REF_AREA,{COLUMNS},TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MULT,UNIT_MEASURE"
    ]
    for series, value, unit in (("SI_POV_NAHC", "20", "PT"), ("_L_POPULATION", "1000", "NUMBER")):
        lines.append(f"dataflow,DX:DF_SDG_NATIONAL(1.0.0),I,A,N,{series},GB,{BREAKDOWNS},2019,{value},A,0,{unit}")
    path.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize(("share", "code", "said"), [("30", 0, "the rest"), ("95", 1, "cannot be")])
def test_what_is_left_for_the_rest(
    share: str, code: int, said: str, exchange: Exchange, mapping: Path, tmp_path: Path
) -> None:
    baseline, table = tmp_path / "national.csv", tmp_path / "poverty.csv"
    national(baseline)
    answer = exchange("baseline", "load", baseline, "--provider", "UK_ONS")
    assert answer.code == 0, answer
    table.write_text(f"Year,What,Unit,Value\n2019,SI_POV_NAHC,PT,{share}\n2019,_L_POPULATION,NUMBER,500\n")
    text = (
        mapping.read_text()
        .replace("  SERIES: SL_TLF_UEM\n", "  REF_AREA: GB_BRS\n")
        .replace("  UNIT_MEASURE: PT\n", "")
    )
    text = text.replace("  Area: {to: REF_AREA, blank: GB_BRS}\n", "  What: SERIES\n  Unit: UNIT_MEASURE\n")
    mapping.write_text(text)
    answer = exchange("check", table, "--mapping", mapping)
    assert answer.code == code, answer
    words = " ".join(answer.out.split())
    assert said in words
    assert "weighted by population" in words
