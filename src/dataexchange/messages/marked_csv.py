"""A table as CSV with two columns more at its right: what is wrong in the row, and what to do. Streamed, however long it is.

Year;Ward;Value;finding;what to do
2018;Ashly;71.2;ERROR B2: …;Correct the text …
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from io import StringIO

from dataexchange.messages.language import spoken
from dataexchange.messages.marks import WORST, Mark, Marks
from dataexchange.messages.report_words import severity_word
from dataexchange.model.sentence import Language, say
from dataexchange.model.table import column_letter

_PORTION = 1 << 18
NAMES = (say("finding"), say("what to do"))


def marked_csv(
    rows: Iterable[Sequence[str]], header_row: int, width: int, delimiter: str, marks: Marks, language: Language
) -> Iterator[bytes]:
    """`header_row` counts from 1; `width` is of the header, so that the columns stand below each other."""
    text = StringIO()
    text.write("\ufeff")  # by which spreadsheets know UTF-8
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    names = [name.said(language) for name in NAMES]
    older = False
    for number, row in enumerate(rows, 1):
        if number == header_row:
            older = is_marked(row)
            width -= len(NAMES) if older else 0
        own = row[:width] if older and len(row) == width + len(NAMES) else row
        told = _told(number, marks, language)
        if number == header_row:
            whole = _of_no_row(marks, language)
            told = [" · ".join(filter(None, (name, *words))) for name, *words in zip(names, whole, told, strict=True)]
        writer.writerow(_filled(own, told, width, below=number > header_row))
        if text.tell() > _PORTION:
            yield text.getvalue().encode("utf-8", "replace")
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode("utf-8", "replace")


def _filled(row: Sequence[str], told: Sequence[str], width: int, *, below: bool) -> list[str]:
    """Rows of the table are as wide as its header, so that what comes back can be sent again; titles and notes stay narrow."""
    if any(told) or (below and len(row) == width and any(row)):
        return [*row, *[""] * (width - len(row)), *told]
    return list(row)


def is_marked(header: Sequence[str]) -> bool:
    """Whether the last two columns are those of an earlier marking, in any language."""
    last = tuple(header[-len(NAMES) :])
    return len(last) == len(NAMES) and any(
        all(text == name or text.startswith(f"{name} · ") for text, name in zip(last, names, strict=True))
        for names in _names()
    )


@cache
def _names() -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(name.said(language()) for name in NAMES) for language in spoken().languages.values())


def _of_no_row(marks: Marks, language: Language) -> list[str]:
    """What is said of the table as a whole."""
    if marks.table is None:
        return ["", ""]
    return [f"{severity_word(marks.table.severity).said(language)}: {marks.table.said}", marks.table.remedy]


def _told(row: int, marks: Marks, language: Language) -> list[str]:
    cells = sorted(marks.cells.get(row, {}).items())
    found: list[tuple[str, Mark]] = [(f" {column_letter(column - 1)}{row}", mark) for column, mark in cells]
    if whole := marks.rows.get(row):
        found.append(("", whole))
    found.sort(key=lambda one: WORST.index(one[1].severity))
    sentences = [f"{severity_word(mark.severity).said(language)}{cell}: {mark.said}" for cell, mark in found]
    remedies = dict.fromkeys(mark.remedy for _, mark in found if mark.remedy)
    return [" ".join(sentences), " ".join(remedies)]
