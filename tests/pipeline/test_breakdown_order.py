"""Which codes divide people into groups, and in which order; which end of a series is the good one."""

from __future__ import annotations

import pytest

from dataexchange.messages.shipped import shipped_structures
from dataexchange.model.breakdown_order import divisions
from dataexchange.model.inequality import Better
from dataexchange.model.series_direction import better
from dataexchange.model.structure import Annotation, Codelist, Item


@pytest.mark.parametrize(
    ("dimension", "published", "expected"),
    [
        ("SEX", {"F", "M", "_U", "_T"}, [("F", "M")]),
        ("SEX", {"F"}, []),
        ("DISABILITY_STATUS", {"PD", "PWD"}, [("PD", "PWD")]),
        ("URBANISATION", {"U", "R", "CITY", "TSUB"}, [("CITY", "TSUB", "R"), ("U", "R")]),
        ("INCOME_WEALTH_QUANTILE", {"Q1", "Q5", "B40"}, [("Q1", "Q2", "Q3", "Q4", "Q5")]),
        ("INCOME_WEALTH_QUANTILE", {"B40", "R60", "B50"}, [("B40", "R60")]),
        (
            "EDUCATION_LEV",
            {"ISCED11_2", "ISCED11_0", "ISCED11_5", "AGG_5T8"},
            [("ISCED11_0", "ISCED11_2", "ISCED11_5")],
        ),
        ("AGE", {"Y0T14", "Y15T64", "Y_GE65", "Y_GE15"}, [("Y0T14", "Y15T64", "Y_GE65")]),
        ("AGE", {"Y15T24", "Y20T29"}, []),
        ("AGE", {"M0T11", "Y1T4"}, [("M0T11", "Y1T4")]),
        ("OCCUPATION", {"ISCO08_1", "ISCO08_9", "ISCO08_2221"}, [("ISCO08_1", "ISCO08_9")]),
        ("COMPOSITE_BREAKDOWN", {"_L_ETH_MINOR", "_L_ETH_WHITE_BR"}, [("_L_ETH_MINOR", "_L_ETH_WHITE_BR")]),
        # Sources of fine particles and kinds of waste are no groups of people.
        ("COMPOSITE_BREAKDOWN", {"_L_PM_HUMAN", "_L_PM_NATURAL", "WT_RECYCL", "WT_LANDFIL"}, []),
    ],
)
def test_divisions(dimension: str, published: set[str], expected: list[tuple[str, ...]]) -> None:
    assert [division.codes for division in divisions(dimension, published, {})] == expected


def test_what_is_ordered() -> None:
    tenths = divisions("COMPOSITE_BREAKDOWN", {"_L_DEPR_D1", "_L_DEPR_D10"}, {})[0]
    assert (len(tenths.codes), tenths.codes[0], tenths.codes[-1]) == (10, "_L_DEPR_D1", "_L_DEPR_D10")
    assert (tenths.ordered, tenths.exhaustive, sum(tenths.built)) == (True, True, pytest.approx(1))
    assert divisions("INCOME_WEALTH_QUANTILE", {"Q1", "Q2"}, {})[0].ordered
    assert divisions("EDUCATION_LEV", {"ISCED11A_1", "ISCED11A_3"}, {})[0].ordered
    assert not divisions("SEX", {"F", "M"}, {})[0].ordered


def test_a_code_list_says_it_of_its_own_codes() -> None:
    def item(code: str, **notes: str) -> Item:
        return Item(id=code, annotations=tuple(Annotation(type=name, title=text) for name, text in notes.items()))

    ranked = {c: item(c, RANK=n) for c, n in (("INC_HIGH", "3"), ("INC_LOW", "1"), ("INC_MID", "2"))}
    (found,) = divisions("CUST_BREAKDOWN", {"INC_HIGH", "INC_LOW"}, ranked)
    assert (found.codes, found.ordered, found.exhaustive) == (("INC_LOW", "INC_MID", "INC_HIGH"), True, True)
    grouped = {c: item(c, GROUPS="people") for c in ("_L_FAITH_A", "_L_FAITH_B")}
    (faiths,) = divisions("CUST_BREAKDOWN", {"_L_FAITH_A", "_L_FAITH_B", "_L_OTHER_X"}, grouped)
    assert (faiths.codes, faiths.ordered, faiths.exhaustive) == (("_L_FAITH_A", "_L_FAITH_B"), False, False)


def test_the_good_end_of_a_series() -> None:
    shipped = next(a for a in shipped_structures() if isinstance(a, Codelist) and a.id == "CL_SERIES")
    codes = {item.id: item for item in shipped.items}
    assert better("SL_TLF_UEM", codes) is Better.LOW
    # As the global series that it stands for.
    assert better("_L_VC_SNS_WALN_DARK", codes) is Better.HIGH
    assert better("NV_IND_MANF", codes) is None
    own = {"_L_X": Item(id="_L_X", annotations=(Annotation(type="BETTER", title="low"),))}
    assert better("_L_X", own) is Better.LOW
    assert better("_L_Y", own) is None
