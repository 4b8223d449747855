"""An overview as text for a terminal, as CSV for a spreadsheet, as JSON, and as one page of HTML that needs nothing else."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from html import escape
from typing import Any

import orjson

from dataexchange.messages.overview_plot import NARROW, WIDE, as_svg, said
from dataexchange.messages.overview_words import LISTED, ORDER, cells, heads, totals, values_of
from dataexchange.model.overview import Dot, Line, Overview
from dataexchange.model.sentence import ENGLISH, Language, say

#: Cells of a spreadsheet that begin so would be taken for formulas.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
:root{color-scheme:light dark;--paper:#fff;--ink:#17212b;--soft:#4f5d6b;--line:#d3dae0}
@media(prefers-color-scheme:dark){:root{--paper:#11171d;--ink:#e4e9ee;--soft:#a7b3bf;--line:#323d48}}
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;color:var(--ink);background:var(--paper)}
table{border-collapse:collapse;margin:.5rem 0 1.5rem;font-variant-numeric:tabular-nums}.scroll{overflow-x:auto}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid var(--line)}
.number{text-align:right}.narrow{display:none}svg{max-width:100%;height:auto}
@media(max-width:40rem){.wide{display:none}.narrow{display:block}}
"""


def as_text(found: Overview, language: Language = ENGLISH) -> str:
    """A table as wide as it needs; under a line that has something, what to look at first."""
    head = heads(language)
    rows = [tuple(str(cell) for cell in cells(line)) for line in found.lines]
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    lines = [_row(head, widths)] if rows else []
    for line, row in zip(found.lines, rows, strict=True):
        lines.append(_row(row, widths))
        if line.worst is not None:
            lines.append(f"    {_first(line, language)}")
    return "\n".join([*lines, "", *(one.said(language) for one in totals(found)), ""])


def as_csv(found: Overview, language: Language = ENGLISH) -> bytes:
    """UTF-8 with a byte-order mark, as spreadsheets like it."""
    out = io.StringIO()
    writer = csv.writer(out)
    counts = (*(verdict.value for verdict in ORDER), "warnings", "errors")
    writer.writerow(
        ("dataflow", "country", "country_name", "indicators", "series", "series_name", "areas", "n_series", *counts,
         "first_to_look_at", "key")
    )  # fmt: skip
    for line in found.lines:
        words = (line.dataflow.short, line.country, line.country_name, ", ".join(line.indicators), line.series)
        said_ = _first(line, language) if line.worst else ""
        row = (*words, line.series_name, *cells(line)[3:], said_, line.worst_key or "")
        writer.writerow(f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell for cell in row)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_json(found: Overview, language: Language = ENGLISH) -> bytes:
    told = {
        "observations": found.observations,
        "verdicts": {verdict.value: n for verdict, n in found.verdicts.items()},
        "errors": found.errors,
        "warnings": found.warnings,
        "lines": [line_document(line, language) for line in found.lines],
        "outliers": [dot_document(dot, found) for dot in found.outliers],
    }
    return orjson.dumps(told, option=orjson.OPT_INDENT_2)


def line_document(line: Line, language: Language) -> dict[str, Any]:
    return {
        "dataflow": line.dataflow.short,
        "country": line.country,
        "country_name": line.country_name,
        "indicators": list(line.indicators),
        "series": line.series,
        "series_name": line.series_name,
        "areas": line.areas,
        "n_series": line.n_series,
        "verdicts": {verdict.value: line.verdicts.get(verdict, 0) for verdict in ORDER},
        "warnings": line.warnings,
        "errors": line.errors,
        "first": line.worst.said(language) if line.worst is not None else None,
        "key": line.worst_key,
    }


def dot_document(dot: Dot, found: Overview) -> dict[str, Any]:
    return {
        "dataflow": dot.dataflow.short,
        "key": dot.key,
        "country": dot.country,
        "area": dot.area,
        "area_name": found.names.get(dot.area, dot.area),
        "series": dot.series,
        "series_name": found.names.get(dot.series, dot.series),
        "period": dot.period,
        "local": dot.local,
        "national": dot.national,
        "mirror": dot.mirror,
    }


def as_html(found: Overview, language: Language = ENGLISH) -> str:
    """The drawing, the series that are marked in it, and the table."""
    title = said(say("Local series beside national ones"), language)
    return (
        f'<!doctype html><html lang="{escape(language.tag)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><title>{title}</title><style>{_STYLE.strip()}</style></head>'
        f"<body><main><h1>{title}</h1>{''.join(_body(found, language))}</main></body></html>\n"
    )


def _body(found: Overview, language: Language) -> Iterator[str]:
    for one in totals(found):
        yield f"<p>{said(one, language)}</p>"
    yield as_svg(found, language, WIDE) + as_svg(found, language, NARROW)
    if outliers := found.outliers[:LISTED]:
        yield f"<h2>{said(say('Marked in the drawing'), language)}</h2><div class=scroll tabindex=0><table><tbody>"
        for dot in outliers:
            names = (found.names.get(dot.area, dot.area), found.names.get(dot.series, dot.series), dot.period)
            row = "".join(f"<td>{escape(name)}</td>" for name in names)
            yield f"<tr>{row}<td>{said(values_of(dot), language)}</td><td><code>{escape(dot.key)}</code></td></tr>"
        yield "</tbody></table></div>"
    yield f"<h2>{said(say('By country and series'), language)}</h2><div class=scroll tabindex=0><table><thead><tr>"
    yield "".join(f"<th{_number(place)}>{escape(head)}</th>" for place, head in enumerate(heads(language)))
    yield f"<th>{said(say('To look at first'), language)}</th></tr></thead><tbody>"
    for line in found.lines:
        row = "".join(f"<td{_number(place)}>{escape(str(cell))}</td>" for place, cell in enumerate(cells(line)))
        yield f"<tr>{row}<td>{escape(_first(line, language) if line.worst else '')}</td></tr>"
    yield "</tbody></table></div>"


def _number(place: int) -> str:
    return ' class="number"' if place > 2 else ""


def _first(line: Line, language: Language) -> str:
    assert line.worst is not None
    text = line.worst.said(language)
    return f"{line.worst_key}: {text}" if line.worst_key and line.worst_key not in text else text


def _row(row: tuple[str, ...], widths: list[int]) -> str:
    words = [cell.ljust(width) for cell, width in zip(row[:3], widths[:3], strict=True)]
    return "  ".join([*words, *(cell.rjust(width) for cell, width in zip(row[3:], widths[3:], strict=True))]).rstrip()
