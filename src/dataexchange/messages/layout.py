"""Which component stands where in a data message, and the batches cut to it.

A `Layout` is decided once, from the structure and the dimension at the observation; then every writer gets `Block`s of
some ten thousand observations that already have what belongs to a series beside the series and what belongs to an
observation beside the observation, as text.

Three forms: by time (a series is a time series), flat (AllDimensions: every attribute stands at the observation), or by
another dimension (`messages.regroup`). A structure without a time dimension is always flat; series without observations
are never, if they can help it.

Attributes of groups and datasets are written with the series: the exchange keeps them there, and in a stream nobody
knows yet whether the next series agrees.

SDMX 2.1 knows one measure: in its formats the others are attributes of observations, as they are in its structure messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dataexchange.errors import InvalidRequest
from dataexchange.messages.write_options import ALL_DIMENSIONS, TIME, WriteOptions
from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Attribute, DataStructure, Dimension, Level, Measure, as_attribute


@dataclass(frozen=True, slots=True)
class Layout:
    #: As the header names it: TIME_PERIOD, AllDimensions or the id of a dimension.
    at: str
    series_dimensions: tuple[Dimension, ...]
    #: None where observations have no dimension of their own: no time dimension, or no observations asked for.
    observation_dimension: Dimension | None
    series_attributes: tuple[Attribute, ...]
    observation_attributes: tuple[Attribute, ...]
    measures: tuple[Measure, ...]
    #: Id of the primary measure, whether it is among them or not.
    primary: str
    observations: bool = True

    @property
    def is_flat(self) -> bool:
        return self.at == ALL_DIMENSIONS

    def numeric(self, batches: Iterable[SeriesBatch]) -> frozenset[str]:
        """The measures that hold numbers in all the batches that have them."""
        found = [item for batch in batches for item in batch.measured(self.primary).items()]
        return frozenset(m for m, _ in found) - {m for m, values in found if not isinstance(values, np.ndarray)}


@dataclass(frozen=True, slots=True)
class Block:
    """Some series with their observations. All string arrays; of the observations, `offsets[i]:offsets[i+1]` are those of series i."""

    action: str
    n_series: int
    #: Dimension id -> code of every series.
    dimensions: Mapping[str, pa.Array]
    #: Attribute id -> text of every series, null: not given. Attributes that no series of the block has are absent.
    series_attributes: Mapping[str, pa.DictionaryArray]
    offsets: npt.NDArray[np.int32]
    #: The dimension at the observation.
    at: pa.DictionaryArray | None
    #: Measure id -> values as text, null: no value. Measures that are not asked for, or that nothing has, are absent.
    values: Mapping[str, pa.Array]
    #: The measures of which the values are numbers.
    numeric: frozenset[str]
    #: Attribute id -> text of every observation; absent as above.
    attributes: Mapping[str, pa.DictionaryArray]

    @property
    def n(self) -> int:
        return int(self.offsets[-1])


def layout(schema: Schema, options: WriteOptions, *, one_measure: bool = False) -> Layout:
    """Raises InvalidRequest for a dimension that the structure has not. `one_measure` makes attributes of all but the primary."""
    structure = schema.structure
    at = at_observation(structure, options)
    attributes = tuple(a for a in structure.attributes if options.wants(a.id))
    measures = tuple(m for m in structure.measures if options.measured(m.id)) if options.observations else ()
    if one_measure:
        attributes += tuple(as_attribute(m) for m in measures if m is not structure.measure)
        measures = tuple(m for m in measures if m is structure.measure)
    dimensions, here, primary = structure.dimensions, structure.time_dimension, structure.measure.id
    series = tuple(a for a in attributes if a.level is not Level.OBSERVATION)
    if at == ALL_DIMENSIONS:
        series = ()
    elif at != TIME:
        here = next(d for d in dimensions if d.id == at)
        time = (structure.time_dimension,) if structure.time_dimension else ()
        dimensions = (*(d for d in dimensions if d.id != at), *time)
        series = tuple(a for a in series if a.dimensions and at not in a.dimensions)
    observation = tuple(a for a in attributes if a not in series)
    if not options.observations:
        kept = tuple(a for a in observation if a.level is not Level.OBSERVATION) if at == ALL_DIMENSIONS else ()
        return Layout(at, dimensions, None, series, kept, (), primary, observations=False)
    return Layout(at, dimensions, here, series, observation, measures, primary)


def at_observation(structure: DataStructure, options: WriteOptions) -> str:
    """What stands at the observation: AllDimensions or a dimension; raises InvalidRequest for what is none."""
    asked = options.dimension_at_observation
    time = structure.time_dimension
    if asked in structure.dimension_ids:
        return asked if time or len(structure.dimensions) > 1 else ALL_DIMENSIONS
    if asked not in (TIME, ALL_DIMENSIONS) and (time is None or asked != time.id):
        known = ", ".join((*structure.dimension_ids, *((time.id,) if time else ()), ALL_DIMENSIONS))
        raise InvalidRequest(f"write one of {known}", parameter="dimensionAtObservation", value=asked)
    if time is None:
        return ALL_DIMENSIONS
    return ALL_DIMENSIONS if asked == ALL_DIMENSIONS and options.observations else TIME
