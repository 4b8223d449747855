"""What a new vintage of national series, another rulebook, or another list of areas concerns: marked in the transaction of the change
itself, so that nothing is lost with a process, and looked at again by a worker (`workflow.recheck`).

Of a release of a baseline only what it wrote or ended counts: series of the same indicators, and what they are weighted with, in the
same areas or those within them. Local series of others are not looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import orjson

from dataexchange.model.areas import Areas
from dataexchange.model.provision import reviewer_of
from dataexchange.model.query import StructureQuery
from dataexchange.model.recheck import Mark
from dataexchange.model.rulebook import Rulebook
from dataexchange.model.rules_coherence import COHERENCE
from dataexchange.model.schema import Schema
from dataexchange.model.series_notes import global_series, weight
from dataexchange.model.structure import Dataflow, Item, Kind, Ref
from dataexchange.model.submission import Release, Status, Submission
from dataexchange.pipeline import coherence
from dataexchange.store import rechecks, releases, reports, structures, submissions, touched
from dataexchange.store.catalogue import keep
from dataexchange.store.database import Connection
from dataexchange.store.structure_state import structure_word
from dataexchange.workflow.agreements import agreement_of
from dataexchange.workflow.national import baseline_of, related_series
from dataexchange.workflow.rulebook import rulebook_of, shipped_natures

_DIMENSIONS = ("SERIES", "REF_AREA")
_RULES = frozenset(rule.id for rule in COHERENCE)

#: Not published yet, and nothing that is looked at again by itself: at its publication it is.
_OPEN = (Status.CHECKED, Status.IN_REVIEW)
_MOST_OPEN = 100_000

#: Local dataflows that have a baseline, by the state of structures.
_flows: dict[str, tuple[Ref, ...]] = {}


def local_flows(conn: Connection) -> tuple[Ref, ...]:
    """Every dataflow whose series are compared with those of another."""
    word = structure_word(conn)
    if word not in _flows:
        found = structures.find(conn, StructureQuery(kinds=(Kind.DATAFLOW.value,), versions=("*",)))
        with_structure = [f.ref for f in found if isinstance(f, Dataflow) and f.structure is not None]
        keep(_flows, word, tuple(r for r in with_structure if baseline_of(structures.schema(conn, r))), 10)
    return _flows[word]


def mark_after(conn: Connection, release: Release) -> int:
    """Mark what a release concerns; nothing where no dataflow has that of the release for its baseline. How many are newly due."""
    if not (release.series_added or release.series_revised or release.series_closed):
        return 0
    found: list[Mark] = []
    for flow in local_flows(conn):
        schema = structures.schema(conn, flow)
        if baseline_of(schema) == release.dataflow and _comparable(schema):
            found += _marks_of(conn, schema, flow, release)
    return rechecks.mark(conn, found)


def _marks_of(conn: Connection, schema: Schema, flow: Ref, release: Release) -> Iterator[Mark]:
    national = structures.schema(conn, release.dataflow)
    if not _comparable(national):
        return
    changed = _Changed.of(schema, touched.touched_codes(conn, national, release.dataflow, release.number, _DIMENSIONS))
    before = [number for number, _ in releases.between(conn, release.dataflow, 0, release.number - 1)]
    vintages = (max(before, default=0), release.number)
    for (provider, dataset), codes in touched.codes_of_datasets(
        conn, schema, flow, _DIMENSIONS, changed.related
    ).items():
        if changed.concerns(codes):
            yield _mark(conn, schema, flow, provider, dataset, None, vintages, release.provider)
    for submission in _open(conn, flow):
        if changed.concerns(_codes_of(conn, submission, schema)):
            yield _mark(
                conn, schema, flow, submission.provider, submission.dataset, submission, vintages, release.provider
            )


@dataclass(frozen=True, slots=True)
class _Changed:
    """National series that came, changed or ended."""

    schema: Schema
    #: SERIES code -> areas, by their canonical codes.
    areas: dict[str, set[str]]
    #: Local SERIES codes that could be concerned.
    related: frozenset[str]

    @classmethod
    def of(cls, schema: Schema, codes: Iterable[tuple[str, ...]]) -> _Changed:
        tree, areas = Areas.of(schema), dict[str, set[str]]()
        for series, area in codes:
            areas.setdefault(series, set()).add(tree.canonical(area))
        weights = set(coherence.weight_series(schema))
        related = {
            code
            for code, item in schema.codes.get("SERIES", {}).items()
            if (weights & areas.keys() and _is_weighted(code, item)) or areas.keys() & _related(code, schema)
        }
        return cls(schema, areas, frozenset(related | areas.keys()))

    def concerns(self, codes: Iterable[tuple[str, ...]]) -> bool:
        """Whether any of the local series is of such an indicator, and in such an area or within one."""
        tree, known = Areas.of(self.schema), dict[str, set[str]]()
        weights = set(coherence.weight_series(self.schema)) & self.areas.keys()
        for series, area in codes:
            if series not in known:
                item = self.schema.codes.get("SERIES", {}).get(series)
                weighted = weights if _is_weighted(series, item) else set[str]()
                compared = self.areas.keys() & (_related(series, self.schema) | weighted)
                known[series] = set[str]().union(*(self.areas[code] for code in compared))
            if known[series] and known[series] & {tree.canonical(area), *tree.above(area)}:
                return True
        return False


def _is_weighted(code: str, item: Item | None) -> bool:
    """Whether figures of the series are put together by the population, or another count."""
    nature = shipped_natures().get(code)
    return bool(weight(item) or (nature and nature.weight))


def _related(code: str, schema: Schema) -> set[str]:
    """As the comparison has it: of the same indicators, and the global series that a local one stands for."""
    origin = global_series(schema.codes.get("SERIES", {}).get(code))
    return set(related_series({code, *((origin,) if origin else ())}, schema))


@dataclass(frozen=True, slots=True)
class Held:
    """The rulebook that holds for what has been checked: for the tables of a provider in a dataflow."""

    books: dict[tuple[Ref, str], Rulebook]

    @classmethod
    def now(cls, conn: Connection) -> Held:
        books: dict[tuple[Ref, str], Rulebook] = {}
        for flow in local_flows(conn):
            schema = structures.schema(conn, flow)
            senders = releases.providers(conn, flow) | {s.provider for s in _open(conn, flow)}
            books |= {(flow, sender): rulebook_of(conn, schema, sender) for sender in senders if _comparable(schema)}
        return cls(books)

    def mark_changed(self, conn: Connection) -> int:
        """Mark what now stands under other rules of comparison than when this was noted. How many are newly due."""
        found: list[Mark] = []
        for (flow, provider), before in self.books.items():
            schema = structures.schema(conn, flow)
            after = rulebook_of(conn, schema, provider)
            if _compares_by(before) != _compares_by(after):
                found += _under_rules(conn, schema, flow, provider, (before.name, after.name))
        return rechecks.mark(conn, found)


def _compares_by(book: Rulebook) -> tuple[object, ...]:
    return tuple(choice for choice in book.choices if choice.rule in _RULES), book.kinds


def _under_rules(
    conn: Connection, schema: Schema, flow: Ref, provider: str, rulebooks: tuple[str, str]
) -> Iterator[Mark]:
    baseline = baseline_of(schema)
    assert baseline is not None
    last = releases.last_number(conn, baseline.short)
    codes = schema.codes.get("SERIES", {})
    for owner, dataset in touched.codes_of_datasets(conn, schema, flow, _DIMENSIONS, codes):
        if owner == provider:
            yield _mark(conn, schema, flow, provider, dataset, None, (last, last), None, rulebooks)
    for submission in _open(conn, flow):
        if submission.provider == provider:
            yield _mark(conn, schema, flow, provider, submission.dataset, submission, (last, last), None, rulebooks)


def trees(conn: Connection) -> dict[Ref, Areas]:
    """What lies in what, for each dataflow whose series are compared with those of another."""
    schemas = {flow: structures.schema(conn, flow) for flow in local_flows(conn)}
    return {flow: Areas.of(schema) for flow, schema in schemas.items() if _comparable(schema)}


def mark_divided(conn: Connection, before: Mapping[Ref, Areas]) -> int:
    """Mark what is compared over areas that are parted otherwise now, or lie in others; `before` as `trees` gave it. How many published
    datasets that concerns."""
    found: list[Mark] = []
    for flow, after in trees(conn).items():
        if flow in before and (changed := _parted_otherwise(before[flow], after)):
            found += _over_areas(conn, flow, (before[flow], after), changed)
    rechecks.mark(conn, found)
    return sum(mark.submission is None for mark in found)


def _parted_otherwise(before: Areas, after: Areas) -> frozenset[str]:
    """The areas whose parts, or whose wholes, are others."""
    known = {*before.wholes, *before.divided, *after.wholes, *after.divided}
    return frozenset(
        area
        for area in known
        if before.wholes.get(area) != after.wholes.get(area) or before.divided.get(area) != after.divided.get(area)
    )


def _over_areas(conn: Connection, flow: Ref, both: tuple[Areas, Areas], changed: frozenset[str]) -> Iterator[Mark]:
    schema = structures.schema(conn, flow)
    baseline = baseline_of(schema)
    assert baseline is not None
    last = releases.last_number(conn, baseline.short)

    def concerns(codes: Iterable[tuple[str, ...]]) -> bool:
        areas = {area for _, area in codes}
        return any(changed & {tree.canonical(area), *tree.above(area)} for area in areas for tree in both)

    series = schema.codes.get("SERIES", {})
    for (provider, dataset), codes in touched.codes_of_datasets(conn, schema, flow, _DIMENSIONS, series).items():
        if concerns(codes):
            yield _mark(conn, schema, flow, provider, dataset, None, (last, last), None)
    for submission in _open(conn, flow):
        if concerns(_codes_of(conn, submission, schema)):
            yield _mark(conn, schema, flow, submission.provider, submission.dataset, submission, (last, last), None)


def _mark(
    conn: Connection,
    schema: Schema,
    flow: Ref,
    provider: str,
    dataset: str,
    submission: Submission | None,
    vintages: tuple[int, int],
    national: str | None,
    rulebooks: tuple[str, str] | None = None,
) -> Mark:
    baseline = baseline_of(schema)
    assert baseline is not None
    name = rulebook_of(conn, schema, provider).name
    agreement = agreement_of(conn, provider, flow)
    return Mark(
        dataflow=flow,
        provider=provider,
        dataset=dataset,
        submission=submission.id if submission else None,
        office=(reviewer_of(agreement) if agreement else None) or national,
        baseline=baseline,
        vintages=vintages,
        rulebooks=rulebooks or (name, name),
    )


def _open(conn: Connection, flow: Ref) -> list[Submission]:
    return [s for s in submissions.latest(conn, status=_OPEN, limit=_MOST_OPEN) if s.dataflow == flow]


def _codes_of(conn: Connection, submission: Submission, schema: Schema) -> Collection[tuple[str, ...]]:
    """Of the series that its last check compared."""
    digest = submissions.report_hash(conn, submission.id)
    if digest is None:
        return ()
    places = [schema.structure.dimension_ids.index(dimension) for dimension in _DIMENSIONS]
    keys = {one["key"] for one in orjson.loads(reports.get(conn, digest)).get("comparisons", ())}
    split = (key.split(".") for key in keys)
    return {tuple(parts[place] for place in places) for parts in split if len(parts) > max(places)}


def _comparable(schema: Schema) -> bool:
    return set(_DIMENSIONS) <= set(schema.structure.dimension_ids)
