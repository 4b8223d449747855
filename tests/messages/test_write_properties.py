"""Whatever stands in the cells, every format gives it back, and batches may be cut anywhere."""

from __future__ import annotations

import doctest
import itertools
import math
import re

import numpy as np
import pytest
from data_words import batch, expected, read_csv, read_json, read_xml, schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dataexchange.messages import blocks, columns, media, number, regroup
from dataexchange.messages.media import CSV_2_0, GENERIC_2_1, JSON_1_0, JSON_2_0, ML_3_0, SPECIFIC_2_1
from dataexchange.messages.write_data import WRITERS, WriteOptions

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FORMS = st.sampled_from(["TIME_PERIOD", "AllDimensions", "REF_AREA"])
TEXT = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)
CODE = st.text("ABCab09_@$-", min_size=1, max_size=4)
PERIOD = st.sampled_from(["2018", "2019", "2019-Q1", "2019-03", "2019-W07", "2019-03-31", "2019-03-31T10:20:00"])
VALUE = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**50), 2**50).map(float))
#: One measure, and three of them: the last is text.
SCHEMAS = st.sampled_from([schema(uncoded=True), schema(uncoded=True, further=True)])

rows = st.lists(
    st.fixed_dictionaries(
        {"FREQ": CODE, "SERIES": CODE, "REF_AREA": CODE, "NOTE": TEXT, "TIME_PERIOD": PERIOD, "OBS_VALUE": VALUE},
        optional={"OBS_STATUS": CODE, "UPPER_BOUND": TEXT, "COMMENT_OBS": TEXT, "WEIGHT": VALUE, "SAID": TEXT},
    ),
    max_size=12,
    unique_by=lambda row: tuple(row[k] for k in ("FREQ", "SERIES", "REF_AREA", "NOTE", "TIME_PERIOD")),
)
series_attributes = st.fixed_dictionaries({}, optional={"UNIT_MEASURE": CODE, "COMMENT_TS": TEXT, "LICENCE": TEXT})


@st.composite
def tables(draw):
    """Rows in order of their series; attributes of a series the same in all its rows."""
    found = sorted(draw(rows), key=_key)
    whole = []
    for _, run in itertools.groupby(found, key=_key):
        own = draw(series_attributes)
        whole += [{**row, **own} for row in run]
    return whole


def _key(row):
    return tuple(row[d] for d in ("FREQ", "SERIES", "REF_AREA", "NOTE"))


def batches(here, table, cut):
    """The table as one batch a `cut` series."""
    runs = [list(run) for _, run in itertools.groupby(table, key=_key)]
    for i in range(0, len(runs), cut):
        yield batch(here, [row for run in runs[i : i + cut] for row in run])


def written(media, here, table, cut, at):
    return b"".join(WRITERS[media](here, batches(here, table, cut), WriteOptions(dimension_at_observation=at)))


@QUICK
@given(SCHEMAS, tables(), st.integers(1, 5), FORMS)
def test_csv(here, table, cut, at):
    assert read_csv(written(CSV_2_0, here, table, cut, at)) == expected(here, table)


@QUICK
@given(SCHEMAS, tables(), st.integers(1, 5), FORMS, st.sampled_from([JSON_1_0, JSON_2_0]))
def test_json(here, table, cut, at, media):
    table = [{**row, "UPPER_BOUND": "u" + row["UPPER_BOUND"]} if "UPPER_BOUND" in row else row for row in table]
    assert read_json(written(media, here, table, cut, at)) == expected(here, table)


@QUICK
@given(SCHEMAS, tables(), st.integers(1, 5), FORMS, st.sampled_from([GENERIC_2_1, SPECIFIC_2_1, ML_3_0]))
def test_xml(here, table, cut, at, media):
    """XML 1.0 has no way to write most control characters: they are replaced."""
    assert read_xml(written(media, here, table, cut, at)) == expected(here, [_writable(row) for row in table])


def _writable(row):
    odd = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
    return {k: odd.sub("\ufffd", v) if isinstance(v, str) else v for k, v in row.items()}


@QUICK
@given(SCHEMAS, tables(), FORMS)
def test_blocks_may_be_small(here, table, at):
    """Long batches are cut; what is written is the same."""
    whole = written(JSON_2_0, here, table, 100, at)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK", 2)
        patch.setattr(regroup, "BLOCK", 2)
        assert read_json(written(JSON_2_0, here, table, 100, at)) == read_json(whole)


@QUICK
@given(st.lists(st.floats()))
def test_numbers_read_back(values):
    array = np.array(values, np.float64)
    texts = number.number_text(array).to_pylist()
    for value, text in zip(values, texts, strict=True):
        if not math.isfinite(value):
            assert text is None
            continue
        assert float(text) == value
        if value == int(value) and abs(value) < 1e15:
            assert text == str(int(value))
        elif 1e-4 <= abs(value) < 1e15:
            assert text == repr(value)


@QUICK
@given(st.lists(st.integers(0, 9), min_size=1), st.integers(1, 7))
def test_pieces_hold_everything_once(counts, size):
    offsets = np.concatenate(([0], np.cumsum(counts)))
    found = list(blocks.pieces(offsets, size))
    assert [i for first, last in found for i in range(first, last)] == list(range(len(counts)))
    assert all(offsets[last] - offsets[first] <= size or last - first == 1 for first, last in found)
    assert all(last - first <= size for first, last in found)


@pytest.mark.parametrize("module", [columns, media, number])
def test_the_examples_in_the_docstrings(module):
    found = doctest.testmod(module)
    assert found.attempted
    assert found.failed == 0
