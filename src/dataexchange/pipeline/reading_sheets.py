"""Which sheets of a workbook are meant: `read.sheet` names one, several, a pattern or all; else it is the first visible one."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from dataexchange.errors import TooLarge, Unreadable
from dataexchange.model.reading import ALL, Matching, Sheets

#: Sheets read from one workbook.
_MOST = 100


@dataclass(frozen=True, slots=True)
class Chosen:
    """`note` says how it was chosen; `may_be_none`: it was not asked for by name, so it may hold no table."""

    name: str
    note: str
    may_be_none: bool = False


def choose(workbook: CalamineWorkbook, wanted: Sheets | None, name: str) -> tuple[Chosen, ...]:
    sheets = [s for s in workbook.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
    names = [s.name for s in sheets]
    visible = [s.name for s in sheets if s.visible == SheetVisibleEnum.Visible]
    listed = ", ".join(map(repr, names[:20])) or "none"
    if wanted is None:
        return (_first(visible, listed, name),)
    if isinstance(wanted, Matching):
        found = matching(names, wanted.matching)
        if not found:
            raise Unreadable(
                f"{name}: no sheet matches {wanted.matching!r}; the sheets are {listed}: correct read.sheet"
            )
        chosen = [Chosen(n, f"sheet {n!r}", may_be_none=True) for n in found]
    elif wanted == ALL and ALL not in names:
        if not visible:
            raise _none_visible(listed, name)
        chosen = [Chosen(n, f"sheet {n!r}", may_be_none=True) for n in visible]
    else:
        chosen = [_named(names, one, listed, name) for one in ((wanted,) if isinstance(wanted, str) else wanted)]
    if len(chosen) > _MOST:
        raise TooLarge(f"{name}: {len(chosen):,} sheets are over the limit of {_MOST}; choose some under read.sheet")
    return tuple({one.name: one for one in reversed(chosen)}.values())[::-1]


def matching(names: list[str], pattern: str) -> list[str]:
    """Those that a pattern (RE2) matches wholly."""
    found = pc.match_substring_regex(pa.array(names, pa.string()), f"^(?:{pattern})$")
    return [name for name, is_it in zip(names, found.to_pylist(), strict=True) if is_it]


def _first(visible: list[str], listed: str, name: str) -> Chosen:
    if not visible:
        raise _none_visible(listed, name)
    if len(visible) == 1:
        return Chosen(visible[0], f"sheet {visible[0]!r}")
    return Chosen(visible[0], f"sheet {visible[0]!r} (the first of {len(visible)}: {listed})")


def _named(names: list[str], wanted: str, listed: str, name: str) -> Chosen:
    if wanted in names:
        return Chosen(wanted, f"sheet {wanted!r}")
    if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        chosen = names[int(wanted) - 1]
        return Chosen(chosen, f"sheet {chosen!r} (number {int(wanted)})")
    raise Unreadable(f"{name}: there is no sheet {wanted!r}; the sheets are {listed}: correct read.sheet")


def _none_visible(listed: str, name: str) -> Unreadable:
    return Unreadable(f"{name}: the workbook has no visible sheet with cells (sheets: {listed}); set read.sheet")
