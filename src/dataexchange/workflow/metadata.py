"""Load reports of reference metadata: read, checked against their metadata structure, stored all or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from dataexchange.messages.metadata import read_metadata
from dataexchange.model.metadata import MetadataSet, Target, target
from dataexchange.model.soundness import name_faults, text_faults
from dataexchange.model.structure import (
    Codelist,
    ConceptScheme,
    ItemScheme,
    Kind,
    Metadataflow,
    MetadataStructure,
    Ref,
    Representation,
)
from dataexchange.pipeline.validation_metadata import metadata_faults
from dataexchange.store import audit, metadata
from dataexchange.store.catalogue import Catalogue, catalogue, load
from dataexchange.store.database import Connection

_MAINTAINERS = (Kind.DATA_PROVIDER_SCHEME, Kind.METADATA_PROVIDER_SCHEME, Kind.AGENCY_SCHEME)
#: Faulty texts that are told of one report.
_MOST = 5


@dataclass(frozen=True, slots=True)
class LoadedReport:
    """A report of a file, and what is wrong with it. Where anything is, nothing of all files was stored."""

    file: str
    report: MetadataSet
    faults: tuple[str, ...]


def load_metadata(conn: Connection, paths: Sequence[Path], *, actor: str) -> list[LoadedReport]:
    read = [(path.name, report) for path in paths for report in read_metadata(path)]
    times = Counter(report.short for _, report in read)
    found = []
    for file, report in read:
        faults = check_metadata(conn, report)
        if times[report.short] > 1:
            faults.append("it comes more than once: send it once")
        found.append(LoadedReport(file, report, tuple(faults)))
    if not any(loaded.faults for loaded in found):
        for report in metadata.put(conn, [loaded.report for loaded in found]):
            audit.record(conn, actor=actor, action="metadata.load", subject=report.urn)
    return found


def remove_metadata(conn: Connection, agency: str, identifier: str, version: str, *, actor: str) -> None:
    metadata.remove(conn, agency, identifier, version)
    audit.record(conn, actor=actor, action="metadata.remove", subject=f"{agency}:{identifier}({version})")


def check_metadata(conn: Connection, report: MetadataSet) -> list[str]:
    """What is wrong with a report, in sentences without a full stop; [] where nothing is."""
    there = catalogue(conn)
    wrong = [*name_faults(report.agency, report.id, report.version), *islice(text_faults(report), _MOST)]
    if not wrong and report.agency not in _organisations(conn, there):
        wrong = [
            f"{report.agency} is no registered provider or agency: register it with `dataexchange organisations add`"
        ]
    if wrong:
        return wrong
    flow = _one(conn, report.metadataflow, there)
    if not isinstance(flow, Metadataflow):
        return [f"Metadataflow {report.metadataflow} is not registered: load it with `dataexchange structures load`"]
    structure = _one(conn, flow.structure, there) if flow.structure else None
    if not isinstance(structure, MetadataStructure):
        return [
            f"MetadataStructure {flow.structure} of {flow.ref} is not registered: load it with `dataexchange structures load`"
        ]
    wanted = _representations(conn, structure, there)
    lists = {id: _one(conn, r.codelist, there) for id, r in wanted.items() if r.codelist}
    codes = {id: {item.id for item in held.items} for id, held in lists.items() if isinstance(held, Codelist)}
    return [*metadata_faults(report, flow, structure, wanted, codes), *_unknown_targets(conn, report, there)]


def _organisations(conn: Connection, there: Catalogue) -> set[str]:
    """Who may maintain reports; a sub-agency by its full name, too, which has the agency before it."""
    schemes = load(conn, [ref for ref in there.digests if ref.kind in _MAINTAINERS])
    found = [(scheme.agency, item.id) for scheme in schemes if isinstance(scheme, ItemScheme) for item in scheme.items]
    return {id for _, id in found} | {f"{agency}.{id}" for agency, id in found}


def _representations(conn: Connection, structure: MetadataStructure, there: Catalogue) -> Mapping[str, Representation]:
    """An attribute's own, else its concept's."""
    found: dict[str, Representation] = {}
    for attribute in structure.attributes:
        own = attribute.representation
        if not (own.codelist or own.text_type or own.facets) and attribute.concept:
            scheme = _one(conn, attribute.concept.scheme, there)
            items = scheme.items if isinstance(scheme, ConceptScheme) else ()
            core = next((item.representation for item in items if item.id == attribute.concept.id), None)
            own = core or own
        found[attribute.id] = own
    return found


def _unknown_targets(conn: Connection, report: MetadataSet, there: Catalogue) -> list[str]:
    """Targets without a wildcard that name nothing."""
    kinds = {kind.urn_class: kind for kind in Kind}
    return [
        f"the target {urn} is not registered"
        for urn in report.targets
        if (meant := target(urn)) and "*" not in urn and not _is_there(conn, meant, kinds.get(meant.cls), there)
    ]


def _is_there(conn: Connection, meant: Target, kind: Kind | None, there: Catalogue) -> bool:
    held = _one(conn, Ref(kind, meant.agency, meant.id, meant.version), there) if kind else None
    if held is None or meant.item is None:
        return held is not None
    if not isinstance(held, ItemScheme):
        return True  # a component, which is not looked for
    return any(meant.item in (item.id, item.id.rpartition(".")[2]) for item in held.items)


def _one(conn: Connection, ref: Ref, there: Catalogue) -> object | None:
    found = there.resolve(ref)
    return load(conn, [found])[0] if found else None
