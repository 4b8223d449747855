"""A report as the ESS validation report 1.0.1: an array of validations, one for every finding, comparison and rule that held.

`value` is "0" for a rule that was broken, "1" for one that held, "NA" for one that could not be asked. `target` is the key of the
observation, part by part, with its period last: 16 parts in the SDG structure. `source` is the place in the file, or the national key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson

from dataexchange.messages.report_words import VERDICT_WORDS, parts_of, remedy_of, title_of, told_in
from dataexchange.model.finding import Comparison, Finding, Report, Severity, Verdict
from dataexchange.model.rules import RULES
from dataexchange.model.sentence import ENGLISH, Language, say, says

_LANGUAGE = "dataexchange rule"
_VALUES = {Verdict.CONSISTENT: "1", Verdict.EXPLAINED: "1", Verdict.INCONSISTENT: "0"}


def as_json(
    reports: Report | Iterable[Report],
    *,
    time: datetime | None = None,
    actor: str = "DX",
    trigger: str = "",
    language: Language = ENGLISH,
) -> bytes:
    """One array over one report or several, its descriptions and explanations in one language.

    `time` is when the rules ran (now, unless told), `actor` the office that ran them, `trigger` what made them run.
    """
    event = {"time": (time or datetime.now(UTC)).isoformat(timespec="seconds"), "actor": actor, "agent": "dataexchange"}
    if trigger:
        event["trigger"] = trigger
    array = [
        {"id": f"{report.subject}#{n}", "type": "validation", "event": _by(event, report), **validation}
        for report in ([reports] if isinstance(reports, Report) else reports)
        for n, validation in enumerate(_validations(told_in(report, language), language), 1)
    ]
    return orjson.dumps(array, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _by(event: dict[str, str], report: Report) -> dict[str, str]:
    """With the rulebook that it was made by."""
    return {**event, "agent": f"dataexchange, rules {report.rulebook}"} if report.rulebook else event


def _validations(report: Report, language: Language) -> Iterator[dict[str, Any]]:
    for finding in report.findings:
        yield _finding(finding, language)
    said = {(finding.rule, finding.key) for finding in report.findings}
    # A finding of coherence says what its verdict says.
    broken_keys = {
        finding.key
        for finding in report.findings
        if finding.rule.startswith("COH-") and finding.severity is not Severity.INFORMATION
    }
    for comparison in report.comparisons:
        told = comparison.verdict is Verdict.INCONSISTENT and comparison.key in broken_keys
        if not told and (comparison.rule, comparison.key) not in said:
            yield _comparison(comparison, language)
    broken = {finding.rule for finding in report.findings} | {comparison.rule for comparison in report.comparisons}
    for rule in report.rules_run:
        if rule not in broken:
            yield {"rule": _rule(rule, language), "data": _data([], [report.subject]), "value": "1"}
    for rule, reason in report.rules_skipped.items():
        yield {"rule": _rule(rule, language, str(reason)), "data": _data([], [report.subject]), "value": "NA"}


def _finding(finding: Finding, language: Language) -> dict[str, Any]:
    place = finding.place
    source = [place.file, place.sheet, place.row, place.column, place.value, place.cell]
    where = ", ".join(parts_of(place, language, named=True)) or say("the whole table").said(language)
    many = says("{n} observation", "{n} observations", finding.count).said(language)
    description = many if finding.count > 1 else where
    return {
        "rule": _rule(finding.rule, language, finding.message, finding.severity),
        "data": _data(_parts(finding.key, finding.period), source, description),
        "value": "0",
    }


def _comparison(comparison: Comparison, language: Language) -> dict[str, Any]:
    n = len(comparison.points)
    shared = says("{n} shared period", "{n} shared periods", n) if n else VERDICT_WORDS[comparison.verdict]
    periods = shared.said(language)
    return {
        "rule": _rule(comparison.rule, language, comparison.reason),
        "data": _data(_parts(comparison.key), _parts(comparison.baseline_key), periods),
        "value": _VALUES.get(comparison.verdict, "NA"),
    }


def _rule(rule: str, language: Language, explanation: str = "", severity: Severity | None = None) -> dict[str, Any]:
    registered = RULES.get(rule)
    known = registered.severity if registered else Severity.INFORMATION
    found: dict[str, Any] = {"language": _LANGUAGE, "expression": rule, "severity": (severity or known).value}
    if registered:
        found["description"] = f"{title_of(rule).said(language)}. {remedy_of(rule).said(language)}"
    if explanation:
        found["explanation"] = explanation
    return found


def _data(target: list[Any], source: list[Any], description: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"source": [source] if source else [], "target": [target] if target else []}
    if description:
        found["description"] = description
    return found


def _parts(key: str | None, period: str | None = None) -> list[Any]:
    """The key's parts and the period; a whole series has "" for its period."""
    return [] if key is None else [*key.split("."), period or ""]
