"""Series keys of both versions."""

from __future__ import annotations

import pytest

from dataexchange.errors import InvalidRequest
from dataexchange.messages.url import data_query_v1, data_query_v2, fit
from dataexchange.model.query import KeyPattern

FLOW = "dataflow/DX/DF/1.0.0"
KEY = KeyPattern((("A",), (), ("GB", "GB_BRS")))


@pytest.mark.parametrize("key", ["A..GB+GB_BRS", "A..GB%2BGB_BRS", "A.*.GB+GB_BRS", "A.%2A.GB+GB_BRS"])
def test_lists_and_wildcards(key: str) -> None:
    assert data_query_v1(f"DF/{key}", []).keys == (KEY,)
    assert data_query_v2(f"{FLOW}/{key}", []).keys == (KEY,)


def test_several_keys() -> None:
    keys = data_query_v2(f"{FLOW}/A.*.GB,M.*.GB_BRS", []).keys
    assert keys == (KeyPattern((("A",), (), ("GB",))), KeyPattern((("M",), (), ("GB_BRS",))))


@pytest.mark.parametrize("path", ["DF", "DF/", "DF/all", "DF/ALL/all", "DF/..", "DF/*"])
def test_all_series_v1(path: str) -> None:
    assert data_query_v1(path, []).keys == ()


@pytest.mark.parametrize("key", ["", "/", "/*", "/*.*", "/A.B,*"])
def test_all_series_v2(key: str) -> None:
    assert data_query_v2(FLOW + key, []).keys == ()


@pytest.mark.parametrize("key", ["A.B C", "A+.B", "A.'", "A.B;C"])
def test_what_is_no_code_is_named(key: str) -> None:
    with pytest.raises(InvalidRequest, match=r"key .*position"):
        data_query_v2(f"{FLOW}/{key}", [])


def test_codes_may_be_odd() -> None:
    assert data_query_v1("DF/$A@1-2_", []).keys[0].positions == (("$A@1-2_",),)


def test_too_many_codes() -> None:
    with pytest.raises(InvalidRequest, match="at most"):
        data_query_v1("DF/" + "+".join(["A"] * 6000), [])


def test_fit_fills_short_keys_of_v2_and_refuses_those_of_v1() -> None:
    short = KeyPattern((("A",),))
    assert fit([short], ("FREQ", "SEX", "AGE"), exact=False) == (KeyPattern((("A",), (), ())),)
    with pytest.raises(InvalidRequest, match=r"1 positions, the structure 3: FREQ\.SEX\.AGE"):
        fit([short], ("FREQ", "SEX", "AGE"), exact=True)
    with pytest.raises(InvalidRequest, match="3 positions, the structure 1"):
        fit([KEY], ("FREQ",), exact=False)


def test_many_whole_keys_but_fewer_patterns() -> None:
    whole = [KeyPattern((("A",), (str(i),))) for i in range(1000)]
    assert len(fit(whole, ("FREQ", "SEX"), exact=True)) == 1000
    with pytest.raises(InvalidRequest, match="at most 200"):
        fit([KeyPattern(((), (str(i),))) for i in range(201)], ("FREQ", "SEX"), exact=True)
