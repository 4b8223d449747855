"""What a dataset makes of what stands under its name: the series that come, change and end. Nothing is written here.

MERGE adds to the dataset and revises; REPLACE makes it what the table says, no more; what is to be deleted is named, observation
by observation (a row without a period names its whole series).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import ColumnElement, Connection, exists, or_, select

from dataexchange.errors import Conflict
from dataexchange.model.dataset import Action, Dataset
from dataexchange.model.sentence import say
from dataexchange.model.structure import DataStructure, Ref
from dataexchange.store.long_table import empty_table
from dataexchange.store.merge import combined, whole
from dataexchange.store.pack import Packed, pack
from dataexchange.store.pack_rows import Sorted, sorted_rows, sorted_series
from dataexchange.store.read import Columns, portions, rows_of
from dataexchange.store.said_anew import staying
from dataexchange.store.series_table import SeriesTable

#: Keys named in one statement.
_CHUNK = 500

#: Above this many, reading all keys that a provider holds is cheaper than asking for each.
_MANY = 20_000


@dataclass(frozen=True, slots=True)
class Scope:
    """What belongs to one dataset of one provider in one dataflow."""

    held: SeriesTable
    dataflow: Ref
    provider: str
    dataset: str

    @property
    def of_provider(self) -> list[ColumnElement[bool]]:
        c = self.held.table.c
        return [c.dataflow == self.dataflow.short, c.provider == self.provider, c.release_to.is_(None)]

    @property
    def present(self) -> list[ColumnElement[bool]]:
        return [*self.of_provider, self.held.table.c.dataset == self.dataset]


@dataclass(frozen=True)
class Given:
    """What comes in. `spoken` are the attributes that the table says everything about: an empty one means that there is none.

    Of other attributes an empty one keeps what is published. `deleted` names observations that go.
    """

    table: pa.Table
    structure: DataStructure
    action: Action = Action.MERGE
    spoken: frozenset[str] = frozenset()
    deleted: pa.Table | None = None

    @classmethod
    def of(
        cls,
        dataset: Dataset,
        structure: DataStructure,
        action: Action,
        spoken: frozenset[str],
        deleted: Dataset | None,
    ) -> Given:
        gone = deleted.table if deleted is not None and deleted.n else None
        if action is Action.DELETE:
            return cls(dataset.table.slice(0, 0), structure, Action.MERGE, spoken, dataset.table)
        return cls(dataset.table, structure, action, spoken, gone)

    @cached_property
    def sorted(self) -> Sorted:
        return sorted_rows(self.table, self.structure)

    def packed(self, series_attributes: Sequence[str]) -> Packed:
        """By itself, as it is where nothing stands that stays beside it."""
        return pack(self.table, self.structure, series_attributes, known=self.sorted)


@dataclass(frozen=True, slots=True)
class Revision:
    """`added` and `revised` number series of `packed`; `closed` are the keys of series that end."""

    packed: Packed
    added: list[int]
    revised: list[int]
    closed: list[str]


def revision(conn: Connection, scope: Scope, given: Given, before: list[Columns] | None = None) -> Revision:
    """`before` is filled with the present versions of the series that change or end."""
    attributes = scope.held.attributes
    if given.action is Action.REPLACE:
        return _compared(given.packed(attributes), _present(conn, scope), len(attributes), before)
    touched = list(_touched(conn, scope, _named(given).to_pylist()))
    stays = staying(touched, scope.held, given.table, given.sorted, given.structure, given.spoken)
    packed = _together(stays, scope.held, given) if stays or given.deleted is not None else given.packed(attributes)
    return _compared(packed, iter(touched), len(attributes), before)


def _named(given: Given) -> pa.Array:
    """The keys of the series that it says anything of."""
    keys = given.sorted.keys
    if given.deleted is None:
        return keys
    return pc.unique(pa.concat_arrays([keys, sorted_series(given.deleted, given.structure)[1]]))


def _together(stays: Sequence[Columns], held: SeriesTable, given: Given) -> Packed:
    """What is given, with what stays of the same series."""
    structure = given.structure
    stands = [whole(columns, held, structure) for columns in stays] or [empty_table(structure)]
    spoken, deleted = given.spoken, given.deleted
    return combined(stands, given.table, structure, held.attributes, spoken=spoken, deleted=deleted)


def _compared(packed: Packed, present: Iterator[Columns], n_attributes: int, before: list[Columns] | None) -> Revision:
    """What differs between series as they should be and as they stand."""
    contents = list(zip(*packed.contents, strict=True))
    new = {key: i for i, key in enumerate(packed.keys)}
    revised, closed = [], []
    for columns in present:
        changed = []
        stands = zip(columns[0], zip(*_content(columns, n_attributes), strict=True), strict=True)
        for place, (key, content) in enumerate(stands):
            i = new.pop(key, None)
            if i is None:
                closed.append(key)
            elif contents[i] != content:
                revised.append(i)
            else:
                continue
            changed.append(place)
        if before is not None and changed:
            before.append([[column[place] for place in changed] for column in columns])
    return Revision(packed, list(new.values()), revised, closed)


def _content(columns: Columns, n_attributes: int) -> Columns:
    """The columns that `Packed.contents` has: not key and provider, and not `n`, which the periods tell."""
    return [*columns[2 : 2 + n_attributes], *columns[3 + n_attributes :]]


def _present(conn: Connection, scope: Scope) -> Iterator[Columns]:
    return portions(conn, select(*rows_of(scope.held)).where(*scope.present), 4096)


def _touched(conn: Connection, scope: Scope, keys: Sequence[str]) -> Iterator[Columns]:
    """The present versions of these series."""
    return of_keys(conn, scope.held, scope.present, keys)


def of_keys(
    conn: Connection, held: SeriesTable, where: Sequence[ColumnElement[bool]], keys: Sequence[str]
) -> Iterator[Columns]:
    """Rows of these series, in portions."""
    chosen = select(*rows_of(held)).where(*where)
    if len(keys) > _MANY:
        wanted = set(keys)
        for columns in portions(conn, chosen, 4096):
            here = [place for place, key in enumerate(columns[0]) if key in wanted]
            if here:
                yield columns if len(here) == len(columns[0]) else [[column[i] for i in here] for column in columns]
        return
    for chunk in chunks(keys):
        yield from portions(conn, chosen.where(held.table.c.key.in_(chunk)), _CHUNK)


def refuse_held_elsewhere(conn: Connection, scope: Scope, added: Sequence[str]) -> None:
    """A dataflow says a series once: of two datasets, or two providers, which would be right?"""
    c = scope.held.table.c
    others = [
        c.dataflow == scope.dataflow.short,
        c.release_to.is_(None),
        or_(c.provider != scope.provider, c.dataset != scope.dataset),
    ]
    if not added or not conn.execute(select(exists(select(c.key).where(*others)))).scalar():
        return
    found = select(c.key, c.provider, c.dataset).where(*others)
    if len(added) > _MANY:
        ours = set(added)
        rows = conn.execute(found, execution_options={"stream_results": True})
        clash = next((row for row in rows if row.key in ours), None)
        rows.close()
    else:
        clash = next(
            (row for chunk in chunks(added) if (row := conn.execute(found.where(c.key.in_(chunk))).first())), None
        )
    if clash is not None:
        raise Conflict(
            say(
                "Series {series} in dataset {dataset} of {provider} is published already in dataset {other} of {owner}: leave it "
                "out of one of the two, or withdraw the other.",
                series=clash.key,
                dataset=scope.dataset,
                provider=scope.provider,
                other=clash.dataset,
                owner=clash.provider,
            )
        )


def chunks(keys: Sequence[str]) -> Iterator[list[str]]:
    """So many as one statement names."""
    rest = iter(keys)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
