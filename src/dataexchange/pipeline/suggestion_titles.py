"""Columns whose texts say what is measured: with a unit in them, or phrases long enough to be titles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dataexchange.model.sentence import say
from dataexchange.model.suggestion import (
    ColumnSuggestion,
    Guess,
    TargetSuggestion,
    ValueSuggestion,
)
from dataexchange.pipeline.suggestion_look import Column
from dataexchange.pipeline.suggestion_texts import BREAKDOWN, MIXED, Shared, series_values
from dataexchange.pipeline.suggestion_units import multiple_in, unit_in


def series_told(column: Column, given: Mapping[str, str], shared: Shared) -> ColumnSuggestion | None:
    """Texts that say what is measured: with a unit in them, or a phrase long enough to be a title."""
    fit = shared.names.fit(column.header, "SERIES")
    if "SERIES" in given or "SERIES" not in shared.schema.codes or not fit or len(column.texts) > BREAKDOWN:
        return None
    units = {text: unit_in(text) for text in column.texts}
    telling = [text for text, unit in units.items() if (unit and not unit.whole) or len(text.split()) >= 5]
    if fit == 2 and 2 * len(telling) < len(column.texts):
        # Called a series, and no text is a single word that any breakdown could have.
        telling = [text for text in column.texts if len(text.split()) >= 2]
    share = len(telling) / len(column.texts)
    if share < 0.5:
        return None
    guess = Guess(
        "SERIES",
        _series_sure(column, share, fit, given, shared),
        say("its texts say what is measured, such as {example}", example=telling[0][:80]),
    )
    values = series_values(column, shared)
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


def _series_sure(column: Column, share: float, fit: int, given: Mapping[str, str], shared: Shared) -> float:
    """Titles of which some are short are titles all the same, unless one is a group of people, or other columns have its units."""
    if share == 1:
        return 0.9 if fit == 2 else 0.83
    if (units := given.get("UNIT_MEASURE")) and shared.pairs.told(units, column.header):
        return 0.85
    known = [c for c in MIXED if c in shared.schema.codes]
    grouped = any((best := shared.reader.best(c, text)) and best.sure for text in column.texts for c in known)
    return 0.7 if grouped else 0.82


def _unit(text: str) -> ValueSuggestion:
    unit = unit_in(text)
    assert unit is not None
    return ValueSuggestion(text, (Guess(unit.code, unit.confidence, say("speaks of “{word}”", word=unit.word)),))


def _power(text: str) -> ValueSuggestion:
    power = multiple_in(text)
    return ValueSuggestion(
        text, (Guess(power or "0", 0.82, say("speaks of a multiple") if power else say("speaks of no multiple")),)
    )
