"""The words of reports that are not in findings: verdicts, severities, counts, and the titles and remedies of rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from dataexchange.model.finding import Comparison, Place, Report, Severity, Verdict
from dataexchange.model.rules import RULES
from dataexchange.model.sentence import Language, Sentence, Value, say, says

#: What a verdict means, in the order in which verdicts are told.
VERDICTS: Mapping[Verdict, Sentence] = {
    Verdict.INCONSISTENT: say("inconsistent with the national figures or with its parts"),
    Verdict.EXPLAINED: say("differs, and it is explained why"),
    Verdict.CONSISTENT: say("consistent with the national figures or with its parts"),
    Verdict.NOT_COMPARABLE: say("not comparable"),
    Verdict.NO_BASELINE: say("nothing to compare with"),
}
#: A verdict in a word, as it is counted.
VERDICT_WORDS: Mapping[Verdict, Sentence] = {
    Verdict.INCONSISTENT: say("inconsistent"),
    Verdict.EXPLAINED: say("explained"),
    Verdict.CONSISTENT: say("consistent"),
    Verdict.NOT_COMPARABLE: say("not comparable"),
    Verdict.NO_BASELINE: say("no baseline"),
}
#: How many comparisons came to a verdict, in the line that sums them up.
_VERDICT_COUNTS: Mapping[Verdict, Callable[[int], Sentence]] = {
    Verdict.INCONSISTENT: lambda n: says("{n} inconsistent", "{n} inconsistent", n),
    Verdict.EXPLAINED: lambda n: says("{n} explained", "{n} explained", n),
    Verdict.CONSISTENT: lambda n: says("{n} consistent", "{n} consistent", n),
    Verdict.NOT_COMPARABLE: lambda n: says("{n} not comparable", "{n} not comparable", n),
    Verdict.NO_BASELINE: lambda n: says("{n} without a baseline", "{n} without a baseline", n),
}
#: Verdicts on a series beside a national one.
BESIDE = frozenset({Verdict.CONSISTENT, Verdict.EXPLAINED, Verdict.INCONSISTENT})
#: Whole numbers below it are written out.
_PRINTED = 1e15
_SEVERITIES = {
    Severity.ERROR: say("ERROR"),
    Severity.WARNING: say("WARNING"),
    Severity.INFORMATION: say("NOTE"),
}
_COUNTS: Mapping[str, Callable[[int], Sentence]] = {
    "rows": lambda n: says("{n} row", "{n} rows", n),
    "left_out": lambda n: says("{n} left out", "{n} left out", n),
    "cells": lambda n: says("{n} cell", "{n} cells", n),
    "observations": lambda n: says("{n} observation", "{n} observations", n),
    "skipped": lambda n: says("{n} skipped", "{n} skipped", n),
    "failed": lambda n: says("{n} failed", "{n} failed", n),
    "messages": lambda n: says("{n} message", "{n} messages", n),
    "observations read": lambda n: says("{n} observation read", "{n} observations read", n),
    "repeated": lambda n: says("{n} repeated", "{n} repeated", n),
}
#: The s of a plural; `series` is both.
_PLURAL = re.compile(r"(?<!serie)s\b")


def severity_word(severity: Severity) -> Sentence:
    return _SEVERITIES[severity]


def verdict_count(verdict: Verdict, n: int) -> Sentence:
    return _VERDICT_COUNTS[verdict](n)


def title_of(rule: str) -> Sentence:
    """The title of a rule, which the catalogue knows by its text; its id where it is not registered."""
    return say(RULES[rule].title if rule in RULES else rule)


def remedy_of(rule: str) -> Sentence:
    return say(RULES[rule].remedy if rule in RULES else "")


def with_national(comparison: Comparison) -> Sentence:
    """What was found, and the national figure that it was found beside, with the release that last changed the series it is of: which
    one brought that one figure is not kept."""
    if comparison.national is None or comparison.verdict not in BESIDE:
        return comparison.sentence
    period, value = comparison.national
    told: dict[str, Value] = {
        "words": comparison.sentence,
        "value": int(value) if abs(value) < _PRINTED and value == int(value) else value,
        "period": period,
    }
    if comparison.vintage is None:
        return say("{words} (national figure: {value} in {period})", **told)
    return say(
        "{words} (national figure: {value} in {period}; its series last changed in release {release})",
        release=str(comparison.vintage),
        **told,
    )


def rules_of(report: Report) -> Sentence | None:
    """By which rulebook it was made."""
    return say("Rules: {rulebook}", rulebook=report.rulebook) if report.rulebook else None


def counted(what: str, n: int) -> Sentence:
    """A count under its name in the report: `2 observations read`, `1 observation read`."""
    if what in _COUNTS:
        return _COUNTS[what](n)
    words = what.replace("_", " ")
    return say("{n} {what}", n=n, what=_PLURAL.sub("", words) if n == 1 else words)


def parts_of(place: Place, language: Language, *, named: bool) -> list[str]:
    """Where it is, in the words of a spreadsheet; with the file where that is to be `named`."""
    parts = [place.file] if named and place.file else []
    if place.sheet:
        parts.append(say("sheet {sheet}", sheet=repr(place.sheet)).said(language))
    if place.row is not None:
        parts.append(say("row {row}", row=str(place.row)).said(language))
    if place.column is not None:
        parts.append(say("column {column}", column=repr(place.column)).said(language))
    if place.cell is not None:
        parts.append(say("cell {cell}", cell=place.cell).said(language))
    return parts


def told_in(report: Report, language: Language) -> Report:
    """The report in one language, for whoever shows its messages as they are."""
    reading = report.reading if isinstance(report.reading, Sentence) else say(report.reading)
    return replace(
        report,
        findings=tuple(replace(f, sentence=_once(f.sentence, language)) for f in report.findings),
        comparisons=tuple(_comparison_in(comparison, language) for comparison in report.comparisons),
        rules_skipped={rule: _once(reason, language) for rule, reason in report.rules_skipped.items()},
        reading=reading.said(language),
    )


def _comparison_in(comparison: Comparison, language: Language) -> Comparison:
    return replace(
        comparison,
        sentence=_once(comparison.sentence, language),
        kind=None if comparison.kind is None else _once(comparison.kind, language),
        hints=tuple(_once(hint, language) for hint in comparison.hints),
    )


def _once(sentence: Sentence, language: Language) -> Sentence:
    return say(sentence.said(language))


def whole(sentence: Sentence, language: Language) -> str:
    """With a full stop, and nothing that could steer a terminal."""
    clean = printable(sentence.said(language))
    return clean if clean.endswith((".", "?", "!")) else f"{clean}."


def printable(text: str) -> str:
    # French parts thousands and marks with spaces that do not break; Python counts them as not printable.
    return "".join(c if c.isprintable() or c in "\u00a0\u202f" else "\ufffd" for c in text)
