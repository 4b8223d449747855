"""Everything published, in memory, as the catalogue searches it: one entry for an area and a series.

Made of one statement a dataflow and kept until a release or a structure comes, so that a search reads no database.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dataexchange.errors import NotFound
from dataexchange.model.areas import Areas
from dataexchange.model.query import StructureQuery
from dataexchange.model.schema import Schema
from dataexchange.model.series_notes import indicators, keywords, notes
from dataexchange.model.structure import Dataflow, Kind
from dataexchange.store import listing as store
from dataexchange.store import releases, structures
from dataexchange.store.database import Connection
from dataexchange.web.goals import in_order
from dataexchange.workflow.national import areas_and_above, baseline_of

#: What counts as one word of a name: its letters; codes and numbers are not misspelt, they are copied.
_WORD = re.compile(r"[^\W\d_]{3,}")
_AREAS = re.compile(r"AREA|GEO|COUNTRY", re.IGNORECASE)
_SERIES = re.compile(r"SERIES|INDICATOR", re.IGNORECASE)

#: Breakdowns that people look for by their words: women, 16 to 24.
_SOUGHT = ("SEX", "AGE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`above` are the area and those above it, nearest first; `text` is what words are looked for in."""

    found: store.Listed
    title: str
    area: str
    where: str
    above: tuple[str, ...]
    indicators: tuple[str, ...]
    #: The dataflow by its name.
    flow: str
    text: str


@dataclass(frozen=True, slots=True)
class Flow:
    """A dataflow with how much it has; `published_at` is None before its first release."""

    dataflow: Dataflow
    series: int
    observations: int
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Listing:
    """Entries in the order in which they are shown: cities first, then national series; larger areas before smaller ones."""

    entries: tuple[Entry, ...]
    flows: tuple[Flow, ...]
    releases: int
    #: Every word that something is found by, for whoever misspells one.
    words: frozenset[str] = frozenset()


def listing(conn: Connection) -> Listing:
    """What is published now. Reads everything: remember it under the last release and the word of the structures."""
    query = StructureQuery(kinds=(Kind.DATAFLOW.value,), versions=("*",))
    found = [a for a in structures.find(conn, query) if isinstance(a, Dataflow)]
    entries: list[tuple[tuple[object, ...], Entry]] = []
    flows = []
    for flow in found:
        try:
            schema = structures.schema(conn, flow.ref)
        except NotFound:
            # Its structure is not registered, so it can hold nothing.
            flows.append(Flow(flow, 0, 0, None))
            continue
        rows = store.listed(conn, schema, flow.ref, *_dimensions(schema))
        last = releases.last_release(conn, flow.ref)
        flows.append(
            Flow(
                flow,
                sum(r.breakdowns for r in rows),
                sum(r.observations for r in rows),
                last.published_at if last else None,
            )
        )
        entries += _entries(rows, schema, _breakdown_words(conn, schema, flow))
    entries.sort(key=lambda pair: pair[0])
    newest = releases.last_release(conn)
    words = frozenset(word for text in {e.text for _, e in entries} for word in _WORD.findall(text))
    return Listing(tuple(entry for _, entry in entries), tuple(flows), newest.number if newest else 0, words)


def folded(text: str) -> str:
    """Without case and accents: `Malmö` is found by malmo.

    >>> folded("Malmö STRASSE"), folded("Ž")
    ('malmo strasse', 'z')
    """
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


def _dimensions(schema: Schema) -> tuple[str | None, str | None]:
    """The dimensions that hold areas and indicators, as structures in use name them."""
    ids = schema.structure.dimension_ids
    return next((d for d in ids if _AREAS.search(d)), None), next((d for d in ids if _SERIES.search(d)), None)


def _breakdown_words(conn: Connection, schema: Schema, flow: Dataflow) -> Mapping[tuple[str, str], str]:
    """(area, series) -> names and everyday words of what it is broken down by."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for by in _SOUGHT:
        codes = schema.codes.get(by, {})
        for area, series, code in store.broken_down(conn, schema, flow.ref, *_dimensions(schema), by):
            words = found.setdefault((area, series), {})
            words.update(dict.fromkeys((schema.code_name(by, code), *keywords(codes.get(code)))))
    return {of: " ".join(words) for of, words in found.items()}


def _entries(
    rows: Iterable[store.Listed], schema: Schema, broken_down: Mapping[tuple[str, str], str]
) -> Iterable[tuple[tuple[object, ...], Entry]]:
    area_dimension, series_dimension = _dimensions(schema)
    national = baseline_of(schema) is None
    flow = schema.dataflow.name() if schema.dataflow else ""
    places: dict[str, tuple[str, str, tuple[str, ...]]] = {}
    subjects: dict[str, tuple[str, tuple[str, ...], tuple[object, ...]]] = {}
    codes = schema.codes.get(series_dimension or "", {})
    for row in rows:
        if row.area not in places:
            places[row.area] = _place(row.area, schema, area_dimension)
        if row.series not in subjects:
            subjects[row.series] = _subject(row.series, schema, series_dimension, flow)
        area, where, above = places[row.area]
        title, served, order = subjects[row.series]
        said = (*keywords(codes.get(row.series)), broken_down.get((row.area, row.series), ""))
        said = (*said, _kind_of_place(above, schema))
        text = " ".join((title, row.series, where, *above[:1], *served, row.dataflow.id, *said))
        entry = Entry(
            found=row, title=title, area=area, where=where, above=above, indicators=served, flow=flow, text=folded(text)
        )
        yield (national, len(above), area, order, title, row.key), entry


def _place(area: str, schema: Schema, dimension: str | None) -> tuple[str, str, tuple[str, ...]]:
    """(name, name with the area above it, the area and those above it)."""
    if dimension is None:
        return "", "", ()
    above = areas_and_above([area], schema) if dimension == "REF_AREA" else (area,)
    name = schema.code_name(dimension, area)
    parent = _parent(area, schema, dimension)
    return name, f"{name}, {schema.code_name(dimension, parent)}" if parent else name, above


def _parent(area: str, schema: Schema, dimension: str) -> str | None:
    if dimension == "REF_AREA":
        return Areas.of(schema).parent(area)
    item = schema.codes.get(dimension, {}).get(area)
    return item.parent if item else None


def _kind_of_place(above: tuple[str, ...], schema: Schema) -> str:
    """What people call a part of a city; cities are the areas that have a UN/LOCODE."""
    codes = schema.codes.get("REF_AREA", {})
    return "wards districts neighbourhoods" if any(notes(codes.get(a), "UNLOCODE") for a in above[1:]) else ""


def _subject(
    series: str, schema: Schema, dimension: str | None, flow: str
) -> tuple[str, tuple[str, ...], tuple[object, ...]]:
    """(name, indicators it serves, a key to sort by)."""
    if dimension is None:
        return flow, (), ()
    served = indicators(schema.codes.get(dimension, {}).get(series))
    return schema.code_name(dimension, series), served, (not served, *(in_order(i) for i in served[:1]))


def goals(entries: Iterable[Entry]) -> Mapping[str, tuple[str, ...]]:
    """Goal -> the indicators of it that something is published for, both in order."""
    every = sorted({i for entry in entries for i in entry.indicators}, key=in_order)
    found: dict[str, list[str]] = {}
    for indicator in every:
        found.setdefault(indicator.partition(".")[0], []).append(indicator)
    return {goal: tuple(listed) for goal, listed in found.items()}
