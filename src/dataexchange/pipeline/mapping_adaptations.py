"""Adaptation records of the mapping -> attributes of the observations they are about.

What a column or `fixed` gives stands; the records give the rest: a table whose breakdown by origin is CONTEXTUAL says so in its
column, and leaves to the record what differs in the source.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa

from dataexchange.model.adaptation import Adaptation
from dataexchange.model.dataset import as_codes
from dataexchange.model.finding import Finding, Place
from dataexchange.model.mapping import Mapping as MappingFile
from dataexchange.model.mapping import Target
from dataexchange.model.rules import finding
from dataexchange.model.sentence import say
from dataexchange.model.structure import DataStructure

SERIES = "SERIES"


def with_adaptations(table: pa.Table, records: Sequence[Adaptation], structure: DataStructure) -> pa.Table:
    """The observations with the attributes of their series' records, as far as the structure has them."""
    if not records or SERIES not in table.column_names:
        return table
    series = as_codes(table[SERIES])
    rows = series.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    said = {record.series: record.attributes() for record in records}
    told = [said.get(code, {}) for code in series.dictionary.to_pylist()]
    for attribute in structure.attributes:
        texts = list(dict.fromkeys(text for one in told if (text := one.get(attribute.id))))
        if texts and attribute.id not in table.column_names:
            place = {text: index for index, text in enumerate(texts)}
            # One place more than there are series: rows without one have -1, which is the last.
            lookup = np.array([*(place.get(one.get(attribute.id, ""), -1) for one in told), -1], dtype=np.int32)
            indices = lookup[rows]
            column = pa.DictionaryArray.from_arrays(pa.array(indices, mask=indices < 0), pa.array(texts, pa.string()))
            table = table.append_column(attribute.id, column)
    return table


def idle(records: Sequence[Adaptation], tables: Sequence[pa.Table], place: Place) -> Iterator[Finding]:
    """Records of series that no row is of."""
    given = {code for table in tables if SERIES in table.column_names for code in _codes(table)}
    for record in records:
        if record.series not in given:
            words = say(
                "The adaptation record of {series} is about no row of the table: correct the code under `series`, or take the "
                "record out.",
                series=record.series,
            )
            yield finding("ADAPT-RECORD", words, place)


def _codes(table: pa.Table) -> Sequence[str | None]:
    codes: Sequence[str | None] = as_codes(table[SERIES]).dictionary.to_pylist()
    return codes


def spelled_out(mapping: MappingFile) -> MappingFile:
    """The same mapping without records: what they give is fixed, or stands beside the series in its column. For readers that know
    components and codes only."""
    given = {*mapping.fixed, *(target.to for targets in mapping.columns.values() for target in targets)}
    said = {
        record.series: {c: text for c, text in record.attributes().items() if c not in given}
        for record in mapping.adaptations
    }
    fixed = {**said.get(mapping.fixed.get(SERIES, ""), {}), **mapping.fixed}
    columns = {
        header: tuple(one for target in targets for one in (target, *_beside(target, mapping, said)))
        for header, targets in mapping.columns.items()
    }
    return mapping.model_copy(update={"fixed": fixed, "columns": columns, "adaptations": ()})


def _beside(target: Target, mapping: MappingFile, said: Mapping[str, Mapping[str, str]]) -> Iterator[Target]:
    """Targets for the attributes of the series that a column's texts stand for."""
    codes = mapping.codes_of(target) or {}
    if target.to == SERIES:
        for component in dict.fromkeys(c for code in codes.values() for c in said.get(code, {})):
            texts = {text: said[code][component] for text, code in codes.items() if component in said.get(code, {})}
            yield Target(to=component, codes=texts)
