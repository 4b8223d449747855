"""What is told of cells that were mapped, but not as they stand: one remark for each kind of change, with its count."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dataexchange.model.finding import Finding, Place
from dataexchange.model.rules import finding
from dataexchange.model.sentence import Sentence
from dataexchange.pipeline.mapping_shape import Column, Level, Shape


def told(rule: str, sentence: Sentence, shape: Shape, column: Column, cells: npt.NDArray[np.int64]) -> Finding:
    """A remark at the first of the cells, which count at the level of their column. File and sheet are put in later."""
    first = int(cells[0])
    value = column.texts[first].as_py()[:1000]
    if column.level is Level.HEADER:
        return finding(rule, sentence, Place(None, None, None, shape.value_headers[first], value), count=len(cells))
    header = column.header if column.level is Level.ROW else shape.value_headers[first // max(shape.n, 1)]
    row = int(shape.rows[first % max(shape.n, 1)])
    return finding(rule, sentence, Place(None, None, row, header, value), count=len(cells))


def placed(remarks: Sequence[Finding], file: str, sheet: str | None) -> list[Finding]:
    return [
        finding(
            remark.rule,
            remark.sentence,
            Place(file, sheet, remark.place.row, remark.place.column, remark.place.value),
            count=remark.count,
        )
        for remark in remarks
    ]
