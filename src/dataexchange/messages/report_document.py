"""A report as plain JSON values and back, without loss: how the store keeps it and `/api` answers it.

What stands at its default is left out, so that ten thousand findings stay small. What is kept is in English, with what is needed
to say it in other languages (`said`, `texts`); what is answered is in one language, with what to do and equal findings grouped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from dataexchange.messages.report_groups import grouped
from dataexchange.messages.report_sentences import Texts, read_sentence
from dataexchange.messages.report_words import remedy_of, told_in
from dataexchange.model.finding import Comparison, Finding, Place, Report, Severity, Verdict
from dataexchange.model.rules import RULES
from dataexchange.model.sentence import Language, Sentence

_PLACE = ("file", "sheet", "row", "column", "value", "cell")


def as_document(report: Report) -> dict[str, Any]:
    texts = Texts()
    document = {
        **_told(report),
        "findings": [_finding(finding) | _said(texts, said=finding.sentence) for finding in report.findings],
        "comparisons": [
            _comparison(one) | _said(texts, said=one.sentence, said_ground=one.kind) for one in report.comparisons
        ],
    }
    reading = _said(texts, said_reading=report.reading if isinstance(report.reading, Sentence) else None)
    skipped = {rule: said for rule, reason in report.rules_skipped.items() if (said := texts.of(reason))}
    document |= reading | ({"said_skipped": skipped} if skipped else {})
    return document | ({"texts": texts.listed} if texts.listed else {})


def as_answer(report: Report, language: Language) -> dict[str, Any]:
    """The report in a language. Each finding says what to do; `groups` tells equal findings once, by their places in `findings`."""
    told = told_in(report, language)
    remedies = {rule: remedy_of(rule).said(language) for rule in RULES}
    places = {id(finding): number for number, finding in enumerate(told.findings)}
    return {
        **_told(told),
        "findings": [_finding(found) | {"remedy": remedies.get(found.rule, "")} for found in told.findings],
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
        "comparisons": [_comparison(comparison) for comparison in told.comparisons],
    }


def document_text(report: Report) -> str:
    """The document as the store keeps it: the same report gives the same text, so the same hash."""
    return orjson.dumps(as_document(report), option=orjson.OPT_SORT_KEYS).decode()


def from_document(document: Mapping[str, Any]) -> Report:
    """The report again. What is worked out (`publishable`, `errors`, `warnings`) is worked out anew."""
    texts, skipped = document.get("texts", ()), document.get("said_skipped", {})
    reading = document.get("said_reading")
    return Report(
        subject=document["subject"],
        findings=tuple(_read_finding(found, texts) for found in document.get("findings", ())),
        comparisons=tuple(_read_comparison(found, texts) for found in document.get("comparisons", ())),
        counts=dict(document.get("counts", {})),
        rules_run=tuple(document.get("rules_run", ())),
        rules_skipped={
            rule: read_sentence(reason, skipped.get(rule), texts)
            for rule, reason in document.get("rules_skipped", {}).items()
        },
        reading=read_sentence("", reading, texts) if reading else document.get("reading", ""),
        rulebook=document.get("rulebook", ""),
    )


def _told(report: Report) -> dict[str, Any]:
    """All but findings and comparisons."""
    return {
        "subject": report.subject,
        "publishable": report.publishable,
        "errors": report.errors,
        "warnings": report.warnings,
        "reading": str(report.reading),
        "rulebook": report.rulebook,
        "counts": dict(report.counts),
        "rules_run": list(report.rules_run),
        "rules_skipped": {rule: str(reason) for rule, reason in report.rules_skipped.items()},
    }


def _said(texts: Texts, **sentences: Sentence | None) -> dict[str, Any]:
    """What is needed to say these again, under their names."""
    return {name: said for name, sentence in sentences.items() if sentence and (said := texts.of(sentence))}


def _finding(finding: Finding) -> dict[str, Any]:
    place = {name: value for name in _PLACE if (value := getattr(finding.place, name)) is not None}
    found: dict[str, Any] = {"rule": finding.rule, "severity": finding.severity.value, "message": finding.message}
    if place:
        found["place"] = place
    if finding.key is not None:
        found["key"] = finding.key
    if finding.period is not None:
        found["period"] = finding.period
    if finding.count != 1:
        found["count"] = finding.count
    return found


def _read_finding(found: Mapping[str, Any], texts: Sequence[str]) -> Finding:
    return Finding(
        rule=found["rule"],
        severity=Severity(found["severity"]),
        sentence=read_sentence(found["message"], found.get("said"), texts),
        place=Place(**found.get("place", {})),
        key=found.get("key"),
        period=found.get("period"),
        count=found.get("count", 1),
    )


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "rule": comparison.rule,
        "key": comparison.key,
        "baseline_key": comparison.baseline_key,
        "verdict": comparison.verdict.value,
        "reason": comparison.reason,
        "ground": comparison.ground,
        "points": [list(point) for point in comparison.points],
        "measures": dict(comparison.measures),
    }


def _read_comparison(found: Mapping[str, Any], texts: Sequence[str]) -> Comparison:
    ground = found.get("ground")
    return Comparison(
        rule=found["rule"],
        key=found["key"],
        baseline_key=found.get("baseline_key"),
        verdict=Verdict(found["verdict"]),
        sentence=read_sentence(found["reason"], found.get("said"), texts),
        points=tuple((period, x, y) for period, x, y in found.get("points", ())),
        measures=dict(found.get("measures", {})),
        kind=read_sentence(ground, found.get("said_ground"), texts) if ground else None,
    )
