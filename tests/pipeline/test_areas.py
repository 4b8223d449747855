"""The tree of areas: from parents, hierarchies and lists; partitions and their times; one code for all names of an area."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sdg_table import dataset, series, shipped, with_areas
from structure_judges import faults as judged
from structure_judges import written

from dataexchange.errors import TooLarge, Unreadable
from dataexchange.messages.read_areas import read_areas, read_codes
from dataexchange.messages.read_structures import read_structures
from dataexchange.model.area_hierarchy import hierarchy_of, nested
from dataexchange.model.area_rows import AreaFault, row_faults
from dataexchange.model.areas import ADMINISTRATIVE, Areas
from dataexchange.model.finding import Verdict
from dataexchange.model.hierarchy import HierarchicalCode, Hierarchy
from dataexchange.model.other_codes import code_faults, maps_of
from dataexchange.model.period import parse_period
from dataexchange.model.structure import Annotation, Codelist, Item, ItemRef
from dataexchange.pipeline.coherence import compare

HEADER = "area,parent,level,partition,valid_from,valid_to,boundary"
CODES = ("KE", "KE_NBO", "KE_NBO_FUA", "KE_NBO_AGG", *(f"KE_NBO_W{n}" for n in range(1, 5)), "KE_NBO_D1", "KE_NBO_D2")


def codelist(*codes: str, **parents: str) -> Codelist:
    items = tuple(Item(id=code, parent=parents.get(code)) for code in codes or CODES)
    return Codelist(agency="T", id="CL_AREA", version="1.0.0", items=items)


def items(found: Codelist) -> Mapping[str, Item]:
    return {item.id: item for item in found.items}


def faults_of(folder: Path, text: str, held: Codelist) -> tuple[list[AreaFault], Hierarchy | None, Areas]:
    path = folder / "areas.csv"
    path.write_text(text, encoding="utf-8")
    base = Areas.among(items(held))
    rows, faults = read_areas(path)
    faults = faults or row_faults(rows, base)
    if faults:
        return faults, None, base
    hierarchy = hierarchy_of(rows, held, "DX", base)
    areas = Areas.among(items(held), [held.ref], [hierarchy])
    return list(nested(rows, areas)), hierarchy, areas


def tree(folder: Path, text: str, held: Codelist | None = None) -> Areas:
    faults, _, areas = faults_of(folder, text, held or codelist())
    assert faults == []
    return areas


def at(areas: Areas, whole: str, period: str, n: int = 0) -> set[str]:
    return set(areas.partitions(whole)[n].at(parse_period(period)))


WARDS_AND_DECILES = f"""{HEADER}
KE,,country,,,,
KE_NBO,KE,city,,,,administrative
KE_NBO_D1,KE_NBO,decile,deprivation,,,
KE_NBO_D2,KE_NBO,decile,deprivation,,,
KE_NBO_W1,KE_NBO,ward,wards,,,
KE_NBO_W2,KE_NBO,ward,wards,,,
KE_NBO_W1,KE_NBO_D1,ward,,,,
KE_NBO_W2,KE_NBO_D2,ward,,,,
"""


def test_partitions_stand_side_by_side(tmp_path: Path) -> None:
    areas = tree(tmp_path, WARDS_AND_DECILES)
    found = {p.name: p for p in areas.partitions("KE_NBO")}
    assert {name: (set(p.parts), p.exhaustive, p.level) for name, p in found.items()} == {
        "deprivation": ({"KE_NBO_D1", "KE_NBO_D2"}, True, "decile"),
        "wards": ({"KE_NBO_W1", "KE_NBO_W2"}, True, "ward"),
    }
    assert areas.partition("KE_NBO") == {"KE_NBO_D1", "KE_NBO_D2"}, "the first one that the list has"
    assert areas.above("KE_NBO_W1") == ("KE_NBO_D1", "KE_NBO", "KE"), "a decile before the city that it lies in"
    assert areas.level("KE_NBO_W2") == "ward"
    (country,) = areas.partitions("KE")
    assert (country.name, country.exhaustive, set(country.parts)) == ("", False, {"KE_NBO"})
    assert areas.partition("KE") == frozenset(), "a city is not its nation"


def test_a_partition_with_a_name_is_all_unless_the_list_says_no(tmp_path: Path) -> None:
    text = f"{HEADER},exhaustive\nKE_NBO_W1,KE_NBO,,surveyed,,,,no\nKE_NBO_W2,KE_NBO,,surveyed,,,,no\n"
    (only,) = tree(tmp_path, text).partitions("KE_NBO")
    assert (only.name, only.exhaustive) == ("surveyed", False)


def test_a_district_that_is_split_is_a_part_until_then(tmp_path: Path) -> None:
    text = f"""{HEADER}
