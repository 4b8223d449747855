"""SDMX REST API 1.5: paths and query strings as queries.

`data/DX,DF_SDG_LOCAL/A.N..GB_BRS.........../all?startPeriod=2015&detail=dataonly` is a `DataQuery`. `all` and `latest`
are words of this version, lists are joined with '+'. `path` is what follows the resource's name; of structures, the
resource's name begins it.
"""

from __future__ import annotations

from collections.abc import Mapping

from dataexchange.errors import InvalidRequest
from dataexchange.messages import url_text as text
from dataexchange.messages.url_key import read_keys
from dataexchange.messages.url_v2 import AVAILABLE_REFERENCES, DETAILS, KINDS, REFERENCES, dimension_of, references_of
from dataexchange.model.query import AvailabilityQuery, Context, DataQuery, StructureQuery

_DATA = text.words(
    "startPeriod endPeriod updatedAfter firstNObservations lastNObservations dimensionAtObservation detail "
    "includeHistory"
)
#: detail -> (attributes, measures, observations), as `DataQuery` has them.
_DATA_DETAILS: Mapping[str, tuple[tuple[str, ...] | None, tuple[str, ...] | None, bool]] = {
    "full": (None, None, True),
    "dataonly": ((), None, True),
    "nodata": (None, (), False),
    "serieskeysonly": ((), (), False),
}

_MAPS = ("structuremap", "representationmap", "conceptschememap", "categoryschememap", "organisationschememap")
_SAME_NAME = KINDS - {"dataconstraint", "hierarchy", "structuremap", "valuelist"}
#: Resource of v1 -> artefact types of today. Types the exchange does not hold are found nowhere, which is no error.
RESOURCES: Mapping[str, tuple[str, ...]] = {
    **{kind: (kind,) for kind in sorted(_SAME_NAME)},
    "codelist": ("codelist", "valuelist"),
    "structure": (),
    "organisationscheme": ("agencyscheme", "dataproviderscheme", "dataconsumerscheme", "organisationunitscheme"),
    "contentconstraint": ("dataconstraint",),
    "allowedconstraint": ("dataconstraint",),
    "actualconstraint": ("dataconstraint",),
    "attachementconstraint": ("attachmentconstraint",),
    "attachmentconstraint": ("attachmentconstraint",),
    "hierarchicalcodelist": ("hierarchy",),
    "structureset": _MAPS,
    "namealiasscheme": ("namepersonalisationscheme",),
}
_ROLES = {"allowedconstraint": "Allowed", "actualconstraint": "Actual"}
_REFERENCES_V1 = REFERENCES | frozenset(RESOURCES)


def data_query(path: str, params: text.Params) -> DataQuery:
    parts = text.named_parts(path, ("flowRef", "key", "providerRef"))
    values = text.query_values(params, _DATA)
    start, end = text.periods_of(values)
    attributes, measures, observations = _DATA_DETAILS[text.one_of(values, "detail", tuple(_DATA_DETAILS))]
    return DataQuery(
        context=_flow(parts),
        keys=read_keys(parts.get("key")),
        providers=_providers(parts.get("providerRef")),
        start=start,
        end=end,
        updated_after=text.moment_of(values, "updatedAfter"),
        include_history=text.flag_of(values, "includeHistory"),
        first_n=text.count_of(values, "firstNObservations"),
        last_n=text.count_of(values, "lastNObservations"),
        dimension_at_observation=dimension_of(values),
        attributes=attributes,
        measures=measures,
        observations=observations,
    )


def availability_query(path: str, params: text.Params) -> AvailabilityQuery:
    """`DX,DF_SDG_LOCAL/all/all/REF_AREA?mode=available`."""
    parts = text.named_parts(path, ("flowRef", "key", "providerRef", "componentID"))
    values = text.query_values(params, {"startPeriod", "endPeriod", "updatedAfter", "references", "mode"})
    start, end = text.periods_of(values)
    components = text.listed(parts.get("componentID"), "+", "componentID", text.ID, "all")
    data = DataQuery(
        context=_flow(parts),
        keys=read_keys(parts.get("key")),
        providers=_providers(parts.get("providerRef")),
        start=start,
        end=end,
        updated_after=text.moment_of(values, "updatedAfter"),
    )
    return AvailabilityQuery(
        data=data,
        components=() if components == ("*",) else components,
        available=text.one_of(values, "mode", ("exact", "available")) == "available",
        references=references_of(values, AVAILABLE_REFERENCES),
    )


def structure_query(path: str, params: text.Params) -> StructureQuery:
    """`codelist/DX/CL_AREA/latest/GB+GB_BRS?references=parents`."""
    parts = text.named_parts(path, ("resource", "agencyID", "resourceID", "version", "itemID"))
    values = text.query_values(params, {"detail", "references"})
    resource = parts.get("resource", "structure")
    if resource not in RESOURCES:
        raise InvalidRequest(
            "there is no such resource; write one such as dataflow or codelist", parameter="resource", value=resource
        )
    items = text.listed(parts.get("itemID"), "+", "itemID", text.ITEM, "all")
    references = references_of(values, _REFERENCES_V1)
    return StructureQuery(
        kinds=RESOURCES[resource],
        agencies=text.listed(parts.get("agencyID"), "+", "agencyID", text.AGENCY, "all"),
        ids=text.listed(parts.get("resourceID"), "+", "resourceID", text.ID, "all"),
        versions=_versions(parts.get("version")),
        items=() if items == ("*",) else items,
        detail=text.one_of(values, "detail", DETAILS[:-1]),
        references=tuple(kind for word in references for kind in RESOURCES.get(word, (word,))),
        role=_ROLES.get(resource),
    )


def _flow(parts: Mapping[str, str]) -> Context:
    """`ID`, `AGENCY,ID` or `AGENCY,ID,VERSION`; `all` is any dataflow."""
    words = parts.get("flowRef", "all").split(",")
    if not 1 <= len(words) <= 3 or not all(words):
        raise InvalidRequest("write ID, AGENCY,ID or AGENCY,ID,VERSION", parameter="flowRef", value=parts["flowRef"])
    agency, flow, version = ("all", words[0], "latest") if len(words) == 1 else (*words, "latest")[:3]
    return Context(
        kind="dataflow",
        agencies=text.listed(agency, "+", "flowRef", text.AGENCY, "all"),
        ids=text.listed(flow, "+", "flowRef", text.ID, "all"),
        versions=_versions(version),
    )


def _versions(written: str | None) -> tuple[str, ...]:
    """`latest` is the newest of all; `all` is every version."""
    if written in (None, "latest"):
        return ("~",)
    listed = text.listed(written, "+", "version", text.VERSION, "all")
    return tuple("~" if version == "latest" else version for version in listed)


def _providers(written: str | None) -> tuple[str, ...]:
    """`ID` or `AGENCY,ID`, joined with '+'. Providers are known by their id, so the agency is read and let go."""
    if written is None or written.lower() == "all":
        return ()
    providers = []
    for word in written.split("+"):
        agency, _, provider = word.rpartition(",")
        if not text.ID.fullmatch(provider) or (agency and not text.AGENCY.fullmatch(agency)):
            raise InvalidRequest("write ID or AGENCY,ID", parameter="providerRef", value=written)
        providers.append(provider)
    return () if "all" in providers else tuple(providers)
