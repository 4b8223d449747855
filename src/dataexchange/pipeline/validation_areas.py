"""Whether a table keeps to the areas of its provision agreement: nobody publishes figures of another city's area."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.dataset import ROW, Dataset
from dataexchange.model.finding import Finding, Place
from dataexchange.model.provision import within
from dataexchange.model.rules import finding
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import says

REF_AREA = "REF_AREA"


def outside(
    dataset: Dataset, schema: Schema, areas: Sequence[str], provider: str, headers: Mapping[str, str]
) -> Iterator[Finding]:
    """One finding for each area that is neither one of `areas` nor below one, at the first row that has it.

    `headers`: component -> the column of the city's table that it comes from.

    No `areas` means any; a structure without REF_AREA has nothing to look at.
    """
    if not areas or REF_AREA not in dataset.table.column_names:
        return
    column = dataset.table[REF_AREA].cast(pa.string())
    codes = schema.codes.get(REF_AREA, {})
    for counted in pc.value_counts(pc.drop_null(column)).to_pylist():
        area, n = counted["values"], counted["counts"]
        if within(area, areas, codes):
            continue
        named = f"{area} ({codes[area].name()})" if area in codes else area
        text = says(
            "{n} observation is of {area}, which is not within {areas}, the areas that {provider} has agreed to send: take it "
            "out, or correct the area.",
            "{n} observations are of {area}, which is not within {areas}, the areas that {provider} has agreed to send: take them "
            "out, or correct the area.",
            n,
            area=named,
            areas=", ".join(areas),
            provider=provider,
        )
        yield finding(
            "AGR-AREA", text, _place(dataset, pc.index(column, area).as_py(), area, headers.get(REF_AREA)), count=n
        )


def _place(dataset: Dataset, row: int, area: str, column: str | None) -> Place:
    number = dataset.table[ROW][row].as_py() if ROW in dataset.table.column_names else None
    return Place(dataset.file_of(row), dataset.sheet_of(row), number, column, area)
