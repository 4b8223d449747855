"""Attributes of derived observations.

What the derivation says of a component holds. An attribute that all operands share is kept, one in which they differ is left out.
OBS_STATUS is the worst of the operands', CONF_STATUS the strictest. Bounds, sample sizes and the global series are of the operands
alone, so they go.
The formula stands in COMMENT_TS, and NATURE is CA (adjusted by the country) where nothing else is said.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dataexchange.model.dataset import CODE, as_codes
from dataexchange.model.derivation import Derivation
from dataexchange.model.mapping import Mapping as MappingFile
from dataexchange.model.schema import Schema

OBS_STATUS, CONF_STATUS, NATURE, COMMENT_TS = "OBS_STATUS", "CONF_STATUS", "NATURE", "COMMENT_TS"
#: From the worst to the best, of those that have a value.
WORST = ("U", "F", "G", "E", "I", "P", "V", "N", "S", "J", "B", "K", "W", "D", "A")
_FREE, _ADJUSTED = "F", "CA"
_NOT_CARRIED = frozenset(("LOWER_BOUND", "UPPER_BOUND", "SAMPLE_SIZE", "GLOBAL_SERIES", "UMF_CODE", COMMENT_TS))

Ints = npt.NDArray[np.int64]


def noted(
    table: pa.Table, new: pa.Table, rows: Sequence[Ints], derivation: Derivation, mapping: MappingFile, schema: Schema
) -> pa.Table:
    """`new`: the derived observations with what the first operand has; `rows` of `table`: those of every operand."""
    n = new.num_rows
    known = {component.id for component in schema.structure.components()}
    columns = {name: new[name] for name in new.column_names}
    for attribute in schema.structure.attributes:
        if attribute.id in columns:
            columns[attribute.id] = _carried(table, attribute.id, rows)
    columns |= {component: _constant(code, n) for component, code in derivation.series.items() if component in known}
    if OBS_STATUS in known and (OBS_STATUS in table.column_names or OBS_STATUS in derivation.series):
        columns[OBS_STATUS] = _worst(table, rows, derivation.series.get(OBS_STATUS), n)
    if "UNIT_MULT" in known:
        columns["UNIT_MULT"] = _constant("0", n)
    if COMMENT_TS in known:
        columns[COMMENT_TS] = _constant(_comment(derivation, mapping), n)
    said = {*mapping.fixed, *derivation.series, *(t.to for targets in mapping.columns.values() for t in targets)}
    if NATURE in known and NATURE not in said and _ADJUSTED in schema.codes.get(NATURE, {_ADJUSTED: None}):
        columns[NATURE] = _constant(_ADJUSTED, n)
    return pa.table(columns)


def _carried(table: pa.Table, component: str, rows: Sequence[Ints]) -> pa.Array:
    n = len(rows[0])
    if component in _NOT_CARRIED:
        return pa.nulls(n, CODE)
    codes = as_codes(table[component])
    indices = codes.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    result = indices[rows[0]].copy()
    if component == CONF_STATUS:
        # What is confidential in one operand could be worked out from the result.
        free = {-1, *(i for i, code in enumerate(codes.dictionary.to_pylist()) if code == _FREE)}
        for other in rows[1:]:
            result = np.where(np.isin(result, list(free)), indices[other], result)
    else:
        for other in rows[1:]:
            result[indices[other] != result] = -1
    return pa.DictionaryArray.from_arrays(pa.array(result, pa.int32(), mask=result < 0), codes.dictionary)


def _worst(table: pa.Table, rows: Sequence[Ints], said: str | None, n: int) -> pa.Array:
    """Statuses that are in no order of badness count as better than any that is."""
    codes = as_codes(table[OBS_STATUS]) if OBS_STATUS in table.column_names else pa.array([], CODE)
    listed = [*codes.dictionary.to_pylist(), *([said] if said is not None else []), None]
    badness = np.array([WORST.index(code) if code in WORST else len(WORST) for code in listed])
    indices = codes.indices.fill_null(len(listed) - 1).to_numpy(zero_copy_only=False)
    result = np.full(n, len(listed) - 1 if said is None else len(listed) - 2)
    for operand in rows:
        theirs = indices[operand] if len(indices) else result
        result = np.where(badness[theirs] < badness[result], theirs, result)
        if said is None:
            result = np.where((result == len(listed) - 1), theirs, result)
    mask = result == len(listed) - 1
    return pa.DictionaryArray.from_arrays(
        pa.array(result, pa.int32(), mask=mask), pa.array([code or "" for code in listed], pa.string())
    )


def _comment(derivation: Derivation, mapping: MappingFile) -> str:
    """The formula and what its names stand for, behind whatever is said of the series."""
    operands = "; ".join(
        f"{name}: {', '.join(f'{component} {code}' for component, code in having.items())}"
        for name, having in derivation.where.items()
    )
    places = derivation.decimals
    rounded = "" if places is None else f", rounded to {places} {'decimal' if places == 1 else 'decimals'}"
    said = derivation.series.get(COMMENT_TS) or mapping.fixed.get(COMMENT_TS) or ""
    return f"{said} Derived: {derivation.formula}{rounded} ({operands}).".strip()


def _constant(code: str, n: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, dtype=np.int32)), pa.array([code], pa.string()))
