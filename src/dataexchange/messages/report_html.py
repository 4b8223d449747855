"""Reports as one page of HTML that needs nothing else: it can be kept, mailed and printed, and asks no other host for anything.

Equal findings are one line with their cells, as in the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from html import escape

from dataexchange.messages.report import by_rule, by_verdict, summary, verdict_lines
from dataexchange.messages.report_groups import Group, grouped
from dataexchange.messages.report_words import (
    BESIDE,
    printable,
    remedy_of,
    rules_of,
    severity_word,
    title_of,
    told_in,
    whole,
    with_national,
)
from dataexchange.model.finding import Comparison, Finding, Report, Severity, Verdict
from dataexchange.model.sentence import ENGLISH, Language, Sentence, say, says

#: Lines of one rule.
_MOST = 1_000
_RANGES = 20
#: Series of one verdict and reason that are told one by one.
_EXAMPLES = 3
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #d0d0d0;overflow-wrap:anywhere}
th{white-space:nowrap}
.error{border-left:.4rem solid #b3261e;padding-left:.6rem}.warning{border-left:.4rem solid #b97a00;padding-left:.6rem}
.information{border-left:.4rem solid #2b6cb0;padding-left:.6rem}code{background:#f2f2f2;padding:0 .2rem}
""".strip()


def as_html(reports: Report | Iterable[Report], language: Language = ENGLISH) -> str:
    all_of_them = [reports] if isinstance(reports, Report) else list(reports)
    title = ", ".join(_text(report.subject) for report in all_of_them)
    body = "".join(part for report in all_of_them for part in _report(told_in(report, language), language))
    return (
        f'<!doctype html><html lang="{escape(language.tag)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><title>{title}</title><style>{_STYLE}</style></head>'
        f"<body>{body}</body></html>\n"
    )


def _report(report: Report, language: Language) -> Iterator[str]:
    yield f"<h1>{_said(say('Report on {subject}', subject=report.subject), language)}</h1>"
    for line in (*summary(report, language), str(report.reading)):
        if line:
            yield f"<p>{_text(line[0].upper() + line[1:])}</p>"
    for severity, rule, findings in by_rule(report):
        yield from _rule(severity, rule, findings, language)
    lines = [
        *(_text(line) for line in verdict_lines(replace(report, findings=(), comparisons=()), language)),
        *_verdicts(report, language),
    ]
    if lines:
        yield _list(lines)
    if rulebook := rules_of(report):
        yield f"<p>{_said(rulebook, language)}</p>"
    if report.rules_skipped:
        skipped = [f"<code>{_text(rule)}</code> {_text(str(why))}" for rule, why in report.rules_skipped.items()]
        yield f"<p>{_said(say('Rules that did not run:'), language)}</p>{_list(skipped)}"


def _verdicts(report: Report, language: Language) -> Iterator[str]:
    """A line for every verdict and reason; of several series some are told."""
    for line, (_, comparisons) in zip(
        verdict_lines(replace(report, findings=(), counts={}), language), _groups(report), strict=True
    ):
        more = len(comparisons) > 1 and comparisons[0].verdict in BESIDE
        told = [_text(whole(with_national(one), language)) for one in comparisons[:_EXAMPLES]] if more else []
        yield _text(line) + (_list(told) if told else "")


def _groups(report: Report) -> Iterator[tuple[Verdict, Sequence[Comparison]]]:
    for verdict, groups in by_verdict(report):
        for comparisons in groups.values():
            yield verdict, comparisons


def _list(lines: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"


def _rule(severity: Severity, rule: str, findings: Sequence[Finding], language: Language) -> Iterator[str]:
    count = sum(finding.count for finding in findings)
    head = f"{_said(severity_word(severity), language)} <code>{_text(rule)}</code> {_said(title_of(rule), language)}"
    yield f'<section class="{severity.value}"><h2>{head} ({language.number(count)})</h2>'
    if remedy := remedy_of(rule).said(language):
        yield f"<p>{_said(say('What to do: {remedy}', remedy=remedy), language)}</p>"
    names = (say("Cells"), say("Column"), say("Value"), say("What is wrong"), say("Count"))
    titles = "".join(f'<th scope="col">{_said(name, language)}</th>' for name in names)
    groups = grouped(findings)
    lines = "".join(_line(group, language) for group in groups[:_MOST])
    yield f"<table><thead><tr>{titles}</tr></thead><tbody>{lines}</tbody></table>"
    if (rest := len(groups) - _MOST) > 0:
        more = says(
            "and {n} more, which the report as JSON lists", "and {n} more, which the report as JSON lists", rest
        )
        yield f"<p>{_said(more, language)}</p>"
    yield "</section>"


def _line(group: Group, language: Language) -> str:
    place, ranges = group.first.place, group.ranges
    listed = ", ".join(ranges[:_RANGES]) + (", …" if len(ranges) > _RANGES else "")
    where = ": ".join(filter(None, (place.sheet, listed)))
    texts = (where, place.column or "", place.value or "", whole(group.first.sentence, language))
    return f"<tr>{''.join(f'<td>{_text(text)}</td>' for text in texts)}<td>{language.number(group.count)}</td></tr>"


def _said(sentence: Sentence, language: Language) -> str:
    return _text(sentence.said(language))


def _text(text: str) -> str:
    return escape(printable(text))
