"""The table of a data structure: one row is one version of one series.

`DX:SDG_LOCAL(1.0.0)` has `series_sdg_local_` and eight digits of a hash, with a real column for every dimension (`d_REF_AREA`)
and series attribute (`a_UNIT_MEASURE`). It is made when the structure is registered and found again through the registry
`series_tables`.

Every index begins with the dataflow, so that all of them give series in the order of their keys. Areas and indicators are
what people ask for, so the dimensions that hold them have an index; the unique one serves full keys and whole dataflows.
Availability is counted in an index of the present series: their other dimensions, numbers and periods without observations.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    and_,
    exists,
    literal_column,
    select,
    update,
)
from sqlalchemy.schema import CreateColumn

from dataexchange.errors import NotSupported, Unreadable
from dataexchange.model.structure import DataStructure, Kind, Ref, parse_short
from dataexchange.store.tables import BYTEWISE, series_tables

#: Ids of dimensions that hold areas or indicators, as data structures in use name them.
_SOUGHT = re.compile(r"AREA|GEO|COUNTRY|SERIES|INDICATOR", re.IGNORECASE)

#: Dimensions of the index for counting: PostgreSQL has 32 columns at most.
_MOST_COUNTED = 24

#: PostgreSQL cuts names after 63 bytes.
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class SeriesTable:
    """A series table and the components that have a column in it."""

    table: Table
    structure: str
    dimensions: tuple[str, ...]
    attributes: tuple[str, ...]

    def dimension(self, component: str) -> Column[str]:
        return self.table.c[_column_name("d_", component)]

    def attribute(self, component: str) -> Column[str]:
        return self.table.c[_column_name("a_", component)]


def find(conn: Connection, structure: Ref) -> SeriesTable | None:
    """The series table of a data structure; None where the structure is not registered."""
    row = conn.execute(select(series_tables).where(series_tables.c.structure == structure.short)).first()
    return None if row is None else _described(row.structure, row.table_name, row.components)


def ensure(conn: Connection, structure: DataStructure) -> SeriesTable:
    """The series table of a structure as it is now: made, widened by new attributes, or, while it is empty, made again."""
    present = find(conn, structure.ref)
    if present is None:
        return _make(conn, structure)
    if not has_data(conn, present) and _components(structure) != _components_of(present):
        present.table.drop(conn)
        conn.execute(series_tables.delete().where(series_tables.c.structure == structure.ref.short))
        return _make(conn, structure)
    return _widen(conn, structure, present)


def registered(conn: Connection) -> list[SeriesTable]:
    """Every series table, by the structures' names."""
    rows = conn.execute(select(series_tables).order_by(series_tables.c.structure))
    return [_described(row.structure, row.table_name, row.components) for row in rows]


def make_registered(conn: Connection) -> list[SeriesTable]:
    """Make the tables that a registry from elsewhere names. Raises Unreadable for a name that is not a series table's."""
    found = registered(conn)
    for one in found:
        if one.table.name != _table_name(parse_short(one.structure, Kind.DATA_STRUCTURE)):
            raise Unreadable(f"{one.table.name[:80]!r} is no name of a series table of {one.structure[:80]}.")
        one.table.create(conn)
    return found


def has_data(conn: Connection, series_table: SeriesTable) -> bool:
    """Whether any series was ever published there, even if it is closed by now."""
    return bool(conn.execute(select(exists(select(series_table.table.c.key)))).scalar())


def counted(table: Table) -> ColumnElement[bool]:
    """Present series, said in words that only availability says: its index must not lead other queries away from the order of keys."""
    return and_(table.c.release_to.is_(None), table.c.n >= literal_column("0"))


def _make(conn: Connection, structure: DataStructure) -> SeriesTable:
    _check_names(structure)
    name = _table_name(structure.ref)
    components = _components(structure)
    made = _described(structure.ref.short, name, components)
    made.table.create(conn)
    conn.execute(series_tables.insert().values(structure=structure.ref.short, table_name=name, components=components))
    return made


