"""Rows, sheets and value columns that the mapping leaves out, each counted with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.finding import Finding, Place
from dataexchange.model.mapping_rows import LeaveOut
from dataexchange.model.pattern import matched
from dataexchange.model.rules import finding
from dataexchange.model.sentence import Value, either, say, says
from dataexchange.model.table import SourceTable, header_text
from dataexchange.pipeline.mapping_faults import shown

Marks = npt.NDArray[np.bool_]


def rows_left_out(
    table: SourceTable, columns: Mapping[str, tuple[str, pa.ChunkedArray]], rules: Sequence[LeaveOut], keep: Marks
) -> Iterator[Finding]:
    """Takes the rows out of `keep`. `columns`: header as it is compared -> header and texts."""
    for rule in rules:
        name, texts = columns.get(header_text(rule.column), ("", None))
        if texts is None:
            continue
        marks = meant(rule, texts)
        count = int((marks & keep).sum())
        first = int(table.rows[marks & keep][0]) if count else 0
        keep &= ~marks
        if count:
            yield finding(
                "MAP-LEFT-OUT",
                says(
                    "{n} row is left out because column {column} is {texts}: {reason}",
                    "{n} rows are left out because column {column} is {texts}: {reason}",
                    count,
                    column=shown(name),
                    texts=_described(rule),
                    reason=rule.reason,
                ),
                Place(table.file, table.sheet, first, name),
                count=count,
            )


def headers_left_out(
    table: SourceTable, parts: Mapping[str, Sequence[str]], rules: Sequence[LeaveOut], left_out: set[int]
) -> Iterator[Finding]:
    """Adds to `left_out` the value columns whose header, or its part under the rule's column, is meant."""
    for rule in rules:
        texts = {header_text(name): texts for name, texts in parts.items()}.get(header_text(rule.column))
        if texts is None:
            continue
        found = set(np.flatnonzero(meant(rule, pa.array(texts, pa.string()))).tolist()) - left_out
        left_out |= found
        if found:
            yield finding(
                "MAP-LEFT-OUT",
                says(
                    "{n} column of values is left out because {column} is {texts}: {reason}",
                    "{n} columns of values are left out because {column} is {texts}: {reason}",
                    len(found),
                    column=shown(rule.column),
                    texts=_described(rule),
                    reason=rule.reason,
                ),
                Place(table.file, table.sheet, None, rule.column),
                count=len(found),
            )


def meant(rule: LeaveOut, texts: pa.Array | pa.ChunkedArray) -> Marks:
    stripped = pc.utf8_trim_whitespace(texts)
    wanted = [text.strip() for text in rule.equals] + ([""] if rule.blank else [])
    same = pc.is_in(stripped, value_set=pa.array(wanted, pa.string()))
    marks = np.asarray(same.to_numpy(zero_copy_only=False), dtype=bool)
    return marks | matched(rule.matching, stripped) if rule.matching is not None else marks


def _described(rule: LeaveOut) -> Value:
    said: list[Value] = [shown(text) for text in rule.equals[:5]]
    if rule.matching is not None:
        said.append(say("a text like {pattern}", pattern=shown(rule.matching)))
    if rule.blank:
        said.append(say("empty"))
    return either(said)
