"""All rules over what is stored: how every local series stands to the nation now, added up by country and series.

Each verdict is the one that the page of its series tells (`workflow.as_told`). What a city has given its reason for, and what its office
has waived, is explained, and not counted among the findings that want somebody's look.

A dataflow is gone through some indicators at a time, all areas of each together, so that what is compared across areas has them all, and
so that memory does not grow with what is stored. Series that others are weighted with are read along with each part.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from dataexchange.errors import NotFound, NotSupported
from dataexchange.model.areas import Areas
from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.finding import Comparison, Finding, Severity, Verdict
from dataexchange.model.overview import NAMED, Dot, Line, Overview, Wanted
from dataexchange.model.query import DataQuery
from dataexchange.model.rulebook import Rulebook
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence
from dataexchange.model.series_notes import indicators
from dataexchange.model.structure import Ref
from dataexchange.pipeline import coherence, validation
from dataexchange.store import releases, series, structures
from dataexchange.store.database import Connection
from dataexchange.store.origin import Origin, origins_in
from dataexchange.store.structure_state import last_number, structure_word
from dataexchange.store.touched import observations_by
from dataexchange.workflow.as_told import Past
from dataexchange.workflow.national import any_of, baseline_of, national_beside
from dataexchange.workflow.progress import Progress, silent
from dataexchange.workflow.recheck_marks import local_flows
from dataexchange.workflow.rulebook import rulebook_of, settled
from dataexchange.workflow.uncollected import uncollected
from dataexchange.workflow.verdicts import one_each

#: Observations of one part, about: a part has one SERIES code at least, however many areas have it.
_PART = 300_000

#: So many areas are named in a query; more are picked out of what it finds.
_NAMED = 500


def flows_of(conn: Connection, wanted: Wanted) -> tuple[Ref, ...]:
    """The dataflows that are looked at. NotSupported for one that is compared with nothing."""
    known = tuple(f for f in local_flows(conn) if {"SERIES", "REF_AREA"} <= _dimensions(conn, f))
    if wanted.dataflow is None:
        return known
    if wanted.dataflow not in known:
        structures.get(conn, wanted.dataflow)
        raise NotSupported(
            f"{wanted.dataflow} is compared with nothing: it has no BASELINE, or neither SERIES nor REF_AREA."
        )
    return (wanted.dataflow,)


def basis_of(conn: Connection, flows: Sequence[Ref]) -> tuple[object, ...]:
    """Changes with everything that an overview of these dataflows rests on: series of both sides, structures, rulebooks."""
    both = {ref for flow in flows for ref in (flow, baseline_of(structures.schema(conn, flow))) if ref}
    books = tuple(
        (flow, provider, rulebook_of(conn, structures.schema(conn, flow), provider).name)
        for flow in flows
        for provider in sorted(releases.providers(conn, flow))
    )
    return structure_word(conn), tuple(sorted((ref.short, last_number(conn, [ref])[0]) for ref in both)), books


@uncollected()
def overview(conn: Connection, wanted: Wanted, *, progress: Progress = silent) -> Overview:
    """Raises NotFound where nothing of the kind is stored though something was asked for by name."""
    totals = _Totals()
    for flow in flows_of(conn, wanted):
        _look(conn, flow, structures.schema(conn, flow), wanted, totals, progress)
    made = totals.made()
    if not made.lines and wanted != Wanted(wanted.dataflow):
        raise NotFound("Nothing is stored that has these codes; the catalogue at / finds what there is.")
    return made


def _look(conn: Connection, flow: Ref, schema: Schema, wanted: Wanted, totals: _Totals, progress: Progress) -> None:
    there = observations_by(conn, schema, flow, "SERIES")
    asked = [code for code in there if _is_wanted(code, schema, wanted)]
    within = _areas(schema, wanted)
    weights = set(coherence.weight_series(schema)) & there.keys()
    parts, past = list(_parts(asked, there)), Past(conn, flow)
    for providers, book in _books(conn, schema, flow):
        for number, part in enumerate(parts, 1):
            progress(f"{flow.id}: part {number} of {len(parts)}")
            filters = [any_of("SERIES", tuple(sorted({*part, *weights})))]
            if within is not None and len(within) <= _NAMED:
                filters.append(any_of("REF_AREA", tuple(sorted(within))))
            query = DataQuery(filters=tuple(filters), providers=providers)
            found = list(series.batches(conn, query, schema, flow))
            if found:
                origins = {key: one for (key, _), one in origins_in(conn, query, schema, flow).items()}
                side = _Side(schema, flow, frozenset(part), within)
                _count(conn, found, book, side, totals, past, origins)


def _count(
    conn: Connection,
    found: Sequence[SeriesBatch],
    book: Rulebook,
    side: _Side,
    totals: _Totals,
    past: Past,
    origins: Mapping[str, Origin],
) -> None:
    flow, schema = side.flow, side.schema
    named = [
        pa.table({"GLOBAL_SERIES": b.attributes["GLOBAL_SERIES"]}) for b in found if "GLOBAL_SERIES" in b.attributes
    ]
    national = national_beside(conn, [*(batch.series for batch in found), *named], schema)
    comparisons, beside = coherence.compare(found, national.batches if national else (), schema, book)
    dataset = series.as_dataset(found, schema, flow)
    within = validation.validate(dataset, schema, book=book)
    findings = settled(book, (*within, *beside), schema)
    totals.observations += dataset.n
    told = past.told(comparisons, lambda: findings, origins, book.name)
    totals.compared(one_each(told), side)
    explained = {(one.rule, one.key) for one in told if one.verdict is Verdict.EXPLAINED}
    explained -= {(one.rule, one.key) for one in told if one.verdict is Verdict.INCONSISTENT}
    open_ = (one for one in findings if (one.rule, one.key) not in explained)
    totals.found((one for one in open_ if not past.answers(one, origins.get(one.key or ""))), side)


def _is_wanted(code: str, schema: Schema, wanted: Wanted) -> bool:
    if wanted.series is not None and code != wanted.series:
        return False
    return wanted.indicator is None or wanted.indicator in indicators(schema.codes.get("SERIES", {}).get(code))


def _areas(schema: Schema, wanted: Wanted) -> frozenset[str] | None:
    """The codes of the area that was asked for and of what lies in it; None for all."""
    names = [name for name in (wanted.area, wanted.country) if name is not None]
    if not names:
        return None
    tree, codes = Areas.of(schema), schema.codes.get("REF_AREA", {})
    asked = {tree.canonical(name) for name in names}
    found = {code for code in codes if asked <= {tree.canonical(code), *tree.above(code)}}
    return frozenset(found | {spelling for code in found for spelling in tree.spellings(code)})


def _books(conn: Connection, schema: Schema, flow: Ref) -> Iterator[tuple[tuple[str, ...], Rulebook]]:
    """(providers, the rules that hold for all of them); no providers for everybody."""
    books: dict[str, tuple[list[str], Rulebook]] = {}
    for provider in sorted(releases.providers(conn, flow)):
        book = rulebook_of(conn, schema, provider)
        books.setdefault(f"{book.name} {book.choices}", ([], book))[0].append(provider)
    for providers, book in books.values():
        yield (tuple(providers) if len(books) > 1 else ()), book


def _parts(asked: Sequence[str], there: Mapping[str, int]) -> Iterator[list[str]]:
    part: list[str] = []
    for code in asked:
        if part and sum(there[one] for one in part) + there[code] > _PART:
            yield part
            part = []
        part.append(code)
    if part:
        yield part


def _dimensions(conn: Connection, flow: Ref) -> set[str]:
    return set(structures.schema(conn, flow).structure.dimension_ids)


class _Side:
    """Where a series of a part belongs: its code, area and country, or nowhere where it was only read along."""

    def __init__(self, schema: Schema, flow: Ref, part: Collection[str], within: Collection[str] | None) -> None:
        self.schema, self.flow, self.part, self.within = schema, flow, part, within
        dimensions = schema.structure.dimension_ids
        self.series_at, self.area_at = dimensions.index("SERIES"), dimensions.index("REF_AREA")
        self._countries: dict[str, tuple[str, str]] = {}

    def place(self, key: str) -> tuple[str, str, str] | None:
        """(SERIES code, area, country)"""
        parts = key.split(".")
        if len(parts) <= max(self.series_at, self.area_at):
            return None
        code, area = parts[self.series_at], parts[self.area_at]
        if code not in self.part or (self.within is not None and area not in self.within):
            return None
        return code, *self.country(area)

    def country(self, area: str) -> tuple[str, str]:
        """(the area by its canonical code, the outermost area that it lies in, or itself)"""
        if area not in self._countries:
            tree = Areas.of(self.schema)
            canonical = tree.canonical(area)
            self._countries[area] = canonical, next(reversed(tree.above(area)), canonical)
        return self._countries[area]

    def name(self, dimension: str, code: str) -> str:
        item = self.schema.codes.get(dimension, {}).get(code)
        return item.name() if item is not None else code


@dataclass(slots=True)
class _Count:
    keys: set[str] = field(default_factory=set)
    areas: set[str] = field(default_factory=set)
    verdicts: dict[Verdict, int] = field(default_factory=dict)
    errors: int = 0
    warnings: int = 0
    #: (how grave, what, key)
    worst: tuple[int, Sentence, str | None] | None = None

    def note(self, grave: int, said: Sentence, key: str | None) -> None:
        if self.worst is None or grave > self.worst[0]:
            self.worst = grave, said, key


_GRAVE = {Severity.ERROR: 3, Severity.WARNING: 2}


class _Totals:
    def __init__(self) -> None:
        self.observations = 0
        self._counts: dict[tuple[Ref, str, str], _Count] = {}
        self._named: dict[tuple[Ref, str, str], tuple[str, str, tuple[str, ...]]] = {}
        self._dots: list[Dot] = []
        self._names: dict[str, str] = {}

    def compared(self, comparisons: Iterable[Comparison], side: _Side) -> None:
        for one in comparisons:
            place = side.place(one.key)
            if place is None:
                continue
            code, area, country = place
            count = self._count(side, country, code)
            count.keys.add(one.key)
            count.areas.add(area)
            count.verdicts[one.verdict] = count.verdicts.get(one.verdict, 0) + 1
            if one.verdict is Verdict.INCONSISTENT:
                count.note(1, one.sentence, one.key)
            if one.verdict in NAMED:
                self._names[area] = side.name("REF_AREA", area)
                self._names[code] = side.name("SERIES", code)
            if one.baseline_key is not None and len(one.points):
                self._dots.append(_dot(one, side, (code, area, country)))

    def found(self, findings: Iterable[Finding], side: _Side) -> None:
        for one in findings:
            if one.severity not in _GRAVE:
                continue
            place = side.place(one.key) if one.key else None
            if place is None and one.key:
                continue
            count = self._count(side, *((place[2], place[0]) if place else ("", "")))
            if one.severity is Severity.ERROR:
                count.errors += one.count
            else:
                count.warnings += one.count
            count.note(_GRAVE[one.severity], one.sentence, one.key)

    def _count(self, side: _Side, country: str, code: str) -> _Count:
        of = (side.flow, country, code)
        if of not in self._counts:
            item = side.schema.codes.get("SERIES", {}).get(code)
            self._named[of] = side.name("REF_AREA", country), side.name("SERIES", code), indicators(item)
            self._counts[of] = _Count()
        return self._counts[of]

    def made(self) -> Overview:
        lines = []
        for of, count in self._counts.items():
            country_name, series_name, numbers = self._named[of]
            _, said, key = count.worst or (0, None, None)
            lines.append(
                Line(
                    dataflow=of[0],
                    country=of[1],
                    country_name=country_name,
                    series=of[2],
                    series_name=series_name,
                    indicators=numbers,
                    areas=len(count.areas),
                    n_series=len(count.keys),
                    verdicts=count.verdicts,
                    errors=count.errors,
                    warnings=count.warnings,
                    worst=said,
                    worst_key=key,
                )
            )
        lines.sort(key=_order)
        return Overview(tuple(lines), tuple(self._dots), self.observations, self._names)


def _order(line: Line) -> tuple[object, ...]:
    """By country, then by goal, target and indicator as numbers are read."""
    first = line.indicators[0] if line.indicators else "~"
    numbers = tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in first.split("."))
    return line.dataflow.short, line.country_name, line.country, numbers, line.series


def _dot(one: Comparison, side: _Side, place: tuple[str, str, str]) -> Dot:
    code, area, country = place
    period, local, national = one.points[-1]
    other = (one.baseline_key or "").split(".")
    mirror = len(other) > side.area_at and side.country(other[side.area_at])[0] == area
    return Dot(side.flow, country, code, area, one.key, period, local, national, one.verdict, mirror)
