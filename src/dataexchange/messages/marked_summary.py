"""The sheet of findings of a marked workbook: what was found, how often and where, and whether the table can be published.

    ERROR   MAP-CODE: A text that no code stands for    Wards!C2:C1200    'Ashly'    "Ashly" is not a …    1,199

Equal findings are one line, whose cells are a link to the first of them. Every cell is text, whatever it begins with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dataexchange.messages.marked_comments import escape_text
from dataexchange.messages.marked_styles import Styles
from dataexchange.messages.report import by_rule, summary, verdict_lines
from dataexchange.messages.report_groups import Group, grouped
from dataexchange.messages.report_words import printable, remedy_of, severity_word, title_of, told_in, whole
from dataexchange.messages.xml_build import DECLARATION, element
from dataexchange.model.finding import Report
from dataexchange.model.sentence import Language, Sentence, say, says
from dataexchange.model.table import column_letter

#: Lines of findings; the report has them all.
_MOST = 5_000
_RANGES = 20
_LONGEST = 8_000
_WIDTHS = (14, 34, 24, 18, 60, 60, 10)
#: Characters that fit on one line of a column, for a unit of its width.
_HEIGHT = 15
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    style: int
    #: Where a click leads: 'Data'!C12.
    link: str | None = None


def sheet_name(taken: Sequence[str], language: Language) -> str:
    """`Findings`, or with a number where the city has a sheet of that name."""
    wanted = say("Findings").said(language).translate(_FORBIDDEN).strip()[:25] or "Findings"
    others = {name.casefold() for name in taken}
    names = (wanted if n == 1 else f"{wanted} {n}" for n in range(1, len(taken) + 2))
    return next(name for name in names if name.casefold() not in others)


def summary_sheet(
    report: Report,
    notes: Sequence[Sentence],
    sheets: Mapping[str | None, str],
    styles: Styles,
    language: Language,
    space: str,
) -> bytes:
    """`notes`: what is to be known of the marks. `sheets`: the name of the sheet that each finding's sheet became."""
    rows = list(_rows(told_in(report, language), notes, sheets, styles, language))
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(_WIDTHS, 1)
    )
    data = "".join(_row(number, row) for number, row in enumerate(rows, 1))
    links = [
        element("hyperlink", {"ref": f"{column_letter(c)}{r}", "location": cell.link, "display": cell.text[:200]})
        for r, row in enumerate(rows, 1)
        for c, cell in enumerate(row)
        if cell.link
    ]
    view = '<sheetViews><sheetView workbookViewId="0" showGridLines="0" tabSelected="1"/></sheetViews>'
    linked = element("hyperlinks", {}, *links) if links else ""
    setup = '<pageSetup orientation="landscape" fitToHeight="0"/>'
    return (
        f'{DECLARATION}<worksheet xmlns="{space}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>{view}<cols>{columns}</cols>'
        f"<sheetData>{data}</sheetData>{linked}{setup}</worksheet>"
    ).encode()


def _rows(
    report: Report, notes: Sequence[Sentence], sheets: Mapping[str | None, str], styles: Styles, language: Language
) -> Iterator[list[Cell]]:
    def plain(sentence: Sentence) -> str:
        return whole(sentence, language)

    yield [Cell(say("Findings in {file}", file=printable(report.subject)).said(language), styles.title)]
    for line in (*summary(report, language), str(report.reading)):
        if line:
            yield [Cell(line[0].upper() + line[1:], 0)]
    for note in notes:
        yield [Cell(plain(note), 0)]
    yield []
    found, words = list(by_rule(report)), _words(language)
    if found:
        yield [Cell(text, styles.head) for text in (*words[:2], words[6], "", words[5])]
        for severity, rule, findings in found:
            count = sum(finding.count for finding in findings)
            word = severity_word(severity).said(language)
            yield [
                Cell(word, styles.severity[severity]),
                Cell(_titled(rule, language), styles.text),
                Cell(language.number(count), styles.text),
                Cell("", 0),
                Cell(remedy_of(rule).said(language), styles.text),
            ]
        yield []
        yield [Cell(text, styles.head) for text in words]
        yield from _findings(report, sheets, styles, language)
        yield []
    for line in verdict_lines(replace(report, findings=()), language):
        yield [Cell(line, 0)]


def _words(language: Language) -> tuple[str, ...]:
    """The names of the columns."""
    names = (
        say("Severity"),
        say("Rule"),
        say("Cells"),
        say("Value"),
        say("What is wrong"),
        say("What to do"),
        say("Count"),
    )
    return tuple(name.said(language) for name in names)


def _findings(
    report: Report, sheets: Mapping[str | None, str], styles: Styles, language: Language
) -> Iterator[list[Cell]]:
    groups = [group for _, _, findings in by_rule(report) for group in grouped(findings)]
    for group in groups[:_MOST]:
        first = group.first
        link = _link(group, sheets)
        texts = (first.place.value or "", whole(first.sentence, language), remedy_of(first.rule).said(language))
        yield [
            Cell(severity_word(first.severity).said(language), styles.severity[first.severity]),
            Cell(_titled(first.rule, language), styles.text),
            Cell(_where(group, language), styles.link if link else styles.text, link),
            *(Cell(text, styles.text) for text in texts),
            Cell(language.number(group.count), styles.text),
        ]
    if (rest := len(groups) - _MOST) > 0:
        more = says("and {n} more, which the report lists", "and {n} more, which the report lists", rest)
        yield [Cell(more.said(language), 0)]


def _titled(rule: str, language: Language) -> str:
    return say("{rule}: {title}", rule=rule, title=title_of(rule)).said(language)


def _where(group: Group, language: Language) -> str:
    place, ranges = group.first.place, group.ranges
    listed = ", ".join(ranges[:_RANGES]) + (", …" if len(ranges) > _RANGES else "")
    if listed and not place.cell:
        listed = say("row {row}", row=listed).said(language)
    return ": ".join(filter(None, (place.sheet, listed)))


def _link(group: Group, sheets: Mapping[str | None, str]) -> str | None:
    place = group.first.place
    name = sheets.get(place.sheet)
    cell = place.cell or (f"A{place.row}" if place.row is not None else "A1" if place.sheet is not None else None)
    if name is None or cell is None:
        return None
    quoted = name.replace("'", "''")
    return f"'{quoted}'!{cell}"


def _row(number: int, cells: Sequence[Cell]) -> str:
    """As high as its longest text needs."""
    written = "".join(
        f'<c r="{column_letter(n)}{number}" s="{cell.style}" t="inlineStr"><is><t xml:space="preserve">'
        f"{escape_text(cell.text[:_LONGEST])}</t></is></c>"
        for n, cell in enumerate(cells)
        if cell.text or cell.style
    )
    if len(cells) < 2:
        title = ' ht="24" customHeight="1"' if number == 1 else ""
        return f'<row r="{number}"{title}>{written}</row>'
    lines = max(1 + int(len(cell.text[:_LONGEST]) / width) for cell, width in zip(cells, _WIDTHS, strict=False))
    height = min(lines * _HEIGHT, 400)
    return f'<row r="{number}" ht="{height}" customHeight="1">{written}</row>'
