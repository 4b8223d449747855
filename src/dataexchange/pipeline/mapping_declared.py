"""Is every column declared, none forgotten? A column that the mapping names and the table lacks, and the other way round."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from dataexchange.messages.marked_csv import NAMES as MARKED
from dataexchange.messages.marked_csv import is_marked
from dataexchange.model.dataset import FILE, SHEET
from dataexchange.model.finding import Finding, Place
from dataexchange.model.mapping import Mapping as MappingFile
from dataexchange.model.mapping_rows import Unpivot
from dataexchange.model.rules import finding
from dataexchange.model.sentence import Sentence, say, together
from dataexchange.model.table import SourceTable, header_text
from dataexchange.pipeline.mapping_faults import closest, cost, shown
from dataexchange.pipeline.mapping_headers import Headers


def whole_texts(table: SourceTable) -> dict[str, str]:
    """What a table is called, by the names under which a mapping may use it."""
    return {FILE: table.file, **({} if table.sheet is None else {SHEET: table.sheet})}


def declared(
    table: SourceTable,
    mapping: MappingFile,
    names: Mapping[str, str],
    headers: Headers,
    required: Collection[str],
    n: int,
) -> Iterator[Finding]:
    """A column that a component of the `required` ones comes from costs all `n` rows where it is missing."""
    unpivot = mapping.unpivot
    if headers.fault is not None:
        yield _missing(table, headers.fault, None, n, 1)
    made = {header_text(name) for name in unpivot.made} if unpivot else set()
    asked = [*mapping.columns, *(rule.column for rule in mapping.leave_out), *(unpivot.columns if unpivot else ())]
    asked += mapping.beyond
    known = {header_text(name) for name in (*asked, *mapping.ignore)} | made
    there = {*names, *made, *whole_texts(table)}
    needed = {header_text(c) for c, targets in mapping.columns.items() if any(t.to in required for t in targets)}
    if unpivot and not headers.columns:
        needed |= {header_text(c) for c in unpivot.columns}
    unknown = {key: name for key, name in names.items() if key not in known and name not in headers}
    for name in _marked(table) if len(unknown) >= len(MARKED) else ():
        unknown.pop(header_text(name), None)
    lacking = {key: name for name in asked if (key := header_text(name)) not in there}
    # One column that is missing and one that nobody knows are the same one, under another name.
    only = next(iter(unknown.values())) if len(lacking) == len(unknown) == 1 else None
    for key, name in lacking.items():
        near = only or closest(name, unknown.values())
        unknown.pop(header_text(near or ""), None)
        yield _missing(table, _fault(name), near, n if key in needed else 0, max(len(headers.columns), 1))
    for name in unknown.values():
        yield _unknown(table, name)
    if unpivot is not None and headers.columns:
        yield from _unpivoted(table, mapping, unpivot, names, headers, needed, n)


def _marked(table: SourceTable) -> list[str]:
    """The two columns that a table got when it was sent back marked: nobody has to take them out, or to map them."""
    columns = table.columns.column_names
    return columns[-len(MARKED) :] if is_marked(columns) else []


def _unpivoted(
    table: SourceTable,
    mapping: MappingFile,
    unpivot: Unpivot,
    names: Mapping[str, str],
    headers: Headers,
    needed: Collection[str],
    n: int,
) -> Iterator[Finding]:
    """Columns that `unpivot` takes from under the mapping, and columns that it makes for nobody."""
    for name in mapping.columns:
        key = header_text(name)
        if key in names and names[key] in headers and name not in unpivot.made:
            told = say(
                "Column {column} is under `columns`, and `unpivot` makes its cells values: take it out of `columns`, or write under "
                "`unpivot` which columns hold values.",
                column=shown(name),
            )
            lost = cost(n, max(len(headers.columns), 1)) if key in needed else ""
            yield finding("MAP-COLUMN", together(told, lost), Place(table.file, table.sheet, None, names[key]))
    for name in unpivot.made:
        if (own := names.get(header_text(name))) is not None and own not in headers:
            told = say(
                "`unpivot` makes the column {column}, and the table has one of that name: give another name under `unpivot`.",
                column=shown(name),
            )
            yield finding("MAP-COLUMN", told, Place(table.file, table.sheet, None, own))
    used = {*mapping.columns, *mapping.ignore, *(rule.column for rule in mapping.leave_out)}
    for name in unpivot.made:
        if name not in used:
            told = say(
                "`unpivot` makes the column {column}, which the mapping does not use: map it, or list it under `ignore`.",
                column=shown(name),
            )
            rule = "MAP-COLUMN" if name == unpivot.values_to else "MAP-UNKNOWN-COLUMN"
            yield finding(rule, told, Place(table.file, table.sheet, None, name))


def _fault(name: str) -> Sentence:
    if name == SHEET:
        return say("The mapping uses {column}, and a file of this kind has no sheets", column=shown(name))
    return say("The table has no column {column}", column=shown(name))


def _missing(table: SourceTable, fault: Sentence, near: str | None, lost: int, width: int) -> Finding:
    has = ", ".join(shown(name) for name in table.columns.column_names[:30])
    if near is None:
        sentence = say("{fault}: correct the header or the mapping; the table has {headers}.", fault=fault, headers=has)
    else:
        sentence = say(
            "{fault}: did you mean {near}? Correct the header or the mapping; the table has {headers}.",
            fault=fault,
            near=repr(near),
            headers=has,
        )
    place = Place(table.file, table.sheet, table.header_row or None, near, near)
    return finding("MAP-COLUMN", together(sentence, cost(lost, width) if lost else ""), place)


def _unknown(table: SourceTable, name: str) -> Finding:
    return finding(
        "MAP-UNKNOWN-COLUMN",
        say(
            "The mapping does not mention column {column}, so it is not used: map it, or list it under `ignore`.",
            column=shown(name),
        ),
        Place(table.file, table.sheet, table.header_row or None, name, name),
    )
