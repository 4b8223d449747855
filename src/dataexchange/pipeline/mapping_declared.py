"""Is every column declared, none forgotten? A column that the mapping names and the table lacks, and the other way round."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from dataexchange.model.dataset import FILE, SHEET
from dataexchange.model.finding import Finding, Place
from dataexchange.model.mapping import Mapping as MappingFile
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
    known = {header_text(name) for name in (*asked, *mapping.ignore, *mapping.beyond)} | made
    there = {*names, *made, *whole_texts(table)}
    needed = {header_text(c) for c, targets in mapping.columns.items() if any(t.to in required for t in targets)}
    if unpivot and not headers.columns:
        needed |= {header_text(c) for c in unpivot.columns}
    unknown = {key: name for key, name in names.items() if key not in known and name not in headers}
    lacking = {key: name for name in asked if (key := header_text(name)) not in there}
    # One column that is missing and one that nobody knows are the same one, under another name.
    only = next(iter(unknown.values())) if len(lacking) == len(unknown) == 1 else None
    for key, name in lacking.items():
        near = only or closest(name, unknown.values())
        unknown.pop(header_text(near or ""), None)
        yield _missing(table, _fault(name), near, n if key in needed else 0, max(len(headers.columns), 1))
    for name in unknown.values():
        yield _unknown(table, name)


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
