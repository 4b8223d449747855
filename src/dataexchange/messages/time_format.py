"""Periods as days: what SDMX-CSV calls `timeFormat=normalized`.

>>> day_texts(pa.array(["2014", "2014-Q2", "2014-03-05"])).to_pylist()
['2014-01-01', '2014-04-01', '2014-03-05']

The field guide leaves it to a service whether a period stands as its first, middle or last day. Here it is the first, as in the
guide's own example; a time of day stays as it is.
"""

from __future__ import annotations

import pyarrow as pa

from dataexchange.model.period import first_day, parse_period


def day_texts(periods: pa.Array) -> pa.Array:
    """Few and distinct, as dictionaries hold them; null stays null."""
    return pa.array([text and _day(text) for text in periods.to_pylist()], pa.string())


def _day(text: str) -> str:
    return text if "T" in text else str(first_day(parse_period(text)))
