"""Adapted indicators: is it said how a city's own series differs, and do its observations carry the mark for it.

Both rules judge whole series: an officer corrects them in the mapping, once, not row by row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

from dataexchange.model.adaptation import GLOBAL_SERIES, LOCAL_PREFIX, TYPE, keeps_definition
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
    silent = series.index[~_says(table, TYPE) & (series.index >= 0)]
    counts = np.bincount(silent, minlength=len(series.values)).tolist()
    for code, n in zip(series.values.to_pylist(), counts, strict=True):
        if n and code.startswith(LOCAL_PREFIX) and not measures(known.get(code)):
            words = say(
                "{series} is a series of the city's own, and nothing says how it stands to a global one: write a record for it under "
                "`adaptations`, with its type (IDENTICAL, NARROWED, PROXY, CONTEXTUAL or NEW) and what differs.",
                series=code,
            )
            yield Fault("ADAPT-RECORD", "SERIES", _NONE, words, count=n)


def marked(table: Observations) -> Iterator[Fault]:
    """A narrowed indicator or proxy whose values carry the status of a normal one."""
    series, types, status = (table.text.get(name) for name in ("SERIES", TYPE, "OBS_STATUS"))
    if series is None or types is None or status is None:
        return
    for type_ in _DIFFERENT:
        normal = _is(table, TYPE, type_) & _is(table, "OBS_STATUS", "A")
        for place in np.unique(series.index[normal & (series.index >= 0)]).tolist():
            rows = np.flatnonzero(normal & (series.index == place))
            told = partial(_told, table, int(rows[0]))
            if keeps_definition(type_, told):
                continue
            origin = told(GLOBAL_SERIES)
            code = series.values[place].as_py()
            words = say(
                "{series} is {type} of {origin}, and its observations have the status of normal ones (A): write OBS_STATUS D, so that "
                "nobody takes them for the global indicator.",
                series=code,
                type=say("a narrowed form") if type_ == "NARROWED" else say("a proxy"),
                origin=origin or say("a global series"),
            )
            yield Fault("ADAPT-STATUS", "OBS_STATUS", _NONE, words, count=len(rows))


def _told(table: Observations, row: int, attribute: str) -> str | None:
    return table.value(attribute, row) if attribute in table.text else None


def _says(table: Observations, component: str) -> Flags:
    column = table.text.get(component)
    return np.zeros(table.n, dtype=bool) if column is None else column.index >= 0


def _is(table: Observations, component: str, value: str) -> Flags:
    column = table.text[component]
    flags = np.array([*(code == value for code in column.values.to_pylist()), False])
    marks: Flags = flags[column.index]
    return marks
