"""The rules over everything that Kyrgyzstan publishes: each error is one that the figures bear out, and none else is told.

`errors.yaml` lists them with the reason why each is right. In setting `local` the nine areas are the table sent in and the nation's
figures are the baseline; in `together` all stand in one table, as the national office itself would send them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from judging import Judged, judge
from publication import AREAS, Publication

#: (rule, series, period): a series by those of its codes that are not `_T`, the period "" where the finding is about all of them.
Named = tuple[str, str, str]


@pytest.fixture(scope="module")
def judged(kyrgyzstan: Publication) -> dict[str, Judged]:
    nation = kyrgyzstan.of("KG")
    nothing = replace(nation, table=nation.table.slice(0, 0))
    return {
        "local": judge(kyrgyzstan, kyrgyzstan.of(*AREAS), nation),
        "together": judge(kyrgyzstan, kyrgyzstan.whole, nothing),
    }


def named(key: str | None) -> str:
    """`_L_KG_040101_1B.KG`: frequency and reporting type are the same everywhere."""
    return ".".join(code for code in (key or "").split(".")[2:] if code != "_T")


def expected(setting: str) -> dict[Named, str]:
    listed = yaml.safe_load((Path(__file__).parent / "errors.yaml").read_text())
    return {
        (entry["rule"], series, str(period)): entry["reason"]
        for entry in listed
        if setting in entry["in"]
        for series, periods in entry["series"].items()
        for period in periods
    }


@pytest.mark.parametrize("setting", ["local", "together"])
def test_each_error_is_listed_with_its_reason(judged: dict[str, Judged], setting: str) -> None:
    told = Counter((one.rule, named(one.key), one.period or "") for one in judged[setting].errors)
    right = expected(setting)
    assert sorted(told.keys() - right.keys()) == [], "errors that nobody has found right"
    assert sorted(right.keys() - told.keys()) == [], "faults of the publication that are no longer found"
    assert all(reason.strip() for reason in right.values())
