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
from kyrgyz_judge import Judged, judge
from kyrgyz_publication import AREAS, Publication

from dataexchange.model.dataset import key_array
from dataexchange.model.finding import Severity, Verdict
from dataexchange.model.rulebook import SHIPPED

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


@pytest.mark.parametrize("city", ["KG11", "KG21"])
def test_a_city_alone_is_a_part_of_its_nation(kyrgyzstan: Publication, city: str) -> None:
    """Bishkek and Osh send their own figures only: nothing between them and the nation is an error."""
    alone = judge(kyrgyzstan, kyrgyzstan.of(city), kyrgyzstan.of("KG"))
    assert [one.message for one in alone.errors if one.rule.startswith("COH-")] == []
    verdicts = Counter(one.verdict for one in alone.comparisons)
    assert verdicts[Verdict.CONSISTENT] + verdicts[Verdict.EXPLAINED] >= 0.95 * len(alone.comparisons) > 100


def test_warnings_are_for_the_few(judged: dict[str, Judged], kyrgyzstan: Publication) -> None:
    """A warning wants a reason before publication: rules that look for the odd must not ask about everything."""
    series = len(key_array(kyrgyzstan.of(*AREAS).table, kyrgyzstan.schema.structure).unique())
    warned: dict[str, set[str | None]] = {}
    for one in judged["local"].findings:
        if one.severity is Severity.WARNING:
            warned.setdefault(one.rule, set()).add(one.key)
    shares = {rule: len(keys) / series for rule, keys in warned.items()}
    assert max(shares.values()) < 0.08, shares
    assert len(set().union(*warned.values())) < 0.12 * series, shares


def test_without_kinds_only_that_is_told(kyrgyzstan: Publication) -> None:
    """Nobody has said what can be added: no sum, range or level is asked, and each series code is asked for its kind once."""
    bare = replace(kyrgyzstan, book=SHIPPED)
    told = judge(bare, kyrgyzstan.of(*AREAS), kyrgyzstan.of("KG"))
    codes = set(kyrgyzstan.of(*AREAS).table["SERIES"].cast("string").to_pylist())
    asked = Counter(one.rule for one in told.findings if one.rule.startswith("COH-"))
    assert asked == {"COH-KIND": len(codes)}
