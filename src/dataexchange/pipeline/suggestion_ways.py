"""Columns that are not simply one component: several breakdowns in one, or a breakdown of its own."""

from __future__ import annotations

from collections.abc import Mapping

from dataexchange.model.sentence import say
from dataexchange.model.suggestion import (
    SURE,
    ColumnSuggestion,
    Guess,
    TargetSuggestion,
    ValueSuggestion,
)
from dataexchange.pipeline.suggestion_beside import sexes, told_apart
from dataexchange.pipeline.suggestion_codes import TOTAL
from dataexchange.pipeline.suggestion_look import Column
from dataexchange.pipeline.suggestion_roles import Role
from dataexchange.pipeline.suggestion_texts import (
    AREA,
    BREAKDOWN,
    BREAKDOWNS,
    LISTED,
    MIXED,
    Shared,
    proposed,
    values_of,
)
from dataexchange.pipeline.suggestion_units import unit_in
from dataexchange.pipeline.suggestion_values import blank_value
from dataexchange.pipeline.suggestion_words import plain

#: Letters that words of the same family have in common at least.
_STEM = 6
#: Dimensions that a column is about by its name, even where its texts are in no list.
_NAMED = (AREA, "ACTIVITY", "OCCUPATION", "PRODUCT", "EDUCATION_LEV", "SEX", "AGE", "URBANISATION", "DISABILITY_STATUS")
_OTHERS = BREAKDOWNS


def mixed(column: Column, given: Mapping[str, str], shared: Shared) -> ColumnSuggestion | None:
    """Texts that are sexes, ages and others in one column: each goes to its own dimension and is "no breakdown" in the rest."""
    if not 2 <= len(column.texts) <= BREAKDOWN:
        return None
    known = [component for component in MIXED if component in shared.schema.codes and component not in given]
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
        values = told_apart(sexes(column.header, values) if component == "SEX" else values)
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
        return ValueSuggestion(text, (proposed(column, text, shared),))
    return ValueSuggestion(text, (Guess(TOTAL, 0.88, say("is no breakdown by this")),))


def unknown_breakdown(
    column: Column, free: list[Role], given: Mapping[str, str], shared: Shared
) -> ColumnSuggestion | None:
    """A breakdown that the structure has no dimension for goes to the composite one, under local codes."""
    target = next((c for c in _OTHERS if c in shared.schema.codes and c not in given), None)
    if target is None or len(column.texts) > LISTED:
        return None
    fit = shared.names.fit
    # "Industry, lower level" is industries, in whatever words, and no breakdown of its own.
    vague = (
        (not fit(column.header, _OTHERS[0]) and any(fit(column.header, component) > 0 for component in _NAMED))
        or _titles(column, shared)
        or len(column.texts) > BREAKDOWN
        or len(column.texts) == 1
    )
    another = target != _OTHERS[0] and not _level(column.header, given.get(_OTHERS[0], ""))
    sure = 0.55 if vague or another else 0.82
    reason = say(
        "no dimension of {structure} is about this; it can be a composite breakdown with local codes",
        structure=str(shared.schema.structure.ref),
    )
    values = values_of(column, target, shared)
    others = tuple(role.guess for role in free if role.component != target)
    if vague and "SERIES" not in given and "SERIES" in shared.schema.codes:
        others = (Guess("SERIES", 0.45, say("its texts may say what is measured")), *others)
    return ColumnSuggestion(
        column.header, (TargetSuggestion(Guess(target, sure, reason), values),), others=others[:3], unknown=True
    )


def _titles(column: Column, shared: Shared) -> bool:
    """Whether the texts of a column that may tell series apart do so: a few words without a unit ("Public sector") are a group."""
    fit = shared.names.fit(column.header, "SERIES")
    return fit == 2 or (fit == 1 and any(unit_in(text) or len(text.split()) >= 5 for text in column.texts))


def _level(header: str, other: str) -> bool:
    """Whether two columns are levels of one classification by their names: "Type of contraception" beside "Contraceptive method"."""
    words = [[word[:_STEM] for word in plain(name).split() if len(word) >= _STEM] for name in (header, other)]
    return bool(set(words[0]) & set(words[1]))
