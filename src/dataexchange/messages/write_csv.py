"""SDMX-CSV 1.0, 2.0 and 2.1, and CSV for people: one row an observation.

    STRUCTURE,STRUCTURE_ID,ACTION,FREQ,REF_AREA,TIME_PERIOD,OBS_VALUE,UNIT_MEASURE
    dataflow,DX:DF_SDG_LOCAL(1.0.0),I,A,GB_BRS,2019,10.2,GPERM3

Columns stand in the order of the data structure; in a stream nobody knows yet which attributes have values, so all that
were asked for have a column. Lines end with a line feed, as pandas, R and awk write and read them. ACTION always stands.

The plain table has no columns about the message, and names beside codes only where there are codes:

    REF_AREA,Reference area,TIME_PERIOD,OBS_VALUE,OBS_STATUS,Observation status
    GB_BRS,Bristol,2019,10.2,A,Normal value

It is opened in spreadsheets, so text that one would take for a formula begins with an apostrophe there; SDMX-CSV is exact.

What a line begins with is the same for a whole series, so it is joined in as the separator between its observations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.messages.arrange import arranged
from dataexchange.messages.columns import as_bytes, behind, combinations, concatenate, filled, repeated, spread
from dataexchange.messages.escape import csv_cell, csv_text, harmless
from dataexchange.messages.form import Labels
from dataexchange.messages.labels import names_of, plain_titles
from dataexchange.messages.layout import Block, Layout, at_observation, layout
from dataexchange.messages.time_format import day_texts
from dataexchange.messages.write_options import ALL_DIMENSIONS, WriteOptions
from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Component, Kind

#: What Excel knows UTF-8 by.
_MARK = b"\xef\xbb\xbf"
_EMPTY = pa.scalar("")
_STRUCTURE = {
    Kind.DATAFLOW: "dataflow",
    Kind.DATA_STRUCTURE: "datastructure",
    Kind.PROVISION_AGREEMENT: "dataprovision",
}


def write_csv_1(schema: Schema, batches: Iterator[SeriesBatch], options: WriteOptions) -> Iterator[bytes]:
    """SDMX-CSV 1.0, which knows no action and no names in columns of their own."""
    labels: Labels = "both" if options.labels == "name" else options.labels
    return _write(_Form(schema, labels, options, 1), batches)


def write_csv_2(schema: Schema, batches: Iterator[SeriesBatch], options: WriteOptions) -> Iterator[bytes]:
    """SDMX-CSV 2.0 and 2.1: what the exchange holds reads the same in both."""
    return _write(_Form(schema, options.labels, options, 2), batches)


def write_plain_csv(schema: Schema, batches: Iterator[SeriesBatch], options: WriteOptions) -> Iterator[bytes]:
    """Codes beside their names, and nothing else."""
    return _write(_Form(schema, options.labels, options, 0), batches)


@dataclass(frozen=True, slots=True)
class _Form:
    schema: Schema
    labels: Labels
    options: WriteOptions
    #: Of SDMX-CSV; 0 is the plain table.
    version: int

    def header(self, lay: Layout) -> str:
        components = [*lay.series_dimensions]
        if lay.observation_dimension:
            components.append(lay.observation_dimension)
        columns: list[Component] = [*components, *((lay.measure,) if lay.measure else ()), *_attributes(lay)]
        if not self.version:
            titles = pa.array(plain_titles(columns, self.schema, self.labels, self.options.languages))
            return ",".join(csv_cell(harmless(titles)).to_pylist()) + "\n"
        start = ["DATAFLOW"] if self.version == 1 else ["STRUCTURE", "STRUCTURE_ID"]
        if self.version > 1:
            start += (["STRUCTURE_NAME"] if self.labels == "name" else []) + ["ACTION"]
            start += [name for name, wanted in self._keys() if wanted]
        return ",".join((*start, *(cell for c in columns for cell in self._titles(c)))) + "\n"

    def _keys(self) -> tuple[tuple[str, bool], ...]:
        keys = self.options.keys
        return ("SERIES_KEY", keys in ("series", "both")), ("OBS_KEY", keys in ("obs", "both"))

    def _titles(self, component: Component) -> list[str]:
        if self.labels == "id":
            return [component.id]
        name = self.schema.component_name(component, self.options.languages)
        if self.labels == "both":
            return [csv_text(f"{component.id}: {name}")]
        return [component.id, csv_text(name)]

    def columns(self, component: Component) -> int:
        """How many columns a component has."""
        return 2 if self.labels == "name" and (self.version or component.id in self.schema.codes) else 1

    def start(self, action: str) -> str:
        """What every row begins with."""
        if not self.version:
            return ""
        artefact = self.schema.dataflow or self.schema.structure
        ref = self.options.agreement or artefact.ref
        name = artefact.name(self.options.languages)
        cells = [csv_text(f"{ref}: {name}" if self.labels == "both" else str(ref))]
        if self.version > 1:
            cells = [_STRUCTURE[ref.kind], *cells, *([csv_text(name)] if self.labels == "name" else []), action]
        return ",".join(cells) + ","

    def cells(self, component: Component, texts: pa.Array) -> list[pa.Array | pa.Scalar]:
        """The one or two columns of a component, ready to be joined with commas."""
        codes = self.schema.codes.get(component.id)
        if self.labels == "id" or not codes:
            cells = csv_cell(filled(texts if codes else self._harmless(texts)))
            return [cells, _EMPTY][: self.columns(component)]
        names = names_of(codes, texts, self.options.languages)
        if self.labels == "name":
            return [csv_cell(filled(texts)), csv_cell(filled(self._harmless(names)))]
        return [csv_cell(filled(pc.coalesce(pc.binary_join_element_wise(texts, names, ": "), texts)))]

    def _harmless(self, texts: pa.Array) -> pa.Array:
        return texts if self.version else harmless(texts)


def _write(form: _Form, batches: Iterator[SeriesBatch]) -> Iterator[bytes]:
    options = form.options
    at_observation(form.schema.structure, options)  # rows are rows, but what is no dimension is a slip here, too
    lay = layout(form.schema, replace(options, dimension_at_observation=ALL_DIMENSIONS))
    rows = (as_bytes(_lines(form, block, lay, form.start(block.action))) for block in arranged(batches, lay))
    mark = _MARK if options.byte_order_mark else b""
    yield mark + form.header(lay).encode() + next(rows, b"")
    yield from filter(None, rows)


def _lines(form: _Form, block: Block, lay: Layout, start: str) -> pa.Array:
    """One text a series, or a row a series where no observations are wanted."""
    heads = _heads(form, block, lay, start)
    offsets = block.offsets if lay.is_flat else np.arange(block.n_series + 1, dtype=np.int32)
    rows = int(offsets[-1])
    fields = [*_observation(form, block, lay), *_tail(form, block, lay, rows)]
    if form.options.keys in ("obs", "both"):
        fields = [_with_observation_key(form, block, lay, offsets), *fields]
    if not fields:
        return concatenate(heads, "\n")
    rest = pc.binary_join_element_wise(*fields, ",")
    if isinstance(rest, pa.Scalar):
        rest = repeated(rest, rows)
    return concatenate(behind(concatenate(heads, ","), rest, offsets, "\n"), "\n")


def _heads(form: _Form, block: Block, lay: Layout, start: str) -> pa.Array:
    """What all rows of a series begin with: up to their own key, or else up to the last dimension."""
    keys = form.options.keys
    if keys == "none":
        return concatenate(start, _keys(form, block, lay))
    series = csv_cell(pc.binary_join_element_wise(*block.dimensions.values(), "."))
    if keys == "series":
        return concatenate(start, series, ",", _keys(form, block, lay))
    return concatenate(start, series) if keys == "both" else concatenate(start[:-1], pa.array([""] * block.n_series))


def _with_observation_key(form: _Form, block: Block, lay: Layout, offsets: npt.NDArray[np.int32]) -> pa.Array:
    """The key of every row and, as it stands before them, the dimensions of its series."""
    owner = pa.array(np.repeat(np.arange(len(offsets) - 1, dtype=np.int32), np.diff(offsets)))
    key = pc.binary_join_element_wise(*block.dimensions.values(), ".").take(owner)
    if block.at is not None:
        key = pc.binary_join_element_wise(key, block.at.cast(pa.string()), ".")
    return pc.binary_join_element_wise(csv_cell(key), _keys(form, block, lay).take(owner), ",")


def _keys(form: _Form, block: Block, lay: Layout) -> pa.Array:
    """Codes hold no commas as a rule: they are looked at once they are joined, and quoted one by one only if need be."""
    codes = list(block.dimensions.values())
    if form.labels == "id":
        keys = pc.binary_join_element_wise(*codes, ",")
        commas = pc.max(pc.count_substring(keys, ",")).as_py()
        if commas in (None, len(codes) - 1) and not pc.any(pc.match_substring_regex(keys, '["\r\n]')).as_py():
            return keys
    cells = [cell for d in lay.series_dimensions for cell in form.cells(d, block.dimensions[d.id])]
    return pc.binary_join_element_wise(*cells, ",")


def _observation(form: _Form, block: Block, lay: Layout) -> Iterator[pa.Array]:
    """Period and value."""
    if lay.observation_dimension and block.at is not None:
        texts = block.at.dictionary
        if form.options.time_format == "normalized":
            texts = day_texts(texts)
        for cells in form.cells(lay.observation_dimension, texts):
            yield cells.take(block.at.indices) if isinstance(cells, pa.Array) else cells
    if lay.measure and block.values is not None:
        if block.numeric:
            yield from [filled(block.values), _EMPTY][: form.columns(lay.measure)]
        else:
            yield from form.cells(lay.measure, block.values)


def _tail(form: _Form, block: Block, lay: Layout, rows: int) -> Iterator[pa.Array | pa.Scalar]:
    """All attributes as one text a row."""
    given = combinations(block.attributes if lay.is_flat else block.series_attributes, rows)
    nothing = pa.array([""] * given.n, pa.string())
    columns = (
        form.cells(a, given.texts[a.id]) if a.id in given.texts else [nothing] * form.columns(a)
        for a in _attributes(lay)
    )
    cells = [cell for column in columns for cell in column]
    if cells:
        yield spread(pc.binary_join_element_wise(*cells, ","), given.numbers)


def _attributes(lay: Layout) -> tuple[Component, ...]:
    return lay.observation_attributes if lay.is_flat else lay.series_attributes
