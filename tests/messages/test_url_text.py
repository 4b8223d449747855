"""Splitting and decoding of URLs."""

from __future__ import annotations

import pytest

from dataexchange.errors import InvalidRequest
from dataexchange.messages.url import path_parts, query_pairs, structure_query_v1, structure_query_v2


def test_plus_is_a_plus_raw_and_encoded() -> None:
    assert query_pairs("c[TIME_PERIOD]=ge:2010+le:2012") == query_pairs("c%5BTIME_PERIOD%5D=ge%3A2010%2Ble%3A2012")
    assert query_pairs("a=1+2")[0] == ("a", "1+2")


def test_encoded_separators_in_paths() -> None:
    assert path_parts("/AG%2CFLOW%2C1.0/A%2BB.%2A/all/") == ["AG,FLOW,1.0", "A+B.*", "all"]


def test_an_encoded_slash_does_not_make_a_part() -> None:
    assert path_parts("a%2Fb/c") == ["a/b", "c"]


@pytest.mark.parametrize("raw", ["a=%FF", "a=%C3%28"])
def test_bytes_that_are_no_utf8_are_refused(raw: str) -> None:
    with pytest.raises(InvalidRequest, match="UTF-8"):
        query_pairs(raw)


def test_control_characters_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="control"):
        path_parts("A%00B")
    with pytest.raises(InvalidRequest, match="control"):
        query_pairs("detail=full%0d%0aSet-Cookie:x")


def test_trailing_slashes_and_empty_parts() -> None:
    assert structure_query_v2("codelist/DX/", []) == structure_query_v2("codelist/DX", [])
    assert structure_query_v1("codelist/DX/CL_SEX/latest/", []) == structure_query_v1("codelist/DX/CL_SEX", [])


@pytest.mark.parametrize(
    ("name", "value"), [("detial", "full"), ("saveAs", "x.csv"), ("compressed", "true"), ("c", "A")]
)
def test_unknown_parameters_are_named(name: str, value: str) -> None:
    for read in (structure_query_v1, structure_query_v2):
        with pytest.raises(InvalidRequest, match=f"^{name}: there is no such parameter") as caught:
            read("codelist", [(name, value)])
        assert caught.value.parameter == name


def test_format_is_let_through() -> None:
    assert structure_query_v2("codelist", [("format", "jsonstructure")]).kinds == ("codelist",)


def test_a_parameter_stands_once() -> None:
    with pytest.raises(InvalidRequest, match="twice"):
        structure_query_v2("codelist", [("detail", "full"), ("detail", "allstubs")])


def test_too_many_parts() -> None:
    with pytest.raises(InvalidRequest, match="more parts"):
        structure_query_v2("codelist/DX/CL/1.0/A/B", [])
