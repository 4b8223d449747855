"""A report as text for people: first what is wrong, by rule; then how it stands beside national series; last, whether it can be published.

Equal things are said once: two hundred wards with the same verdict for the same reason are one paragraph with three
examples. It is said in English unless told otherwise. The ESS validation report is in `report_ess`, the form for our own store
in `report_document`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from dataexchange.messages.report_document import as_document, from_document
from dataexchange.messages.report_ess import as_json
from dataexchange.messages.report_groups import RANGES, Group, grouped
from dataexchange.messages.report_words import (
    VERDICT_WORDS,
    VERDICTS,
    counted,
    parts_of,
    remedy_of,
    rules_of,
    severity_word,
    title_of,
    verdict_count,
    whole,
    with_national,
)
from dataexchange.model.finding import Comparison, Finding, Report, Severity, Verdict
from dataexchange.model.rules import RULES
from dataexchange.model.sentence import ENGLISH, Language, Sentence, say, says

__all__ = [
    "as_document",
    "as_json",
    "as_text",
    "by_rule",
    "by_verdict",
    "finding_lines",
    "from_document",
    "summary",
    "verdict_lines",
]

_SEVERITIES = (Severity.ERROR, Severity.WARNING, Severity.INFORMATION)
#: Series of one group that are told one by one. Where only the reason counts, one is enough.
_EXAMPLES = 3
_REASON_ONLY = (Verdict.NOT_COMPARABLE, Verdict.NO_BASELINE)


def as_text(report: Report, *, width: int = 100, limit: int = 20, language: Language = ENGLISH) -> str:
    """`limit`: places told for one rule. A text ends with a line break."""
    teller = _Teller(report, language)
    lines = [teller.say(say("Report on {subject}", subject=report.subject)), ""]
    end = summary(report, language)
    blocks = (teller.head(), teller.findings(limit), teller.comparisons(), teller.rules(), end)
    for block in blocks:
        told = list(block)
        if told:
            lines += [*told, ""]
    return "\n".join(wrapped for line in lines[:-1] for wrapped in _wrap(line, width)) + "\n"


def summary(report: Report, language: Language = ENGLISH) -> tuple[str, ...]:
    """The two lines that matter: what was found, and what came of it or whether it can be published."""
    errors = says("{n} error", "{n} errors", report.errors)
    found = say(
        "{errors}, {warnings}", errors=errors, warnings=says("{n} warning", "{n} warnings", report.warnings)
    ).said(language)
    if report.comparisons:
        kinds = [(sum(c.verdict is verdict for c in report.comparisons), verdict) for verdict in VERDICTS]
        counts = [verdict_count(verdict, n).said(language) for n, verdict in kinds if n]
        found = say("{found}; compared: {counts}", found=found, counts=", ".join(counts)).said(language)
    if report.came_of is not None:
        return (found, report.came_of.said(language))
    if report.publishable:
        return (found, _publishable(report.warnings if report.wants_reasons else 0).said(language))
    return (found, say("It cannot be published: {errors} to correct first.", errors=errors).said(language))


def _publishable(warnings: int) -> Sentence:
    """Each warning wants a reason before publication; one that stands in COMMENT_OBS is one."""
    if not warnings:
        return say("It can be published.")
    return says(
        "It can be published when its warning has a reason.",
        "It can be published when its {n} warnings have reasons.",
        warnings,
    )


def finding_lines(report: Report, language: Language = ENGLISH, limit: int = 20) -> tuple[str, ...]:
    """How the file was read, what was counted, and the findings by rule: without comparisons and a verdict."""
    teller = _Teller(report, language)
    return (*teller.head(), *teller.findings(limit))


def verdict_lines(report: Report, language: Language = ENGLISH) -> tuple[str, ...]:
    """The report in a few lines: what was counted, a line for every rule with findings, a line for every verdict and reason."""
    teller = _Teller(report, language)
    lines = [*teller.counts()]
    told_below = {comparison.sentence for comparison in report.comparisons}
    explained = [c.reason for c in report.comparisons if c.verdict is Verdict.EXPLAINED]
    for severity, rule, findings in by_rule(report):
        # What a reason explains is told with it, below.
        said = findings[0].message in " ".join(explained) or findings[0].sentence in told_below
        if severity is not Severity.INFORMATION and not said:
            count = sum(finding.count for finding in findings)
            line = f"{teller.say(severity_word(severity))} {rule}: {teller.finding(findings[0])}"
            if count > findings[0].count:
                line = teller.say(say("{line} (and {n} more)", line=line, n=count - findings[0].count))
            lines.append(line)
    for verdict, groups in by_verdict(report):
        for comparisons in groups.values():
            kind = teller.say(VERDICT_WORDS[verdict]).capitalize()
            told = with_national(comparisons[0]) if len(comparisons) == 1 else _alike(comparisons)
            lines.append(teller.say(say("{verdict}: {what}", verdict=kind, what=whole(told, language))))
    return tuple(lines)


def by_rule(report: Report) -> Iterator[tuple[Severity, str, list[Finding]]]:
    """Findings by severity, the worst first, and by rule."""
    for severity in _SEVERITIES:
        groups: dict[str, list[Finding]] = {}
        for finding in report.findings:
            if finding.severity is severity:
                groups.setdefault(finding.rule, []).append(finding)
        for rule, findings in groups.items():
            yield severity, rule, findings


def by_verdict(report: Report) -> Iterator[tuple[Verdict, dict[tuple[str, str], list[Comparison]]]]:
    """Comparisons by verdict, then by rule and ground: equal reasons are told once."""
    for verdict in VERDICTS:
        groups: dict[tuple[str, str], list[Comparison]] = {}
        for comparison in report.comparisons:
            if comparison.verdict is verdict:
                groups.setdefault((comparison.rule, comparison.ground or comparison.reason), []).append(comparison)
        if groups:
            yield verdict, groups


def _alike(comparisons: Sequence[Comparison]) -> Sentence:
    return says("{n} series: {ground}", "{n} series: {ground}", len(comparisons), ground=_ground(comparisons[0]))


def _ground(comparison: Comparison) -> Sentence:
    return comparison.kind or comparison.sentence


class _Teller:
    """Says the parts of one report in one language, line by line."""

    def __init__(self, report: Report, language: Language) -> None:
        self._report, self._language = report, language
        # The file that the report is on stands at its top already.
        files = {finding.place.file for finding in report.findings if finding.place.file}
        self._names_files = len(files) > 1 or bool(files - {report.subject})

    def say(self, sentence: Sentence) -> str:
        return sentence.said(self._language)

    def head(self) -> Iterator[str]:
        if reading := self.say(_sentence(self._report.reading)):
            yield reading[0].upper() + reading[1:]
        yield from self.counts()

    def counts(self) -> Iterator[str]:
        counts = self._report.counts
        if any(counts.values()):
            listed = ", ".join(self.say(counted(what, n)) for what, n in counts.items() if n)
            yield self.say(say("Counted: {counts}", counts=listed))

    def findings(self, limit: int) -> Iterator[str]:
        for severity, rule, findings in by_rule(self._report):
            yield from self._rule(severity, rule, findings, limit)

    def _rule(self, severity: Severity, rule: str, findings: Sequence[Finding], limit: int) -> Iterator[str]:
        count = sum(finding.count for finding in findings)
        line = f"{self.say(severity_word(severity))} {rule}"
        if rule in RULES:
            line = self.say(say("{rule}: {title}", rule=line, title=title_of(rule)))
        if count > 1:
            line = self.say(says("{line} ({n} time)", "{line} ({n} times)", count, line=line))
        yield line
        groups = grouped(findings)
        for group in groups[:limit]:
            yield f"  - {self._alike(group, max(RANGES, limit // 4))}"
        left = [finding for group in groups[limit:] for finding in group.findings]
        if rest := sum(finding.count for finding in left):
            yield f"  - {self.say(_elsewhere(rest, len(left)))}"
        if rule in RULES:
            yield f"  {self.say(say('What to do: {remedy}', remedy=remedy_of(rule)))}"

    def _alike(self, group: Group, most: int) -> str:
        """The first of equal findings, and where the others are."""
        line = self.finding(group.first)
        if len(group.findings) == 1:
            return line
        listed = ", ".join(group.ranges[:most]) + (", …" if len(group.ranges) > most else "")
        if not listed:
            return self.say(says("{line} ({n} time)", "{line} ({n} times)", group.count, line=line))
        if group.first.place.cell:
            told = says(
                "{line} ({n} cell: {cells})", "{line} ({n} cells: {cells})", group.count, line=line, cells=listed
            )
        else:
            told = says(
                "{line} ({n} time, row {rows})", "{line} ({n} times, rows {rows})", group.count, line=line, rows=listed
            )
        return self.say(told)

    def finding(self, finding: Finding) -> str:
        """The place and the sentence. A message that begins with its own file ("a.csv, row 3: …") needs no second one in front."""
        message = whole(finding.sentence, self._language)
        place = finding.place
        if (
            place.file
            and message.removeprefix(place.file).lstrip("\u00a0")[:1] in (":", ",")
            and message.startswith(place.file)
        ):
            return message
        parts = parts_of(place, self._language, named=self._names_files)
        if place.row is None and place.column is None and finding.key and finding.key not in message:
            parts.append(finding.key)
        return self.say(say("{place}: {fault}", place=", ".join(parts), fault=message)) if parts else message

    def comparisons(self) -> Iterator[str]:
        if self._report.comparisons:
            yield self.say(say("Beside the national series, and parts beside their whole:"))
        for verdict, groups in by_verdict(self._report):
            count = says("{n} comparison", "{n} comparisons", sum(map(len, groups.values())))
            yield f"  {self.say(say('{verdict} ({comparisons})', verdict=VERDICTS[verdict], comparisons=count))}"
            for comparisons in groups.values():
                yield from self._comparisons(comparisons)

    def _comparisons(self, comparisons: Sequence[Comparison]) -> Iterator[str]:
        if len(comparisons) == 1:
            yield f"    - {whole(with_national(comparisons[0]), self._language)}"
            return
        shown = comparisons[: 1 if comparisons[0].verdict in _REASON_ONLY else _EXAMPLES]
        yield f"    - {self.say(say('{series}, such as', series=_alike(comparisons)))}"
        for comparison in shown:
            yield f"      - {whole(with_national(comparison), self._language)}"
        if rest := len(comparisons) - len(shown):
            yield f"      - {self.say(says('and {n} more', 'and {n} more', rest))}"

    def rules(self) -> Iterator[str]:
        """By which rulebook, and which of its rules did not run."""
        if rulebook := rules_of(self._report):
            yield self.say(rulebook)
        reasons: dict[Sentence, list[str]] = {}
        for rule, reason in self._report.rules_skipped.items():
            reasons.setdefault(reason, []).append(rule)
        if reasons:
            yield self.say(say("Rules that did not run:"))
        for why, rules in reasons.items():
            told = whole(why, self._language)
            yield f"  - {self.say(say('{rules}: {reason}', rules=', '.join(rules), reason=told))}"


def _elsewhere(count: int, listed: int) -> Sentence:
    """Where those are that a text leaves out: the JSON has every finding, but a finding may stand for many."""
    if listed == count:
        return says(
            "and {n} more, which the report as JSON lists", "and {n} more, which the report as JSON lists", count
        )
    return says(
        "and {n} more, of which the report as JSON lists {listed} and counts the others",
        "and {n} more, of which the report as JSON lists {listed} and counts the others",
        count,
        listed=listed,
    )


def _sentence(words: Sentence | str) -> Sentence:
    return words if isinstance(words, Sentence) else say(words)


def _wrap(line: str, width: int) -> Iterable[str]:
    """Long lines broken, continued under their own text."""
    indent = len(line) - len(line.lstrip(" -"))
    broken = textwrap.wrap(line, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)
    return broken or [""]
