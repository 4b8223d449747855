"""The words of an overview, which its table, its files and its drawing share."""

from __future__ import annotations

from collections.abc import Iterator

from dataexchange.messages.report_words import VERDICT_WORDS
from dataexchange.model.finding import Verdict
from dataexchange.model.overview import Dot, Line, Overview
from dataexchange.model.sentence import Language, Sentence, say, says

#: The order in which verdicts stand in the table.
ORDER = (
    Verdict.CONSISTENT,
    Verdict.EXPLAINED,
    Verdict.INCONSISTENT,
    Verdict.NOT_COMPARABLE,
    Verdict.NO_BASELINE,
)

#: Outliers that a report lists.
LISTED = 200


def heads(language: Language) -> tuple[str, ...]:
    """Of the columns: four of words, then numbers."""
    words = (say("Country"), say("Indicator"), say("Series code"), say("Areas"), say("Series"))
    counts = (*(VERDICT_WORDS[verdict] for verdict in ORDER), say("warnings"), say("errors"))
    return tuple(_capital(word.said(language)) for word in (*words, *counts))


def cells(line: Line) -> tuple[str | int, ...]:
    """Under the heads."""
    counted = (line.verdicts.get(verdict, 0) for verdict in ORDER)
    country = f"{line.country_name} ({line.country})" if line.country_name != line.country else line.country
    numbers = ", ".join(line.indicators)
    return (country, numbers, line.series, line.areas, line.n_series, *counted, line.warnings, line.errors)


def totals(found: Overview) -> Iterator[Sentence]:
    """What it comes to, in two lines."""
    n = sum(line.n_series for line in found.lines)
    yield says(
        "{n} series with {observations} observations.",
        "{n} series with {observations} observations.",
        n,
        observations=found.observations,
    )
    counted = found.verdicts
    yield say(
        "{consistent} consistent, {explained} explained, {inconsistent} inconsistent, {apart} not comparable, {alone} without a baseline; "
        "{warnings} warnings, {errors} errors.",
        consistent=counted[Verdict.CONSISTENT],
        explained=counted[Verdict.EXPLAINED],
        inconsistent=counted[Verdict.INCONSISTENT],
        apart=counted[Verdict.NOT_COMPARABLE],
        alone=counted[Verdict.NO_BASELINE],
        warnings=found.warnings,
        errors=found.errors,
    )


def values_of(dot: Dot) -> Sentence:
    return say("{local} here, {national} nationally", local=_digits(dot.local), national=_digits(dot.national))


def _digits(value: float) -> float | int:
    """No more digits than tell two values apart."""
    short = float(f"{value:.6g}")
    return int(short) if short.is_integer() and abs(short) < 1e15 else short


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
