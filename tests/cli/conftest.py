from __future__ import annotations

from pathlib import Path

import pytest
from exchange import Exchange

MAPPING = """
title: Wards of a small city
source: {name: made for the tests}
provider: BRISTOL
dataflow: DX:DF_SDG_LOCAL(1.0.0)
columns:
  Year: TIME_PERIOD
  Area: {to: REF_AREA, blank: GB_BRS}
  Value: OBS_VALUE
fixed:
  FREQ: A
  REPORTING_TYPE: N
  SERIES: SL_TLF_UEM
  SEX: _T
  AGE: _T
  URBANISATION: _T
  INCOME_WEALTH_QUANTILE: _T
  EDUCATION_LEV: _T
  OCCUPATION: _T
  CUST_BREAKDOWN: _T
  COMPOSITE_BREAKDOWN: _T
  DISABILITY_STATUS: _T
  ACTIVITY: _T
  PRODUCT: _T
  UNIT_MEASURE: PT
  UNIT_MULT: "0"
  OBS_STATUS: A
"""


@pytest.fixture
def exchange(tmp_path: Path) -> Exchange:
    return Exchange(tmp_path / "home")


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "mappings" / "town" / "unemployment.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(MAPPING)
    return path
