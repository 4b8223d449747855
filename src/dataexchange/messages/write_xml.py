"""SDMX-ML data: 2.1 generic and structure-specific, 3.0 and 3.1 structure-specific.

    <Series FREQ="A" REF_AREA="GB_BRS" UNIT_MEASURE="GPERM3"><Obs TIME_PERIOD="2019" OBS_VALUE="10.2" OBS_STATUS="A"/></Series>

All of them are the same pieces between different tags, so a `Tags` is what makes one different from another. Each
distinct period and each distinct combination of attributes is dressed in its tags once, then taken for every observation.
A value or attribute that is not there has no tag.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pyarrow as pa

from dataexchange.errors import InvalidRequest
from dataexchange.messages.arrange import arranged
from dataexchange.messages.columns import (
    Combinations,
    as_bytes,
    behind,
    combinations,
    concatenate,
    joined,
    optional,
    repeated,
    spread,
    unless_empty,
)
from dataexchange.messages.escape import xml_attribute, xml_attributes
from dataexchange.messages.layout import Block, Layout, layout
from dataexchange.messages.write_options import TIME, WriteOptions
from dataexchange.messages.write_xml_header import Message, data_set, end, start
from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Component


@dataclass(frozen=True, slots=True)
class Tags:
    """Around the parts of a series and an observation. Pairs are (before, after)."""

    series_key: tuple[str, str]
    series: tuple[str, str, str]  #: after the attributes; at the end; both, where there are no observations
    observation: tuple[str, str]
    attributes: tuple[str, str]
    at: tuple[str, str]
    no_at: str
    is_generic: bool
    #: What 2.1 calls the primary measure.
    primary: str | None = None

    def value(self, measure: str, lay: Layout) -> tuple[str, str]:
        if self.is_generic:
            return '<gen:ObsValue value="', '"/>'
        return self.component(self.primary if self.primary and measure == lay.primary else measure)

    def component(self, id: str) -> tuple[str, str]:
        return (f'<gen:Value id="{id}" value="', '"/>') if self.is_generic else (f' {id}="', '"')


def write_xml(
    message: Message, schema: Schema, batches: Iterator[SeriesBatch], options: WriteOptions
) -> Iterator[bytes]:
    lay = layout(schema, options, one_measure=message.is_generic)
    if message.time_series and lay.at != TIME:
        raise InvalidRequest(
            "this format holds time series only: ask for TIME_PERIOD, or for another format",
            parameter="dimensionAtObservation",
            value=lay.at,
        )
    tags = _generic(lay) if message.is_generic else _specific(lay, message)
    found = arranged(batches, lay)
    block = next(found, None)  # before the header goes out, so that what cannot be written is refused in time
    yield start(message, schema, lay, options).encode()
    action = ""
    while block is not None:
        if block.action != action:
            yield (("</mes:DataSet>\n" if action else "") + data_set(message, schema, options, block.action)).encode()
            action = block.action
        if text := as_bytes(_flat(tags, block, lay) if lay.is_flat else _series(tags, block, lay)):
            yield text
        block = next(found, None)
    yield (("</mes:DataSet>\n" if action else "") + end(message)).encode()


def _specific(lay: Layout, message: Message) -> Tags:
    here = lay.observation_dimension
    return Tags(
        series_key=("<Series", ""),
        series=(">", "</Series>\n", "/>\n"),
        observation=("<Obs", "/>\n" if lay.is_flat else "/>"),
        attributes=("", ""),
        at=(f' {here.id}="', '"') if here else ("", ""),
        no_at="",
        is_generic=False,
        primary="OBS_VALUE" if message.is_2_1 else None,
    )


def _generic(lay: Layout) -> Tags:
    here = lay.observation_dimension
    named = f' id="{here.id}"' if here and lay.at != TIME else ""
    element = "gen:Value" if lay.is_flat else "gen:ObsDimension"
    return Tags(
        series_key=("<gen:Series><gen:SeriesKey>", "</gen:SeriesKey>"),
        series=("", "</gen:Series>\n", "</gen:Series>\n"),
        observation=("<gen:Obs><gen:ObsKey>", "</gen:Obs>\n") if lay.is_flat else ("<gen:Obs>", "</gen:Obs>"),
        attributes=("<gen:Attributes>", "</gen:Attributes>"),
        at=(f'<{element}{named} value="', '"/>' + ("</gen:ObsKey>" if lay.is_flat else "")),
        no_at="</gen:ObsKey>",
        is_generic=True,
    )


def _series(tags: Tags, block: Block, lay: Layout) -> pa.Array:
    given = combinations(block.series_attributes, block.n_series)
    attributes = spread(_attributes(tags, given, lay.series_attributes), given.numbers)
    opened, closed, empty = tags.series
    before, after = tags.series_key
    if not lay.observations:
        return concatenate(before, _keys(tags, block), after, attributes, empty)
    observations = joined(_observations(tags, block, lay), block.offsets, "")
    return concatenate(before, _keys(tags, block), after, attributes, opened, observations, closed)


def _flat(tags: Tags, block: Block, lay: Layout) -> pa.Array:
    heads = concatenate(tags.observation[0], _keys(tags, block))
    return behind(heads, _observations(tags, block, lay), block.offsets, "")


def _keys(tags: Tags, block: Block) -> pa.Array:
    """Dimensions of every series, in the order of the structure."""
    parts: list[pa.Array | str] = []
    for name, codes in zip(block.dimensions, xml_attributes(list(block.dimensions.values())), strict=True):
        before, after = tags.component(name)
        parts += [before, codes, after]
    return concatenate(*parts) if parts else pa.array([""] * block.n_series, pa.string())


def _attributes(tags: Tags, given: Combinations, wanted: tuple[Component, ...]) -> pa.Array:
    parts = [
        optional(before, xml_attribute(given.texts[a.id]), after)
        for a in wanted
        if a.id in given.texts
        for before, after in (tags.component(a.id),)
    ]
    if not parts:
        return pa.array([""] * given.n, pa.string())
    return unless_empty(tags.attributes[0], concatenate(*parts), tags.attributes[1])


def _observations(tags: Tags, block: Block, lay: Layout) -> pa.Array:
    """Every observation; of a flat message without its start, which holds the key and comes before it."""
    if block.n == 0:
        return pa.array([], pa.string())
    opened = "" if lay.is_flat else tags.observation[0]
    value_before, *values, value_after = _values(tags, block, lay)
    at: pa.Array | str = opened + tags.no_at + value_before
    if block.at is not None:
        before, after = tags.at
        texts = concatenate(opened + before, xml_attribute(block.at.dictionary), after + value_before)
        at = texts.take(block.at.indices)
    given = combinations(block.attributes, block.n)
    tails = concatenate(value_after, _attributes(tags, given, lay.observation_attributes), tags.observation[1])
    whole = concatenate(at, *values, spread(tails, given.numbers))
    return repeated(whole, block.n) if isinstance(whole, pa.Scalar) else whole


def _values(tags: Tags, block: Block, lay: Layout) -> list[pa.Array | str]:
    """Texts and columns in turn, beginning and ending with a text: what stands around the values of an observation, and these."""
    parts: list[pa.Array | str] = []
    between = ""
    for measure in lay.measures:
        if measure.id not in block.values:
            continue
        values, (before, after) = block.values[measure.id], tags.value(measure.id, lay)
        values = values if measure.id in block.numeric else xml_attribute(values)
        if values.null_count:
            parts += [between, optional(before, values, after)]
            between = ""
        else:
            parts += [between + before, values]
            between = after
    return [*parts, between] if parts else ["", ""]


#: Message kind -> its writer.
write_generic_2_1 = partial(write_xml, Message("GenericData", "v2_1", is_generic=True))
write_generic_time_2_1 = partial(write_xml, Message("GenericTimeSeriesData", "v2_1", is_generic=True, time_series=True))
write_specific_2_1 = partial(write_xml, Message("StructureSpecificData", "v2_1"))
write_specific_time_2_1 = partial(write_xml, Message("StructureSpecificTimeSeriesData", "v2_1", time_series=True))
write_xml_3_0 = partial(write_xml, Message("StructureSpecificData", "v3_0"))
write_xml_3_1 = partial(write_xml, Message("StructureSpecificData", "v3_1"))