def _widen(conn: Connection, structure: DataStructure, present: SeriesTable) -> SeriesTable:
    """Columns for the attributes that the structure gained. What must not change, `structures.put` has checked."""
    gained = [a.id for a in structure.series_attributes if a.id not in present.attributes]
    if not gained:
        return present
    _check_names(structure)
    components = json.dumps({"dimensions": present.dimensions, "attributes": [*present.attributes, *gained]})
    wider = _described(present.structure, present.table.name, components)
    quoted = conn.dialect.identifier_preparer.format_table(wider.table)
    for attribute in gained:
        column = CreateColumn(wider.attribute(attribute)).compile(dialect=conn.dialect)
        conn.exec_driver_sql(f"ALTER TABLE {quoted} ADD COLUMN {column}")
    conn.execute(
        update(series_tables).where(series_tables.c.structure == present.structure).values(components=components)
    )
    return wider


def _components(structure: DataStructure) -> str:
    return json.dumps(
        {"dimensions": structure.dimension_ids, "attributes": [a.id for a in structure.series_attributes]}
    )


def _components_of(present: SeriesTable) -> str:
    return json.dumps({"dimensions": present.dimensions, "attributes": present.attributes})


def _check_names(structure: DataStructure) -> None:
    if len(structure.measures) != 1:
        raise NotSupported(f"{structure.ref} has {len(structure.measures)} measures; data are held for exactly one.")
    for prefix, ids in (("d_", structure.dimension_ids), ("a_", [a.id for a in structure.series_attributes])):
        seen: dict[str, str] = {}
        for component in ids:
            other = seen.setdefault(_column_name(prefix, component).lower(), component)
            if other != component:
                # SQLite's column names know no case.
                raise NotSupported(f"{structure.ref} has components {other} and {component}: rename one of them.")


def _table_name(structure: Ref) -> str:
    slug = re.sub(r"[^a-z0-9]+", "_", structure.id.lower())[:40].strip("_")
    return f"series_{slug}_{sha256(structure.short.encode()).hexdigest()[:8]}"


def _column_name(prefix: str, component: str) -> str:
    name = prefix + component
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[: _LONGEST_NAME - 9]}_{sha256(component.encode()).hexdigest()[:8]}"


@lru_cache(maxsize=256)
def _described(structure: str, name: str, components: str) -> SeriesTable:
    """The table as SQLAlchemy sees it. Making one takes a millisecond, hence the cache."""
    ids = json.loads(components)
    dimensions = [
        Column(_column_name("d_", i), BYTEWISE, nullable=False, info={"indexed": bool(_SOUGHT.search(i))})
        for i in ids["dimensions"]
    ]
    attributes = [Column(_column_name("a_", i), BYTEWISE) for i in ids["attributes"]]
    table = Table(
        name,
        MetaData(),
        # What decides whether a row is wanted stands before what may be long.
        Column("release_from", BigInteger, nullable=False),
        Column("release_to", BigInteger),
        Column("dataflow", BYTEWISE, nullable=False),
        Column("provider", BYTEWISE, nullable=False),
        Column("dataset", BYTEWISE, nullable=False),
        Column("key", BYTEWISE, nullable=False),
        *dimensions,
        Column("first_period", Integer, nullable=False),
        Column("last_period", Integer, nullable=False),
        Column("n", Integer, nullable=False),
        *attributes,
        Column("periods", LargeBinary, nullable=False),
        Column("values", LargeBinary),
        Column("obs_attributes", Text, nullable=False),
        Column("obs_codes", LargeBinary),
        Column("texts", Text),
        PrimaryKeyConstraint("dataflow", "key", "provider", "release_from"),
    )
    for number, column in enumerate(dimensions):
        if column.info["indexed"]:
            Index(f"{name}_{number}", table.c.dataflow, column, table.c.key, table.c.provider)
    present = table.c.release_to.is_(None)
    Index(
        f"{name}_held",
        *(table.c.dataflow, table.c.provider, table.c.dataset, table.c.key),
        sqlite_where=present,
        postgresql_where=present,
    )
    plain = [column for column in dimensions if not column.info["indexed"]]
    if len(plain) <= _MOST_COUNTED:
        Index(
            f"{name}_counted",
            *(table.c.dataflow, *plain, table.c.n, table.c.first_period, table.c.last_period, table.c.release_to),
            sqlite_where=counted(table),
            postgresql_where=counted(table),
        )
    return SeriesTable(table, structure, tuple(ids["dimensions"]), tuple(ids["attributes"]))
