"""Inequality inside an area as plain JSON values, as CSV for a spreadsheet, and as text for a terminal; in a language."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from dataexchange.model.inequality import Group, Inequality, Measure, Shares
from dataexchange.model.sentence import Language, Sentence

#: Cells of a spreadsheet that begin so would be taken for formulas.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_document(found: Inequality, language: Language) -> dict[str, Any]:
    """Everything that is said of one partition; `measures` is empty where `refused` says why."""
    whole, partition = found.whole, found.partition
    return {
        "partition": partition.id,
        "partition_name": partition.name,
        "period": whole.period,
        "area": whole.area,
        "average": whole.value,
        "unit": whole.unit,
        "ordered": partition.ordered,
        "exhaustive": partition.exhaustive,
        "groups_total": len(partition.groups),
        "groups_missing": found.missing,
        "groups_suppressed": found.suppressed,
        "shares": found.shares.value,
        "summary": _said(found.summary, language),
        "refused": _said(found.refused, language),
        "measures": [_measure(measure, language) for measure in found.measures],
        "left_out": {id: reason.said(language) for id, reason in found.left_out.items()},
        "notes": [note.said(language) for note in found.notes],
        "groups": [_group(group, share) for group, share in _with_shares(found)],
    }


def compact(found: Inequality, language: Language) -> dict[str, Any]:
    """What stands beside an average: the two ends, how far they are apart, or why nothing is said."""
    known = sorted(found.known, key=lambda group: group.value or 0.0)
    ends = known if len(known) > 1 else []
    return {
        "partition": found.partition.id,
        "period": found.whole.period,
        "groups_total": len(found.partition.groups),
        "groups_missing": found.missing,
        "lowest": _end(ends[0]) if ends else None,
        "highest": _end(ends[-1]) if ends else None,
        "difference": _numbers(found.measure("D")),
        "ratio": _numbers(found.measure("R")),
        "summary": _said(found.summary, language),
        "refused": _said(found.refused, language),
    }


def as_csv(found: Inequality, language: Language) -> bytes:
    """A line a measure, then a line a group, with a mark for each kind; UTF-8 with a byte-order mark, as spreadsheets like it."""
    out = io.StringIO()
    writer = csv.writer(out)
    head = ("kind", "id", "name", "value", "low_95", "high_95", "se", "unit", "share", "says")
    writer.writerow((*head, "partition", "period", "area"))
    where = (found.partition.id, found.whole.period, found.whole.area)
    line: tuple[str | float | None, ...]
    for one in found.measures:
        said = one.sentence.said(language)
        line = ("measure", one.id, "", one.value, one.low, one.high, one.se, one.unit, None, said)
        writer.writerow([_cell(cell) for cell in (*line, *where)])
    for group, share in _with_shares(found):
        line = ("group", group.code, group.name, group.value, None, None, group.se, found.whole.unit, share, "")
        writer.writerow([_cell(cell) for cell in (*line, *where)])
    said_of_all = [("refused", found.refused)] if found.refused else []
    for kind, sentence in (*said_of_all, *(("note", note) for note in found.notes)):
        writer.writerow([kind, *[""] * 8, _cell(sentence.said(language)), *where])
    return out.getvalue().encode("utf-8-sig")


def as_text(found: Inequality, language: Language) -> Iterator[str]:
    """Lines for a terminal."""
    yield f"{found.partition.name}, {found.whole.period}"
    if found.summary is not None:
        yield found.summary.said(language)
    if found.refused is not None:
        yield found.refused.said(language)
    for one in found.measures:
        span = f" ({one.low:.4g} to {one.high:.4g})" if one.low is not None and one.high is not None else ""
        yield f"  {one.id:<6}{one.value:>10.4g}{span}  {one.sentence.said(language)}"
    reasons: dict[str, list[str]] = {}
    for id, reason in found.left_out.items():
        reasons.setdefault(reason.said(language), []).append(id)
    for said, ids in reasons.items():
        yield f"  {', '.join(ids)}: {said}"
    for note in found.notes:
        yield f"- {note.said(language)}"


def _with_shares(found: Inequality) -> list[tuple[Group, float | None]]:
    shares = iter(found.portions if found.shares is not Shares.UNKNOWN else ())
    return [(group, next(shares, None) if group.value is not None else None) for group in found.partition.groups]


def _measure(one: Measure, language: Language) -> dict[str, Any]:
    return {
        "id": one.id,
        "value": one.value,
        "low": one.low,
        "high": one.high,
        "se": one.se,
        "unit": one.unit,
        "sentence": one.sentence.said(language),
    }


def _group(group: Group, share: float | None) -> dict[str, Any]:
    return {
        "code": group.code,
        "name": group.name,
        "value": group.value,
        "se": group.se,
        "weight": group.weight,
        "share": share,
        "suppressed": group.suppressed,
        "key": group.key,
    }


def _end(group: Group) -> dict[str, Any]:
    return {"code": group.code, "name": group.name, "value": group.value}


def _numbers(measure: Measure | None) -> dict[str, Any] | None:
    return {"value": measure.value, "low": measure.low, "high": measure.high} if measure else None


def _said(sentence: Sentence | None, language: Language) -> str | None:
    return None if sentence is None else sentence.said(language)


def _cell(value: str | float | None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return repr(value)
