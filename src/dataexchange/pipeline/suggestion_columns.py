"""Which column gives what: every column gets the role that fits it best, and every component is given once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dataexchange.model.schema import Schema
from dataexchange.model.sentence import say
from dataexchange.model.suggestion import (
    BLANK,
    SURE,
    ColumnSuggestion,
    Guess,
    TargetSuggestion,
    ValueSuggestion,
)
from dataexchange.pipeline.suggestion_codes import TOTAL
from dataexchange.pipeline.suggestion_learned import NOTHING, Learned
from dataexchange.pipeline.suggestion_local import local_code, local_series
from dataexchange.pipeline.suggestion_look import Column
from dataexchange.pipeline.suggestion_pairs import Pairs
from dataexchange.pipeline.suggestion_roles import Names, Role, roles
from dataexchange.pipeline.suggestion_series import About, series_for_text
from dataexchange.pipeline.suggestion_units import multiple_in, unit_in
from dataexchange.pipeline.suggestion_values import READING, Reader, blank_value
from dataexchange.pipeline.suggestion_words import plain, plain_name

#: Texts of a column that are listed one by one; a breakdown with more is no breakdown that a person wants to read.
_LISTED = 400
_BREAKDOWN = 60
#: What a role needs to keep the column from being looked at in other ways.
_WEAK = 0.8
#: Dimensions that texts of a mixed column ("Women", "16-24", "Disabled") may belong to.
_MIXED = (
    "SEX",
    "AGE",
    "DISABILITY_STATUS",
    "URBANISATION",
    "INCOME_WEALTH_QUANTILE",
    "EDUCATION_LEV",
    "COMPOSITE_BREAKDOWN",
)
_AREA = "REF_AREA"
_OTHERS = ("COMPOSITE_BREAKDOWN", "CUST_BREAKDOWN")


@dataclass(frozen=True, slots=True)
class Shared:
    """What the columns of one table have in common."""

    schema: Schema
    names: Names
    reader: Reader
    about: About
    #: The area that the sender stands for, where it is one.
    city: str | None
    #: Codes that are proposed already.
    taken: set[str]
    pairs: Pairs
    learned: Learned = NOTHING
    #: The likeliest global series of the table, that local ones are named after.
    near: str | None = None


def suggest_columns(columns: Sequence[Column], shared: Shared) -> tuple[ColumnSuggestion, ...]:
    every = {
        c.header: sorted(roles(c, shared.names, shared.reader), key=lambda r: -r.guess.confidence) for c in columns
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
    # The rest in the order of the table, the sure ones taken.
    sure = {c: h for c, h in given.items() if h in made}
    for column in columns:
        if column.header not in made:
            suggestion = _otherwise(column, every[column.header], columns, sure, made, shared)
            made[column.header] = suggestion
            sure |= {target.component: column.header for target in suggestion.targets}
    return tuple(made[column.header] for column in columns)


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
    areas = [role for listed in every.values() for role in listed if role.component == _AREA and role.guess.sure]
    finest = [a for a in areas if all(a is b or pairs.follows(b.column.header, a.column.header) for b in areas)]
    if len(areas) < 2 or not finest:
        return
    best = max(finest, key=_plainness)
    listed = every[best.column.header]
    listed[listed.index(best)] = replace(best, guess=replace(best.guess, confidence=0.98))


def _prefer_only(every: dict[str, list[Role]], measure: str) -> None:
    """The only column of numbers holds the values, whatever it is called."""
    found = [role for listed in every.values() for role in listed if role.component == measure]
    if len(found) == 1 and 0.7 <= found[0].guess.confidence < 0.88:
        listed = every[found[0].column.header]
        listed[listed.index(found[0])] = replace(found[0], guess=replace(found[0].guess, confidence=0.88))
        listed.sort(key=lambda role: -role.guess.confidence)


def _plainness(role: Role) -> int:
    """Of two columns that give the same as surely, the one with codes (no spaces) is surer to stay as it is."""
    return sum(" " not in text for text in list(role.column.texts)[:20])


def _given(column: Column, role: Role, every: list[Role], shared: Shared) -> ColumnSuggestion:
    coded = role.component in shared.schema.codes
    values = _values(column, role.component, shared) if coded else ()
    target = TargetSuggestion(role.guess, values, role.period, max(0, len(column.texts) - _LISTED) if coded else 0)
    others = tuple(r.guess for r in every if r is not role and r.guess.confidence >= 0.3)
    along = _detail(role, shared)
    return ColumnSuggestion(column.header, (target, *along), others=others[:3])


def _values(column: Column, component: str, shared: Shared) -> tuple[ValueSuggestion, ...]:
    """The texts with their codes; where a breakdown has no code for one, a local code is proposed."""
    if component == "SERIES":
        return _series_values(column, shared)
    found = []
    shared.reader.begin(READING)
    for value in shared.reader.values(component, column.texts, _LISTED):
        if not value.guesses and component == "COMPOSITE_BREAKDOWN":
            found.append(ValueSuggestion(value.text, (_proposed(column, value.text, shared),)))
        else:
            found.append(value)
    if column.blank:
        city = shared.city if _of_city(found, shared.reader.within) else None
        found.append(blank_value(component, shared.schema, city))
    return tuple(found)


def _of_city(values: Sequence[ValueSuggestion], within: frozenset[str]) -> bool:
    """Whether the areas named are parts of the city: beside regions of the country an empty cell is no city."""
    codes = [value.best.code for value in values if value.best]
    return all(code in within for code in codes)


def _proposed(column: Column, text: str, shared: Shared) -> Guess:
    code = local_code(column.header, text, shared.taken)
    return Guess(code, 0.6, say("no code list has it; a local code is proposed"), new=True)


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
    if ignored := _needless(column, columns, given, shared):
        return ColumnSuggestion(column.header, ignore=ignored)
    free = [role for role in every if role.component not in given]
    ways = [w for w in (_mixed(column, given, shared), _series(column, given, shared)) if w]
    best = max((w.targets[0].guess.confidence for w in ways), default=0.0)
    if free and free[0].guess.confidence > max(best, 0.6):
        return _given(column, free[0], every, shared)
    if ways:
        return max(ways, key=lambda w: w.targets[0].guess.confidence)
    if every and every[0].guess.confidence >= 0.6 and every[0] not in free:
        # It gives the same as another column, which is surer.
        return ColumnSuggestion(column.header, others=tuple(role.guess for role in every[:3]))
    if column.numeric < 0.9 and (unknown := _unknown(column, free, given, shared)):
        return unknown
    if free:
        return _given(column, free[0], every, shared)
    return ColumnSuggestion(column.header, others=tuple(r.guess for r in every[:3]))


def _needless(column: Column, columns: Sequence[Column], given: Mapping[str, str], shared: Shared) -> Guess | None:
    for component, other in given.items():
        if component in shared.schema.structure.dimension_ids and shared.pairs.same(column.header, other):
            return Guess(BLANK, 0.92, say("says the same as the column {other}", other=other))
    area = given.get(_AREA)
    if area and shared.names.fit(column.header, _AREA) == 2 and shared.pairs.follows(column.header, area):
        return Guess(BLANK, 0.9, say("follows from the column {other}", other=area))
    headers = [set(plain_name(other.header).split()) for other in columns if other.header != column.header]
    texts = [set(plain(text).split()) for text in column.texts]
    if len(texts) >= 2 and all(any(text and text <= header for header in headers) for text in texts):
        return Guess(BLANK, 0.86, say("says only which of the other columns is filled"))
    return None


def _mixed(column: Column, given: Mapping[str, str], shared: Shared) -> ColumnSuggestion | None:
    """Texts that are sexes, ages and others in one column: each goes to its own dimension and is "no breakdown" in the rest."""
    if not 2 <= len(column.texts) <= _BREAKDOWN:
        return None
    known = [component for component in _MIXED if component in shared.schema.codes and component not in given]
    found: dict[str, Guess | None] = {}
    where: dict[str, str] = {}
    for text in column.texts:
        readings = [(c, best) for c in known if (best := shared.reader.best(c, text)) and best.confidence >= SURE]
        if readings:
            component, guess = max(readings, key=lambda r: (r[1].sure, r[1].code != TOTAL, r[1].confidence))
            where[text], found[text] = component, guess
    parts = {where[t] for t, g in found.items() if g and g.code != TOTAL}
    if len(parts) < 2 or len(found) < 0.6 * len(column.texts):
        return None
    sure = 0.9 if len(found) == len(column.texts) else 0.82
    used = [component for component in known if component in parts or component == "COMPOSITE_BREAKDOWN"]
    reason = say(
        "{n} of {all} texts belong to one of {parts}", n=str(len(found)), all=str(len(column.texts)), parts=tuple(used)
    )
    targets = []
    for component in used:
        values = [_part(text, component, where, found, column, shared) for text in column.texts]
        if column.blank:
            values.append(blank_value(component, shared.schema, shared.city))
        targets.append(TargetSuggestion(Guess(component, sure, reason), tuple(values)))
    return ColumnSuggestion(column.header, tuple(targets))


def _part(
    text: str,
    component: str,
    where: Mapping[str, str],
    found: Mapping[str, Guess | None],
    column: Column,
    shared: Shared,
) -> ValueSuggestion:
    if where.get(text) == component and (guess := found[text]):
        return ValueSuggestion(text, (guess,))
    if text not in where and component == "COMPOSITE_BREAKDOWN":
        return ValueSuggestion(text, (_proposed(column, text, shared),))
    return ValueSuggestion(text, (Guess(TOTAL, 0.88, say("is no breakdown by this")),))


def _series(column: Column, given: Mapping[str, str], shared: Shared) -> ColumnSuggestion | None:
    """Texts that say what is measured: with a unit in them, or a phrase long enough to be a title."""
    fit = shared.names.fit(column.header, "SERIES")
    if "SERIES" in given or "SERIES" not in shared.schema.codes or not fit or len(column.texts) > _BREAKDOWN:
        return None
    units = {text: unit_in(text) for text in column.texts}
    telling = [text for text, unit in units.items() if (unit and not unit.whole) or len(text.split()) >= 5]
    share = len(telling) / len(column.texts)
    if share < 0.5:
        return None
    sure = (0.9 if fit == 2 else 0.83) if share == 1 else 0.7
    guess = Guess("SERIES", sure, say("its texts say what is measured, such as {example}", example=telling[0][:80]))
    values = _series_values(column, shared)
    targets = [TargetSuggestion(guess, values)]
    # One unit for all of them is said once, see `suggestion_fixed`.
    several = len({unit.code for unit in units.values() if unit}) > 1
    if "UNIT_MEASURE" not in given and several and all(units.values()) and not column.blank:
        targets.append(
            TargetSuggestion(replace(guess, code="UNIT_MEASURE"), tuple(_unit(text) for text in column.texts))
        )
        if any(multiple_in(text) for text in column.texts) and "UNIT_MULT" not in given:
            targets.append(
                TargetSuggestion(replace(guess, code="UNIT_MULT"), tuple(_power(text) for text in column.texts))
            )
    return ColumnSuggestion(column.header, tuple(targets))


def _series_values(column: Column, shared: Shared) -> tuple[ValueSuggestion, ...]:
    """Two texts that a column tells apart are not one series: where both look like it, neither surely is."""
    values = [_series_value(text, shared) for text in list(column.texts)[:_LISTED]]
    often = Counter(value.best.code for value in values if value.best)
    return tuple(
        ValueSuggestion(v.text, tuple(replace(g, confidence=min(g.confidence, 0.7)) for g in v.guesses))
        if v.best and often[v.best.code] > 1
        else v
        for v in values
    )


def _series_value(text: str, shared: Shared) -> ValueSuggestion:
    found = series_for_text(text, shared.about, shared.schema, shared.learned)
    if found and found[0].sure:
        return ValueSuggestion(text, found)
    near = found[0].code if found else shared.near
    indicator = shared.about.indicators[0] if shared.about.indicators else None
    code = local_series(near, indicator, text, shared.taken)
    proposal = Guess(code, 0.55, say("is not certainly any series of the list; a local code is proposed"), new=True)
    # A series that is nearly the one meant stands first; that it is only nearly so is the question.
    return ValueSuggestion(text, (*found, proposal) if found and found[0].confidence > 0.65 else (proposal, *found))


def _unit(text: str) -> ValueSuggestion:
    unit = unit_in(text)
    assert unit is not None
    return ValueSuggestion(text, (Guess(unit.code, unit.confidence, say("speaks of “{word}”", word=unit.word)),))


def _power(text: str) -> ValueSuggestion:
    power = multiple_in(text)
    return ValueSuggestion(
        text, (Guess(power or "0", 0.82, say("speaks of a multiple") if power else say("speaks of no multiple")),)
    )


def _unknown(column: Column, free: list[Role], given: Mapping[str, str], shared: Shared) -> ColumnSuggestion | None:
    """A breakdown that the structure has no dimension for goes to the composite one, under local codes."""
    target = next((c for c in _OTHERS if c in shared.schema.codes and c not in given), None)
    if target is None or len(column.texts) > _LISTED:
        return None
    vague = (
        shared.names.fit(column.header, _AREA) > 0
        or shared.names.fit(column.header, "SERIES") > 0
        or len(column.texts) > _BREAKDOWN
        or len(column.texts) == 1
    )
    sure = 0.55 if vague or target != _OTHERS[0] else 0.82
    reason = say(
        "no dimension of {structure} is about this; it can be a composite breakdown with local codes",
        structure=str(shared.schema.structure.ref),
    )
    values = _values(column, target, shared) if target == _OTHERS[0] else ()
    others = tuple(role.guess for role in free if role.component != target)
    if vague and "SERIES" not in given and "SERIES" in shared.schema.codes:
        others = (Guess("SERIES", 0.45, say("its texts may say what is measured")), *others)
    return ColumnSuggestion(
        column.header, (TargetSuggestion(Guess(target, sure, reason), values),), others=others[:3], unknown=True
    )
