"""Which columns of a table become rows, and what their headers say: one text, or one for each part.

Two header rows, of which the upper is merged over two columns, and the same in one row:

    Men           Women            Men 2018 | Men 2019 | Women 2018 | Women 2019
    2018 | 2019 | 2018 | 2019

`names_to: [Sex, Year]` takes the first apart by its rows, `split: "(Men|Women) (.+)"` the second by its groups.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from dataexchange.model.mapping_rows import Unpivot
from dataexchange.model.pattern import matching_headers, rewritten
from dataexchange.model.sentence import Sentence, say, says
from dataexchange.model.table import SourceTable, header_text
from dataexchange.pipeline.mapping_faults import shown


@dataclass(frozen=True, slots=True)
class Headers:
    """Columns that become rows, and under each new name what every one of them says."""

    columns: tuple[str, ...] = ()
    parts: Mapping[str, tuple[str, ...]] | None = None
    #: Why there are none.
    fault: Sentence | None = None
    #: Columns that would become rows, and that the mapping leaves out.
    left_out: frozenset[str] = frozenset()

    def __contains__(self, column: str) -> bool:
        return column in self.columns or column in self.left_out

    def without(self, left_out: Collection[int]) -> Headers:
        if not left_out or self.parts is None:
            return self
        kept = [index for index in range(len(self.columns)) if index not in left_out]
        parts = {name: tuple(texts[index] for index in kept) for name, texts in self.parts.items()}
        columns = tuple(self.columns[index] for index in kept)
        return Headers(columns, parts, left_out=frozenset(self.columns) - frozenset(columns))


def headers_of(table: SourceTable, unpivot: Unpivot | None, names: Mapping[str, str]) -> Headers:
    """`names`: header as it is compared -> column of the table."""
    if unpivot is None:
        return Headers()
    columns = _columns(unpivot, names)
    if not columns:
        if unpivot.pattern is None:
            return Headers()
        word = "unpivot.matching" if unpivot.matching is not None else "unpivot.split"
        return Headers(
            fault=say("No header matches the pattern {pattern} of {word}", pattern=shown(unpivot.pattern), word=word)
        )
    if unpivot.split is not None:
        return Headers(columns, _by_groups(columns, unpivot.split, unpivot.names_to))
    if len(unpivot.names_to) == 1:
        return Headers(columns, {unpivot.names_to[0]: columns})
    return _by_rows(table, columns, unpivot.names_to)


def _columns(unpivot: Unpivot, names: Mapping[str, str]) -> tuple[str, ...]:
    if unpivot.pattern is None:
        listed = [names[header_text(c)] for c in unpivot.columns if header_text(c) in names]
        return tuple(dict.fromkeys(listed))
    return matching_headers(unpivot.pattern, tuple(names.values()))


def _by_groups(columns: tuple[str, ...], split: str, names_to: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """A header that is not of the form stays whole, so that it is told as a text without a code."""
    parts = {name: rewritten(split, f"\\{number}", columns) for number, name in enumerate(names_to, 1)}
    return {
        name: tuple(header if text is None else text for text, header in zip(texts, columns, strict=True))
        for name, texts in parts.items()
    }


def _by_rows(table: SourceTable, columns: tuple[str, ...], names_to: tuple[str, ...]) -> Headers:
    heads = [table.heads.get(column, (column,)) for column in columns]
    rows = next((len(head) for head in heads if len(head) != len(names_to)), None)
    if rows is not None:
        return Headers(
            fault=says(
                "The table has {n} header row, and `unpivot.names_to` has {names} names: give a name for each header row, or "
                "take the headers apart by a pattern under `unpivot.split`",
                "The table has {n} header rows, and `unpivot.names_to` has {names} names: give a name for each header row, or "
                "take the headers apart by a pattern under `unpivot.split`",
                rows,
                names=len(names_to),
            )
        )
    return Headers(columns, dict(zip(names_to, zip(*heads, strict=True), strict=True)))
