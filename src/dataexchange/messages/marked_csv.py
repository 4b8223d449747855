"""A table as CSV with two columns more at its right: what is wrong in the row, and what to do. Streamed, however long it is.

Year;Ward;Value;finding;what to do
2018;Ashly;71.2;ERROR B2: …;Correct the text …
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from dataexchange.messages.marks import WORST, Mark, Marks
from dataexchange.messages.report_words import severity_word
from dataexchange.model.sentence import Language, say
from dataexchange.model.table import column_letter

_PORTION = 1 << 18


def marked_csv(
    rows: Iterable[Sequence[str]], header_row: int, width: int, delimiter: str, marks: Marks, language: Language
) -> Iterator[bytes]:
    """`header_row` counts from 1; `width` is of the header, so that the columns stand below each other."""
    text = StringIO()
    text.write("\ufeff")  # by which spreadsheets know UTF-8
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    names = [say("finding").said(language), say("what to do").said(language)]
    for number, row in enumerate(rows, 1):
        told = _told(number, marks, language)
        if number == header_row:
            told = [" · ".join(filter(None, (name, words))) for name, words in zip(names, told, strict=True)]
        filled = [*row, *[""] * (width - len(row)), *told] if any(told) or number == header_row else row
        writer.writerow(filled)
        if text.tell() > _PORTION:
            yield text.getvalue().encode("utf-8", "replace")
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode("utf-8", "replace")


def _told(row: int, marks: Marks, language: Language) -> list[str]:
    cells = sorted(marks.cells.get(row, {}).items())
    found: list[tuple[str, Mark]] = [(f" {column_letter(column - 1)}{row}", mark) for column, mark in cells]
    if whole := marks.rows.get(row):
        found.append(("", whole))
    found.sort(key=lambda one: WORST.index(one[1].severity))
    sentences = [f"{severity_word(mark.severity).said(language)}{cell}: {mark.said}" for cell, mark in found]
    remedies = dict.fromkeys(mark.remedy for _, mark in found if mark.remedy)
    return [" ".join(sentences), " ".join(remedies)]
