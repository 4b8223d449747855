"""Faults planted into what Kyrgyzstan publishes of its nine areas: how many are found at upload, and that nothing else is called wrong.

At upload the nation's figures are the baseline, and what was published of the areas before stands in the store. The nation alone cannot
tell two swapped areas apart, since its sums and ranges stay as they are: that is what the earlier release is for.
"""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from kyrgyz_faults import FAULTS
from kyrgyz_judge import Trial, trial
from kyrgyz_publication import AREAS, Publication

from dataexchange.model.dataset import Dataset, key_array
from dataexchange.model.finding import Severity
from dataexchange.model.series_notes import SeriesKind

#: Few series are counts: their faults are planted time and again, in another area and year.
ROUNDS, ROUNDS_OF_COUNTS = 3, 12
ANY, COUNTS = (
    tuple(f for f, (_, what, _) in FAULTS.items() if (what == "count") is counts) for counts in (False, True)
)


@pytest.fixture(scope="module")
def counted(kyrgyzstan: Publication) -> tuple[str, ...]:
    return tuple(code for code, nature in kyrgyzstan.book.kinds.items() if nature.kind is SeriesKind.COUNT)


@pytest.fixture(scope="module")
def at_upload(kyrgyzstan: Publication, counted: tuple[str, ...]) -> Trial:
    """All kinds of faults in turn, one in every series."""
    local, nation = kyrgyzstan.of(*AREAS), kyrgyzstan.of("KG")
    said = trial(kyrgyzstan, local, nation, local, ANY, range(ROUNDS))
    local, nation = of_series(local, counted), of_series(nation, counted)
    return said.and_of(trial(kyrgyzstan, local, nation, local, COUNTS, range(ROUNDS_OF_COUNTS)))


def of_series(dataset: Dataset, codes: tuple[str, ...]) -> Dataset:
    chosen = pc.is_in(pc.cast(dataset.table["SERIES"], pa.string()), pa.array(codes))
    return replace(dataset, table=dataset.table.filter(chosen))


def test_at_least_95_percent_are_found(at_upload: Trial) -> None:
    assert len(at_upload.findings) > 280
    shares = {fault: at_upload.share(fault) for fault in FAULTS}
    assert at_upload.share() >= 0.95, shares
    assert min(shares.values()) >= 0.9, shares


def test_each_kind_of_fault_is_planted_often_enough_to_be_judged(at_upload: Trial) -> None:
    for fault in FAULTS:
        assert sum(one.fault == fault for one in at_upload.findings) >= 15, fault


def test_untouched_series_are_left_alone(kyrgyzstan: Publication, at_upload: Trial) -> None:
    series = len(key_array(kyrgyzstan.of(*AREAS).table, kyrgyzstan.schema.structure).unique())
    assert series > 1_000
    assert len({one.key for one in at_upload.false}) < 0.01 * series, [str(one.sentence) for one in at_upload.false]


def test_the_nation_alone_finds_what_cannot_be_a_part_of_it(kyrgyzstan: Publication, counted: tuple[str, ...]) -> None:
    local, nation = (of_series(kyrgyzstan.of(*areas), counted) for areas in (AREAS, ("KG",)))
    alone = trial(kyrgyzstan, local, nation, None, ("negative remainder, a year",), range(4))
    assert alone.share("negative remainder, a year", (Severity.ERROR,)) >= 0.95
