"""What a mapping says and structure maps have no words for, as annotations, each of a type of its own.

UNPIVOT    (Men|Women) (\\d{4}) -> Sex, Year; Value
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dataexchange.model.mapping import Mapping
from dataexchange.model.mapping_rows import WHOLE, LeaveOut, Unpivot
from dataexchange.model.structure import Annotation
from dataexchange.pipeline.mapping_export_values import unsaid_periods


def notes(mapping: Mapping) -> Iterator[Annotation]:
    numbers = mapping.numbers
    if numbers.decimal != "." or numbers.thousands or numbers.percent:
        marks = [f"decimal {numbers.decimal!r}", *([f"thousands {numbers.thousands!r}"] if numbers.thousands else [])]
        yield Annotation(type="NUMBERS", title=", ".join([*marks, *(["percent sign"] if numbers.percent else [])]))
    if mapping.unpivot:
        yield Annotation(type="UNPIVOT", title=_unpivoted(mapping.unpivot))
    for rows in mapping.leave_out:
        yield Annotation(type="LEAVE_OUT", title=f"{rows.column}: {_which(rows)}", text={"en": rows.reason})
    for name in WHOLE:
        if name in mapping.columns:
            yield Annotation(type="NAME_OF_TABLE", title=f"{name}: what the {name[1:]} is called")
    if filled := mapping.filled_down():
        title = ", ".join(column for column in mapping.columns if column in filled)
        yield Annotation(type="FILL_DOWN", title=title, text={"en": "An empty cell means what stands above it."})
    for column, targets in mapping.columns.items():
        for target in targets:
            if target.read_as is not None:
                yield Annotation(type="READ_AS", title=f"{column} -> {target.to}: {target.read_as.value}")
    skipped = _joined(word for word, meaning in mapping.missing.items() if meaning in ("skip", "delete", "by_status"))
    if skipped:
        yield Annotation(type="NO_OBSERVATION", title=skipped)
    yield from _value_notes(mapping)


def _unpivoted(unpivot: Unpivot) -> str:
    """One name: `columns -> name, values`, several: `columns -> names; values`."""
    columns = unpivot.pattern or ", ".join(unpivot.columns)
    by = f" by {unpivot.split}" if unpivot.split not in (None, columns) else ""
    names = ", ".join(unpivot.names_to)
    return f"{columns}{by} -> {names}{', ' if len(unpivot.names_to) == 1 else '; '}{unpivot.values_to}"


def _which(rows: LeaveOut) -> str:
    pattern = [f"like {rows.matching}"] if rows.matching is not None else []
    return ", ".join([*rows.equals, *pattern, *(["empty"] if rows.blank else [])])


def _value_notes(mapping: Mapping) -> Iterator[Annotation]:
    """What is done with values and periods beyond turning texts into codes."""
    for kind, words in (("MISSING_MATCHING", mapping.missing_matching), ("FLAGS", mapping.flags)):
        if words:
            yield Annotation(type=kind, title=", ".join(f"{word!r}: {meaning}" for word, meaning in words.items()))
    for header, aim in ((header, target) for header, targets in mapping.columns.items() for target in targets):
        if forms := unsaid_periods(aim):
            yield Annotation(type="PERIOD", title=f"{header}: {', '.join(forms)}")
        for conversion in aim.convert:
            chosen = "".join(f", {component} {' or '.join(codes)}" for component, codes in conversion.where.items())
            yield Annotation(type="CONVERT", title=f"{header}: {conversion}{chosen}")
        if aim.scale:
            yield Annotation(type="SCALE", title=f"{header}: times 10 to the power of UNIT_MULT, which becomes 0")
    for derivation in mapping.derive:
        made = ", ".join(f"{component} {code}" for component, code in derivation.series.items())
        yield Annotation(type="DERIVE", title=f"{made}: {derivation.formula}")


def _joined(words: Iterable[str]) -> str:
    return ", ".join(repr(word) for word in words)
