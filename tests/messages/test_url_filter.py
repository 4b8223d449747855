"""c[...] of v2: the standard's own table of examples, multiplied out."""

from __future__ import annotations

import pytest

from dataexchange.errors import InvalidRequest
from dataexchange.messages.url import data_query_v2, query_pairs


def read(query: str) -> list[list[str]]:
    (found,) = data_query_v2("dataflow/DX/DF", query_pairs(query)).filters
    assert found.component == "X"
    return [[f"{c.operator}:{c.value}" for c in part] for part in found.all_of]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("A", [["eq:A"]]),
        ("eq:A", [["eq:A"]]),
        ("A,B", [["eq:A", "eq:B"]]),
        ("ge:A", [["ge:A"]]),
        ("ge:A+le:B", [["ge:A"], ["le:B"]]),
        ("A,B+C", [["eq:A", "eq:B"], ["eq:A", "eq:C"]]),
        ("ge:A+le:B,ge:C+le:D", [["ge:A", "ge:C"], ["ge:A", "le:D"], ["le:B", "ge:C"], ["le:B", "le:D"]]),
        ("ne:A,B", [["ne:A", "eq:B"]]),
        ("ne:A+B", [["ne:A"], ["eq:B"]]),
        ("ne:A,ne:B", [["ne:A", "ne:B"]]),
        ("ne:A+ne:B", [["ne:A"], ["ne:B"]]),
        ("co:euro", [["co:euro"]]),
        ("nc:a,sw:b,ew:c", [["nc:a", "sw:b", "ew:c"]]),
        ("lt:1+gt:-2", [["lt:1"], ["gt:-2"]]),
        ("2010-01-01T10:00:00", [["eq:2010-01-01T10:00:00"]]),
        ("eq:2010-01-01T10:00:00", [["eq:2010-01-01T10:00:00"]]),
    ],
)
def test_operators(written: str, meant: list[list[str]]) -> None:
    assert read(f"c[X]={written}") == meant
    encoded = written.replace(":", "%3A").replace("+", "%2B").replace(",", "%2C")
    assert read(f"c%5BX%5D={encoded}") == meant


def test_several_components() -> None:
    query = data_query_v2("dataflow/DX/DF", query_pairs("c[A]=1&lastNObservations=1&c[B]=2"))
    assert [f.component for f in query.filters] == ["A", "B"]
    assert query.last_n == 1


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("c[X]=", "value is missing"),
        ("c[X]=A,,B", "value is missing"),
        ("c[X]=ge:", "value is missing"),
        ("c[X]=A&c[X]=B", "twice"),
        ("c[]=A", "write c"),
        ("c[X=A", "write c"),
        ("c[X Y]=A", "write c"),
        ("c[X]=" + ",".join(["A+B+C+D"] * 8), "fewer"),
        ("c[X]=" + ",".join(["A"] * 9000), "at most"),
        ("c[X]=" + ",".join(["ne:A"] * 500), "fewer"),
        ("&".join(f"c[X{i}]=" + "+".join("ABCDE" * 20) for i in range(5)), "fewer"),
    ],
)
def test_faults_are_named(query: str, sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence) as caught:
        data_query_v2("dataflow/DX/DF", query_pairs(query))
    assert str(caught.value.parameter).startswith("c[")
