"""SDMX-JSON structure messages, read: 2.0 and 2.1, and 1.0 where it says the same.

`data` holds a list a kind, under names such as "codelists"; what the exchange does not hold is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from dataexchange.errors import Unreadable
from dataexchange.messages.json_source import read_json
from dataexchange.messages.structure_json import from_json
from dataexchange.messages.structure_json_2_1 import availability_from_2_1
from dataexchange.messages.structure_json_parts import Json, mapping, objects
from dataexchange.messages.structure_message import StructureMessage
from dataexchange.model.structure import Artefact, Kind

#: List in `data` -> kind of what stands in it. The order is that in which messages are written.
COLLECTIONS: Mapping[str, Kind] = {
    "agencySchemes": Kind.AGENCY_SCHEME,
    "dataProviderSchemes": Kind.DATA_PROVIDER_SCHEME,
    "dataConsumerSchemes": Kind.DATA_CONSUMER_SCHEME,
    "metadataProviderSchemes": Kind.METADATA_PROVIDER_SCHEME,
    "organisationUnitSchemes": Kind.ORGANISATION_UNIT_SCHEME,
    "dataflows": Kind.DATAFLOW,
    "metadataflows": Kind.METADATAFLOW,
    "categorySchemes": Kind.CATEGORY_SCHEME,
    "categorisations": Kind.CATEGORISATION,
    "codelists": Kind.CODELIST,
    "valueLists": Kind.VALUE_LIST,
    "hierarchies": Kind.HIERARCHY,
    "hierarchyAssociations": Kind.HIERARCHY_ASSOCIATION,
    "conceptSchemes": Kind.CONCEPT_SCHEME,
    "metadataStructures": Kind.METADATA_STRUCTURE,
    "dataStructures": Kind.DATA_STRUCTURE,
    "representationMaps": Kind.REPRESENTATION_MAP,
    "structureMaps": Kind.STRUCTURE_MAP,
    "conceptSchemeMaps": Kind.CONCEPT_SCHEME_MAP,
    "categorySchemeMaps": Kind.CATEGORY_SCHEME_MAP,
    "organisationSchemeMaps": Kind.ORGANISATION_SCHEME_MAP,
    "dataConstraints": Kind.DATA_CONSTRAINT,
    "provisionAgreements": Kind.PROVISION_AGREEMENT,
    "metadataProvisionAgreements": Kind.METADATA_PROVISION_AGREEMENT,
}

#: Parts of artefacts that no word holds; they are counted.
_UNHELD = ("sentinelValues",)

_OTHER_NAMES = {
    "contentConstraints": Kind.DATA_CONSTRAINT,
    "availabilityConstraints": Kind.DATA_CONSTRAINT,
}


def read_structure_json(path: Path, name: str | None = None) -> StructureMessage:
    name = name or path.name
    document = read_json(path, name, instead="send it in parts, or as SDMX-ML")
    return parse_structure_json(document, name)


def parse_structure_json(document: object, name: str) -> StructureMessage:
    if not isinstance(document, dict) or not isinstance(document.get("data"), dict):
        raise Unreadable(f"{name}: no 'data' object at the top: send an SDMX-JSON structure message.")
    skipped: Counter[str] = Counter()
    artefacts: list[Artefact] = []
    try:
        for field, entries in mapping(document["data"], "data").items():
            kind = COLLECTIONS.get(field) or _OTHER_NAMES.get(field)
            if kind is None:
                skipped[field] += len(entries) if isinstance(entries, list) else 1
                continue
            artefacts += _collection(field, kind, objects(document["data"], field), skipped)
    except Unreadable as error:
        raise Unreadable(f"{name}: {error}") from None
    return StructureMessage(tuple(artefacts), {key: n for key, n in skipped.items() if n})


def _collection(field: str, kind: Kind, entries: list[Json], skipped: Counter[str]) -> list[Artefact]:
    out = []
    if field == "availabilityConstraints":
        entries = [availability_from_2_1(entry) for entry in entries]
    for entry in entries:
        if entry.get("isExternalReference") is True:
            skipped[f"{field} (stub)"] += 1
        else:
            skipped.update(part for part in _UNHELD if entry.get(part))
            out.append(from_json(kind, entry))
    return out
