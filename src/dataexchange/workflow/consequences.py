"""What follows from a fault that is told already is not told again: one wrong cell is one finding.

Each step looks for itself. A year that is none (`MSG-PERIOD`) is also a period that is lacking (`STR-MISSING`), the cells under a merged
one are also empty. People would correct the second and wonder about the first.

What follows is about the same cells and no others: a sum that is wrong in three years does not follow from one wrong figure in one of
them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from dataexchange.model.finding import Finding, Place, Severity
from dataexchange.model.table import SourceTable
from dataexchange.workflow.wrong_codes import of_the_mapping

_COHERENCE = (
    "COH-MIRROR",
    "COH-SCALE",
    "COH-SUM",
    "COH-POOL",
    "COH-CONVEX",
    "COH-REMAINDER",
    "COH-SHARE",
    "COH-GROWTH",
    "COH-PEERS",
)
#: Faults of single figures.
_FIGURES = ("RNG-JUMP", "RNG-PERCENT", "RNG-UNIT", "TS-SCALE")
#: Causes that only ask for a look: where something graver is told of the same cell, that is told in their stead. Their remedy, to say why
#: the figure is right, would not do for an error.
_YIELDING = frozenset(("RNG-JUMP",))
#: How a series runs, and the rules of form, by which rows get lost.
_COURSE = ("TS-HOLE", "TS-HAMPEL")
_FORM = ("FILE-", "MAP-", "MSG-", "STR-")
#: Rule -> the rules that it follows from where both are told of one cell.
_FOLLOWS: Mapping[str, frozenset[str]] = {
    "STR-MISSING": frozenset(("MSG-PERIOD",)),
    "RNG-EMPTY": frozenset(("MSG-VALUE",)),
    "MSG-DIMENSION": frozenset(("STR-MISSING",)),
    "STR-SERIES-ATTRIBUTE": frozenset(("UNIT-SERIES", "STR-CODE", "STR-FORMAT")),
    "RNG-COUNT": frozenset(("RNG-JUMP", "TS-SCALE")),
    **dict.fromkeys(("TS-SCALE", "RNG-JUMP"), frozenset(("RNG-PERCENT", "RNG-UNIT"))),
    **dict.fromkeys(_COHERENCE, frozenset(_FIGURES)),
    # A part in another unit is also more than its whole.
    "COH-REMAINDER": frozenset((*_FIGURES, "COH-SCALE")),
    "MAP-CODE": frozenset(("FILE-LETTERS",)),
    "MAP-PERIOD": frozenset(("FILE-LETTERS",)),
    "MAP-NUMBER": frozenset(("FILE-LETTERS",)),
}
_RANK = (Severity.INFORMATION, Severity.WARNING, Severity.ERROR)

Cell = tuple[str | None, str | None, int, str]


def first_causes(
    findings: Sequence[Finding], tables: Sequence[SourceTable], settled: frozenset[Cell] = frozenset()
) -> tuple[Finding, ...]:
    """The findings without those that follow from others. A cause is as grave as what follows from it. Merged cells are no cause
    where all their empty ones are `settled`: filled down, not used, or left out."""
    harmless = _harmless(tables, settled)
    findings = [
        found for found in of_the_mapping(findings) if found.rule != "FILE-MERGED" or _cell(found.place) not in harmless
    ]
    told: dict[Cell, dict[str, Severity]] = {}
    for found in findings:
        for cell in _cells(found):
            if cell is not None:
                rules = told.setdefault(cell, {})
                rules[found.rule] = max(rules.get(found.rule, found.severity), found.severity, key=_RANK.index)
    covered: set[Cell] = {(table.file, table.sheet, *cell) for table in tables for cell in table.covered}
    kept: list[Finding] = []
    follow: list[Finding] = []
    for found in _of_whole_series(findings):
        (follow if _follows(found, told, covered) or _yields(found, told) else kept).append(found)
    return tuple(_nameless_once(_as_grave(kept, follow)))


def _of_whole_series(findings: Sequence[Finding]) -> Sequence[Finding]:
    """A row that cannot be read, or has the wrong year, leaves a hole in its series and changes what is usual in it: how a series runs is
    told when none of its rows may be lacking."""
    lacking = any(
        found.rule == "RNG-FUTURE" or (found.severity is Severity.ERROR and found.rule.startswith(_FORM))
        for found in findings
    )
    return [found for found in findings if found.rule not in _COURSE] if lacking else findings


def _harmless(tables: Sequence[SourceTable], settled: frozenset[Cell]) -> set[Cell]:
    """Where the merged cells stand that lack nothing."""
    lacking: dict[Cell, bool] = {}
    for table in tables:
        for cell, told in table.covered.items():
            at = (table.file, table.sheet, *told)
            lacking[at] = lacking.get(at, False) or (table.file, table.sheet, *cell) not in settled
    return {at for at, lacks in lacking.items() if not lacks}


def _cell(place: Place) -> Cell | None:
    if place.row is None or place.column is None:
        return None
    return place.file, place.sheet, place.row, place.column


def _cells(found: Finding) -> Iterator[Cell | None]:
    """All cells that it is about; None for one that is not known."""
    yield _cell(found.place)
    for place in found.also:
        yield _cell(place)


def _follows(found: Finding, told: Mapping[Cell, Mapping[str, Severity]], covered: set[Cell]) -> bool:
    cell = _cell(found.place)
    if cell is None:
        return False
    if found.rule == "MAP-BLANK" and cell in covered:
        return True
    causes = _FOLLOWS.get(found.rule)
    if causes is None or (found.count > 1 and found.rule in _COHERENCE):
        return False
    return all(cell is not None and _caused(found, told.get(cell, {}), causes) for cell in _cells(found))


def _caused(found: Finding, rules: Mapping[str, Severity], causes: frozenset[str]) -> bool:
    return any(
        rule in causes and not (rule in _YIELDING and _graver(found.severity, severity))
        for rule, severity in rules.items()
    )


def _yields(found: Finding, told: Mapping[Cell, Mapping[str, Severity]]) -> bool:
    cell = _cell(found.place)
    if found.rule not in _YIELDING or cell is None:
        return False
    others = told[cell].items()
    return any(found.rule in _FOLLOWS.get(rule, ()) and _graver(severity, found.severity) for rule, severity in others)


def _graver(one: Severity, other: Severity) -> bool:
    return _RANK.index(one) > _RANK.index(other)


def _as_grave(kept: Sequence[Finding], follow: Sequence[Finding]) -> Iterator[Finding]:
    """What is left stands for what was left out, so that an error does not become a warning."""
    graver: dict[Cell, Severity] = {}
    for found in follow:
        if (cell := _cell(found.place)) is not None and found.rule in _FOLLOWS:
            graver[cell] = max(graver.get(cell, found.severity), found.severity, key=_RANK.index)
    causes = frozenset[str]().union(*_FOLLOWS.values()) - _YIELDING
    for found in kept:
        if found.rule in causes and graver:
            those = [graver[cell] for cell in _cells(found) if cell is not None and cell in graver]
            yield replace(found, severity=max((found.severity, *those), key=_RANK.index))
        else:
            yield found


def _nameless_once(findings: Iterator[Finding]) -> Iterator[Finding]:
    """A column without a name, or with that of another, is the one that the mapping looks for in vain."""
    listed = list(findings)
    for table in {(found.place.file, found.place.sheet) for found in listed if found.rule == "FILE-HEADER"}:
        here = [found for found in listed if (found.place.file, found.place.sheet) == table]
        unnamed = sum(found.count for found in here if found.rule == "FILE-HEADER")
        lacking = [found for found in here if found.rule == "MAP-COLUMN" and found.place.column is None]
        if len(lacking) <= unnamed:
            listed = [found for found in listed if not any(found is one for one in lacking)]
    yield from listed
