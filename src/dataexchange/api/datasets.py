"""Which datasets an answer consists of: one for each dataflow that the query is about and that has data that match.

A dataset is of one dataflow, since two dataflows of one structure may hold the same key. Where there is more than one candidate, each
is first asked for a single observation: a header names its datasets before they are read. `offset` and `limit` run through all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from dataexchange.api.call import Call
from dataexchange.api.context import Target
from dataexchange.api.query import fitted, narrowed
from dataexchange.errors import InvalidRequest, NotFound, NotSupported
from dataexchange.messages.media import MediaType
from dataexchange.messages.write_data import TABLES, TELLS_NO_ACTION
from dataexchange.messages.write_options import ALL_DIMENSIONS
from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.query import DataQuery
from dataexchange.model.structure import Ref
from dataexchange.store import series
from dataexchange.store.database import Connection
from dataexchange.store.ordering import sort_keys
from dataexchange.store.page import Page, page_of

#: A context with wildcards is tried against so many dataflows.
_MOST_FLOWS = 500


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset of an answer: what it is of, and its batches, which nothing is read for until they are drawn."""

    target: Target
    #: In the words of the caller, cut to what the structure has where there are several.
    query: DataQuery
    batches: Iterator[SeriesBatch]


def datasets(
    conn: Connection, call: Call, found: tuple[Target, ...], query: DataQuery, media: MediaType
) -> list[Dataset]:
    """A dataset for each dataflow that has data that match. Raises NotFound where none has, or none on the page that is asked for."""
    each = [(target, flow) for target in found for flow in target.flows]
    if len(each) > _MOST_FLOWS:
        raise NotSupported(f"The query is about {len(each)} dataflows; name at most {_MOST_FLOWS}.")
    structures = {target.schema.structure.ref: target.schema.structure for target, _ in each}
    own = narrowed(query, structures.values()) if len(structures) > 1 else dict.fromkeys(structures, query)
    page = page_of(query)
    if len(each) > 1:
        each = _with_data(conn, call, each, own)
    drawn = [
        Dataset(target, asked, _batches(conn, call, target, flow, asked, media, page))
        for target, flow in each
        for asked in (own[target.schema.structure.ref],)
    ]
    while drawn:
        first = next(drawn[0].batches, None)
        if first is not None:
            begun = replace(drawn[0], batches=chain([first], drawn[0].batches))
            return [begun] if page.is_over else [begun, *drawn[1:]]
        drawn.pop(0)
    there = found[0].name if len(found) == 1 else "What you name"
    raise NotFound(f"{there} has no data {'on that page' if query.offset else 'that match'}.")


def _with_data(
    conn: Connection, call: Call, each: list[tuple[Target, Ref]], own: Mapping[Ref, DataQuery]
) -> list[tuple[Target, Ref]]:
    """Those that have anything that matches. A structure without what a filter names has nothing; if all are so, it is a slip."""
    there: list[tuple[Target, Ref]] = []
    misfits: list[InvalidRequest] = []
    for target, flow in each:
        probe = replace(own[target.schema.structure.ref], sort=(), offset=0, limit=1)
        try:
            if any(True for _ in series.batches(conn, put_to(call, target, probe), target.schema, flow)):
                there.append((target, flow))
        except InvalidRequest as error:
            misfits.append(error)
    if misfits and len(misfits) == len(each):
        raise misfits[0]
    return there


def put_to(call: Call, target: Target, query: DataQuery) -> DataQuery:
    """The query as one target is asked it."""
    return in_terms_of(target, query, exact_keys=call.version == "v1")


def _batches(
    conn: Connection, call: Call, target: Target, flow: Ref, query: DataQuery, media: MediaType, page: Page
) -> Iterator[SeriesBatch]:
    asked = put_to(call, target, query)
    if media in TABLES:
        # Words of `sort` mean what they do for series, but rows may stand in any order.
        sort = tuple(sort_keys(asked, target.schema.structure))
        asked = replace(asked, dimension_at_observation=ALL_DIMENSIONS, sort=sort)
    if media not in TELLS_NO_ACTION:
        return series.batches(conn, asked, target.schema, flow, page=page)
    all_ = series.batches(conn, replace(asked, offset=0, limit=None), target.schema, flow)
    return page.cut(batch for batch in all_ if batch.action != "D")


def in_terms_of(target: Target, query: DataQuery, *, exact_keys: bool) -> DataQuery:
    """The query with the keys and attributes of the target's structure, cut to the provider of its agreement."""
    query = fitted(query, target.schema.structure, exact_keys=exact_keys)
    return replace(query, providers=target.only or query.providers)
