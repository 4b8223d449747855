"""Reasons and waivers, of the submission that they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, select

from dataexchange.model.justification import Justification, Justified, Origin, Side, Statement
from dataexchange.store.tables import justifications

_c = justifications.c
_NAMES = [column.name for column in justifications.primary_key]


def put(conn: Connection, submission: str, given: Sequence[Justification]) -> None:
    """What was said of the same place before is replaced; of two here that are about the same, the later holds."""
    if not given:
        return
    rows = [_row(submission, one) for one in {(one.side, one.statement.place): one for one in given}.values()]
    _delete(conn, rows)
    conn.execute(justifications.insert(), rows)


def of(conn: Connection, submission: str) -> Justified:
    """The broadest of each rule first."""
    rows = conn.execute(
        select(justifications).where(_c.submission == submission).order_by(_c.side, _c.rule, _c.key, _c.period)
    )
    return Justified(
        tuple(
            Justification(
                Side(row.side),
                Statement(row.rule, row.text, row.key or None, row.period or None),
                row.given_by,
                row.given_at,
                Origin(row.origin),
                row.taken_from,
            )
            for row in rows
        )
    )


def drop(conn: Connection, submission: str, origin: Origin) -> None:
    """Before a check says anew what stands in the data."""
    conn.execute(delete(justifications).where(_c.submission == submission, _c.origin == origin.value))


def take_back(conn: Connection, submission: str, some: Sequence[Justification]) -> None:
    """What no longer holds."""
    if some:
        _delete(conn, [_row(submission, one) for one in some])


def _delete(conn: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    same = (_c[name] == bindparam(f"held_{name}") for name in _NAMES)
    conn.execute(delete(justifications).where(*same), [{f"held_{name}": row[name] for name in _NAMES} for row in rows])


def _row(submission: str, one: Justification) -> dict[str, object]:
    said = one.statement
    return {
        "submission": submission,
        "side": one.side.value,
        "rule": said.rule,
        "key": said.key or "",
        "period": said.period or "",
        "text": said.text,
        "given_by": one.given_by,
        "given_at": one.given_at,
        "origin": one.origin.value,
        "taken_from": one.taken_from,
    }
