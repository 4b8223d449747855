"""What a report says, cut for a page: findings by rule, verdicts by reason, the first of each and how many more there are.

A table can have tens of thousands of findings. A page shows some of each rule; all that the report lists are on pages of their own,
and in the files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from dataexchange.door.exchange import Exchange
from dataexchange.messages.report import by_rule, by_verdict
from dataexchange.messages.report_document import from_document
from dataexchange.model.finding import Comparison, Finding, Report, Severity, Verdict
from dataexchange.model.rules import RULES
from dataexchange.store import reports
from dataexchange.store.database import Connection

#: Of one rule, on the page of a submission.
SHOWN = 10

#: Of one reason why series compare as they do; where only the reason counts, fewer.
_EXAMPLES = 3
_REASON_ONLY = (Verdict.NOT_COMPARABLE, Verdict.NO_BASELINE)


#: What the steps count, in their order, in words.
_COUNTED = {
    "rows": "rows",
    "left_out": "rows left out",
    "cells": "cells with a figure",
    "skipped": "cells without a figure",
    "failed": "cells that could not be mapped",
    "observations": "observations",
}


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """Findings of one rule: `count` is of cells and rows. Of these `listed` have a line of their own, there or on further pages, of
    which `more` are not shown; beyond some ten thousand, one line stands for many."""

    severity: Severity
    rule: str
    title: str
    remedy: str
    count: int
    listed: int
    shown: Sequence[Finding]
    more: int


@dataclass(frozen=True, slots=True)
class Ground:
    """Series that compare alike for the same reason."""

    reason: str
    count: int
    shown: Sequence[Comparison]
    more: int


@dataclass(frozen=True, slots=True)
class Said:
    """A report in a page's measure. `verdicts` counts comparisons, in the order in which they are told."""

    errors: int
    warnings: int
    notes: int
    findings: Sequence[FindingGroup]
    verdicts: Mapping[Verdict, int]
    grounds: Mapping[Verdict, Sequence[Ground]]
    counts: Mapping[str, int]
    reading: str
    skipped: Mapping[str, str]


def read_report(conn: Connection, digest: str) -> Report:
    return from_document(orjson.loads(reports.get(conn, digest)))


def said(exchange: Exchange, conn: Connection, digest: str | None) -> Said | None:
    """None before the first check. A report never changes, so what was cut from it is remembered."""
    if digest is None:
        return None
    made: Said = exchange.memory.get(("said", digest), lambda: _cut(read_report(conn, digest)))
    return made


def group(severity: Severity, rule: str, findings: Sequence[Finding], shown: slice) -> FindingGroup:
    known = RULES.get(rule)
    told = findings[shown]
    return FindingGroup(
        severity,
        rule,
        known.title if known else rule,
        known.remedy if known else "",
        sum(finding.count for finding in findings),
        len(findings),
        told,
        len(findings) - len(told),
    )


def _cut(report: Report) -> Said:
    grounds = {
        verdict: [_ground(ground, comparisons) for (_, ground), comparisons in groups.items()]
        for verdict, groups in by_verdict(report)
    }
    return Said(
        errors=report.errors,
        warnings=report.warnings,
        notes=sum(finding.count for finding in report.findings if finding.severity is Severity.INFORMATION),
        findings=[group(severity, rule, found, slice(SHOWN)) for severity, rule, found in by_rule(report)],
        verdicts={verdict: sum(ground.count for ground in found) for verdict, found in grounds.items()},
        grounds=grounds,
        counts={told: report.counts[name] for name, told in _COUNTED.items() if report.counts.get(name)},
        reading=str(report.reading),
        skipped={rule: str(reason) for rule, reason in report.rules_skipped.items()},
    )


def _ground(reason: str, comparisons: Sequence[Comparison]) -> Ground:
    most = 1 if comparisons[0].verdict in _REASON_ONLY else _EXAMPLES
    told = comparisons[:most]
    return Ground(reason, len(comparisons), told, len(comparisons) - len(told))
