"""A report as plain JSON values and back, without loss: how the store keeps it and `/api` answers it.

What stands at its default is left out, so that ten thousand findings stay small. What is kept is in no language: sentences keep their
texts and values apart (`messages.report_sentences`). What is answered is in one language, with what to do and equal findings grouped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson

from dataexchange.messages.report_groups import grouped
from dataexchange.messages.report_sentences import Shapes, read_said
from dataexchange.messages.report_words import remedy_of, told_in
from dataexchange.model.finding import Comparison, Finding, Place, Report, Severity, Verdict
from dataexchange.model.rules import RULES
from dataexchange.model.sentence import Language, Sentence

_PLACE = ("file", "sheet", "row", "column", "value", "cell")

#: What an answer says of every comparison, in this order, also where there is none.
_BLANK: dict[str, Any] = {
    "rule": None,
    "key": None,
    "baseline_key": None,
    "verdict": None,
    "points": [],
    "measures": {},
}


def as_document(report: Report) -> dict[str, Any]:
    shapes = Shapes()
    document = {
        **_counted(report),
        "reading": shapes.said(report.reading) if isinstance(report.reading, Sentence) else report.reading,
        "rules_skipped": {rule: shapes.said(reason) for rule, reason in report.rules_skipped.items()},
        "findings": [_finding(finding) | {"said": shapes.said(finding.sentence)} for finding in report.findings],
        "comparisons": [_kept(one, shapes) for one in report.comparisons],
    }
    return document | {"shapes": shapes.listed}


def as_answer(report: Report, language: Language) -> dict[str, Any]:
    """The report in a language. Each finding says what to do; `groups` tells equal findings once, by their places in `findings`."""
    told = told_in(report, language)
    remedies = {rule: remedy_of(rule).said(language) for rule in RULES}
    places = {id(finding): number for number, finding in enumerate(told.findings)}
    return {
        **_counted(told),
        "reading": str(told.reading),
        "rules_skipped": {rule: str(reason) for rule, reason in told.rules_skipped.items()},
        "findings": [
            _finding(found) | {"message": found.message, "remedy": remedies.get(found.rule, "")}
            for found in told.findings
        ],
        "groups": [
            {
                "rule": group.first.rule,
                "severity": group.first.severity.value,
                "message": group.first.message,
                "remedy": remedies.get(group.first.rule, ""),
                "count": group.count,
                "cells": list(group.ranges),
                "findings": [places[id(finding)] for finding in group.findings],
            }
            for group in grouped(told.findings)
        ],
        "comparisons": [
            _BLANK
            | _comparison(one)
            | {"reason": one.reason, "ground": one.ground}
            | ({"hints": [str(hint) for hint in one.hints]} if one.hints else {})
            for one in told.comparisons
        ],
    }


def document_text(report: Report) -> str:
    """The document as the store keeps it: the same report gives the same text, so the same hash."""
    return orjson.dumps(as_document(report), option=orjson.OPT_SORT_KEYS).decode()


def from_document(document: Mapping[str, Any]) -> Report:
    """The report again. What is worked out (`publishable`, `errors`, `warnings`) is worked out anew."""
    return replace(without_comparisons(document), comparisons=tuple(comparisons_in(document)))


def comparisons_in(
    document: Mapping[str, Any], only: Callable[[Mapping[str, Any]], bool] | None = None
) -> Iterator[Comparison]:
    """Those that are wanted, told by what stands of them in the document (`key`, `verdict` …): of tens of thousands, few are read."""
    listed = document.get("comparisons", ())
    return (_read_comparison(found, document) for found in listed if only is None or only(found))


def verdicts_in(document: Mapping[str, Any]) -> Counter[Verdict]:
    """How many comparisons came to which verdict."""
    named = Counter(found["verdict"] for found in document.get("comparisons", ()))
    counts: Counter[Verdict] = Counter()
    for name, n in named.items():
        counts[Verdict(name)] += n
    return counts


def without_comparisons(document: Mapping[str, Any]) -> Report:
    """What was found and counted, which is quickly read; comparisons are by far the most of a report."""
    reading = document.get("said_reading") or document.get("reading", "")
    skipped = document.get("rules_skipped", {}) | document.get("said_skipped", {})
    return Report(
        subject=document["subject"],
        findings=tuple(_read_finding(found, document) for found in document.get("findings", ())),
        counts=dict(document.get("counts", {})),
        rules_run=tuple(document.get("rules_run", ())),
        rules_skipped={rule: read_said(reason, document) for rule, reason in skipped.items()},
        reading=reading if isinstance(reading, str) else read_said(reading, document),
        rulebook=document.get("rulebook", ""),
    )


def _counted(report: Report) -> dict[str, Any]:
    """What is the same in every language."""
    return {
        "subject": report.subject,
        "publishable": report.publishable,
        "errors": report.errors,
        "warnings": report.warnings,
        "rulebook": report.rulebook,
        "counts": dict(report.counts),
        "rules_run": list(report.rules_run),
    }


def _kept(comparison: Comparison, shapes: Shapes) -> dict[str, Any]:
    found = _comparison(comparison)
    found["said"] = shapes.said(comparison.sentence)
    if comparison.kind is not None:
        found["said_ground"] = shapes.shared(comparison.kind)
    if comparison.hints:
        found["said_hints"] = [shapes.said(hint) for hint in comparison.hints]
    return found


def _finding(finding: Finding) -> dict[str, Any]:
    place = {name: value for name in _PLACE if (value := getattr(finding.place, name)) is not None}
    found: dict[str, Any] = {"rule": finding.rule, "severity": finding.severity.value}
    if place:
        found["place"] = place
    if finding.key is not None:
        found["key"] = finding.key
    if finding.period is not None:
        found["period"] = finding.period
    if finding.others:
        found["periods"] = list(finding.periods)
    if finding.count != 1:
        found["count"] = finding.count
    return found


def _read_finding(found: Mapping[str, Any], document: Mapping[str, Any]) -> Finding:
    return Finding(
        rule=found["rule"],
        severity=Severity(found["severity"]),
        sentence=read_said(found.get("said") or found["message"], document),
        place=Place(**found.get("place", {})),
        key=found.get("key"),
        period=found.get("period"),
        others=tuple(period for period in found.get("periods", ()) if period != found.get("period")),
        count=found.get("count", 1),
    )


def _comparison(comparison: Comparison) -> dict[str, Any]:
    found: dict[str, Any] = {"rule": comparison.rule, "key": comparison.key, "verdict": comparison.verdict.value}
    if comparison.baseline_key is not None:
        found["baseline_key"] = comparison.baseline_key
    if comparison.points:
        found["points"] = list(comparison.points)
    if comparison.measures:
        found["measures"] = dict(comparison.measures)
    if comparison.national is not None:
        found["national"] = comparison.national
    if comparison.vintage is not None:
        found["vintage"] = comparison.vintage
    return found


def _read_comparison(found: Mapping[str, Any], document: Mapping[str, Any]) -> Comparison:
    ground = found.get("said_ground") or found.get("ground")
    hints = found.get("said_hints") or found.get("hints", ())
    national = found.get("national")
    return Comparison(
        rule=found["rule"],
        key=found["key"],
        baseline_key=found.get("baseline_key"),
        verdict=Verdict(found["verdict"]),
        sentence=read_said(found.get("said") or found["reason"], document),
        points=tuple((period, x, y) for period, x, y in found.get("points", ())),
        measures=dict(found.get("measures", {})),
        kind=read_said(ground, document) if ground else None,
        hints=tuple(read_said(hint, document) for hint in hints),
        national=(national[0], national[1]) if national else None,
        vintage=found.get("vintage"),
    )
