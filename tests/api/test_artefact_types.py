"""Every type of artefact that the standard has is routable: answered where the exchange holds one, 404 where it holds none."""

from __future__ import annotations

from typing import Any

import pytest
from judges import faults
from small_exchange import Server

from dataexchange.messages.media import OFFERED

#: Types of which the exchange of these tests holds something.
HELD = (
    "datastructure",
    "dataflow",
    "provisionagreement",
    "conceptscheme",
    "codelist",
    "agencyscheme",
    "dataproviderscheme",
    "*",
)
NOT_HELD = (
    *("metadatastructure", "metadataflow", "process", "categorisation", "dataconstraint", "metadataconstraint"),
    *("categoryscheme", "hierarchy", "hierarchyassociation", "dataconsumerscheme", "organisationunitscheme"),
    *("transformationscheme", "rulesetscheme", "userdefinedoperatorscheme", "customtypescheme", "valuelist"),
    *("namepersonalisationscheme", "vtlmappingscheme", "structuremap", "representationmap", "conceptschememap"),
    *("categoryschememap", "organisationschememap", "reportingtaxonomymap", "metadataproviderscheme"),
    *("reportingtaxonomy", "metadataprovisionagreement"),
)
HELD_V1 = (*HELD[:-1], "organisationscheme", "structure")
NOT_HELD_V1 = (
    *("metadatastructure", "categoryscheme", "hierarchicalcodelist", "dataconsumerscheme", "organisationunitscheme"),
    *("metadataflow", "reportingtaxonomy", "structureset", "process", "categorisation", "contentconstraint"),
    *("actualconstraint", "allowedconstraint", "attachmentconstraint", "transformationscheme", "rulesetscheme"),
    *("userdefinedoperatorscheme", "customtypescheme", "namepersonalisationscheme", "vtlmappingscheme"),
)


@pytest.mark.conformance("v2 artefacts", HELD, "Answered in every format of structures")
@pytest.mark.conformance("v1 artefacts", HELD_V1, "Answered in every format of structures")
@pytest.mark.parametrize(("api", "kind"), [*(("v2", k) for k in HELD), *(("v1", k) for k in HELD_V1)])
def test_types_that_are_held(three: tuple[Server, Any], api: str, kind: str) -> None:
    server, _ = three
    for media in OFFERED[api, "structure"]:
        answer = server.get(f"/sdmx/{'v2/structure' if api == 'v2' else 'v1'}/{kind}", Accept=media.text)
        assert answer.status_code == 200, answer.text
        assert not faults(answer)


@pytest.mark.conformance("v2 artefacts", NOT_HELD, "404: the exchange holds none")
@pytest.mark.conformance("v1 artefacts", NOT_HELD_V1, "404: the exchange holds none")
@pytest.mark.parametrize(("api", "kind"), [*(("v2", k) for k in NOT_HELD), *(("v1", k) for k in NOT_HELD_V1)])
def test_types_that_are_not_held(server: Server, api: str, kind: str) -> None:
    answer = server.get(f"/sdmx/{'v2/structure' if api == 'v2' else 'v1'}/{kind}")
    assert answer.status_code == 404, answer.text
    assert not faults(answer)
