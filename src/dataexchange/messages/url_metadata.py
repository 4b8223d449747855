"""Metadata queries of both API versions.

    structure/dataflow/DX/DF_SDG_LOCAL/1.0.0, metadataflow/UK_ONS/QUALITY/+/UK_ONS, metadataset/UK_ONS/PM25/~?detail=allstubs

2.x asks by what is described, by metadataflow or by report; 1.5 by metadataflow, `UK_ONS,QUALITY,1.0.0/all/all`.
"""

from __future__ import annotations

from collections.abc import Mapping

from dataexchange.errors import InvalidRequest, NotFound, NotSupported
from dataexchange.messages import url_text as text
from dataexchange.messages.url_v2 import KINDS
from dataexchange.model.metadata import MetadataQuery

_DETAILS = ("full", "allstubs")
_PARTS: Mapping[str, tuple[str, ...]] = {
    "structure": ("by", "artefactType", "agencyID", "resourceID", "version"),
    "metadataflow": ("by", "agencyID", "resourceID", "version", "providerID"),
    "metadataset": ("by", "providerID", "resourceID", "version"),
}


def metadata_query_v2(path: str, params: text.Params) -> MetadataQuery:
    by = (text.path_parts(path) or [""])[0]
    if by not in _PARTS:
        raise InvalidRequest(f"write one of {', '.join(_PARTS)} after metadata", parameter="path", value=by)
    parts = text.named_parts(path, _PARTS[by])
    values = text.query_values(params, {"detail", "asOf"})
    if "asOf" in values:
        raise NotSupported("asOf is not offered for metadata; leave it out to have the present reports.")
    kind = parts.get("artefactType", "*")
    if kind != "*" and kind not in KINDS:
        raise InvalidRequest(
            "there is no such artefact type; write one such as dataflow or codelist",
            parameter="artefactType",
            value=kind,
        )
    return MetadataQuery(
        by=by,
        kinds=() if kind == "*" else (kind,),
        agencies=text.listed(parts.get("agencyID"), ",", "agencyID", text.AGENCY, "*"),
        ids=text.listed(parts.get("resourceID"), ",", "resourceID", text.ID, "*"),
        versions=text.listed(
            parts.get("version", "~" if by == "structure" else "*"), ",", "version", text.VERSION, "*"
        ),
        providers=_providers(parts.get("providerID", "*"), "providerID"),
        stubs=_stubs(values),
    )


def metadata_query_v1(path: str, params: text.Params) -> MetadataQuery:
    """The key of a metadataflow has no counterpart in what reports are hung on today: none matches any but `all`."""
    parts = text.named_parts(path, ("flowRef", "key", "providerRef"))
    values = text.query_values(params, {"detail"})
    if parts.get("key", "all").lower() != "all":
        raise NotFound("No report is hung on a key: write all, and choose among the reports by their targets.")
    words = parts.get("flowRef", "all").split(",")
    if not 1 <= len(words) <= 3 or not all(words):
        raise InvalidRequest("write ID, AGENCY,ID or AGENCY,ID,VERSION", parameter="flowRef", value=parts["flowRef"])
    provider = parts.get("providerRef", "all")
    agency, flow, version = ("all", words[0], "latest") if len(words) == 1 else (*words, "latest")[:3]
    return MetadataQuery(
        by="metadataflow",
        agencies=text.listed(agency, "+", "flowRef", text.AGENCY, "all"),
        ids=text.listed(flow, "+", "flowRef", text.ID, "all"),
        versions=tuple("~" if v == "latest" else v for v in text.listed(version, "+", "flowRef", text.VERSION, "all")),
        providers=_providers("*" if provider.lower() == "all" else provider, "providerRef"),
        stubs=_stubs(values),
    )


def _providers(written: str, parameter: str) -> tuple[str, ...]:
    """Ids; of `AGENCY,ID` either will do. The standard joins them with ',' in one place and with '+' in another."""
    return text.listed(written.replace("+", ","), ",", parameter, text.AGENCY, "*")


def _stubs(values: Mapping[str, str]) -> bool:
    """The standard's own examples write allStubs."""
    detail = {**values, "detail": values["detail"].lower()} if "detail" in values else values
    return text.one_of(detail, "detail", _DETAILS) == "allstubs"
