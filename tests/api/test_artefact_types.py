"""Every type of artefact that the standard has is routable: answered where the exchange holds one, 404 where it holds none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from full_exchange import OTHERS
from judges import faults
from small_exchange import Server, new_exchange, serve
from spread import NEWER

from dataexchange.messages.media import OFFERED
from dataexchange.messages.read_structures import read_structures
from dataexchange.model.structure import OrganisationUnitScheme
from dataexchange.store import structures
from dataexchange.store.database import open_database, writing

#: Types of which the exchange of these tests holds something: what ships, and one of each that may be loaded.
HELD = (
    *("datastructure", "metadatastructure", "dataflow", "metadataflow", "provisionagreement", "categorisation"),
    *("metadataprovisionagreement", "dataconstraint", "conceptscheme", "codelist", "valuelist", "categoryscheme"),
    *("hierarchy", "hierarchyassociation", "agencyscheme", "dataproviderscheme", "dataconsumerscheme"),
    *("metadataproviderscheme", "organisationunitscheme", "structuremap", "representationmap", "conceptschememap"),
    *("categoryschememap", "organisationschememap", "*"),
)
NOT_HELD = (
    *("process", "metadataconstraint", "transformationscheme", "rulesetscheme", "userdefinedoperatorscheme"),
    *("customtypescheme", "namepersonalisationscheme", "vtlmappingscheme", "reportingtaxonomymap", "reportingtaxonomy"),
)
HELD_V1 = (
    *("datastructure", "metadatastructure", "dataflow", "metadataflow", "provisionagreement", "categorisation"),
    *("conceptscheme", "codelist", "categoryscheme", "hierarchicalcodelist", "organisationscheme", "agencyscheme"),
    *("dataproviderscheme", "dataconsumerscheme", "organisationunitscheme", "contentconstraint", "allowedconstraint"),
    *("structureset", "structure"),
)
NOT_HELD_V1 = (
    *("reportingtaxonomy", "process", "actualconstraint", "attachmentconstraint", "transformationscheme"),
    *(
        "rulesetscheme",
        "userdefinedoperatorscheme",
        "customtypescheme",
        "namepersonalisationscheme",
        "vtlmappingscheme",
    ),
)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = new_exchange(tmp_path_factory.mktemp("full"))
    engine = open_database(settings.database_url)
    with writing(engine) as conn:
        structures.put(conn, OTHERS)
    engine.dispose()
    yield from serve(settings)


@pytest.mark.conformance("v2 artefacts", HELD, "Answered in every format of structures")
@pytest.mark.conformance("v1 artefacts", HELD_V1, "Answered in every format of structures")
@pytest.mark.parametrize(("api", "kind"), [*(("v2", k) for k in HELD), *(("v1", k) for k in HELD_V1)])
def test_types_that_are_held(full: Server, api: str, kind: str) -> None:
    """An old format says so where it has no word for a type."""
    for media in OFFERED[api, "structure"]:
        answer = full.get(f"/sdmx/{'v2/structure' if api == 'v2' else 'v1'}/{kind}", Accept=media.text)
        assert answer.status_code == (406 if kind in NEWER.get(media.text, ()) else 200), answer.text
        assert not faults(answer)


@pytest.mark.conformance("v2 artefacts", NOT_HELD, "404: the exchange holds none")
@pytest.mark.conformance("v1 artefacts", NOT_HELD_V1, "404: the exchange holds none")
@pytest.mark.parametrize(("api", "kind"), [*(("v2", k) for k in NOT_HELD), *(("v1", k) for k in NOT_HELD_V1)])
def test_types_that_are_not_held(full: Server, api: str, kind: str) -> None:
    answer = full.get(f"/sdmx/{'v2/structure' if api == 'v2' else 'v1'}/{kind}")
    assert answer.status_code == 404, answer.text
    assert not faults(answer)


@pytest.mark.parametrize("version", ["1.0.0", "2.0.0", "2.1.0"])
def test_parents_of_units_come_back(full: Server, version: str, tmp_path: Path) -> None:
    """SDMX-JSON 1.0 names them by URN, later ones by id."""
    path = tmp_path / "units.json"
    media = f"application/vnd.sdmx.structure+json;version={version}"
    path.write_bytes(full.get("/sdmx/v2/structure/organisationunitscheme", Accept=media).content)
    (scheme,) = read_structures(path).artefacts
    assert isinstance(scheme, OrganisationUnitScheme)
    assert {item.id: item.parent for item in scheme.items} == {"TOP": None, "PART": "TOP"}
