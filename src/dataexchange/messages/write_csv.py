"""SDMX-CSV 1.0, 2.0 and 2.1: one row an observation.

    STRUCTURE,STRUCTURE_ID,ACTION,FREQ,REF_AREA,TIME_PERIOD,OBS_VALUE,UNIT_MEASURE
    dataflow,DX:DF_SDG_LOCAL(1.0.0),I,A,GB_BRS,2019,10.2,GPERM3

Columns stand in the order of the data structure; in a stream nobody knows yet which attributes have values, so all that
were asked for have a column. Lines end with a line feed, as pandas, R and awk write and read them. ACTION always stands.

What a line begins with is the same for a whole series, so it is joined in as the separator between its observations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.messages.columns import as_bytes, behind, combinations, concatenate, filled, repeated, spread
from dataexchange.messages.escape import csv_cell, csv_text
from dataexchange.messages.form import Keys, Labels, TimeFormat
from dataexchange.messages.labels import names_of
from dataexchange.messages.layout import Block, Layout, at_observation, layout
from dataexchange.messages.part import Part, blocks_of
from dataexchange.messages.time_format import day_texts
from dataexchange.messages.write_options import ALL_DIMENSIONS, WriteOptions
from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Component, Kind, Languages

#: Columns of keys, and when they are wanted.
_KEYS = {"SERIES_KEY": ("series", "both"), "OBS_KEY": ("obs", "both")}
_STRUCTURE = {
    Kind.DATAFLOW: "dataflow",
    Kind.DATA_STRUCTURE: "datastructure",
    Kind.PROVISION_AGREEMENT: "dataprovision",
}


def write_csv_1(schema: Schema, batches: Iterator[SeriesBatch], options: WriteOptions) -> Iterator[bytes]:
    """SDMX-CSV 1.0, which knows no action and no names in columns of their own."""
    return write_csv_1_parts((Part(schema, batches, options),))


def write_csv_2(schema: Schema, batches: Iterator[SeriesBatch], options: WriteOptions) -> Iterator[bytes]:
    """SDMX-CSV 2.0 and 2.1: what the exchange holds reads the same in both."""
    return write_csv_2_parts((Part(schema, batches, options),))


def write_csv_1_parts(parts: Sequence[Part]) -> Iterator[bytes]:
    return _write([_form_1(part) for part in parts], parts)


def write_csv_2_parts(parts: Sequence[Part]) -> Iterator[bytes]:
    return _write([_form_2(part) for part in parts], parts)


@dataclass(frozen=True, slots=True)
class _Form:
    schema: Schema
    labels: Labels
    languages: Languages
    version: int
    keys: Keys = "none"
    time_format: TimeFormat = "original"

    def header(self, columns: Iterable[Component]) -> str:
        start = ["DATAFLOW"] if self.version == 1 else ["STRUCTURE", "STRUCTURE_ID"]
        if self.version > 1:
            start += (["STRUCTURE_NAME"] if self.labels == "name" else []) + ["ACTION"]
            start += [name for name, keys in _KEYS.items() if self.keys in keys]
        return ",".join((*start, *(cell for c in columns for cell in self._titles(c)))) + "\n"

    def _titles(self, component: Component) -> list[str]:
        if self.labels == "id":
            return [component.id]
        name = self.schema.component_name(component, self.languages)
        return [csv_text(f"{component.id}: {name}")] if self.labels == "both" else [component.id, csv_text(name)]

    def start(self, options: WriteOptions, action: str) -> str:
        """What every row begins with."""
        artefact = self.schema.dataflow or self.schema.structure
        ref = options.agreement or artefact.ref
        name = artefact.name(self.languages)
        cells = [csv_text(f"{ref}: {name}" if self.labels == "both" else str(ref))]
        if self.version > 1:
            cells = [_STRUCTURE[ref.kind], *cells, *([csv_text(name)] if self.labels == "name" else []), action]
        return ",".join(cells) + ","

    def cells(self, component: Component, texts: pa.Array) -> list[pa.Array]:
        """The one or two columns of a component, ready to be joined with commas."""
        if self.labels == "id":
            return [csv_cell(filled(texts))]
        names = names_of(self.schema.codes.get(component.id, {}), texts, self.languages)
        if self.labels == "name":
            return [csv_cell(filled(texts)), csv_cell(filled(names))]
        return [csv_cell(filled(pc.coalesce(pc.binary_join_element_wise(texts, names, ": "), texts)))]


def _form_1(part: Part) -> _Form:
    options = part.options
    labels: Labels = "both" if options.labels == "name" else options.labels
    return _Form(part.schema, labels, options.languages, 1, time_format=options.time_format)


def _form_2(part: Part) -> _Form:
    options = part.options
    return _Form(part.schema, options.labels, options.languages, 2, options.keys, options.time_format)


def _write(forms: Sequence[_Form], parts: Sequence[Part]) -> Iterator[bytes]:
    """Rows of several structures stand below each other; each component has one column, empty in the rows of those without it."""
    for part in parts:
        # Rows are rows, but what is no dimension is a slip here, too.
        at_observation(part.schema.structure, part.options)
    layouts = [layout(p.schema, replace(p.options, dimension_at_observation=ALL_DIMENSIONS)) for p in parts]
    columns = [list(_columns(lay)) for lay in layouts]
    union = list({c.id: c for each in (_dimensions, _columns) for lay in layouts for c in each(lay)}.values())
    same = all([c.id for c in own] == [c.id for c in columns[0]] for own in columns)
    rows = (
        as_bytes(
            _lines(forms[i], block, layouts[i], start) if same else _wide(forms[i], block, layouts[i], start, union)
        )
        for i, block in blocks_of(parts, layouts)
        for start in (forms[i].start(parts[i].options, block.action),)
    )
    yield forms[0].header(columns[0] if same else union).encode() + next(rows, b"")
    yield from filter(None, rows)


def _dimensions(lay: Layout) -> Iterator[Component]:
    yield from lay.series_dimensions
    if lay.observation_dimension:
        yield lay.observation_dimension


def _columns(lay: Layout) -> Iterator[Component]:
    yield from _dimensions(lay)
    yield from lay.measures
    yield from _attributes(lay)


def _wide(form: _Form, block: Block, lay: Layout, start: str, union: Sequence[Component]) -> pa.Array:
    """One text a row with a cell for every column of the union; slower than `_lines`, which knows where things stand."""
    offsets = block.offsets if lay.is_flat else np.arange(block.n_series + 1, dtype=np.int32)
    owner, rows = pa.array(np.repeat(np.arange(block.n_series), np.diff(offsets))), int(offsets[-1])
    given = combinations(block.attributes if lay.is_flat else block.series_attributes, rows)
    cells: dict[str, list[pa.Array | pa.Scalar]] = {}
    for dimension in lay.series_dimensions:
        cells[dimension.id] = [cell.take(owner) for cell in form.cells(dimension, block.dimensions[dimension.id])]
    if lay.observation_dimension and block.at is not None:
        dates = form.cells(lay.observation_dimension, _times(form, block.at))
        cells[lay.observation_dimension.id] = [cell.take(block.at.indices) for cell in dates]
    for measure in lay.measures:
        if measure.id in block.values:
            cells[measure.id] = list(form.cells(measure, block.values[measure.id]))
    for attribute in _attributes(lay):
        if attribute.id in given.texts:
            cells[attribute.id] = [spread(c, given.numbers) for c in form.cells(attribute, given.texts[attribute.id])]
    nothing: list[pa.Array | pa.Scalar] = [""] * (2 if form.labels == "name" else 1)
    key = pc.binary_join_element_wise(*block.dimensions.values(), ".").take(owner)
    own = key if block.at is None else pc.binary_join_element_wise(key, block.at.cast(pa.string()), ".")
    keys = {"SERIES_KEY": key, "OBS_KEY": own}
    row = [csv_cell(keys[name]) for name, wanted in _KEYS.items() if form.keys in wanted]
    row += [cell for component in union for cell in cells.get(component.id, nothing)]
    lines = concatenate(start, pc.binary_join_element_wise(*row, ","), "\n")
    return repeated(lines, rows) if isinstance(lines, pa.Scalar) else lines


def _lines(form: _Form, block: Block, lay: Layout, start: str) -> pa.Array:
    """One text a series, or a row a series where no observations are wanted."""
    heads = _heads(form, block, lay, start)
    offsets = block.offsets if lay.is_flat else np.arange(block.n_series + 1, dtype=np.int32)
    rows = int(offsets[-1])
    fields = [*_observation(form, block, lay), *_tail(form, block, lay, rows)]
    if form.keys in _KEYS["OBS_KEY"]:
        fields = [_with_own_key(form, block, lay, offsets), *fields]
    if not fields:
        return concatenate(heads, "\n")
    rest = pc.binary_join_element_wise(*fields, ",")
    if isinstance(rest, pa.Scalar):
        rest = repeated(rest, rows)
    return concatenate(behind(concatenate(heads, ","), rest, offsets, "\n"), "\n")


def _heads(form: _Form, block: Block, lay: Layout, start: str) -> pa.Array:
    """What all rows of a series begin with: up to their own key where they have one, else up to the last dimension."""
    if form.keys == "none":
        return concatenate(start, _keys(form, block, lay))
    series = csv_cell(pc.binary_join_element_wise(*block.dimensions.values(), "."))
    match form.keys:
        case "series":
            return concatenate(start, series, ",", _keys(form, block, lay))
        case "both":
            return concatenate(start, series)
        case "obs":
            return repeated(pa.scalar(start.removesuffix(",")), block.n_series)


def _with_own_key(form: _Form, block: Block, lay: Layout, offsets: npt.NDArray[np.int32]) -> pa.Array:
    """The key of every row and, behind it, the dimensions of its series."""
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


def _observation(form: _Form, block: Block, lay: Layout) -> Iterator[pa.Array | pa.Scalar]:
    """Period and values."""
    if lay.observation_dimension and block.at is not None:
        for cells in form.cells(lay.observation_dimension, _times(form, block.at)):
            yield cells.take(block.at.indices)
    for measure in lay.measures:
        if measure.id not in block.values:
            yield from [pa.scalar("")] * (2 if form.labels == "name" else 1)
        elif measure.id in block.numeric and form.labels != "name":
            yield filled(block.values[measure.id])
        else:
            yield from form.cells(measure, block.values[measure.id])


def _times(form: _Form, at: pa.DictionaryArray) -> pa.Array:
    return day_texts(at.dictionary) if form.time_format == "normalized" else at.dictionary


def _tail(form: _Form, block: Block, lay: Layout, rows: int) -> Iterator[pa.Array | pa.Scalar]:
    """All attributes as one text a row."""
    given = combinations(block.attributes if lay.is_flat else block.series_attributes, rows)
    nothing = [pa.array([""] * given.n, pa.string())] * (2 if form.labels == "name" else 1)
    columns = (form.cells(a, given.texts[a.id]) if a.id in given.texts else nothing for a in _attributes(lay))
    cells = [cell for column in columns for cell in column]
    if cells:
        yield spread(pc.binary_join_element_wise(*cells, ","), given.numbers)


def _attributes(lay: Layout) -> tuple[Component, ...]:
    return lay.observation_attributes if lay.is_flat else lay.series_attributes
