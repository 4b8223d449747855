"""Which sheets of a workbook are meant: `read.sheet` names one, several, a pattern or all; else it is the first visible one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from dataexchange.errors import TooLarge, Unreadable
from dataexchange.model.reading import ALL, Matching, Sheets
from dataexchange.model.sentence import Sentence, Value, say

#: Sheets read from one workbook.
_MOST = 100


@dataclass(frozen=True, slots=True)
class Chosen:
    """`note` says how it was chosen ("sheet 'Wards' (number 2)"); `may_be_none`: it was not asked for by name, so it may hold no table."""

    name: str
    note: Sentence
    may_be_none: bool = False


def choose(
    workbook: CalamineWorkbook, wanted: Sheets | None, name: str, ours: Collection[str] = ()
) -> tuple[Chosen, ...]:
    """`ours`: sheets of findings that we put in, which are read only where they are asked for by name."""
    sheets = [s for s in workbook.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
    names = [s.name for s in sheets]
    visible = [s.name for s in sheets if s.visible == SheetVisibleEnum.Visible and s.name not in ours]
    listed = _listed(names)
    if wanted is None:
        return (_first(visible, listed, name),)
    if isinstance(wanted, Matching):
        found = [n for n in matching(names, wanted.matching) if n not in ours]
        if not found:
            raise Unreadable(
                say(
                    "{file}: no sheet matches {pattern}; the sheets are {listed}: correct read.sheet",
                    file=name,
                    pattern=repr(wanted.matching),
                    listed=listed,
                )
            )
        chosen = [Chosen(n, _sheet(n), may_be_none=True) for n in found]
    elif wanted == ALL and ALL not in names:
        if not visible:
            raise _none_visible(listed, name)
        chosen = [Chosen(n, _sheet(n), may_be_none=True) for n in visible]
    else:
        chosen = [_named(names, one, listed, name) for one in ((wanted,) if isinstance(wanted, str) else wanted)]
    if len(chosen) > _MOST:
        raise TooLarge(
            say(
                "{file}: {count} sheets are over the limit of {limit}; choose some under read.sheet",
                file=name,
                count=len(chosen),
                limit=_MOST,
            )
        )
    return tuple({one.name: one for one in reversed(chosen)}.values())[::-1]


def hidden_sheets(workbook: CalamineWorkbook, wanted: Sheets | None) -> tuple[str, ...]:
    """Those that `all` leaves out, because nobody sees them."""
    sheets = [s for s in workbook.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
    if wanted != ALL or any(s.name == ALL for s in sheets):
        return ()
    return tuple(s.name for s in sheets if s.visible != SheetVisibleEnum.Visible)


def _sheet(name: str) -> Sentence:
    return say("sheet {sheet}", sheet=repr(name))


def matching(names: list[str], pattern: str) -> list[str]:
    """Those that a pattern (RE2) matches wholly."""
    found = pc.match_substring_regex(pa.array(names, pa.string()), f"^(?:{pattern})$")
    return [name for name, is_it in zip(names, found.to_pylist(), strict=True) if is_it]


def _first(visible: list[str], listed: Value, name: str) -> Chosen:
    """`listed` are all sheets; what is counted are those that people see."""
    if not visible:
        raise _none_visible(listed, name)
    if len(visible) == 1:
        return Chosen(visible[0], _sheet(visible[0]))
    note = say(
        "sheet {sheet} (the first of {count}: {listed})",
        sheet=repr(visible[0]),
        count=len(visible),
        listed=_listed(visible),
    )
    return Chosen(visible[0], note)


def _listed(names: list[str]) -> Value:
    return ", ".join(map(repr, names[:20])) or say("none")


def _named(names: list[str], wanted: str, listed: Value, name: str) -> Chosen:
    if wanted in names:
        return Chosen(wanted, _sheet(wanted))
    if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        chosen = names[int(wanted) - 1]
        return Chosen(chosen, say("sheet {sheet} (number {number})", sheet=repr(chosen), number=int(wanted)))
    raise Unreadable(
        say(
            "{file}: there is no sheet {wanted}; the sheets are {listed}: correct read.sheet",
            file=name,
            wanted=repr(wanted),
            listed=listed,
        )
    )


def _none_visible(listed: Value, name: str) -> Unreadable:
    return Unreadable(
        say(
            "{file}: the workbook has no visible sheet with cells (sheets: {listed}); set read.sheet",
            file=name,
            listed=listed,
        )
    )
