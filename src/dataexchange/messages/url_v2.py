"""SDMX REST API 2.x: paths and query strings as queries.

`data/dataflow/DX/DF_SDG_LOCAL/1.0.0/A.N.*.GB_BRS?c[TIME_PERIOD]=ge:2015&lastNObservations=1` is a `DataQuery`. Parts at
the end of a path may be left out; an unknown parameter is an error that names it, since a filter ignored in silence
would answer with more than was asked for. `path` is what follows the resource's name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from dataexchange.errors import InvalidRequest
from dataexchange.messages import url_text as text
from dataexchange.messages.url_filter import read_filters
from dataexchange.messages.url_key import read_keys
from dataexchange.model.query import AvailabilityQuery, Context, DataQuery, StructureQuery
from dataexchange.model.registration import RegistrationQuery

CONTEXTS = ("*", "dataflow", "datastructure", "provisionagreement")
DETAILS = (
    "full",
    "allstubs",
    "referencestubs",
    "allcompletestubs",
    "referencecompletestubs",
    "referencepartial",
    "raw",
)

#: Every artefact type of the standard. The exchange holds some of them; asking for another one finds nothing.
KINDS = text.words(
    "datastructure metadatastructure dataflow metadataflow provisionagreement metadataprovisionagreement process "
    "categorisation dataconstraint metadataconstraint conceptscheme codelist valuelist categoryscheme hierarchy "
    "hierarchyassociation agencyscheme dataproviderscheme metadataproviderscheme dataconsumerscheme "
    "organisationunitscheme transformationscheme rulesetscheme userdefinedoperatorscheme customtypescheme "
    "namepersonalisationscheme vtlmappingscheme structuremap representationmap conceptschememap categoryschememap "
    "organisationschememap reportingtaxonomymap reportingtaxonomy"
)
REFERENCES = text.words("none parents parentsandsiblings ancestors children descendants all")
AVAILABLE_REFERENCES = text.words("none all datastructure conceptscheme codelist dataproviderscheme dataflow valuelist")

_DATA = text.words(
    "c updatedAfter firstNObservations lastNObservations dimensionAtObservation attributes measures includeHistory "
    "asOf offset limit sort reportingYearStartDay"
)
_AVAILABILITY = text.words("c mode references updatedAfter reportingYearStartDay")
#: Numbers, of which one may have a mark behind it or be one, and an extension: "1.0.0-draft", "1.0~.0", "2.*".
_VERSION = re.compile(r"(?=[^+~*]*[+~*]?[^+~*]*$)(\d+[+~*]?|[+~*])(\.(\d+[+~*]?|[+~*]))*(-[A-Za-z0-9.\-]+)?")
#: sdmx1 2.28 misspells it.
_ALIASES = {"updateAfter": "updatedAfter"}


def data_query(path: str, params: text.Params) -> DataQuery:
    parts = text.named_parts(path, ("context", "agencyID", "resourceID", "version", "key"))
    values = text.query_values(params, _DATA, _ALIASES)
    updated_after, as_of = text.moment_of(values, "updatedAfter"), text.moment_of(values, "asOf")
    if updated_after and as_of and updated_after > as_of:
        raise InvalidRequest(
            "it is later than asOf; write an earlier time", parameter="updatedAfter", value=values["updatedAfter"]
        )
    attributes, measures = _attributes(values), _measures(values)
    return DataQuery(
        context=_context(parts, several=True),
        keys=read_keys(parts.get("key")),
        filters=read_filters(params),
        updated_after=updated_after,
        as_of=as_of,
        include_history=text.flag_of(values, "includeHistory"),
        first_n=text.count_of(values, "firstNObservations"),
        last_n=text.count_of(values, "lastNObservations"),
        dimension_at_observation=dimension_of(values),
        attributes=attributes,
        measures=measures,
        observations=(attributes, measures) != ((), ()),
        offset=text.count_of(values, "offset", least=0) or 0,
        limit=text.count_of(values, "limit"),
        sort=text.sort_of(values),
        reporting_year_start=text.month_day_of(values, "reportingYearStartDay"),
    )


def availability_query(path: str, params: text.Params) -> AvailabilityQuery:
    parts = text.named_parts(path, ("context", "agencyID", "resourceID", "version", "key", "componentID"))
    values = text.query_values(params, _AVAILABILITY, _ALIASES)
    components = text.listed(parts.get("componentID"), ",", "componentID", text.ID, "*")
    data = DataQuery(
        context=_context(parts),
        keys=read_keys(parts.get("key")),
        filters=read_filters(params),
        updated_after=text.moment_of(values, "updatedAfter"),
        reporting_year_start=text.month_day_of(values, "reportingYearStartDay"),
    )
    return AvailabilityQuery(
        data=data,
        components=() if components == ("*",) else components,
        available=text.one_of(values, "mode", ("exact", "available")) == "available",
        references=references_of(values, AVAILABLE_REFERENCES),
    )


def structure_query(path: str, params: text.Params) -> StructureQuery:
    """`codelist/DX/CL_AREA/1.0.0/GB,GB_BRS?detail=full&references=parents`."""
    parts = text.named_parts(path, ("artefactType", "agencyID", "resourceID", "version", "itemID"))
    values = text.query_values(params, {"detail", "references", "asOf"})
    kind = parts.get("artefactType", "*")
    if kind != "*" and kind not in KINDS:
        raise InvalidRequest(
            "there is no such artefact type; write one such as dataflow or codelist",
            parameter="artefactType",
            value=kind,
        )
    # Values of a value list are any text.
    item = text.ANY if kind == "valuelist" else text.ITEM
    items = text.listed(parts.get("itemID"), ",", "itemID", item, "*")
    return StructureQuery(
        kinds=() if kind == "*" else (kind,),
        agencies=text.listed(parts.get("agencyID"), ",", "agencyID", text.AGENCY, "*"),
        ids=text.listed(parts.get("resourceID"), ",", "resourceID", text.ID, "*"),
        versions=_versions(parts.get("version", "~")),
        items=() if items == ("*",) else items,
        detail=text.one_of(values, "detail", DETAILS),
        references=references_of(values, REFERENCES | KINDS),
        as_of=text.moment_of(values, "asOf"),
    )


def registration_query(path: str, params: text.Params) -> RegistrationQuery:
    """`id/3f2a…`, `provider/DX/BRISTOL?updatedAfter=2026-11-01`, or by context as data: `dataflow/DX/DF_SDG_LOCAL/1.0.0`."""
    first = (text.path_parts(path) or ["*"])[0]
    if first == "id":
        text.query_values(params, set())
        id_ = text.named_parts(path, ("id", "registrationID")).get("registrationID", "")
        if not text.ID.fullmatch(id_):
            raise InvalidRequest("write the id of one registration", parameter="registrationID", value=id_)
        return RegistrationQuery(id=id_)
    values = text.query_values(params, {"updatedBefore", "updatedAfter"}, _ALIASES)
    before, after = text.moment_of(values, "updatedBefore"), text.moment_of(values, "updatedAfter")
    if before and after and after > before:
        raise InvalidRequest(
            "it is later than updatedBefore; write an earlier time",
            parameter="updatedAfter",
            value=values["updatedAfter"],
        )
    if first == "provider":
        parts = text.named_parts(path, ("provider", "agencyID", "providerID"))
        agencies = text.listed(parts.get("agencyID"), ",", "agencyID", text.AGENCY, "*")
        providers = text.listed(parts.get("providerID"), ",", "providerID", text.ID, "*")
        return RegistrationQuery(None, (), agencies, providers, before, after)
    parts = text.named_parts(path, ("context", "agencyID", "resourceID", "version"))
    # The standard lets several kinds of context be named here, and nowhere else.
    contexts = tuple(_context({**parts, "context": kind}) for kind in parts.get("context", "*").split(","))
    return RegistrationQuery(contexts=contexts, updated_before=before, updated_after=after)


def references_of(values: Mapping[str, str], known: frozenset[str]) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(values.get("references", "none").split(",")))
    for word in words:
        if word not in known:
            raise InvalidRequest(
                "write none, parents, parentsandsiblings, children, descendants, all, or an artefact type",
                parameter="references",
                value=word,
            )
    if "none" in words and len(words) > 1:
        raise InvalidRequest(
            "none stands alone: leave it out, or leave out the others", parameter="references", value=",".join(words)
        )
    return words


def dimension_of(values: Mapping[str, str]) -> str | None:
    value = values.get("dimensionAtObservation")
    if value is not None and not text.ID.fullmatch(value):
        raise InvalidRequest(
            "write TIME_PERIOD, AllDimensions or the id of a dimension", parameter="dimensionAtObservation", value=value
        )
    return value


def _context(parts: Mapping[str, str], *, several: bool = False) -> Context:
    """Of data, `several` kinds may be asked for together: `dataflow,provisionagreement`."""
    kinds = tuple(dict.fromkeys(parts.get("context", "*").split(",")))
    for kind in kinds:
        if kind not in CONTEXTS or (len(kinds) > 1 and not several):
            raise InvalidRequest(
                f"write one of {', '.join(CONTEXTS)}", parameter="context", value=parts.get("context", "*")
            )
    return Context(
        kind="*" if "*" in kinds else ",".join(kinds),
        agencies=text.listed(parts.get("agencyID"), ",", "agencyID", text.AGENCY, "*"),
        ids=text.listed(parts.get("resourceID"), ",", "resourceID", text.ID, "*"),
        versions=_versions(parts.get("version", "*")),
    )


def _versions(written: str) -> tuple[str, ...]:
    versions = written.split(",")
    for version in versions:
        if not _VERSION.fullmatch(version):
            raise InvalidRequest(
                "write versions such as 1.0.0, 1.8, +, ~, *, 1.0+.0 or 2.3.1+, separated by ','; the version stands before the key",
                parameter="version",
                value=version,
            )
    return ("*",) if "*" in versions else tuple(versions)


def _attributes(values: Mapping[str, str]) -> tuple[str, ...] | None:
    """None for all of the data structure. Which ids there are, and which belong to `series` or `obs`, the structure knows."""
    words = _words(values, "attributes", "dsd")
    if "dsd" in words or "all" in words:
        return None
    # Reference metadata attributes are none yet, so `msd` adds nothing.
    return _ids("attributes", [word for word in words if word not in ("none", "msd")])


def _measures(values: Mapping[str, str]) -> tuple[str, ...] | None:
    words = _words(values, "measures", "all")
    return None if "all" in words else _ids("measures", [word for word in words if word != "none"])


def _words(values: Mapping[str, str], parameter: str, usual: str) -> list[str]:
    words = values.get(parameter, usual).split(",")
    if "none" in words and len(words) > 1:
        raise InvalidRequest(
            "none stands alone; leave it out, or the others", parameter=parameter, value=values[parameter]
        )
    return words


def _ids(parameter: str, words: list[str]) -> tuple[str, ...]:
    for word in words:
        if not text.ID.fullmatch(word):
            raise InvalidRequest("write ids separated by ','", parameter=parameter, value=word)
    return tuple(words)
