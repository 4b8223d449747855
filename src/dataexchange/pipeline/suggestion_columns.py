"""Which column gives what: every column gets the role that fits it best, and every component is given once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dataexchange.model.sentence import say
from dataexchange.model.suggestion import (
    BLANK,
    ColumnSuggestion,
    Guess,
    TargetSuggestion,
)
from dataexchange.pipeline.suggestion_look import Column
from dataexchange.pipeline.suggestion_pairs import Pairs
from dataexchange.pipeline.suggestion_periods import forms_of
from dataexchange.pipeline.suggestion_roles import Role, needless, period_part, roles
from dataexchange.pipeline.suggestion_texts import AREA, LISTED, Shared, values_of
from dataexchange.pipeline.suggestion_titles import series_told
from dataexchange.pipeline.suggestion_ways import mixed, unknown_breakdown
from dataexchange.pipeline.suggestion_words import plain, plain_name

#: What a role needs to keep the column from being looked at in other ways.
_WEAK = 0.8
#: From so many pairs of texts on that they go with each other is no chance.
_MANY = 10
_BESIDE_VALUES = ("UPPER_BOUND", "LOWER_BOUND", "SAMPLE_SIZE")


def suggest_columns(columns: Sequence[Column], shared: Shared) -> tuple[ColumnSuggestion, ...]:
    every = {
        c.header: []
        if needless(c, shared.names) or period_part(c, shared.names)
        else sorted(roles(c, shared.names, shared.reader), key=lambda r: -r.guess.confidence)
        for c in columns
    }
    given: dict[str, str] = {}
    _prefer_finest(every, shared.pairs)
    _prefer_only(every, shared.schema.structure.measure.id)
    chosen = _assigned(every, given)
    made: dict[str, ColumnSuggestion] = {}
    for column in columns:
        role = chosen.get(column.header)
        if role is not None and role.guess.confidence >= _WEAK:
            made[column.header] = _given(column, role, every[column.header], shared)
    # The rest in the order of the table, the sure ones taken; sites and other places that may be areas leave the breakdowns to the others.
    sure = {c: h for c, h in given.items() if h in made}
    for column in sorted(columns, key=lambda c: shared.names.fit(c.header, AREA) > 0):
        if column.header not in made:
            suggestion = _otherwise(column, every[column.header], columns, sure, made, shared)
            made[column.header] = suggestion
            sure |= {target.component: column.header for target in suggestion.targets}
    found = tuple(made[column.header] for column in columns)
    return tuple(_of_several(column) for column in found) if shared.several else found


def _of_several(column: ColumnSuggestion) -> ColumnSuggestion:
    """Bounds beside several measures are those of one of them: of which is for a person to say."""
    if column.component not in _BESIDE_VALUES:
        return column
    targets = (replace(t, guess=replace(t.guess, confidence=min(t.guess.confidence, 0.6))) for t in column.targets)
    return replace(column, targets=tuple(targets))


def _assigned(every: Mapping[str, list[Role]], given: dict[str, str]) -> dict[str, Role]:
    """The likeliest pair of column and component first; each once."""
    pairs = [role for listed in every.values() for role in listed]
    chosen: dict[str, Role] = {}
    for role in sorted(pairs, key=lambda r: (-r.guess.confidence, -_plainness(r))):
        header = role.column.header
        if header not in chosen and role.component not in given:
            chosen[header] = role
            given[role.component] = header
    return chosen


def _prefer_finest(every: dict[str, list[Role]], pairs: Pairs) -> None:
    """Of columns that are all areas, the one that the others follow from: the ward tells the region, not the other way round."""
    areas = [role for listed in every.values() for role in listed if role.component == AREA and role.guess.sure]
    finest = [a for a in areas if all(a is b or pairs.follows(b.column.header, a.column.header) for b in areas)]
    if len(areas) < 2 or not finest:
        return
    best = max(finest, key=_plainness)
    listed = every[best.column.header]
    listed[listed.index(best)] = replace(best, guess=replace(best.guess, confidence=0.98))


def _prefer_only(every: dict[str, list[Role]], measure: str) -> None:
    """The only column of numbers holds the values, whatever it is called."""
    found = [role for listed in every.values() for role in listed[:1] if role.component == measure]
    if len(found) == 1 and 0.7 <= found[0].guess.confidence < 0.88:
        listed = every[found[0].column.header]
        listed[listed.index(found[0])] = replace(found[0], guess=replace(found[0].guess, confidence=0.88))
        listed.sort(key=lambda role: -role.guess.confidence)


def _plainness(role: Role) -> int:
    """Of two columns that give the same as surely, the one with codes (no spaces) is surer to stay as it is."""
    return sum(" " not in text for text in list(role.column.texts)[:20])


def _given(column: Column, role: Role, every: list[Role], shared: Shared) -> ColumnSuggestion:
    coded = role.component in shared.schema.codes
    values = values_of(column, role.component, shared) if coded else ()
    target = TargetSuggestion(role.guess, values, role.period, max(0, len(column.texts) - LISTED) if coded else 0)
    others = tuple(r.guess for r in every if r is not role and r.guess.confidence >= 0.3)
    along = _detail(role, shared)
    return ColumnSuggestion(column.header, (target, *along), others=others[:3])


def _detail(role: Role, shared: Shared) -> tuple[TargetSuggestion, ...]:
    """A survey year is kept as it is written beside the year it becomes."""
    if (
        not role.period
        or role.period == ("sdmx",)
        or "TIME_DETAIL" not in {a.id for a in shared.schema.structure.attributes}
    ):
        return ()
    return (TargetSuggestion(Guess("TIME_DETAIL", 0.9, say("keeps the period as it is written"))),)


def _otherwise(
    column: Column,
    every: list[Role],
    columns: Sequence[Column],
    given: Mapping[str, str],
    made: Mapping[str, ColumnSuggestion],
    shared: Shared,
) -> ColumnSuggestion:
    """A column without a sure role: is it needed, does it mix breakdowns, does it tell series apart, is it a breakdown of its own?"""
    if not column.texts:
        return ColumnSuggestion(column.header, ignore=Guess(BLANK, 0.9, say("all its cells are empty")))
    time = shared.schema.structure.time_dimension
    if time is not None and period_part(column, shared.names):
        return ColumnSuggestion(
            column.header,
            others=(
                Guess(time.id, 0.5, say("is part of a period; make one column of it and the year, such as 2019-Q1")),
            ),
        )
    if ignored := _needless(column, columns, given, shared):
        return ColumnSuggestion(column.header, ignore=ignored)
    free = [role for role in every if role.component not in given]
    ways = [w for w in (mixed(column, given, shared), series_told(column, given, shared)) if w]
    best = max((w.targets[0].guess.confidence for w in ways), default=0.0)
    if free and free[0].guess.confidence > max(best, 0.6):
        return _given(column, free[0], every, shared)
    if ways:
        return max(ways, key=lambda w: w.targets[0].guess.confidence)
    if every and every[0].guess.confidence >= 0.6 and every[0] not in free:
        # It gives the same as another column, which is surer.
        return ColumnSuggestion(column.header, others=tuple(role.guess for role in every[:3]))
    if column.numeric < 0.9 and (unknown := unknown_breakdown(column, free, given, shared)):
        return unknown
    if free:
        return _given(column, free[0], every, shared)
    return ColumnSuggestion(column.header, others=tuple(r.guess for r in every[:3]))


def _says_the_same(column: Column, other: str, component: str, shared: Shared) -> bool:
    """Whether a column is the name of what another one has the code of. In a few rows any two columns go with each other one to one: what
    the texts mean must be the same, or they must be many and one column be codes. Numbers and periods say something of their own."""
    if column.numeric > 0.6 or forms_of([column.header])[1] or not shared.pairs.same(column.header, other):
        return False
    pairs = shared.pairs.beside(column.header, other)
    best = shared.reader.best
    meant = [
        (one.code, another.code) for a, b in pairs if (one := best(component, a)) and (another := best(component, b))
    ]
    if any(a != b for a, b in meant):
        return False
    if 2 * len(meant) >= len(pairs) and len(meant) >= 2:
        return True
    return len(pairs) >= _MANY and any(_coded(texts) for texts in zip(*pairs, strict=True))


def _coded(texts: Sequence[str]) -> bool:
    """Whether texts are codes, such as E05010885."""
    return all(" " not in text and any(map(str.isdigit, text)) for text in texts if text)


def _needless(column: Column, columns: Sequence[Column], given: Mapping[str, str], shared: Shared) -> Guess | None:
    if needless(column, shared.names):
        return Guess(BLANK, 0.88, say("numbers the rows, or says where on a map something lies"))
    for component, other in given.items():
        if shared.pairs.distinct(other) and not shared.names.fit(column.header, component):
            continue
        if component in shared.schema.structure.dimension_ids and _says_the_same(column, other, component, shared):
            return Guess(BLANK, 0.92, say("says the same as the column {other}", other=other))
    area = given.get(AREA)
    fit = shared.names.fit(column.header, AREA)
    if area and fit and "type" in plain_name(column.header).split() and shared.pairs.follows(column.header, area):
        return Guess(BLANK, 0.86, say("says only what kind of area {other} is", other=area))
    if area and fit == 2 and shared.pairs.follows(column.header, area):
        return Guess(BLANK, 0.9, say("follows from the column {other}", other=area))
    headers = [set(plain_name(other.header).split()) for other in columns if other.header != column.header]
    texts = [set(plain(text).split()) for text in column.texts]
    if len(texts) >= 2 and all(any(text and text <= header for header in headers) for text in texts):
        return Guess(BLANK, 0.86, say("says only which of the other columns is filled"))
    return None
