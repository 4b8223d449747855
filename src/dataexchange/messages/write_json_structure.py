"""The structure part of an SDMX-JSON data message, which comes last: by then it is known which codes occurred.

    {"id": "SEX", "name": "Sex", "names": {"en": "Sex"}, "keyPosition": 4, "values": [{"id": "_T", "name": "Total", …}]}

A coded value is {id, name, names}; a period {id, name, start, end}; anything else {value, name}. sdmx-json-parser reads
all three lists under `dimensions` and `attributes`, so all three are always there, and it wants a name on every value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dataexchange.messages.languages import text_in
from dataexchange.messages.layout import Layout
from dataexchange.messages.write_options import WriteOptions
from dataexchange.model.period import first_day, last_day, parse_period
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Attribute, Component, Item, Kind, Languages, Level, Text, best_text

_ID = re.compile(r"[A-Za-z0-9_@$-]+")
#: Text types that SDMX-JSON has no name for.
_NO_DATA_TYPE = frozenset({"KeyValues", "IdentifiableReference", "DataSetReference", "AttachmentConstraintReference"})
_REL = {
    Kind.DATAFLOW: "dataflow",
    Kind.DATA_STRUCTURE: "datastructure",
    Kind.PROVISION_AGREEMENT: "provisionagreement",
}


@dataclass(frozen=True, slots=True)
class Occurred:
    """What the data sets mention, in the order in which it was first met: a value's position is its index there."""

    values: Mapping[str, Mapping[str, int]]
    series_attributes: Sequence[str]
    observation_attributes: Sequence[str]
    data_sets: int


def structure_object(
    schema: Schema, lay: Layout, options: WriteOptions, occurred: Occurred, version: int
) -> dict[str, Any]:
    """`version` is 1 for SDMX-JSON 1.0, else 2."""
    describe = _Describe(schema, options.languages, occurred, version)
    here = [lay.observation_dimension] if lay.observation_dimension else []
    flat = lay.is_flat
    artefact = schema.dataflow or schema.structure
    answer: dict[str, Any] = {
        "links": links(schema, options),
        **_named(artefact.names, artefact.id, options.languages),
        **_described(artefact.descriptions, options.languages),
        "dimensions": {
            "dataSet": [],
            "series": [] if flat else [describe.dimension(d) for d in lay.series_dimensions],
            "observation": [describe.dimension(d) for d in ((*lay.series_dimensions, *here) if flat else here)],
        },
    }
    if version > 1:
        answer["measures"] = {"observation": [describe.measure(m) for m in lay.measures]} if lay.measures else {}
    answer["attributes"] = {
        "dataSet": [],
        "series": describe.attributes(lay.series_attributes, occurred.series_attributes),
        "observation": describe.attributes(lay.observation_attributes, occurred.observation_attributes),
    }
    if version > 1:
        answer["dataSets"] = list(range(occurred.data_sets))
    return answer


def links(schema: Schema, options: WriteOptions) -> list[dict[str, str]]:
    ref = options.agreement or (schema.dataflow or schema.structure).ref
    link = {"rel": _REL[ref.kind], "urn": ref.urn}
    if options.base_url:
        link["href"] = f"{options.base_url}/structure/{ref.kind}/{ref.agency}/{ref.id}/{ref.version}"
    return [link]


@dataclass(frozen=True, slots=True)
class _Describe:
    schema: Schema
    languages: Languages
    occurred: Occurred
    version: int

    def dimension(self, component: Component) -> dict[str, Any]:
        structure = self.schema.structure
        time = structure.time_dimension
        ids = (*structure.dimension_ids, *((time.id,) if time else ()))
        is_time = time is not None and component.id == time.id
        return {
            "id": component.id,
            **self._names(component),
            "keyPosition": ids.index(component.id),
            **({"roles": [component.id]} if is_time else {}),
            "values": [
                _period(text) if is_time else self._place(component, text)
                for text in self.occurred.values.get(component.id, {})
            ],
        }

    def _place(self, component: Component, text: str) -> dict[str, Any]:
        """1.0 wants an id of every value of a dimension, whether there is a code list or not."""
        found = self._value(component, text)
        return {"id": text, **found} if self.version == 1 else found

    def measure(self, component: Component) -> dict[str, Any]:
        return {"id": component.id, **self._names(component), **self._format(component)}

    def attributes(self, components: Sequence[Attribute], order: Sequence[str]) -> list[dict[str, Any]]:
        known = {component.id: component for component in components}
        return [self._attribute(known[id]) for id in order]

    def _attribute(self, component: Attribute) -> dict[str, Any]:
        answer = {"id": component.id, **self._names(component), "relationship": self._relationship(component)}
        if self.version > 1:
            answer |= {"isMandatory": component.mandatory, **self._format(component)}
        values = self.occurred.values.get(component.id)
        if values:
            answer["values"] = [self._value(component, text) for text in values]
        return answer

    def _relationship(self, attribute: Attribute) -> dict[str, Any]:
        old, structure = self.version == 1, self.schema.structure
        if attribute.level is Level.DATASET:
            return {"none" if old else "dataflow": {}}
        if attribute.level is Level.SERIES:
            return {"dimensions": list(attribute.dimensions or structure.dimension_ids)}
        if old:
            return {"primaryMeasure": structure.measure.id}
        return {"observation": {}, **({"measures": list(attribute.measures)} if attribute.measures else {})}

    def _format(self, component: Component) -> dict[str, Any]:
        data_type = component.representation.text_type
        if component.id in self.schema.codes or not data_type or data_type in _NO_DATA_TYPE:
            return {}
        return {"format": {"dataType": data_type}}

    def _names(self, component: Component) -> dict[str, Any]:
        concept = self.schema.concept(component)
        return _named(concept.names if concept else {}, component.id, self.languages)

    def _value(self, component: Component, text: str) -> dict[str, Any]:
        codes: Mapping[str, Item] = self.schema.codes.get(component.id, {})
        if not codes or not _ID.fullmatch(text):
            return {"name": text} if self.version == 1 else {"value": text, "name": text}
        item = codes.get(text)
        answer = {"id": text, **_named(item.names if item else {}, text, self.languages)}
        if self.version > 1 and item and item.parent and _ID.fullmatch(item.parent):
            answer["parent"] = item.parent
        return answer


def _period(text: str) -> dict[str, Any]:
    code = parse_period(text)
    days = {"start": f"{first_day(code)}T00:00:00Z", "end": f"{last_day(code)}T23:59:59Z"}
    own = {"id": text} if _ID.fullmatch(text) else {"value": text}
    return {**own, "name": text, "names": {"en": text}, **days}


def _named(names: Text, otherwise: str, languages: Languages) -> dict[str, Any]:
    name = best_text(names, languages) or otherwise
    return {"name": name, "names": dict(text_in(names, languages)) or {"en": name}}


def _described(descriptions: Text, languages: Languages) -> dict[str, Any]:
    text = best_text(descriptions, languages)
    return {"description": text, "descriptions": dict(text_in(descriptions, languages))} if text else {}
