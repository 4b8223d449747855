"""What constraints allow and what code lists inherit, from the words alone."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataexchange.model.constraint import allowed
from dataexchange.model.extension import fits, resolved, selected
from dataexchange.model.structure import (
    Codelist,
    CodelistExtension,
    CubeRegion,
    DataConstraint,
    DataKey,
    Item,
    KeySet,
    Member,
    Selection,
)

AREAS = (
    Item(id="GB"),
    Item(id="GB_ENG", parent="GB"),
    Item(id="GB_BRS", parent="GB_ENG"),
    Item(id="KE"),
    Item(id="KE_NBO", parent="KE"),
)


def constraint(*regions: CubeRegion, **words: object) -> DataConstraint:
    return DataConstraint(agency="T", id="C", version="1.0.0", regions=regions, **words)


def region(*values: str, **words: object) -> CubeRegion:
    return CubeRegion(values={"REF_AREA": values} if values else {}, **words)


def keys(*values: str, included: bool = True) -> DataConstraint:
    made = tuple(DataKey(values={"REF_AREA": v} if v else {"SEX": "F"}) for v in values)
    return constraint(key_sets=(KeySet(keys=made, included=included),))


CASCADE = Selection(cascade={"GB": "true"})
BELOW = Selection(cascade={"GB": "excluderoot"})


@pytest.mark.parametrize(
    ("constraints", "codes"),
    [
        ([], None),
        ([constraint(region())], None),
        ([constraint(region("GB"))], {"GB"}),
        ([constraint(region("GB%"))], {"GB", "GB_ENG", "GB_BRS"}),
        ([constraint(region("GB", selections={"REF_AREA": CASCADE}))], {"GB", "GB_ENG", "GB_BRS"}),
        ([constraint(region("GB", selections={"REF_AREA": BELOW}))], {"GB_ENG", "GB_BRS"}),
        ([constraint(region("GB"), region("KE"))], {"GB", "KE"}),
        ([constraint(region("GB"), region())], None),
        ([constraint(region("GB", "KE")), constraint(region("KE", "KE_NBO"))], {"KE"}),
        ([constraint(region("GB", "KE"), region("KE", included=False))], {"GB"}),
        ([constraint(region("KE%", included=False))], {"GB", "GB_ENG", "GB_BRS"}),
        ([constraint(region(without={"REF_AREA": ("KE%",)}))], {"GB", "GB_ENG", "GB_BRS"}),
        ([constraint(CubeRegion(values={"REF_AREA": ("KE",), "SEX": ("F",)}, included=False))], None),
        ([keys("GB", "KE")], {"GB", "KE"}),
        ([keys("GB", "")], None),
        ([keys("GB", included=False)], None),
        ([constraint(region("ZZ"))], {"ZZ"}),
    ],
)
def test_allowed_codes(constraints: list[DataConstraint], codes: set[str] | None) -> None:
    assert allowed(constraints, "REF_AREA", AREAS) == codes


def test_allowed_codes_of_every_global_series(shared_data: object) -> None:
    """A region a series, as content constraints of 2.1 have it: what any series may have, the component may have."""
    with (shared_data / "sdg" / "content_constraints.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["UNIT_MEASURE"] not in ("", "ALL")]
    regions = []
    for row in rows:
        limits = {c: tuple(v.split(";")) for c, v in row.items() if c not in ("SERIES", "Name") and v and v != "ALL"}
        regions.append(CubeRegion(values={"SERIES": (row["SERIES"],), **limits}))
    made = constraint(*regions)
    series = [Item(id=row["SERIES"]) for row in rows]
    assert allowed([made], "SERIES", [*series, Item(id="OTHER")]) == {row["SERIES"] for row in rows}
    # Some series say ALL of it: it is free.
    assert allowed([made], "SEX", [Item(id="F")]) is None
    units = {unit for row in rows for unit in row["UNIT_MEASURE"].split(";")}
    assert len(units) > 20
    assert allowed([made], "UNIT_MEASURE", []) == units


def the_list(id_: str, *codes: Item, **words: object) -> Codelist:
    return Codelist(agency="T", id=id_, version="1.0.0", items=codes, **words)


BASE = the_list("BASE", *AREAS)


def of(codelist: Codelist, *others: Codelist) -> list[tuple[str, str | None]]:
    known = {other.ref: other for other in (BASE, codelist, *others)}
    return [(i.id, i.parent) for i in resolved(codelist, known.get).items]


def test_a_list_inherits_all_codes_with_a_prefix() -> None:
    own = the_list("OWN", Item(id="X"), extensions=(CodelistExtension(codelist=BASE.ref, prefix="P_"),))
    assert of(own) == [
        ("P_GB", None),
        ("P_GB_ENG", "P_GB"),
        ("P_GB_BRS", "P_GB_ENG"),
        ("P_KE", None),
        ("P_KE_NBO", "P_KE"),
        ("X", None),
    ]


def test_members_in_and_out() -> None:
    some = CodelistExtension(codelist=BASE.ref, members=(Member("GB", "true"), Member("KE_%")))
    assert [i for i, _ in of(the_list("OWN", extensions=(some,)))] == ["GB", "GB_ENG", "GB_BRS", "KE_NBO"]
    others = CodelistExtension(codelist=BASE.ref, included=False, members=(Member("GB", "excluderoot"),))
    assert of(the_list("OWN", extensions=(others,))) == [("GB", None), ("KE", None), ("KE_NBO", "KE")]


def test_a_later_extension_and_an_own_code_win() -> None:
    one = the_list("ONE", Item(id="A", names={"en": "one"}), Item(id="B", names={"en": "one"}))
    two = the_list("TWO", Item(id="A", names={"en": "two"}), Item(id="B", names={"en": "two"}))
    extensions = (CodelistExtension(codelist=one.ref), CodelistExtension(codelist=two.ref))
    own = the_list("OWN", Item(id="B", names={"en": "own"}), extensions=extensions)
    known = {a.ref: a for a in (one, two, own)}
    assert {i.id: i.name() for i in resolved(own, known.get).items} == {"A": "two", "B": "own"}


def test_extensions_of_extensions_circles_and_gaps_end() -> None:
    first = the_list("FIRST", Item(id="A"))
    second = the_list("SECOND", Item(id="B"), extensions=(CodelistExtension(codelist=first.ref),))
    circle = replace(first, extensions=(CodelistExtension(codelist=second.ref),))
    gap = the_list("GAP", extensions=(CodelistExtension(codelist=the_list("NOWHERE").ref),))
    assert [i for i, _ in of(second, first)] == ["A", "B"]
    assert {i for i, _ in of(second, circle)} == {"A", "B"}
    assert of(gap) == []


def test_a_member_without_a_cascade_is_itself_alone() -> None:
    assert selected(AREAS, (Member("GB"),)) == {"GB"}


@settings(max_examples=300, deadline=None)
@given(st.text("ab%", max_size=8), st.text("ab", max_size=8))
def test_percent_is_any_text(pattern: str, text: str) -> None:
    def slow(p: str, t: str) -> bool:
        if not p:
            return not t
        if p[0] == "%":
            return slow(p[1:], t) or (bool(t) and slow(p, t[1:]))
        return bool(t) and p[0] == t[0] and slow(p[1:], t[1:])

    assert fits(pattern, text) == slow(pattern, text)


def test_a_wild_pattern_is_quick() -> None:
    assert not fits("%a" * 120 + "b", "a" * 255)
