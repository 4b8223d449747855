"""Many rows into a series table at once, by the fastest way that the database has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Boolean, Connection, Integer, LargeBinary, Table
from sqlalchemy.exc import DBAPIError

#: So many new rows change what the planner of PostgreSQL should know.
_MANY = 1000

_TYPES = ((BigInteger, "int8"), (Integer, "int4"), (LargeBinary, "bytea"), (Boolean, "bool"))


def insert_rows(conn: Connection, table: Table, fixed: Mapping[str, Any], columns: Mapping[str, Sequence[Any]]) -> None:
    """`fixed` values stand in every row; `columns` have one value a row. Of a column without any value nothing is said: few data sets
    use half of the attributes of their structure, and SQLite's driver takes longest over nulls."""
    n = len(next(iter(columns.values())))
    if not n:
        return
    said = {name: values for name, values in columns.items() if values.count(None) < n}
    rows = zip(*([value] * n for value in fixed.values()), *said.values(), strict=True)
    write_rows(conn, table, [*fixed, *said], rows)
    if n >= _MANY:
        analyze(conn, table)


def write_rows(conn: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Rows of values in the order of the columns that `names` says."""
    preparer = conn.dialect.identifier_preparer
    into = f"{preparer.format_table(table)} ({', '.join(preparer.quote(name) for name in names)})"
    if conn.dialect.name == "postgresql":
        _copy(conn, f"COPY {into} FROM STDIN (FORMAT BINARY)", [_type(table, name) for name in names], rows)
    else:
        places = ", ".join("?" * len(names))
        conn.exec_driver_sql(f"INSERT INTO {into} VALUES ({places})", list(rows))  # noqa: S608 (names are quoted)


def analyze(conn: Connection, table: Table) -> None:
    """Queries come before PostgreSQL looks by itself, and go wrong on what it knew of an empty table."""
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql(f"ANALYZE {conn.dialect.identifier_preparer.format_table(table)}")


def _copy(conn: Connection, statement: str, types: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    driver: Any = conn.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)
    except conn.dialect.loaded_dbapi.Error as error:
        # As SQLAlchemy would have raised it, had it run the statement.
        raise DBAPIError.instance(
            statement, None, error, conn.dialect.loaded_dbapi.Error, dialect=conn.dialect
        ) from error


def _type(table: Table, name: str) -> str:
    return next((word for kind, word in _TYPES if isinstance(table.c[name].type, kind)), "text")
