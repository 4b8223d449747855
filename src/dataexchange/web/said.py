"""What a report says, cut for a page: findings by rule, verdicts by reason, the first of each and how many more there are.

A table can have tens of thousands of findings. A page shows some of each rule; all that the report lists are on pages of their own,
and in the files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dataexchange.door.exchange import Exchange
from dataexchange.messages.report import by_rule, by_verdict
from dataexchange.messages.report_groups import RANGES, Group, grouped
from dataexchange.messages.report_words import VERDICT_WORDS, VERDICTS, remedy_of, severity_word, title_of, told_in
from dataexchange.model.finding import Comparison, Finding, Report, Severity, Verdict
from dataexchange.model.sentence import Language
from dataexchange.model.submission import Submission
from dataexchange.store.database import Connection
from dataexchange.web.finding_words import COUNTED, Words
from dataexchange.workflow.justified import told_report, told_tag
from dataexchange.workflow.marked import readable

#: What a verdict is called on a page.
_VERDICTS = {**VERDICT_WORDS, Verdict.NO_BASELINE: VERDICTS[Verdict.NO_BASELINE]}

#: Of one rule, on the page of a submission.
SHOWN = 10

#: Of one reason why series compare as they do; where only the reason counts, fewer.
_EXAMPLES = 3
_REASON_ONLY = (Verdict.NOT_COMPARABLE, Verdict.NO_BASELINE)


@dataclass(frozen=True, slots=True)
class Shown:
    """A line of the page: a finding, or equal ones with their number and the first of their cells."""

    finding: Finding
    count: int
    cells: Sequence[str]
    more: bool


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """Findings of one rule: `count` is of cells and rows. `listed` lines tell them, here or on further pages, of which `more` are not
    shown; one line stands for all that are equal. `tell` has the words of the language that all of it is told in."""

    severity: Severity
    word: str
    rule: str
    title: str
    remedy: str
    count: int
    listed: int
    shown: Sequence[Shown]
    more: int
    tell: Words


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
    #: Whether the file could be read, so that its cells can be marked.
    readable: bool
    #: The words of the language of it all, and what its verdicts are called there.
    tell: Words
    words: Mapping[Verdict, str]


def said(exchange: Exchange, conn: Connection, submission: Submission, spoken: tuple[str, Language]) -> Said | None:
    """None before the first check. A report is not changed, so what was cut from it is remembered, for each language."""
    digest, accepted = told_tag(conn, submission)
    if digest is None:
        return None
    tag, language = spoken
    # Two submissions may have one report, and other reasons.
    name = ("said", submission.id if accepted else "", digest, tag)
    made: Said = exchange.memory.get(name, lambda: _cut(told_report(conn, submission), tag, language))
    return made


def group(
    severity: Severity, rule: str, findings: Sequence[Finding], shown: slice, spoken: tuple[str, Language]
) -> FindingGroup:
    """`findings` are told in the language already."""
    _, language = spoken
    alike = grouped(findings)
    told = [_shown(one) for one in alike[shown]]
    return FindingGroup(
        severity,
        severity_word(severity).said(language),
        rule,
        title_of(rule).said(language),
        remedy_of(rule).said(language),
        sum(finding.count for finding in findings),
        len(alike),
        told,
        len(alike) - len(told),
        Words(*spoken),
    )


def _shown(group: Group) -> Shown:
    cells = group.ranges if len(group.findings) > 1 else ()
    return Shown(group.first, group.count, cells[:RANGES], len(cells) > RANGES)


def _cut(report: Report, tag: str, language: Language) -> Said:
    report = told_in(report, language)
    grounds = {
        verdict: [_ground(ground, comparisons) for (_, ground), comparisons in groups.items()]
        for verdict, groups in by_verdict(report)
    }
    return Said(
        errors=report.errors,
        warnings=report.warnings,
        notes=sum(finding.count for finding in report.findings if finding.severity is Severity.INFORMATION),
        findings=[
            group(severity, rule, found, slice(SHOWN), (tag, language)) for severity, rule, found in by_rule(report)
        ],
        verdicts={verdict: sum(ground.count for ground in found) for verdict, found in grounds.items()},
        grounds=grounds,
        counts={name: report.counts[name] for name in COUNTED if report.counts.get(name)},
        reading=str(report.reading),
        skipped={rule: str(reason) for rule, reason in report.rules_skipped.items()},
        readable=readable(report),
        tell=Words(tag, language),
        words={verdict: words.said(language) for verdict, words in _VERDICTS.items()},
    )


def _ground(reason: str, comparisons: Sequence[Comparison]) -> Ground:
    most = 1 if comparisons[0].verdict in _REASON_ONLY else _EXAMPLES
    told = comparisons[:most]
    return Ground(reason, len(comparisons), told, len(comparisons) - len(told))
