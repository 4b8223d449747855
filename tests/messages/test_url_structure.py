"""Structure and availability queries."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dataexchange.errors import InvalidRequest
from dataexchange.messages.url import (
    RESOURCES_V1,
    availability_query_v1,
    availability_query_v2,
    structure_query_v1,
    structure_query_v2,
)
from dataexchange.model.query import StructureQuery
from dataexchange.model.structure import Kind


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("", StructureQuery()),
        ("dataflow", StructureQuery(("dataflow",))),
        ("agencyscheme/AG/", StructureQuery(("agencyscheme",), ("AG",))),
        ("codelist/AG/ID/", StructureQuery(("codelist",), ("AG",), ("ID",))),
        ("*/AG%2CSDMX/*/+", StructureQuery((), ("AG", "SDMX"), ("*",), ("+",))),
        (
            "codelist/DX/CL/1.0.0,1.1.0/A,B.C",
            StructureQuery(("codelist",), ("DX",), ("CL",), ("1.0.0", "1.1.0"), ("A", "B.C")),
        ),
        ("codelist/DX/CL/*/*", StructureQuery(("codelist",), ("DX",), ("CL",), ("*",))),
        ("hierarchy/DX", StructureQuery(("hierarchy",), ("DX",))),
    ],
)
def test_v2(path: str, query: StructureQuery) -> None:
    assert structure_query_v2(path, []) == query


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("dataflow", StructureQuery(("dataflow",))),
        ("dataflow/AG", StructureQuery(("dataflow",), ("AG",))),
        ("dataflow/all/ID/latest", StructureQuery(("dataflow",), ("*",), ("ID",))),
        ("dataflow/all/all/all", StructureQuery(("dataflow",), versions=("*",))),
        (
            "codelist/A%2BB/ID/1.0+latest/c1+c2",
            StructureQuery(("codelist", "valuelist"), ("A", "B"), ("ID",), ("1.0", "~"), ("c1", "c2")),
        ),
        ("structure/DX/all", StructureQuery((), ("DX",))),
        ("contentconstraint/DX", StructureQuery(("dataconstraint",), ("DX",))),
        ("actualconstraint/DX", StructureQuery(("dataconstraint",), ("DX",), role="Actual")),
    ],
)
def test_v1(path: str, query: StructureQuery) -> None:
    assert structure_query_v1(path, []) == query


def test_organisationscheme_is_four_types() -> None:
    kinds = structure_query_v1("organisationscheme/DX", []).kinds
    assert kinds == ("agencyscheme", "dataproviderscheme", "dataconsumerscheme", "organisationunitscheme")


def test_every_type_the_exchange_holds_has_a_resource_in_v1() -> None:
    assert {kind for kinds in RESOURCES_V1.values() for kind in kinds} >= {kind.value for kind in Kind}


@pytest.mark.parametrize("read", [structure_query_v1, structure_query_v2])
def test_references(read: object) -> None:
    assert read("dataflow", [("references", "none")]).references == ("none",)
    assert read("dataflow", [("references", "datastructure")]).references == ("datastructure",)
    assert read("dataflow", [("references", "all")]).references == ("all",)
    with pytest.raises(InvalidRequest, match="references"):
        read("dataflow", [("references", "everything")])


def test_several_references() -> None:
    found = structure_query_v2("dataflow", [("references", "datastructure,codelist")])
    assert found.references == ("datastructure", "codelist")
    assert structure_query_v1("dataflow", [("references", "contentconstraint")]).references == ("dataconstraint",)


@pytest.mark.parametrize("read", [structure_query_v1, structure_query_v2])
def test_detail(read: object) -> None:
    assert read("dataflow", [("detail", "referencepartial")]).detail == "referencepartial"
    with pytest.raises(InvalidRequest, match="detail"):
        read("dataflow", [("detail", "some")])


def test_raw_is_of_v2_only() -> None:
    assert structure_query_v2("codelist", [("detail", "raw")]).detail == "raw"
    with pytest.raises(InvalidRequest, match="raw"):
        structure_query_v1("codelist", [("detail", "raw")])


def test_types_and_ids_that_are_none() -> None:
    with pytest.raises(InvalidRequest, match="artefactType 'datflow'"):
        structure_query_v2("datflow", [])
    with pytest.raises(InvalidRequest, match="resource 'datflow'"):
        structure_query_v1("datflow", [])
    for path in ("codelist/1AG", "codelist/DX/C L", "codelist/DX/CL/1 0"):
        with pytest.raises(InvalidRequest):
            structure_query_v2(path, [])


def test_structures_of_the_past_are_of_v2_only() -> None:
    assert structure_query_v2("codelist", [("asOf", "2020")]).as_of == datetime(2020, 1, 1, tzinfo=UTC)
    with pytest.raises(InvalidRequest, match="asOf"):
        structure_query_v2("codelist", [("asOf", "yesterday")])
    with pytest.raises(InvalidRequest, match="asOf"):
        structure_query_v1("codelist", [("asOf", "2020")])


def test_v1_has_types_of_today_under_its_own_names() -> None:
    """API 1.5 knows neither value lists nor several kinds of maps."""
    assert structure_query_v1("codelist", [("references", "codelist")]).references == ("codelist", "valuelist")
    assert structure_query_v1("hierarchicalcodelist", []).kinds == ("hierarchy",)
    assert "representationmap" in structure_query_v1("structureset", []).kinds


def test_values_of_a_value_list_are_any_text() -> None:
    assert structure_query_v2("valuelist/DX/VL/1.0.0/per%20cent,%E2%82%AC", []).items == ("per cent", "€")
    with pytest.raises(InvalidRequest, match="itemID"):
        structure_query_v2("codelist/DX/CL/1.0.0/per%20cent", [])


def test_availability_v2() -> None:
    query = availability_query_v2("dataflow/DX/DF/1.0.0/A.*/REF_AREA,SEX", [("c[AGE]", "_T"), ("mode", "available")])
    assert query.components == ("REF_AREA", "SEX")
    assert query.available
    assert query.data.keys[0].positions == (("A",), ())
    assert query.data.filters[0].component == "AGE"
    assert availability_query_v2("dataflow/DX/DF/1.0.0/*/*", []).components == ()


def test_availability_v1() -> None:
    query = availability_query_v1("DX,DF/A../all/REF_AREA", [("references", "all"), ("startPeriod", "2015")])
    assert query.components == ("REF_AREA",)
    assert query.references == ("all",)
    assert query.data.start == "2015"
    assert availability_query_v1("DF/all/all/all", [("mode", "exact")]).components == ()


@pytest.mark.parametrize("read", [availability_query_v1, availability_query_v2])
def test_availability_knows_its_own_references(read: object) -> None:
    with pytest.raises(InvalidRequest, match="references"):
        read("dataflow", [("references", "children")])
    with pytest.raises(InvalidRequest, match="mode"):
        read("dataflow", [("mode", "some")])
