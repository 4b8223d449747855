"""What is worked out for all series of a table at once is what looking at them one by one gives."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sdg_table import dataset, shipped

from dataexchange.model.dataset import CODE, Dataset, group_series
from dataexchange.pipeline.coherence_robust import Groups, robust_z

FEW = settings(max_examples=60, deadline=None)
CODES = st.one_of(st.none(), st.sampled_from(["GB_BRS", "GB", "KG", ""]))


@FEW
@given(st.lists(st.tuples(CODES, CODES, CODES), max_size=40), st.integers(0, 40))
def test_rows_of_one_key_are_one_series(rows: list[tuple[str | None, ...]], cut: int) -> None:
    """In whatever order they stand, in one piece or in two with dictionaries of their own; what has no column is empty."""
    structure = shipped().structure
    names = ("SERIES", "REF_AREA", "SEX")
    parts = [
        pa.table({name: pa.array([row[i] for row in part], CODE) for i, name in enumerate(names)})
        for part in (rows[:cut], rows[cut:])
    ]
    numbers, keys = Dataset(structure.ref, pa.concat_tables(parts)).grouped(structure)
    expected = [
        ".".join((row[names.index(d)] or "") if d in names else "" for d in structure.dimension_ids) for row in rows
    ]
    assert [keys[number].as_py() for number in numbers.tolist()] == expected
    assert sorted(set(numbers.tolist())) == list(range(len(keys)))


def test_a_table_is_grouped_once_and_one_made_of_it_anew() -> None:
    first = dataset({}, {"REF_AREA": "GB"}, {})
    structure = shipped().structure
    assert first.grouped(structure) is first.grouped(structure)
    numbers, keys = group_series(first.table, structure)
    assert first.grouped(structure)[0].tolist() == numbers.tolist() == [numbers[0], numbers[1], numbers[0]]
    assert first.grouped(structure)[1] == keys
    fewer = Dataset(first.structure, first.table.slice(1, 1))
    assert fewer.grouped(structure)[1].to_pylist() == [keys[int(numbers[1])].as_py()]


@FEW
@given(
    st.lists(st.tuples(st.integers(0, 4), st.floats(-2, 2)), min_size=1, max_size=60),
    st.sampled_from([0.0, 1.0, 3.5, 6.0]),
)
def test_what_is_not_asked_about_changes_nothing(values: list[tuple[int, float]], lowest: float) -> None:
    """Groups that are passed over because nothing in them can be far hold nothing that is."""
    groups, numbers = Groups.by(np.array([n for n, _ in values])), np.array([v for _, v in values])
    floor, least = np.full(len(numbers), 0.3), np.full(len(numbers), 3.0)
    every = robust_z(numbers, np.zeros(len(numbers)), groups, floor, least)
    asked = robust_z(numbers, np.zeros(len(numbers)), groups, floor, least, groups.wider(numbers, lowest * 0.3))
    assert (np.isnan(every) == np.isnan(asked)).all()
    far = every > lowest
    assert asked[far] == pytest.approx(every[far])
    assert not (asked[~far & ~np.isnan(asked)] > lowest).any()
