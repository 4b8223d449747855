"""What versions of SDMX-JSON structure messages say differently: documents of 2.0 made into those of 1.0 and 2.1.

`structure_json` makes documents of 2.0, one for each artefact. A `Version` says in which list of the message such a document
stands there, if in any, and what becomes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dataexchange.messages.structure_json_1_0 import in_1_0
from dataexchange.messages.structure_json_2_1 import availability_in_2_1, in_2_1
from dataexchange.messages.structure_json_parts import Json
from dataexchange.model.structure import Artefact, DataConstraint

_GITHUB = "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/structure-message/tools/schemas"

#: Lists of 2.0 that 1.0 has, and what it calls them.
_LISTS_1_0: Mapping[str, str] = {
    **{
        name: name
        for name in (
            *("agencySchemes", "dataProviderSchemes", "dataConsumerSchemes", "organisationUnitSchemes"),
            *("dataflows", "metadataflows", "categorySchemes", "categorisations", "codelists", "conceptSchemes"),
            *("metadataStructures", "dataStructures", "provisionAgreements"),
        )
    },
    "dataConstraints": "contentConstraints",
    "valueLists": "codelists",
}


def _list_2_1(name: str, artefact: Artefact) -> str | None:
    is_actual = isinstance(artefact, DataConstraint) and artefact.role == "Actual"
    return "availabilityConstraints" if is_actual else name


@dataclass(frozen=True, slots=True)
class Version:
    #: As `meta.schema` names it.
    schema: str
    #: (list of 2.0, artefact) -> list it stands in; None: the version has no such artefacts.
    list_of: Callable[[str, Artefact], str | None] = field(default=lambda name, _: name)
    #: (list it stands in, document of 2.0, artefact) -> document.
    said: Callable[[str, Json, Artefact], Json] = field(default=lambda _name, document, _artefact: document)
    #: Whether the message itself names its schema, too.
    names_schema: bool = False


VERSIONS: Mapping[str, Version] = {
    "1.0.0": Version(
        f"{_GITHUB}/1.0/sdmx-json-structure-schema.json",
        lambda name, _: _LISTS_1_0.get(name),
        lambda _name, document, artefact: in_1_0(document, artefact),
    ),
    "2.0.0": Version(f"{_GITHUB}/2.0.0/sdmx-json-structure-schema.json"),
    "2.1.0": Version(
        "https://json.sdmx.org/2.1/sdmx-json-structure-schema.json",
        _list_2_1,
        lambda name, document, _: (
            availability_in_2_1(document) if name == "availabilityConstraints" else in_2_1(document)
        ),
        names_schema=True,
    ),
}
