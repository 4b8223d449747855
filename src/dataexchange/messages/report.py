"""A report as text for people: first what is wrong, by rule; then how it stands beside national series; last, whether it can be published.

Equal things are said once: two hundred wards with the same verdict for the same reason are one paragraph with three
examples. The ESS validation report is in `report_ess`, the form for our own store in `report_document`.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from dataexchange.messages.report_document import as_document, from_document
from dataexchange.messages.report_ess import as_json
from dataexchange.model.finding import Comparison, Finding, Report, Severity, Verdict
from dataexchange.model.rules import RULES

__all__ = ["as_document", "as_json", "as_text", "by_rule", "by_verdict", "from_document", "summary", "verdict_lines"]

_SEVERITIES = (Severity.ERROR, Severity.WARNING, Severity.INFORMATION)
_MARKS = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFORMATION: "NOTE"}
_VERDICTS = {
    Verdict.DISAGREES: "disagrees with the national office's own value",
    Verdict.IMPLAUSIBLE: "cannot be right beside its whole or its parts",
    Verdict.AGREES: "agrees with the national office's own value",
    Verdict.PLAUSIBLE: "plausible beside its whole or its parts",
    Verdict.NOT_COMPARABLE: "not comparable",
    Verdict.NO_BASELINE: "nothing to compare with",
}
#: Series of one group that are told one by one. Where only the reason counts, one is enough.
_EXAMPLES = 3
_REASON_ONLY = (Verdict.NOT_COMPARABLE, Verdict.NO_BASELINE)
#: The s of a plural; `series` is both.
_PLURAL = re.compile(r"(?<!serie)s\b")


def as_text(report: Report, *, width: int = 100, limit: int = 20) -> str:
    """`limit`: places told for one rule. A text ends with a line break."""
    lines = [f"Report on {report.subject}", ""]
    for block in (_head(report), _findings(report, limit), _comparisons(report), _skipped(report), summary(report)):
        told = list(block)
        if told:
            lines += [*told, ""]
    return "\n".join(wrapped for line in lines[:-1] for wrapped in _wrap(line, width)) + "\n"


def summary(report: Report) -> tuple[str, ...]:
    """The two lines that matter: what was found, and whether it can be published."""
    found = f"{_count(report.errors, 'error')}, {_count(report.warnings, 'warning')}"
    if report.comparisons:
        kinds = [(sum(c.verdict is verdict for c in report.comparisons), verdict) for verdict in _VERDICTS]
        found += "; compared: " + ", ".join(f"{n:,} {verdict.replace('_', ' ')}" for n, verdict in kinds if n)
    if report.publishable:
        return (found, "It can be published.")
    return (found, f"It cannot be published: {_count(report.errors, 'error')} to correct first.")


def verdict_lines(report: Report) -> tuple[str, ...]:
    """The report in a few lines: what was counted, a line for every rule with findings, a line for every verdict and reason."""
    named = _names_files(report)
    lines = [line for line in _head(report) if line.startswith("Counted")]
    told_below = {comparison.reason for comparison in report.comparisons}
    for severity, rule, findings in by_rule(report):
        if severity is not Severity.INFORMATION and findings[0].message not in told_below:
            count = sum(finding.count for finding in findings)
            more = f" (and {count - findings[0].count:,} more)" if count > findings[0].count else ""
            lines.append(
                f"{_MARKS[severity]} {rule}: {_place(findings[0], named)}{_sentence(findings[0].message)}{more}"
            )
    for verdict, groups in by_verdict(report):
        for (_, ground), comparisons in groups.items():
            told = comparisons[0].reason if len(comparisons) == 1 else f"{len(comparisons):,} series: {ground}"
            lines.append(f"{verdict.replace('_', ' ').capitalize()}: {_sentence(told)}")
    return tuple(lines)


def _head(report: Report) -> Iterator[str]:
    if report.reading:
        yield report.reading[0].upper() + report.reading[1:]
    if any(report.counts.values()):
        yield "Counted: " + ", ".join(_counted(n, what) for what, n in report.counts.items() if n)


def _findings(report: Report, limit: int) -> Iterator[str]:
    named = _names_files(report)
    for _, rule, findings in by_rule(report):
        yield from _group(rule, findings, limit, named)


def by_rule(report: Report) -> Iterator[tuple[Severity, str, list[Finding]]]:
    """Findings by severity, the worst first, and by rule."""
    for severity in _SEVERITIES:
        groups: dict[str, list[Finding]] = {}
        for finding in report.findings:
            if finding.severity is severity:
                groups.setdefault(finding.rule, []).append(finding)
        for rule, findings in groups.items():
            yield severity, rule, findings


def _names_files(report: Report) -> bool:
    """Whether places must say their file: the one that the report is on stands at its top already."""
    files = {finding.place.file for finding in report.findings if finding.place.file}
    return len(files) > 1 or bool(files - {report.subject})


def _group(rule: str, findings: Sequence[Finding], limit: int, named: bool) -> Iterator[str]:
    registered = RULES.get(rule)
    count = sum(finding.count for finding in findings)
    title = f": {registered.title}" if registered else ""
    times = f" ({count:,} times)" if count > 1 else ""
    yield f"{_MARKS[findings[0].severity]} {rule}{title}{times}"
    for finding in findings[:limit]:
        yield f"  - {_place(finding, named)}{_sentence(finding.message)}"
    if rest := sum(finding.count for finding in findings[limit:]):
        yield f"  - and {rest:,} more, {_elsewhere(rest, len(findings[limit:]))}"
    if registered:
        yield f"  What to do: {registered.remedy}"


def _elsewhere(count: int, listed: int) -> str:
    """Where those are that a text leaves out: the JSON has every finding, but a finding may stand for many."""
    if listed == count:
        return "which the report as JSON lists"
    return f"of which the report as JSON lists {listed:,} and counts the others"


def _place(finding: Finding, named: bool) -> str:
    """Where, in the words of the spreadsheet, with the file where it is not the same for all.

    A message that begins with its own file ("a.csv, row 3: …") needs no second one in front.
    """
    place = finding.place
    if place.file and finding.message.startswith((f"{place.file}:", f"{place.file},")):
        return ""
    parts = [place.file] if named and place.file else []
    if place.sheet:
        parts.append(f"sheet {place.sheet!r}")
    if place.row is not None:
        parts.append(f"row {place.row}")
    if place.column is not None:
        parts.append(f"column {place.column!r}")
    if place.row is None and place.column is None and finding.key and finding.key not in finding.message:
        parts.append(finding.key)
    return f"{', '.join(parts)}: " if parts else ""


def _comparisons(report: Report) -> Iterator[str]:
    if report.comparisons:
        yield "Beside the national series, and parts beside their whole:"
    for verdict, groups in by_verdict(report):
        yield f"  {_VERDICTS[verdict]} ({_count(sum(map(len, groups.values())), 'comparison')})"
        for (_, ground), comparisons in groups.items():
            yield from _alike(ground, comparisons)


def by_verdict(report: Report) -> Iterator[tuple[Verdict, dict[tuple[str, str], list[Comparison]]]]:
    """Comparisons by verdict, then by rule and ground: equal reasons are told once."""
    for verdict in _VERDICTS:
        groups: dict[tuple[str, str], list[Comparison]] = {}
        for comparison in report.comparisons:
            if comparison.verdict is verdict:
                groups.setdefault((comparison.rule, comparison.ground or comparison.reason), []).append(comparison)
        if groups:
            yield verdict, groups


def _alike(ground: str, comparisons: Sequence[Comparison]) -> Iterator[str]:
    if len(comparisons) == 1:
        yield f"    - {_sentence(comparisons[0].reason)}"
        return
    told = comparisons[: 1 if comparisons[0].verdict in _REASON_ONLY else _EXAMPLES]
    yield f"    - {len(comparisons):,} series: {ground}, such as"
    for comparison in told:
        yield f"      - {_sentence(comparison.reason)}"
    if rest := len(comparisons) - len(told):
        yield f"      - and {rest:,} more"


def _skipped(report: Report) -> Iterator[str]:
    reasons: dict[str, list[str]] = {}
    for rule, reason in report.rules_skipped.items():
        reasons.setdefault(reason, []).append(rule)
    if reasons:
        yield "Rules that did not run:"
    for reason, rules in reasons.items():
        yield f"  - {', '.join(rules)}: {_sentence(reason)}"


def _sentence(text: str) -> str:
    """With a full stop, and nothing that could steer a terminal."""
    clean = "".join(c if c.isprintable() else "\ufffd" for c in text)
    return clean if clean.endswith((".", "?", "!")) else f"{clean}."


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"


def _counted(n: int, what: str) -> str:
    """A count under its name in the report: `2 observations read`, `1 observation read`."""
    words = what.replace("_", " ")
    return f"{n:,} {_PLURAL.sub('', words) if n == 1 else words}"


def _wrap(line: str, width: int) -> Iterable[str]:
    """Long lines broken, continued under their own text."""
    indent = len(line) - len(line.lstrip(" -"))
    broken = textwrap.wrap(line, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)
    return broken or [""]
