"""The part of a data query that picks series, as SQL: keys, providers, filters on dimensions and series attributes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from sqlalchemy import Column, ColumnElement, and_, false, func, literal_column, or_

from dataexchange.errors import InvalidRequest
from dataexchange.model.query import ComponentFilter, Condition, KeyPattern, Operator
from dataexchange.store.series_table import SeriesTable


def keys(series_table: SeriesTable, patterns: Sequence[KeyPattern], dialect: str) -> list[ColumnElement[bool]]:
    """Any of the patterns; nothing to say where one of them matches every series."""
    if not patterns or any(pattern.matches_all for pattern in patterns):
        return []
    whole = [".".join(codes[0] for codes in p.positions) for p in patterns if _is_whole(p, series_table)]
    parts = [_pattern(series_table, p, dialect) for p in patterns if not _is_whole(p, series_table)]
    if whole:
        parts.append(_among(series_table.table.c.key, whole, dialect))
    return [or_(*parts)]


def _is_whole(pattern: KeyPattern, series_table: SeriesTable) -> bool:
    return len(pattern.positions) == len(series_table.dimensions) and all(
        len(codes) == 1 for codes in pattern.positions
    )


def _pattern(series_table: SeriesTable, pattern: KeyPattern, dialect: str) -> ColumnElement[bool]:
    n, size = len(pattern.positions), len(series_table.dimensions)
    if n > size:
        raise InvalidRequest(
            f"the key has {n} positions, the structure {size}: {'.'.join(series_table.dimensions)}", parameter="key"
        )
    columns = (series_table.dimension(name) for name in series_table.dimensions[:n])
    return and_(
        *(_among(column, codes, dialect) for column, codes in zip(columns, pattern.positions, strict=True) if codes)
    )


def _among(column: Column[str], values: Sequence[str], dialect: str) -> ColumnElement[bool]:
    if len(values) == 1:
        # Unlike a list this keeps the order of the index.
        return column == values[0]
    among = column.in_(values)
    if dialect == "sqlite" and column.info.get("indexed"):
        # SQLite does not know how many codes there are, and would rather read the whole dataflow than sort a few rows.
        share = min(0.5, len(values) / 2000)
        return cast("ColumnElement[bool]", func.likelihood(among, literal_column(f"{share:.4f}")))
    return among


def providers(series_table: SeriesTable, wanted: Sequence[str]) -> list[ColumnElement[bool]]:
    """`DX,BRISTOL` and `BRISTOL` both mean the provider BRISTOL; "*" and "all" mean any."""
    if not wanted or {"*", "all"} & set(wanted):
        return []
    return [series_table.table.c.provider.in_({form for p in wanted for form in (p, p.rpartition(",")[2])})]


def component(column: Column[str], filter_: ComponentFilter, dialect: str) -> ColumnElement[bool]:
    """A filter on a column, null standing for no value."""
    return and_(*(_any_of(column, any_of, dialect) for any_of in filter_.all_of))


def _any_of(column: Column[str], conditions: Sequence[Condition], dialect: str) -> ColumnElement[bool]:
    equal = [c.value for c in conditions if c.operator is Operator.EQ]
    others = [_one(column, c, dialect) for c in conditions if c.operator is not Operator.EQ]
    return or_(false(), *([_among(column, equal, dialect)] if equal else []), *others)


def _one(column: Column[str], condition: Condition, dialect: str) -> ColumnElement[bool]:
    value = condition.value
    match condition.operator:
        case Operator.NE:
            return or_(column != value, column.is_(None))
        case Operator.LT:
            return column < value
        case Operator.LE:
            return column <= value
        case Operator.GT:
            return column > value
        case Operator.GE:
            return column >= value
        case Operator.STARTS:
            return func.substr(column, 1, len(value)) == value
        case Operator.ENDS:
            return and_(
                func.length(column) >= len(value), func.substr(column, func.length(column) - len(value) + 1) == value
            )
        case Operator.CONTAINS:
            return _position(column, value, dialect) > 0
        case Operator.NOT_CONTAINS:
            return or_(_position(column, value, dialect) == 0, column.is_(None))
    raise AssertionError(condition.operator)


def _position(column: Column[str], value: str, dialect: str) -> ColumnElement[int]:
    # LIKE knows no case in SQLite.
    found: ColumnElement[int] = func.strpos(column, value) if dialect == "postgresql" else func.instr(column, value)
    return found