KE_NBO_W1,KE_NBO,ward,wards,,,
KE_NBO_W2,KE_NBO,ward,wards,,2018,
KE_NBO_W3,KE_NBO,ward,wards,2019,,
KE_NBO_W4,KE_NBO,ward,wards,2019-01-01,,
"""
    areas = tree(tmp_path, text)
    before, after = {"KE_NBO_W1", "KE_NBO_W2"}, {"KE_NBO_W1", "KE_NBO_W3", "KE_NBO_W4"}
    for period in ("2000", "2018", "2018-Q4", "2018-12-31"):
        assert at(areas, "KE_NBO", period) == before == areas.partition("KE_NBO", parse_period(period)), period
    for period in ("2019", "2019-Q1", "2019-01", "2030"):
        assert at(areas, "KE_NBO", period) == after, period
    assert areas.partition("KE_NBO") == after, "where no time is named, the parts that go on"
    assert areas.partitions("KE_NBO")[0].parts == before | after
    assert areas.above("KE_NBO_W2") == ("KE_NBO",)
    assert areas.above("KE_NBO_W2", parse_period("2020")) == ()


def test_a_year_in_which_areas_change_is_one_of_the_new_areas(tmp_path: Path) -> None:
    """At any time there is one set of parts, whatever the length of the period."""
    text = f"{HEADER}\nKE_NBO_W1,KE_NBO,,wards,,2018-06-30,\nKE_NBO_W2,KE_NBO,,wards,2018-07-01,,\nKE_NBO_W3,KE_NBO,,wards,,,\n"
    areas = tree(tmp_path, text)
    there = [at(areas, "KE_NBO", p) - {"KE_NBO_W3"} for p in ("2018-Q2", "2018-Q3", "2018")]
    assert there == [{"KE_NBO_W1"}, {"KE_NBO_W2"}, {"KE_NBO_W2"}]


def test_an_area_may_come_back(tmp_path: Path) -> None:
    text = f"{HEADER}\nKE_NBO_W1,KE_NBO,,w,,2010,\nKE_NBO_W1,KE_NBO,,w,2015,,\nKE_NBO_W2,KE_NBO,,w,,,\n"
    areas = tree(tmp_path, text)
    there = [year for year in ("2009", "2010", "2011", "2014", "2015") if "KE_NBO_W1" in at(areas, "KE_NBO", year)]
    assert there == ["2009", "2010", "2015"]


FAULTS = [
    ("KE_NBX,KE,,,,,", (2, "area"), "write KE_NBO if that is meant"),
    ("ZZ_TOP,KE,,,,,", (2, "area"), "correct the code, or add it to the list first"),
    (",KE,,,,,", (2, "area"), "write its code, or take the row out"),
    ("KE_NBO,KEN,,,,,", (2, "parent"), "write KE, which is the same area"),
    ("KE_NBO,,,districts,,,", (2, "parent"), "the parent is missing"),
    ("KE_NBO,KE_NBO,,,,,", (2, "parent"), "cannot lie in itself"),
    ("KE_NBO,KE,,,2019-13,,", (2, "valid_from"), "write one such as 2019, 2019-03 or 2019-03-31"),
    ("KE_NBO,KE,,,,31.12.2018,", (2, "valid_to"), "is no date"),
    ("KE_NBO,KE,,,2020,2019,", (2, "valid_to"), "2019 is before 2020"),
    ("KE_NBO,KE,,,,,parish", (2, "boundary"), "write administrative, functional urban area"),
    ("KE_NBO,KE,,c,,2018,\nKE_NBO,KE,,c,2018,,", (3, "valid_from"), "by row 2, at the same time"),
    (
        "KE_NBO,KE,city,,,,\nKE_NBO_W1,KE_NBO,,,,,\nKE,KE_NBO_W1,,,,,",
        (4, "parent"),
        "a circle: KE, which lies in KE_NBO_W1",
    ),
    ("KE_NBO,KE,city,,,,\nKE_NBO,,town,,,,", (3, "level"), "'city' in row 2 and 'town' here"),
    ("KE_NBO,KE,,,,,FUA\nKE_NBO,,,,,,UC", (3, "boundary"), "write the same in both"),
    ("KE_NBO_FUA,KE,,cities,,,", (2, "boundary"), "drawn as functional urban area, KE as administrative"),
    ("KE_NBO_AGG,KE,,cities,,,agglomeration", (2, "boundary"), "figures are never added across"),
    ("KE_NBO,KE,,cities,,,", (2, "partition"), "'cities' of KE has one part, KE_NBO: add a row for each of the others"),
    ("KE_NBO_W1,KE_NBO,,w,,2018,\nKE_NBO_W2,KE_NBO,,w,2019,,", (2, "partition"), "has one part at any time, KE_NBO_W1"),
    (
        "KE_NBO,KE,,x,,,\nKE_NBO_W1,KE_NBO,,,,,\nKE_NBO_W1,KE,,x,,,",
        (4, "partition"),
        "KE_NBO_W1 lies in KE_NBO, which is in 'x' of KE, too, and would be added twice",
    ),
]


@pytest.mark.parametrize(("rows", "place", "remedy"), FAULTS)
def test_every_fault_names_its_row_its_column_and_what_to_do(
    rows: str, place: tuple[int, str], remedy: str, tmp_path: Path
) -> None:
    faults, hierarchy, _ = faults_of(tmp_path, f"{HEADER}\n{rows}\n", codelist())
    assert [(fault.row, fault.column) for fault in faults] == [place]
    assert remedy in faults[0].text
    assert hierarchy is None or place[1] == "partition"


def test_a_column_that_is_missing_or_unknown_is_told(tmp_path: Path) -> None:
    faults, _, _ = faults_of(tmp_path, "code;parrent\nKE;\n", codelist())
    assert [str(fault) for fault in faults] == [
        f"row 1, area: the column is missing: write {HEADER} in the first row",
        f"row 1, code: no such column: leave it out, or call it one of {', '.join(HEADER.split(','))}, exhaustive",
        "row 1, parrent: no such column: call it parent",
    ]


@pytest.mark.parametrize(
    "rows",
    [
        "KE_NBO,KE,,,,,,",
        "KE_NBO,KE,,cities,,,,no",
        "KE_NBO_W1,KE_NBO,,w,,2018,,\nKE_NBO_W2,KE_NBO,,w,2019,,,\nKE_NBO_W3,KE_NBO,,w,2019,,,",
    ],
    ids=["in no partition", "not all of it", "divided later"],
)
def test_one_part_is_none_too_few(rows: str, tmp_path: Path) -> None:
    """The city by another code, the one of its nation that has a code, and a city that was one district once."""
    assert faults_of(tmp_path, f"{HEADER},exhaustive\n{rows}\n", codelist())[0] == []


def test_whether_a_partition_is_all_is_said_once(tmp_path: Path) -> None:
    text = f"{HEADER},exhaustive\nKE_NBO_W1,KE_NBO,,w,,,,no\nKE_NBO_W2,KE_NBO,,w,,,,\nKE_NBO_W3,KE_NBO,,,,,,yes\n"
    faults, _, _ = faults_of(tmp_path, text, codelist())
    assert [(f.row, f.column) for f in faults] == [(4, "partition"), (3, "exhaustive")]
    faults, _, _ = faults_of(tmp_path, text.rsplit("\n", 2)[0] + "\n", codelist())
    assert [(f.row, f.column) for f in faults] == [(3, "exhaustive")]


def test_faults_of_rows_and_of_rows_beside_each_other_are_told_at_once(tmp_path: Path) -> None:
    """A date that is none, an area twice, a circle; of the partition whose row is at fault nobody knows that it has one part."""
    text = (
        f"{HEADER}\nKE_NBO,KE,,c,then,,\nKE_NBO_W1,KE_NBO,,,,,\nKE_NBO_W1,KE_NBO,,,,,\nKE,KE_NBO_W1,,,,,\n"
        "KE_NBO,KE_NBO_W1,,,,,\nKE_NBO_FUA,KE,,c,,,\n"
    )
    faults, _, _ = faults_of(tmp_path, text, codelist())
    assert {(f.row, f.column) for f in faults} >= {(2, "valid_from"), (4, "valid_from"), (6, "parent")}
    assert not any("one part" in f.text for f in faults)


def test_a_district_that_moved_into_another_one_is_not_counted_twice(tmp_path: Path) -> None:
    """W1 was a part of the city until 2018, and is part of W2 since."""
    text = f"{HEADER}\nKE_NBO_W1,KE_NBO,,w,,2018,\nKE_NBO_W2,KE_NBO,,w,,,\nKE_NBO_W1,KE_NBO_W2,,,2019,,\n"
    assert at(tree(tmp_path, text), "KE_NBO", "2019") == {"KE_NBO_W2"}
    faults, _, _ = faults_of(tmp_path, text.replace("2019", "2018"), codelist())
    assert [(f.row, f.column) for f in faults] == [(2, "partition")]


def test_files_that_are_no_lists_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "areas.csv"
    path.write_bytes(b"area,parent\nK\xe9,\n")
    with pytest.raises(Unreadable, match="UTF-8"):
        read_areas(path)
    path.write_text("area\n" + "KE\n" * 20)
    monkeypatch.setattr("dataexchange.messages.read_areas.MOST_ROWS", 10)
    with pytest.raises(TooLarge, match="several files"):
        read_areas(path)
    path.write_text("area,level\nKE,big,bigger\n")
    assert [f.row for f in read_areas(path)[1]] == [2]


def test_depth_is_limited(tmp_path: Path) -> None:
    codes = [f"A{n}" for n in range(60)]
    rows = "\n".join(f"{one},{other}" for one, other in pairwise(codes))
    faults, _, _ = faults_of(tmp_path, f"area,parent\n{rows}\n", codelist(*codes))
    assert [f.column for f in faults] == ["parent"]
    assert "50 deep" in faults[0].text


# Boundaries


def test_a_list_that_names_some_of_the_children_as_all_is_believed(tmp_path: Path) -> None:
    """W3 was added below the city beside the wards that it overlaps: the wards by name are all of it, and W3 lies in it as no part."""
    listed = codelist(*CODES, **{f"KE_NBO_W{n}": "KE_NBO" for n in (1, 2, 3)})
    whole = Annotation(type="PARTITION", title="exhaustive")
    noted = [replace(item, annotations=(whole,)) if item.id == "KE_NBO" else item for item in listed.items]
    listed = replace(listed, items=tuple(noted))
    assert Areas.among(items(listed)).partition("KE_NBO") == {"KE_NBO_W1", "KE_NBO_W2", "KE_NBO_W3"}
    rows = "KE_NBO_W1,KE_NBO,,wards,,,\nKE_NBO_W2,KE_NBO,,wards,,,\n"
    areas = tree(tmp_path, f"{HEADER}\n{rows}KE_NBO_W3,KE_NBO,,,,,\n", listed)
    assert [p.name for p in areas.partitions("KE_NBO") if p.exhaustive] == ["wards"]
    assert areas.partition("KE_NBO") == {"KE_NBO_W1", "KE_NBO_W2"}
    # With times the two may both be right, each in its own.
    areas = tree(tmp_path, f"{HEADER}\n{rows.replace('wards,,,', 'wards,,2018,', 1)}", listed)
    assert [p.exhaustive for p in areas.partitions("KE_NBO")] == [True, True]


def test_the_boundary_is_part_of_what_an_area_is(tmp_path: Path) -> None:
    text = f"{HEADER}\nKE_NBO,KE,,,,,administrative\nKE_NBO_AGG,KE,,,,,agglomeration\nKE_NBO_FUA,KE,,,,,\n"
    areas = tree(tmp_path, text)
    told = {code: (place, str(concept)) for code in CODES[1:4] for place, concept in [areas.boundary(code)]}
    assert told == {
        "KE_NBO": ("KE_NBO", "administrative area"),
        "KE_NBO_FUA": ("KE_NBO", "functional urban area"),
        "KE_NBO_AGG": ("KE_NBO", "urban agglomeration"),
    }
    assert {part for p in areas.partitions("KE") for part in p.parts} == {"KE_NBO"}


def test_figures_of_two_boundaries_are_not_compared() -> None:
    schema = with_areas(GB=(None, False), GB_BRS=("GB", False), GB_BRS_AGG=("GB", False))
    codes = dict(schema.codes["REF_AREA"])
    note = Annotation(type="BOUNDARY", title="agglomeration")
    codes["GB_BRS_AGG"] = replace(codes["GB_BRS_AGG"], annotations=(note,))
    schema = replace(schema, codes={**schema.codes, "REF_AREA": codes})
    rows = series({"2018": 11.0}, SERIES="EN_ATM_PM25", UNIT_MEASURE="GPERM3")
    national = dataset(*rows, REF_AREA="GB_BRS_AGG")
    ((comparison,), _) = compare(dataset(*rows), national, schema)
    assert comparison.verdict is Verdict.NOT_COMPARABLE
    assert comparison.ground == "boundary: administrative area against urban agglomeration"
    assert Areas.of(schema).boundary("GB_BRS")[1] == ADMINISTRATIVE


# Names


def named(*codes: Item) -> Areas:
    return Areas.among({item.id: item for item in codes})


def noted(code: str, name: str = "", parent: str | None = None, **notes: str) -> Item:
    told = tuple(Annotation(type=kind, title=text) for kind, text in notes.items())
    return Item(id=code, names={"en": name} if name else {}, parent=parent, annotations=told)


def test_a_country_has_one_code_under_all_its_names() -> None:
    areas = Areas.of(shipped())
    assert {areas.canonical(c) for c in ("KE", "404", "KEN")} == {"KE"}
    assert {areas.canonical(c) for c in ("GB", "826", "GBR", "K02000001")} == {"GB"}
    assert set(areas.spellings("826")) >= {"GB", "826", "GBR"}
    assert areas.canonical("_T") == "_T"
    assert areas.above("KENBO") == ("KE",)
    assert areas.partition("E06000023") == areas.partition("GB_BRS") != frozenset()


def test_numbers_come_with_and_without_zeros() -> None:
    areas = named(noted("4", "Afghanistan"), noted("AF", "Afghanistan"), noted("14", "Eastern Africa"))
    assert [areas.canonical(c) for c in ("4", "004", "AF", "AFG", "014", "14")] == ["AF"] * 4 + ["14"] * 2


def test_a_list_may_have_a_country_twice_and_its_regions_once() -> None:
    areas = named(
        noted("1", "World"), noted("14", "Eastern Africa", "1"), noted("404", "Kenya", "14"), noted("KE", "Kenya")
    )
    assert areas.above("KE") == ("14", "1") == areas.above("404")
    assert areas.partitions("14")[0].parts == {"KE"}


def test_a_state_or_a_district_is_no_country() -> None:
    """California is CA in the list of the United States, and district 404 of Kenya is not Kenya."""
    areas = named(noted("US", "United States"), noted("CA", "California", "US"), noted("TX", "Texas", "US"))
    assert [areas.canonical(c) for c in ("CA", "124", "CAN", "840")] == ["CA", "124", "CAN", "US"]
    areas = named(noted("KE", "Kenya"), noted("404", "Westlands", "KE"))
    assert areas.canonical("404") == "404"
    assert areas.partitions("KE")[0].parts == {"404"}
    areas = named(noted("KE", "Kenya"), noted("404", "Westlands"))
    assert areas.canonical("404") == "404"


def test_codes_of_cities_and_their_ambiguity() -> None:
    areas = named(
        noted("KE_NBO", "Nairobi", None, UNLOCODE="KE NBO", UNHABITAT="KE_NAIROBI", NATIONAL="47"),
        noted("KE_MBA", "Mombasa", None, NATIONAL="1", ISO3166_2="KE-28"),
        noted("KE_KIS", "Kisumu", None, NATIONAL="47"),
        noted("1", "World"),
    )
    assert [areas.canonical(c) for c in ("KENBO", "KE NBO", "KE_NAIROBI", "KE-28")] == [*["KE_NBO"] * 3, "KE_MBA"]
    assert areas.canonical("47") == "47", "two areas have it: it is nobody's"
    assert areas.canonical("1") == "1", "the World is in the list, and a national number is no name for it"


CODES_CSV = "area,scheme,code\nKE_NBO,UN/LOCODE,KENBO\nKE_NBO,National,047\nKE,M49,404\n"


def test_other_codes_come_in_a_table(tmp_path: Path) -> None:
    path, held = tmp_path / "codes.csv", codelist()
    path.write_text(CODES_CSV)
    rows, faults = read_codes(path)
    assert faults == code_faults(rows, Areas.among(items(held))) == []
    maps = maps_of(rows, held, "DX")
    assert {m.ref.short for m in maps} == {
        f"DX:RM_T_CL_AREA_{scheme}(1.0)" for scheme in ("UNLOCODE", "NATIONAL", "M49")
    }
    areas = Areas.among(items(held), maps=maps)
    assert [areas.canonical(c) for c in ("KENBO", "047", "404")] == ["KE_NBO", "KE_NBO", "KE"]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("KE_NBOO,M49,404", "area"),
        ("KE,postcode,00100", "scheme"),
        ("KE,M49,", "code"),
        ("KE,M49,KEN", "code"),
        ("KE,National,KE_NBO", "code"),
        ("KE,UNLOCODE,KENBO", "code"),
    ],
)
def test_a_wrong_code_is_told(row: str, column: str, tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text(f"area,scheme,code\nKE_NBO,LOCODE,KENBO\n{row}\n")
    found = code_faults(read_codes(path)[0], Areas.among(items(codelist())))
    assert [(f.row, f.column) for f in found] == [(3, column)]


# Any tree, and what is none

PAIRS = st.lists(st.tuples(st.sampled_from("ABCDEFGH"), st.sampled_from("ABCDEFGH")), max_size=16)


def slow_above(area: str, wholes: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    while more := {w for a in (area, *found) for w in wholes.get(a, ())} - found:
        found |= more
    return found - {area}


def circular(wholes: dict[str, set[str]]) -> bool:
    return any(a in wholes.get(x, ()) for a in wholes for x in (a, *slow_above(a, wholes)))


@settings(max_examples=80, deadline=None)
@given(PAIRS)
def test_circles_never_hang_and_nothing_above_is_missed(pairs: list[tuple[str, str]]) -> None:
    """Parents and a hierarchy that lead anywhere, in circles, too: against the closure worked out step by step."""
    codes = {code: Item(id=code) for code in "ABCDEFGH"}
    held = codelist(*codes)
    rows = [(part, whole) for part, whole in dict.fromkeys(pairs) if part != whole]
    areas = Areas.among(codes, [held.ref], [as_hierarchy(held, rows)])
    wholes: dict[str, set[str]] = {}
    for part, whole in rows:
        wholes.setdefault(part, set()).add(whole)
    for code in codes:
        found = areas.above(code)
        assert len(found) == len(set(found))
        assert set(found) == slow_above(code, wholes)
        if not circular(wholes):
            assert all(found.index(w) > n for n, a in enumerate(found) for w in wholes.get(a, ()))


def as_hierarchy(held: Codelist, pairs: list[tuple[str, str]]) -> Hierarchy:
    """One root a pair: a hierarchy may say anything."""
    roots = tuple(
        HierarchicalCode(
            id=f"P{n}",
            code=ItemRef(held.ref, whole),
            codes=(HierarchicalCode(id=f"C{n}", code=ItemRef(held.ref, part)),),
        )
        for n, (part, whole) in enumerate(pairs)
    )
    return Hierarchy(agency="T", id="H", version="1.0", codes=roots)


@settings(max_examples=40, deadline=None)
@given(PAIRS)
def test_a_list_is_a_tree_or_its_circle_is_told(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]]
) -> None:
    rows = list(dict.fromkeys(pairs))
    text = "area,parent\n" + "".join(f"{part},{whole}\n" for part, whole in rows)
    faults, _, areas = faults_of(tmp_path_factory.getbasetemp(), text, codelist(*"ABCDEFGH"))
    wholes: dict[str, set[str]] = {}
    for part, whole in rows:
        wholes.setdefault(part, set()).add(whole)
    assert bool(faults) == circular(wholes)
    if not faults:
        assert all(set(areas.above(area)) == slow_above(area, wholes) for area in "ABCDEFGH")


YEARS = st.sampled_from(["", "", "2010", "2015-07", "2018-12-31"])


@st.composite
def lists(draw: st.DrawFn) -> str:
    """A list of areas without circles: an area lies in earlier ones only. Partitions that are all of their parent have two parts at all
    times."""
    rows: list[tuple[str, str, str]] = []
    for n, area in enumerate("ABCDEFGH"):
        for parent in draw(st.lists(st.sampled_from("ABCDEFGH"[:n]), unique=True, max_size=2)) if n else [""]:
            begin, end = sorted((draw(YEARS), draw(YEARS)))
            partition = draw(st.sampled_from(["", f"by {area}", "all, or so"])) if parent else ""
            times = f"{begin if end else ''},{end}"
            rows.append((parent, partition, f'{area},{parent},level {n % 3},"{partition}",{times},{draw(CONCEPT)}'))
    always = Counter((parent, partition) for parent, partition, row in rows if ",,," in row)
    lines = [f"{row},{'' if not part or always[parent, part] > 1 else 'no'}" for parent, part, row in rows]
    return f"{HEADER},exhaustive\n" + "\n".join(lines) + "\n"


CONCEPT = st.sampled_from(["", "administrative", "administrative"])


@settings(max_examples=15, deadline=None)
@given(lists(), st.sampled_from(["2.1", "3.0", "3.1", "json", "json21"]))
def test_a_list_is_the_same_tree_after_a_message(
    tmp_path_factory: pytest.TempPathFactory, text: str, format: str
) -> None:
    folder, held = tmp_path_factory.getbasetemp(), codelist(*"ABCDEFGH")
    _, hierarchy, areas = faults_of(folder, text, held)
    assert hierarchy is not None
    message = folder / "hierarchy"
    message.write_bytes(written([hierarchy], format))
    assert judged(message.read_bytes(), format) == []
    (back,) = (a for a in read_structures(message).artefacts if isinstance(a, Hierarchy))
    found = Areas.among(items(held), [held.ref], [back])
    assert (found.wholes, found.divided) == (areas.wholes, areas.divided)
    assert (found.levels, found.declared) == (areas.levels, areas.declared)
    parts = {row[0] for row in (line.split(",") for line in text.splitlines()[1:]) if row[1]}
    assert set(found.wholes) == parts
