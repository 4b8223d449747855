"""Columns of the sheet of observations: a component has one, or one of codes and one of their names."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.messages.flat import attributes_of
from dataexchange.messages.labels import names_of, plain_titles
from dataexchange.messages.layout import Layout
from dataexchange.messages.write_options import WriteOptions
from dataexchange.messages.xlsx_cells import NUMBER, SharedTexts, numbers, texts
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Component

_NUMERIC = frozenset({"Numeric", "Decimal", "BigInteger", "Long", "Short", "Float", "Double", "Integer", "Count"})


@dataclass(frozen=True, slots=True)
class Columns:
    schema: Schema
    options: WriteOptions
    shared: SharedTexts = field(default_factory=SharedTexts)
    #: Component id -> its codes so far.
    met: dict[str, dict[str, None]] = field(default_factory=dict)

    def titles(self, lay: Layout) -> list[str]:
        here = (lay.observation_dimension,) if lay.observation_dimension else ()
        measure = (lay.measure,) if lay.measure else ()
        components = (*lay.series_dimensions, *here, *measure, *attributes_of(lay))
        return plain_titles(components, self.schema, self.options.labels, self.options.languages)

    def cells(self, component: Component, values: pa.Array) -> list[pa.Array]:
        """Of text that the component holds, the cells of its columns."""
        codes = self.schema.codes.get(component.id)
        if codes is None:
            return [self._plain(component, values)]
        self.met.setdefault(component.id, {}).update(dict.fromkeys(pc.unique(values.drop_null()).to_pylist()))
        if self.options.labels == "id":
            return [self.shared.cells(values)]
        names = names_of(codes, values, self.options.languages)
        if self.options.labels == "name":
            return [self.shared.cells(values), self.shared.cells(names)]
        return [self.shared.cells(pc.coalesce(pc.binary_join_element_wise(values, names, ": "), values))]

    def numbers(self, values: pa.Array) -> pa.Array:
        return numbers(values)

    def _plain(self, component: Component, values: pa.Array) -> pa.Array:
        """What is not coded: a number where it is one and the structure says so, else text."""
        if component.representation.text_type not in _NUMERIC:
            return texts(values)
        return pc.if_else(pc.match_substring_regex(values, NUMBER).fill_null(False), numbers(values), texts(values))
