"""What would make an inconsistent series consistent: each hint on a planted fault, and none on data that are as they should be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sdg_table import dataset, series, with_areas

from dataexchange.model.finding import Comparison, Severity, Verdict
from dataexchange.pipeline import coherence_findings
from dataexchange.pipeline.coherence import compare

COUNT = {"SERIES": "VC_IHR_PSRCN", "UNIT_MEASURE": "NUMBER"}
SHARE = {"SERIES": "SI_POV_NAHC", "UNIT_MEASURE": "PT"}
AREAS = ("C1", "C2", "C3")
YEARS = [str(2010 + i) for i in range(6)]
SCHEMA = with_areas(NAT=(None, True), **dict.fromkeys(AREAS, ("NAT", False)))

Values = dict[str, list[float]]

COUNTS: Values = {
    "C1": [1204, 1251, 1198, 1310, 1287, 1342],
    "C2": [2410, 2388, 2455, 2502, 2471, 2533],
    "C3": [803, 811, 797, 842, 829, 861],
}
SHARES: Values = {
    "C1": [21.3, 20.9, 20.1, 19.7, 19.2, 18.8],
    "C2": [12.4, 12.9, 12.2, 11.8, 11.7, 11.1],
    "C3": [33.0, 32.1, 31.7, 30.9, 30.2, 29.6],
}


def table(values: Values, **same: Any) -> list[dict[str, Any]]:
    return [
        r for area, each in values.items() for r in series(dict(zip(YEARS, each, strict=True)), **same, REF_AREA=area)
    ]


def nation(values: Values) -> Values:
    each = np.array(list(values.values()))
    return {**values, "NAT": (each.sum(axis=0) if each.max() > 100 else each.mean(axis=0).round(1)).tolist()}


def told(local: Values, what: dict[str, str], national: Values | None = None) -> dict[str, Comparison]:
    values = COUNTS if what is COUNT else SHARES
    there = table(nation(values) if national is None else national, **what)
    comparisons, _ = compare(dataset(*table(local, **what)), dataset(*there), SCHEMA)
    return {c.key.split(".")[3]: c for c in comparisons if c.baseline_key}


def hints(found: Comparison) -> list[str]:
    return [str(hint) for hint in found.hints]


def percentages(each: list[float]) -> list[float]:
    return [round(100 * value / whole, 1) for value, whole in zip(each, nation(COUNTS)["NAT"], strict=True)]


def scaled(factor: float) -> Callable[[list[float]], list[float]]:
    return lambda each: [value * factor for value in each]


@pytest.mark.parametrize(
    ("what", "fault", "hint"),
    [
        (COUNT, scaled(1000), "differs by a factor of about 1,000: unit multiplier?"),
        (COUNT, scaled(0.001), "differs by a factor of about 1,000: unit multiplier?"),
        (SHARE, scaled(0.01), "values look like shares of one: 0.25 for 25 %"),
        (
            COUNT,
            lambda each: [round(100 * v / n, 1) for v, n in zip(each, nation(COUNTS)["NAT"], strict=True)],
            "values look like percentages of the national total",
        ),
        (COUNT, lambda each: [*each[1:], 1355], "values look shifted by one year: each is that of the year after"),
        (COUNT, lambda each: [1190, *each[:-1]], "values look shifted by one year: each is that of the year before"),
        (COUNT, lambda _: list(COUNTS["C2"]), "values look like those of C2 (C2)"),
        (
            SHARE,
            lambda each: [*each[:3], SHARES["C3"][3], SHARES["C3"][4], each[5]],
            "values look like those of C3 (C3)",
        ),
    ],
    ids=[
        "thousands",
        "units",
        "share",
        "percentage",
        "a year on",
        "a year back",
        "another area",
        "two years of another",
    ],
)
def test_each_fault_has_its_hint(what: dict[str, str], fault: Any, hint: str) -> None:
    values = dict(COUNTS if what is COUNT else SHARES)
    found = told({**values, "C1": fault(values["C1"])}, what)
    assert found["C1"].verdict is Verdict.INCONSISTENT
    assert hints(found["C1"]) == [hint]
    assert not found["C2"].hints
    assert not found["C3"].hints


@pytest.mark.parametrize("what", [COUNT, SHARE])
def test_what_is_as_it_should_be_and_what_is_merely_wrong_have_none(what: dict[str, str]) -> None:
    values = COUNTS if what is COUNT else SHARES
    found = told(values, what)
    assert {c.verdict for c in found.values()} == {Verdict.CONSISTENT}
    assert not any(c.hints for c in found.values())
    wrong = told({**values, "C1": [round(v * 1.07, 1) for v in values["C1"]]}, what)
    assert wrong["C1"].verdict is Verdict.INCONSISTENT
    assert hints(wrong["C1"]) == []


def test_a_part_that_is_counted_twice_is_named() -> None:
    """The second holds the third as well: all together exceed the nation by just that."""
    whole = {"NAT": nation(COUNTS)["NAT"]}
    both = {**COUNTS, "C2": [a + b for a, b in zip(COUNTS["C2"], COUNTS["C3"], strict=True)]}
    found = told(both, COUNT, whole)
    assert found["C2"].verdict is Verdict.INCONSISTENT
    assert hints(found["C2"]) == ["the sum of the parts exceeds the whole by 18 %: is C3 (C3) counted twice?"]
    thousands = told({**COUNTS, "C1": [v * 1000 for v in COUNTS["C1"]]}, COUNT, whole)
    assert hints(thousands["C1"]) == ["C1 (C1) looks 1,000 times too large: unit multiplier?"]
    assert not any(c.hints for c in told(COUNTS, COUNT, whole).values())


def test_a_ratio_far_from_its_nation_is_told_with_its_hint() -> None:
    found = told({**SHARES, "C1": [v / 100 for v in SHARES["C1"]]}, SHARE, {"NAT": nation(SHARES)["NAT"]})
    assert found["C1"].verdict is Verdict.INCONSISTENT
    assert hints(found["C1"]) == ["values look like shares of one: 0.25 for 25 %"]
    assert found["C2"].verdict is Verdict.CONSISTENT


@pytest.mark.parametrize(
    ("times", "hint"),
    [
        (100, "differs by a factor of about 100: is a percentage multiplied by 100 once more?"),
        (150, None),
        (200, None),
        (1000, "differs by a factor of about 1,000: unit multiplier?"),
        (2000, "the nearest power of ten is 1,000: unit multiplier?"),
    ],
)
def test_a_power_of_ten_is_named_where_the_factor_is_about_it(times: float, hint: str | None) -> None:
    whole = nation(SHARES)["NAT"]
    found = told({**SHARES, "C1": [v * times for v in whole]}, SHARE, {"NAT": whole})
    assert found["C1"].verdict is Verdict.INCONSISTENT
    assert hints(found["C1"]) == ([hint] if hint else [])


def test_a_power_of_ten_is_told_once_and_as_an_error_where_it_is_all() -> None:
    local = {**COUNTS, "C1": [v * 1000 for v in COUNTS["C1"]]}
    _, findings = compare(dataset(*table(local, **COUNT)), dataset(*table(COUNTS, **COUNT)), SCHEMA)
    (found,) = findings
    assert (found.rule, found.severity) == ("COH-SCALE", Severity.ERROR)
    assert found.message.endswith("differs by a factor of about 1,000: unit multiplier?")
    assert found.place.row is not None


PEOPLE = {"SERIES": "_L_POPULATION", "UNIT_MEASURE": "NUMBER"}
#: Nobody says that the cities are all of the nation.
ALONE = with_areas(NAT=(None, False), **dict.fromkeys(AREAS, ("NAT", False)))
WHOLE = {"NAT": [40_000.0, 40_100, 39_900, 40_300, 40_200, 40_400]}
#: C1 has 3 % of the people.
THERE = [*table(WHOLE, **COUNT), *table({"NAT": [56e6] * 6}, **PEOPLE)]
OURS = table({"C1": [1.7e6] * 6}, **PEOPLE)
BOTH = [*THERE, *table({"C1": [1.68e6] * 6}, **PEOPLE)]


def suspected(values: Values, *more: dict[str, Any], national: list[dict[str, Any]]) -> list[str]:
    """What counts may be that another rule has found something about, in a nation without figures of its cities."""
    rows = [*table(values, **COUNT), *more]
    keys = {f"A.N.VC_IHR_PSRCN.{area}" + "._T" * 11 for area in values}
    comparisons, _ = compare(dataset(*rows), dataset(*national), ALONE, doubted=keys)
    return [hint for c in comparisons if c.key in keys for hint in hints(c)]


THOUSANDS = [1.204, 1.251, 1.198, 1.31, 1.287, 1.342]
PARTS = [3.01, 3.12, 3.0, 3.25, 3.2, 3.32]


@pytest.mark.parametrize(
    ("sent", "more", "national", "hint"),
    [
        (PARTS, OURS, THERE, "values look like percentages of the national total"),
        (PARTS, [], BOTH, "values look like percentages of the national total"),
        (THOUSANDS, OURS, THERE, "differs by a factor of about 1,000: unit multiplier?"),
        (THOUSANDS, [], BOTH, "differs by a factor of about 1,000: unit multiplier?"),
        ([61.2, 60.4, 59.9, 60.1, 58.8, 58.2], [], THERE, "values look like percentages of the national total, or like a rate"),
        ([61.2, 60.4, 59.9, 60.1, 58.8, 58.2], OURS, THERE, None),
        (COUNTS["C1"], OURS, THERE, None),
        ([v / 10 for v in COUNTS["C1"]], OURS, THERE, None),
        (THOUSANDS, [], THERE, None),
    ],
    ids=[
        "percentages", "percentages, people published", "thousands", "thousands, people published", "no share known", "another share",
        "as they are", "a tenth", "perhaps thousands",
    ],
)  # fmt: skip
def test_counts_without_a_mirror_are_held_against_the_citys_share(
    sent: list[float], more: list[dict[str, Any]], national: list[dict[str, Any]], hint: str | None
) -> None:
    assert suspected({"C1": sent}, *more, national=national) == ([hint] if hint else [])


def test_without_a_finding_nothing_is_suspected() -> None:
    comparisons, findings = compare(dataset(*table({"C1": PARTS}, **COUNT), *OURS), dataset(*THERE), ALONE)
    assert findings == ()
    assert [hint for c in comparisons for hint in hints(c)] == []


@pytest.mark.parametrize(
    ("divided", "hint"),
    [
        (1000, "differs by a factor of about 1,000: unit multiplier?"),
        (1e5, None),
        (8e5, "differs by a factor of about 1,000,000: unit multiplier?"),
    ],
)
@pytest.mark.parametrize(("more", "national"), [(OURS, THERE), ([], BOTH)], ids=["people sent", "people published"])
def test_a_count_far_below_the_citys_share_is_asked_about(
    more: list[dict[str, Any]], national: list[dict[str, Any]], divided: float, hint: str | None
) -> None:
    """Nobody else has found anything about it: 1.2 of 40,000 in a city with 3 % of the people."""
    sent = [v / divided / 1.3 for v in COUNTS["C1"]]
    comparisons, findings = compare(dataset(*table({"C1": sent}, **COUNT), *more), dataset(*national), ALONE)
    (found,) = findings
    assert (found.rule, found.severity) == ("COH-SCALE", Severity.WARNING)
    assert "times less than its share of 3 % in other counts lets expect" in found.message
    assert hints(comparisons[0]) == ([hint] if hint else [])
    assert comparisons[0].verdict is Verdict.INCONSISTENT


def test_a_small_count_is_not_asked_about() -> None:
    for divided in (1, 10, 100):
        sent = [v / divided for v in COUNTS["C1"]]
        assert compare(dataset(*table({"C1": sent}, **COUNT), *OURS), dataset(*THERE), ALONE)[1] == ()
    # Of a city of which nothing else is known.
    sent = [v / 1000 for v in COUNTS["C1"]]
    assert compare(dataset(*table({"C1": sent}, **COUNT)), dataset(*THERE), ALONE)[1] == ()


def test_people_that_are_given_a_thousand_times_too_large_make_no_other_count_small() -> None:
    counts = [{**row, "SEX": sex} for sex in ("F", "M", "_T") for row in table({"C1": COUNTS["C1"]}, **COUNT)]
    whole = [{**row, "SEX": sex} for sex in ("F", "M", "_T") for row in table(WHOLE, **COUNT)]
    people = table({"C1": [1.7e9] * 6}, **PEOPLE)
    _, findings = compare(dataset(*counts, *people), dataset(*whole, *table({"NAT": [56e6] * 6}, **PEOPLE)), ALONE)
    assert [found.rule for found in findings] == ["COH-REMAINDER"]


def test_what_the_nation_has_itself_is_laid_beside_that() -> None:
    national = [*THERE, *table({"C1": PARTS}, **COUNT)]
    assert suspected({"C1": PARTS}, *OURS, national=national) == []


def test_parts_that_sum_to_a_hundred_look_like_percentages() -> None:
    hundred = {"C1": [31.2, 30.8] * 3, "C2": [28.4, 29.0] * 3, "C3": [40.4, 40.2] * 3}
    assert suspected(hundred, national=THERE) == ["values look like percentages of the national total"] * 3
    told_ = told(hundred, COUNT, WHOLE)
    assert {c.verdict for c in told_.values()} == {Verdict.INCONSISTENT}
    assert hints(told_["C1"]) == ["values look like percentages of the whole: the parts sum to 100"]
    small = {area: [round(value) for value in each] for area, each in hundred.items()}
    assert suspected(small, national=table({"NAT": [100.0] * 6}, **COUNT)) == []


def test_one_year_in_percentages_is_told_with_the_share_that_jumps() -> None:
    local = {area: [*each, *each, *each] for area, each in COUNTS.items()}
    years = [str(2000 + n) for n in range(18)]
    whole = [2.5 * value for value in local["C1"]]
    local["C1"][9] = 40

    def rows(values: Values) -> list[dict[str, Any]]:
        return [
            r
            for area, each in values.items()
            for r in series(dict(zip(years, each, strict=True)), **COUNT, REF_AREA=area)
        ]

    _, findings = compare(dataset(*rows(local)), dataset(*rows({"NAT": whole})), ALONE)
    (found,) = (f for f in findings if f.rule == "COH-SHARE")
    assert found.message.endswith("; 40 looks like the percentage of the national total")


def test_many_findings_are_told_together(monkeypatch: pytest.MonkeyPatch) -> None:
    found = coherence_findings.told
    many = {area: [v * 2 for v in each] for area, each in COUNTS.items()}
    monkeypatch.setattr("dataexchange.pipeline.coherence.findings", lambda faults, book: found(faults, book, 2))
    _, findings = compare(dataset(*table(many, **COUNT)), dataset(*table(COUNTS, **COUNT)), SCHEMA)
    assert [f.count for f in findings] == [1, 1, 1]
    assert findings[-1].message.startswith(
        "1 more series like this one: Number of victims of intentional homicide (VC_IHR_PSRCN) in C3"
    )
