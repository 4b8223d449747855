"""Adaptation records of published datasets as reports of reference metadata, made from the mappings when they are asked for.

    BRISTOL:BRISTOL_SAFETY_AFTER_DARK__L_VC_SNS_WALN_DARK(1.0)   about the series and the area

As with structure maps, nothing of it is stored: a report is there as soon as the dataset is published, and gone with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dataexchange.errors import ExchangeError
from dataexchange.model.adaptation import Adaptation
from dataexchange.model.mapping import Mapping as MappingFile
from dataexchange.model.metadata import MetadataSet, Reported
from dataexchange.model.provision import areas_of
from dataexchange.model.schema import Schema, enumeration
from dataexchange.model.structure import ItemRef, Kind, Ref
from dataexchange.pipeline.mapping_export import VERSION, slug
from dataexchange.pipeline.mapping_file import parse_mapping
from dataexchange.store import files, releases, structures
from dataexchange.store.catalogue import keep
from dataexchange.store.database import Connection
from dataexchange.store.published_mappings import PublishedMapping, published_mappings
from dataexchange.store.structure_state import structure_word
from dataexchange.workflow.agreements import require_agreement

#: The metadataflow that ships with the exchange.
FLOW = Ref(Kind.METADATAFLOW, "DX", "MDF_ADAPTATION", "1.0.0")

_DATABASES = 8
_known: dict[tuple[str, int], Reports] = {}


@dataclass(frozen=True, slots=True)
class Reports:
    """`word` says what they were made from, `since` when that last changed."""

    word: str = ""
    reports: tuple[MetadataSet, ...] = ()
    since: datetime | None = None


def adaptation_reports(conn: Connection, home: Path) -> Reports:
    """Of every dataset that is published now; made once a release."""
    last = releases.last_release(conn)
    key = (structure_word(conn), last.number if last else 0)
    known = _known.get(key)
    if known is None:
        found = published_mappings(conn)
        made = tuple(report for mapping in found for report in _reports(conn, home, mapping))
        word = ",".join(f"{m.dataflow}|{m.provider}|{m.dataset}|{m.hash}" for m in found) if made else ""
        known = Reports(word, made, last.published_at if last and made else None)
        keep(_known, key, known, _DATABASES)
    return known


def _reports(conn: Connection, home: Path, published: PublishedMapping) -> Iterator[MetadataSet]:
    """Nothing where the mapping is not kept here (a replica), or is of a form that is no longer read."""
    try:
        mapping = parse_mapping(files.path_of(published.hash, home).read_bytes(), "mapping")
        if not mapping.adaptations:
            return
        schema = structures.schema(conn, mapping.dataflow_ref)
        areas = areas_of(require_agreement(conn, mapping.provider, mapping.dataflow_ref))
    except (ExchangeError, OSError):
        return
    lists = {c.id: enumeration(c, schema.concepts) for c in schema.structure.components()}
    for record in mapping.adaptations:
        yield _report(record, mapping, published.dataset, areas or _areas(mapping), schema, lists)


def _report(
    record: Adaptation,
    mapping: MappingFile,
    dataset: str,
    areas: tuple[str, ...],
    schema: Schema,
    lists: Mapping[str, Ref | None],
) -> MetadataSet:
    about = [("SERIES", record.series), *(("REF_AREA", area) for area in areas)]
    said = record.attributes().items()
    name = schema.code_name("SERIES", record.series)
    places = ", ".join(schema.code_name("REF_AREA", area) for area in areas)
    return MetadataSet(
        agency=mapping.provider,
        id=f"{slug(dataset)}_{record.series}",
        version=VERSION,
        names={"en": f"{name}, {places}" if places else name},
        metadataflow=FLOW,
        targets=tuple(ItemRef(ref, code).urn for component, code in about if (ref := lists.get(component))),
        attributes=tuple(
            # Codes are plain values, what people wrote is text in a language.
            Reported(id=id_, value=text) if lists.get(id_) else Reported(id=id_, texts={"en": text})
            for id_, text in said
        ),
    )


def _areas(mapping: MappingFile) -> tuple[str, ...]:
    """Where the agreement names none: the one area of the table, or that of its empty cells."""
    blank = [t.blank for targets in mapping.columns.values() for t in targets if t.to == "REF_AREA" and t.blank]
    fixed = mapping.fixed.get("REF_AREA")
    return (fixed,) if fixed else tuple(blank)
