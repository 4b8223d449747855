"""Adapted indicators: is it said how a city's own series differs, and do its observations carry the mark for it.

Both rules judge whole series: an officer corrects them in the mapping, once, not row by row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from dataexchange.model.adaptation import GLOBAL_SERIES, LOCAL_PREFIX, TYPE
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, say
from dataexchange.model.series_notes import measures
from dataexchange.pipeline.validation_fault import Fault
from dataexchange.pipeline.validation_table import Flags, Observations

_NONE = np.empty(0, np.int64)

#: Adaptations whose definition is another one than the global series has. A local breakdown (CONTEXTUAL) keeps the definition, and
#: what is NEW has none to differ from.
_DIFFERENT = ("NARROWED", "PROXY")

_COMPONENTS: Mapping[str, tuple[str, ...]] = {
    "ADAPT-RECORD": ("SERIES", TYPE),
    "ADAPT-STATUS": ("SERIES", TYPE, "OBS_STATUS"),
}


def needs(schema: Schema) -> Mapping[str, Sentence]:
    """Rule -> why it cannot run with this structure."""
    there = {component.id for component in schema.structure.components()}
    lacking = {rule: [c for c in wanted if c not in there] for rule, wanted in _COMPONENTS.items()}
    return {rule: schema.lacks(absent) for rule, absent in lacking.items() if absent}


def recorded(table: Observations) -> Iterator[Fault]:
    """Every series of the city's own says how it stands to a global one. Counts that others are weighted with need not."""
    series = table.text.get("SERIES")
    if series is None:
        return
    known = table.schema.codes.get("SERIES", {})
    silent = ~_says(table, TYPE)
    for place, code in enumerate(series.values.to_pylist()):
        n = int((silent & (series.index == place)).sum()) if code.startswith(LOCAL_PREFIX) else 0
        if n and not measures(known.get(code)):
            text = (
                "{series} is a series of the city's own, and nothing says how it stands to a global one: write a record for it under "
                "`adaptations`, with its type (IDENTICAL, NARROWED, PROXY, CONTEXTUAL or NEW) and what differs."
            )
            yield Fault("ADAPT-RECORD", "SERIES", _NONE, say(text, series=code), count=n)


def marked(table: Observations) -> Iterator[Fault]:
    """A narrowed indicator or proxy whose values carry the status of a normal one."""
    series, types, status = (table.text.get(name) for name in ("SERIES", TYPE, "OBS_STATUS"))
    if series is None or types is None or status is None:
        return
    for type_ in _DIFFERENT:
        normal = _is(table, TYPE, type_) & _is(table, "OBS_STATUS", "A")
        for place in np.unique(series.index[normal & (series.index >= 0)]).tolist():
            rows = np.flatnonzero(normal & (series.index == place))
            origin = table.value(GLOBAL_SERIES, int(rows[0])) if GLOBAL_SERIES in table.text else None
            code = series.values[place].as_py()
            text = (
                "{series} is {type} of {origin}, and its observations have the status of normal ones (A): write OBS_STATUS D, so that "
                "nobody takes them for the global indicator."
            )
            how = say("a narrowed form") if type_ == "NARROWED" else say("a proxy")
            words = say(text, series=code, type=how, origin=origin or say("a global series"))
            yield Fault("ADAPT-STATUS", "OBS_STATUS", _NONE, words, count=len(rows))


def _says(table: Observations, component: str) -> Flags:
    column = table.text.get(component)
    return np.zeros(table.n, dtype=bool) if column is None else column.index >= 0


def _is(table: Observations, component: str, value: str) -> Flags:
    column = table.text[component]
    flags = np.array([*(code == value for code in column.values.to_pylist()), False])
    marks: Flags = flags[column.index]
    return marks
