"""Schema queries of both API versions: `dataflow/DX/DF_SDG_LOCAL/1.0.0?dimensionAtObservation=TIME_PERIOD`."""

from __future__ import annotations

from dataexchange.errors import InvalidRequest, NotSupported
from dataexchange.messages import url_text as text
from dataexchange.messages.url_v2 import dimension_of
from dataexchange.model.structure import Kind, Ref
from dataexchange.model.validity import SchemaQuery

CONTEXTS = (Kind.DATAFLOW, Kind.DATA_STRUCTURE, Kind.PROVISION_AGREEMENT)
_OF_METADATA = ("metadatastructure", "metadataflow", "metadataprovisionagreement")


def schema_query_v1(path: str, params: text.Params) -> SchemaQuery:
    values = text.query_values(params, {"dimensionAtObservation", "explicitMeasure"})
    # Observations typed by measure are for structures with a measure dimension, which the exchange does not hold: both are the same.
    text.flag_of(values, "explicitMeasure")
    return SchemaQuery(_context(path), dimension_of(values))


def schema_query_v2(path: str, params: text.Params) -> SchemaQuery:
    values = text.query_values(params, {"dimensionAtObservation", "deletion", "asOf"})
    if "asOf" in values:
        raise NotSupported("asOf is not offered for schemas; leave it out to have the present one.")
    return SchemaQuery(_context(path), dimension_of(values), text.flag_of(values, "deletion"))


def _context(path: str) -> Ref:
    parts = text.named_parts(path, ("context", "agencyID", "resourceID", "version"))
    kind, version = parts.get("context", ""), parts.get("version", "~")
    if kind in _OF_METADATA:
        raise NotSupported(
            f"Schemas are made of data structures; metadata of a {kind} have the schema of all metadata."
        )
    if kind not in set(CONTEXTS):
        raise InvalidRequest(f"write one of {', '.join(CONTEXTS)}", parameter="context", value=kind)
    for name, form in (("agencyID", text.AGENCY), ("resourceID", text.ID)):
        if not form.fullmatch(parts.get(name, "")):
            raise InvalidRequest("name one artefact", parameter=name, value=parts.get(name, ""))
    if version in ("*", "all") or not text.VERSION.fullmatch(version):
        raise InvalidRequest("name one version", parameter="version", value=version)
    return Ref(Kind(kind), parts["agencyID"], parts["resourceID"], version)
