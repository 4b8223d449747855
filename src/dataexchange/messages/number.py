"""Numbers as text, a million at a time.

Shortest text that reads back as the same double; whole numbers below 1e15 without point or exponent. NaN and the
infinities are no values: null.

>>> number_text(np.array([1.0, 0.1, -12345678901.5, np.nan])).to_pylist()
['1', '0.1', '-12345678901.5', None]

orjson formats a float64 array in 15 ns a number, Arrow's own cast in 65 ns and with exponents from 1e10 on.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

_WHOLE_BELOW = 1e15


def number_text(values: npt.NDArray[np.float64]) -> pa.Array:
    """A string array, null where there is no value."""
    if len(values) == 0:
        return pa.array([], pa.string())
    finite = np.isfinite(values)
    whole = (np.abs(values) < _WHOLE_BELOW) & (values == np.trunc(values))
    if not finite.all():
        values = np.where(finite, values, 0.0)
    if whole.all():
        text = pa.array(values.astype(np.int64)).cast(pa.string())
    else:
        text = _shortest(values)
        if whole.any():
            integers = np.where(whole, values, 0.0).astype(np.int64)
            text = pc.if_else(pa.array(whole), pa.array(integers).cast(pa.string()), text)
    return text if finite.all() else pc.if_else(pa.array(finite), text, pa.scalar(None, pa.string()))


def _shortest(values: npt.NDArray[np.float64]) -> pa.Array:
    listed = orjson.dumps(np.ascontiguousarray(values), option=orjson.OPT_SERIALIZE_NUMPY)
    return pc.split_pattern(pa.array([listed[1:-1]], pa.binary()).cast(pa.string()), ",").flatten()
