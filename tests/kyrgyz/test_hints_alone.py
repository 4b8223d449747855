"""What counts of one area may be, said from the nation's figures alone: on planted faults, and hardly ever on figures that are right.

Every count series of every area is taken to have a finding in turn, so that it is asked what it may be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from kyrgyz_publication import AREAS, Publication

from dataexchange.model.dataset import Dataset, key_array
from dataexchange.model.series_notes import SeriesKind
from dataexchange.pipeline.coherence import compare

Floats = npt.NDArray[np.float64]
#: Fault -> (what becomes of values beside the nation's, the hint that is right).
FAULTS: dict[str, tuple[Callable[[Floats, Floats], Floats], str]] = {
    "percentages": (lambda x, y: np.round(100 * x / y, 1), "values look like percentages of the national total"),
    "thousands": (lambda x, _: np.round(x / 1000, 3), "differs by a factor of about 1,000: unit multiplier?"),
}


def hints(kg: Publication, local: Dataset, nation: Dataset, key: str) -> list[str]:
    comparisons, _ = compare(local, nation, kg.schema, kg.book, doubted={key})
    return [str(hint) for one in comparisons if one.key == key for hint in one.hints]


def counted(
    kg: Publication, local: Dataset, nation: Dataset, area: str
) -> Iterator[tuple[str, npt.NDArray[np.int64], Floats]]:
    """(key, its rows, the nation's values beside them) of each series of counts."""
    there = zip(key_array(nation.table, kg.schema.structure).to_pylist(), *columns(nation), strict=True)
    values = {(key, period): value for key, period, value in there}
    rows: dict[str, list[int]] = {}
    for row, key in enumerate(key_array(local.table, kg.schema.structure).to_pylist()):
        rows.setdefault(key, []).append(row)
    periods = columns(local)[0]
    for key, at in sorted(rows.items()):
        beside = [values.get((key.replace(f".{area}.", ".KG."), periods[row]), np.nan) for row in at]
        if kg.book.kinds[key.split(".")[2]].kind is SeriesKind.COUNT and np.isfinite(beside).all():
            yield key, np.array(at), np.array(beside, np.float64)


def columns(dataset: Dataset) -> tuple[list[int], list[float]]:
    return dataset.table["TIME_PERIOD"].to_pylist(), dataset.table["OBS_VALUE"].to_pylist()


@pytest.fixture(scope="module")
def told(kyrgyzstan: Publication) -> Counter[tuple[str, str]]:
    """(fault, "right", "wrong" or "none") -> how often; of figures as they are any hint is wrong."""
    nation, found = kyrgyzstan.of("KG"), Counter[tuple[str, str]]()
    for area in AREAS:
        local = kyrgyzstan.of(area)
        values = np.array(columns(local)[1], np.float64)
        place = local.table.column_names.index("OBS_VALUE")
        for key, rows, beside in counted(kyrgyzstan, local, nation, area):
            found["untouched", "wrong" if hints(kyrgyzstan, local, nation, key) else "none"] += 1
            for fault, (changed, hint) in FAULTS.items():
                new = changed(values[rows], beside)
                if (beside < 1000).any() or (new <= 0).any():
                    continue
                faulty = values.copy()
                faulty[rows] = new
                table = local.table.set_column(place, "OBS_VALUE", pa.array(faulty))
                said = hints(kyrgyzstan, replace(local, table=table), nation, key)
                found[fault, "right" if said == [hint] else "wrong" if said else "none"] += 1
    return found


def test_thousands_are_told_where_nobody_else_finds_anything(kyrgyzstan: Publication) -> None:
    nation, found = kyrgyzstan.of("KG"), Counter[bool]()
    for area in AREAS:
        local = kyrgyzstan.of(area)
        place, values = local.table.column_names.index("OBS_VALUE"), np.array(columns(local)[1], np.float64)
        for key, rows, beside in counted(kyrgyzstan, local, nation, area):
            faulty = values.copy()
            faulty[rows] = np.round(values[rows] / 1000, 3)
            if (beside < 1000).any() or (faulty[rows] <= 0).any():
                continue
            table = local.table.set_column(place, "OBS_VALUE", pa.array(faulty))
            told = compare(replace(local, table=table), nation, kyrgyzstan.schema, kyrgyzstan.book)[1]
            found[any(one.rule == "COH-SCALE" and one.key == key for one in told)] += 1
    assert found[True] >= 0.8 * found.total() > 10


def test_figures_that_are_right_hardly_ever_look_like_others(told: Counter[tuple[str, str]]) -> None:
    assert told["untouched", "none"] > 100
    assert told["untouched", "wrong"] <= 0.01 * (told["untouched", "none"] + 1)


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_recognised_and_none_as_another(told: Counter[tuple[str, str]], fault: str) -> None:
    """Where nobody has published how many people live there, and a city has few other counts, nothing is said."""
    right, wrong, silent = (told[fault, word] for word in ("right", "wrong", "none"))
    assert right >= 0.5 * (right + wrong + silent) > 5
    assert wrong <= 0.1 * right
