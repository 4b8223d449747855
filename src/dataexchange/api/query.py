"""A query meets a data structure: positions of keys, attributes and measures are put in its terms.

`messages.url` knows what may be written; what exists, only the structure knows. Every fault is an InvalidRequest that
names the parameter. Filters and periods are checked where they are used, in the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from dataexchange.errors import InvalidRequest
from dataexchange.messages.url import fit
from dataexchange.model.query import DataQuery
from dataexchange.model.structure import Attribute, DataStructure, Level, Ref

_LEVELS: dict[str, Callable[[Attribute], bool]] = {
    "dataset": lambda a: a.level is Level.DATASET,
    "series": lambda a: a.level is Level.SERIES,
    "obs": lambda a: a.level is Level.OBSERVATION,
}


def fitted(query: DataQuery, structure: DataStructure, *, exact_keys: bool) -> DataQuery:
    """The same query in the terms of the structure: keys of full length, attributes by id."""
    return replace(
        query,
        keys=fit(query.keys, structure.dimension_ids, exact=exact_keys),
        attributes=_attributes(query, structure),
        measures=_measures(query, structure),
    )


def narrowed(query: DataQuery, structures: Iterable[DataStructure]) -> dict[Ref, DataQuery]:
    """The query for each of several structures: of the attributes and measures that are wanted, and of the components to sort by, those
    that it has. A word that none of them knows is a slip."""
    own: dict[Ref, DataQuery] = {}
    for structure in structures:
        attributes = {*(a.id for a in structure.attributes), *_LEVELS}
        measures = {m.id for m in structure.measures}
        components = {*(c.id for c in structure.components()), "*", "series_key"}
        own[structure.ref] = replace(
            query,
            attributes=None if query.attributes is None else tuple(w for w in query.attributes if w in attributes),
            measures=None if query.measures is None else tuple(w for w in query.measures if w in measures),
            sort=tuple(step for step in query.sort if step.component in components),
        )
    for parameter in ("attributes", "measures", "sort"):
        for word in getattr(query, parameter) or ():
            if not any(word in (getattr(one, parameter) or ()) for one in own.values()):
                raise InvalidRequest(
                    f"none of {', '.join(str(ref) for ref in own)} has it",
                    parameter=parameter,
                    value=getattr(word, "component", word),
                )
    return own


def _attributes(query: DataQuery, structure: DataStructure) -> tuple[str, ...] | None:
    """`attributes=obs,UNIT_MEASURE` as ids."""
    if query.attributes is None:
        return None
    known = {a.id for a in structure.attributes}
    wanted: list[str] = []
    for word in query.attributes:
        if word in known:
            wanted.append(word)
        elif word in _LEVELS:
            wanted.extend(a.id for a in structure.attributes if _LEVELS[word](a))
        else:
            raise InvalidRequest(
                f"write dsd, none, dataset, series, obs or ids of {', '.join(sorted(known))}",
                parameter="attributes",
                value=word,
            )
    return tuple(dict.fromkeys(wanted))


def _measures(query: DataQuery, structure: DataStructure) -> tuple[str, ...] | None:
    known = [m.id for m in structure.measures]
    for word in query.measures or ():
        if word not in known:
            raise InvalidRequest(f"write all, none or ids of {', '.join(known)}", parameter="measures", value=word)
    return query.measures
