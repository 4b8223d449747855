"""The largest answer, and the plan of smaller queries for whoever asks for more: a 413 that says what to do instead.

Whether a query fits costs nothing in an exchange that holds less than one answer may have, and otherwise a sum over the
series table. A plan cuts the query by values of dimensions until every part fits; parts share no series and leave none out, so
that fetching all of them, with the same headers, gives exactly what was asked for. A single series is never refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from dataexchange.api.call import Call
from dataexchange.api.context import Target
from dataexchange.api.part_address import Part, address, can_be_written, with_query
from dataexchange.door import metrics
from dataexchange.door.exchange import Exchange
from dataexchange.errors import InvalidRequest, TooMuch
from dataexchange.model.query import ComponentFilter, Condition, DataQuery, Operator
from dataexchange.model.structure import Ref
from dataexchange.store.condition import is_numeric
from dataexchange.store.database import Connection
from dataexchange.store.series_table import is_sought
from dataexchange.store.size import Size, held, size, sizes
from dataexchange.store.structure_state import last_number

#: Further than any answer goes.
_END = 2**62

#: A plan of more parts helps nobody.
_MOST_PARTS = 2000

#: Values that one part may name, so that its address stays short.
_MOST_VALUES, _MOST_CHARACTERS = 200, 3000


def require_fit(
    exchange: Exchange,
    conn: Connection,
    call: Call,
    found: Sequence[Target],
    terms: Callable[[Target], DataQuery],
    query: DataQuery,
) -> None:
    """Raises TooMuch, with a plan, where the answer would have more observations than one may have.

    `terms` puts the query in the terms of a target; what does not fit a target at all is left to whoever reads the data.
    """
    most = exchange.max_observations
    each = [(target, flow) for target in found for flow in target.flows]
    # Series alone have no observations.
    if not most or not query.observations or _is_small(exchange, conn, query, {flow for _, flow in each}, most):
        return
    # What it has at most is known from sums; only where that is too much is it counted.
    if not _is_too_much(_sized(conn, each, terms, None), most):
        return
    # What stands before a page is counted, too: it tells where the page begins.
    paged = query.limit is not None or query.offset > 0
    sized = _sized(
        conn, each, terms, most if not paged else _END if query.limit is None else query.offset + query.limit
    )
    total = sum(one.size.observations for one in sized)
    end = total if query.limit is None else min(total, query.offset + query.limit)
    if not _is_too_much(sized, most) or end - query.offset <= most:
        return
    metrics.refused("size")
    plan = _pages(call, query.offset, end, most) if paged else _parts(conn, call, sized, most)
    raise _too_much(tuple(islice(plan, _MOST_PARTS + 1)), most)


def _pages(call: Call, start: int, end: int, most: int) -> Iterator[tuple[str, int]]:
    """For who asks for a page: smaller ones, in the same order."""
    for offset in range(start, end, most):
        n = min(most, end - offset)
        yield with_query(call, {"offset": str(offset), "limit": str(n)}), n


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of one dataflow, and how much that is."""

    target: Target
    flow: Ref
    query: DataQuery
    size: Size


def _sized(
    conn: Connection, each: Sequence[tuple[Target, Ref]], terms: Callable[[Target], DataQuery], reach: int | None
) -> list[_Asked]:
    found = []
    for target, flow in each:
        try:
            query = replace(terms(target), offset=0, limit=None, sort=())
            there = size(conn, query, target.schema, flow, reach=reach)
        except InvalidRequest:
            continue
        if there.observations:
            found.append(_Asked(target, flow, query, there))
    return found


def _is_too_much(sized: Sequence[_Asked], most: int) -> bool:
    total = sum((one.size for one in sized), Size())
    return total.observations > most and total.series > 1


def _is_small(exchange: Exchange, conn: Connection, query: DataQuery, flows: set[Ref], most: int) -> bool:
    """Whether all that the dataflows hold now is little enough. Of what they held before that says nothing."""
    if query.as_of or query.updated_after or query.include_history:
        return False
    number, _ = last_number(conn, flows)
    key = ("held", number, frozenset(flows))
    return exchange.memory.get(key, lambda: (sum(held(conn, flow) for flow in flows),))[0] <= most


def _parts(conn: Connection, call: Call, sized: Sequence[_Asked], most: int) -> Iterator[tuple[str, int]]:
    for one in sized:
        for values, n in _cut(conn, one.query, one.target, one.flow, most, one.size):
            yield address(call, Part(one.target, one.flow, one.query, values, alone=len(sized) == 1)), n


def _too_much(plan: tuple[tuple[str, int], ...], most: int) -> TooMuch:
    said = f"The answer would have more than the {most:,} observations that one may have"
    if len(plan) > _MOST_PARTS:
        return TooMuch(f"{said}: narrow the query, or send `Prefer: respond-async` to have it made as a file.")
    return TooMuch(
        f"{said}: ask for the {len(plan)} parts that this message links to, with the same headers, or send "
        "`Prefer: respond-async` to have the whole made as a file.",
        plan,
    )


def _cut(
    conn: Connection, query: DataQuery, target: Target, flow: Ref, most: int, there: Size, done: tuple[str, ...] = ()
) -> Iterator[tuple[Mapping[str, tuple[str, ...]], int]]:
    """Values of dimensions that narrow the query to a part, and what the part has at most."""
    found = None
    if there.observations > most and there.series > 1:
        found = _best(conn, query, target, flow, done)
    if found is None:
        yield {}, there.observations
        return
    dimension, by_value = found
    for values in _groups(by_value, most):
        within = sum((by_value[value] for value in values), Size())
        among = (tuple(Condition(Operator.EQ, value) for value in values),)
        narrower = replace(query, filters=(*query.filters, ComponentFilter(dimension, among)))
        for more, n in _cut(conn, narrower, target, flow, most, within, (*done, dimension)):
            yield {dimension: values, **more}, n


def _best(
    conn: Connection, query: DataQuery, target: Target, flow: Ref, done: tuple[str, ...]
) -> tuple[str, Mapping[str, Size]] | None:
    """The dimension that cuts best, areas and indicators being looked at first; None where none cuts."""
    # Numbers are compared as such: 5 would be 05, too.
    numbers = {d.id for d in target.schema.structure.dimensions if is_numeric(d, target.schema)}
    left = [d for d in target.schema.structure.dimension_ids if d not in done and d not in numbers]
    for dimensions in ([d for d in left if is_sought(d)], [d for d in left if not is_sought(d)]):
        candidates = [(d, sizes(conn, query, target.schema, flow, d)) for d in dimensions]
        usable = [(d, by) for d, by in candidates if len(by) > 1 and all(map(can_be_written, by))]
        if usable:
            return min(usable, key=lambda one: max(there.observations for there in one[1].values()))
    return None


def _groups(by_value: Mapping[str, Size], most: int) -> Iterator[tuple[str, ...]]:
    """Values in their order, as many together as fit; one that does not fit stands alone."""
    group: list[str] = []
    n = characters = 0
    for value, there in by_value.items():
        full = n + there.observations > most or len(group) == _MOST_VALUES
        if group and (full or characters + len(value) > _MOST_CHARACTERS):
            yield tuple(group)
            group, n, characters = [], 0, 0
        group.append(value)
        n += there.observations
        characters += len(value) + 1
    if group:
        yield tuple(group)
