"""A report as plain JSON values and back, without loss: how the store keeps it and `/api` answers it.

What stands at its default is left out, so that ten thousand findings stay small.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from dataexchange.model.finding import Comparison, Finding, Place, Report, Severity, Verdict
from dataexchange.model.sentence import say

_PLACE = ("file", "sheet", "row", "column", "value", "cell")


def as_document(report: Report) -> dict[str, Any]:
    return {
        "subject": report.subject,
        "publishable": report.publishable,
        "errors": report.errors,
        "warnings": report.warnings,
        "reading": str(report.reading),
        "counts": dict(report.counts),
        "findings": [_finding(finding) for finding in report.findings],
        "comparisons": [_comparison(comparison) for comparison in report.comparisons],
        "rules_run": list(report.rules_run),
        "rules_skipped": {rule: str(reason) for rule, reason in report.rules_skipped.items()},
    }


def document_text(report: Report) -> str:
    """The document as the store keeps it: the same report gives the same text, so the same hash."""
    return orjson.dumps(as_document(report), option=orjson.OPT_SORT_KEYS).decode()


def from_document(document: Mapping[str, Any]) -> Report:
    """The report again. What is worked out (`publishable`, `errors`, `warnings`) is worked out anew."""
    return Report(
        subject=document["subject"],
        findings=tuple(_read_finding(found) for found in document.get("findings", ())),
        comparisons=tuple(_read_comparison(found) for found in document.get("comparisons", ())),
        counts=dict(document.get("counts", {})),
        rules_run=tuple(document.get("rules_run", ())),
        rules_skipped={rule: say(reason) for rule, reason in document.get("rules_skipped", {}).items()},
        reading=document.get("reading", ""),
    )


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


def _read_finding(found: Mapping[str, Any]) -> Finding:
    return Finding(
        rule=found["rule"],
        severity=Severity(found["severity"]),
        sentence=say(found["message"]),
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


def _read_comparison(found: Mapping[str, Any]) -> Comparison:
    return Comparison(
        rule=found["rule"],
        key=found["key"],
        baseline_key=found.get("baseline_key"),
        verdict=Verdict(found["verdict"]),
        sentence=say(found["reason"]),
        points=tuple((period, x, y) for period, x, y in found.get("points", ())),
        measures=dict(found.get("measures", {})),
        kind=say(found["ground"]) if found.get("ground") else None,
    )
