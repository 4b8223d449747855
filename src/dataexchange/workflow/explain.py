"""Explain a mapping file: what it says, what of it the structure does not have, and what a table meets in it. Nothing is stored.

It is about the mapping alone: whether the observations are right `check` says.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dataexchange.errors import Forbidden, NotFound
from dataexchange.model.explanation import Explanation, MappingFault, Met
from dataexchange.model.finding import Report
from dataexchange.model.mapping import Mapping
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import told
from dataexchange.model.structure import DataProviderScheme
from dataexchange.model.table import described
from dataexchange.pipeline.mapping_bundle import bundled
from dataexchange.pipeline.mapping_file import load_mapping, places_of
from dataexchange.pipeline.mapping_schema import SchemaFault, schema_faults
from dataexchange.pipeline.mapping_schema_values import value_faults
from dataexchange.pipeline.mapping_tables import apply_to_all
from dataexchange.pipeline.mapping_words import explained
from dataexchange.pipeline.mapping_words_observations import first_observations
from dataexchange.pipeline.reading import read_tables
from dataexchange.store import structures
from dataexchange.store.database import Connection
from dataexchange.workflow.agreements import PROVIDERS, require_agreement
from dataexchange.workflow.progress import Progress, silent
from dataexchange.workflow.wrong_codes import of_the_mapping


def explain(
    conn: Connection, path: Path, *, table: Path | None = None, language: str = "en", progress: Progress = silent
) -> Explanation:
    """Raises `errors` where the mapping is none, its dataflow is not there, or the table cannot be read."""
    mapping, _, dataset = load_mapping(path)
    schema = structures.schema(conn, mapping.dataflow_ref)
    found = list(_faults(conn, mapping, schema))
    places = places_of(bundled(path), str(path), [fault.at for fault in found])
    return Explanation(
        file=str(path),
        dataset=dataset,
        parts=explained(mapping, schema, dataset, _name_of(conn, mapping.provider, language), language),
        faults=[MappingFault(f.sentence, *place) for f, place in zip(found, places, strict=True)],
        met=None if table is None else _met(table, mapping, schema, language, progress),
    )


def _faults(conn: Connection, mapping: Mapping, schema: Schema) -> Iterator[SchemaFault]:
    try:
        require_agreement(conn, mapping.provider, mapping.dataflow_ref)
    except Forbidden as error:
        yield SchemaFault(told(error), ("provider",))
    yield from schema_faults(mapping, schema)
    yield from value_faults(mapping, schema)


def _name_of(conn: Connection, provider: str, language: str) -> str:
    try:
        scheme = structures.get(conn, PROVIDERS)
    except NotFound:
        return provider
    items = scheme.items if isinstance(scheme, DataProviderScheme) else ()
    return next((item.name(language) for item in items if item.id == provider), provider)


def _met(path: Path, mapping: Mapping, schema: Schema, language: str, progress: Progress) -> Met:
    progress(f"Reading {path.name}")
    tables = read_tables(path, mapping.read, name=path.name)
    progress("Mapping to SDMX")
    mapped = apply_to_all(tables, mapping, schema)
    # What the structure lacks is told already, of the mapping file.
    of_mapping = tuple(f for f in of_the_mapping(mapped.findings) if f.rule != "MAP-SCHEMA")
    report = Report(
        subject=path.name,
        findings=(*(f for one in tables for f in one.findings), *of_mapping),
        counts=mapped.counts,
        reading=described(tables),
    )
    return Met(report, tuple(first_observations(mapped.dataset, mapping, schema, language)))
