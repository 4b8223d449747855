"""Several tables under one mapping: the sheets of a workbook, the files of a zip. Each is mapped, and what comes out is laid together.

Findings keep their sheet and file, counts are summed. Rows keep theirs in `@sheet` and `@file`, so that validation, which sees all of
them at once, can name both places of an observation that stands twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from dataexchange.model.dataset import FILE, SHEET, Dataset
from dataexchange.model.finding import Finding
from dataexchange.model.mapping import UNUSED
from dataexchange.model.mapping import Mapping as MappingFile
from dataexchange.model.schema import Schema
from dataexchange.model.table import SourceTable
from dataexchange.pipeline.mapping import MappingResult, map_table, with_derived


def apply_to_all(tables: Sequence[SourceTable], mapping: MappingFile, schema: Schema) -> MappingResult:
    """`tables` are at least one; of one it is what `apply_mapping` gives."""
    results = [map_table(table, mapping, schema) for table in tables]
    together = results[0] if len(results) == 1 else _laid_together(results, mapping)
    # An operand may stand in another sheet than the first one.
    return with_derived(together, mapping, schema)


def _laid_together(results: Sequence[MappingResult], mapping: MappingFile) -> MappingResult:
    counts: Counter[str] = Counter()
    for result in results:
        counts.update(result.counts)
    return MappingResult(
        _together([result.dataset for result in results], mapping),
        tuple(_once(finding for result in results for finding in result.findings)),
        dict(counts),
        _together([result.failed for result in results], mapping),
        _together([result.deleted for result in results], mapping),
        frozenset(cell for result in results for cell in result.settled),
    )


def _together(datasets: Sequence[Dataset], mapping: MappingFile) -> Dataset:
    files = {dataset.file for dataset in datasets}
    sheets = {dataset.sheet for dataset in datasets}
    named = [*([FILE] if len(files) > 1 else []), *([SHEET] if len(sheets) > 1 else [])]
    tables = [_named(dataset, named, mapping) for dataset in datasets]
    table = pa.concat_tables(tables, promote_options="permissive")
    file = datasets[0].file if len(files) == 1 else None
    sheet = datasets[0].sheet if len(sheets) == 1 else None
    return replace(datasets[0], table=table, file=file, sheet=sheet)


def _named(dataset: Dataset, named: Sequence[str], mapping: MappingFile) -> pa.Table:
    """With the names of its file and sheet: as places, and as texts that tell rows apart where the mapping does not use them."""
    table = dataset.table
    for name, text in ((FILE, dataset.file), (SHEET, dataset.sheet)):
        if name in named:
            column = pa.DictionaryArray.from_arrays(
                pa.array(np.zeros(dataset.n, dtype=np.int32)), pa.array([text or ""], pa.string())
            )
            table = table.append_column(name, column)
            if name not in mapping.columns:
                table = table.append_column(UNUSED + name, column)
    return table


def _once(findings: Iterable[Finding]) -> Iterable[Finding]:
    """What is wrong with the mapping itself is told with the first table."""
    told: set[tuple[object, ...]] = set()
    for finding in findings:
        if finding.rule == "MAP-SCHEMA":
            key = (finding.sentence, finding.place.column)
            if key in told:
                continue
            told.add(key)
        yield finding
