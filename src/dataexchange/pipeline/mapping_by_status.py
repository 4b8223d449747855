"""Empty value cells that a status beside them explains: `missing: {"": by_status}`.

A table with a column of statuses says "Q" where a value is suppressed, and leaves the value empty; where it says nothing, the
cell is no observation. A template (`pipeline.template`) is such a table.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dataexchange.model.observation_status import WITHOUT_VALUE
from dataexchange.pipeline.mapping_cells import Mapped, Marks
from dataexchange.pipeline.mapping_shape import Shape

#: What `missing` says of a word that is a missing value where OBS_STATUS says why, and else no observation.
BY_STATUS = "by_status"


def set_aside(measure: Mapped) -> Mapped:
    """The measure with such cells in `by_status`; they have no status of their own, and are skipped until one is found."""
    if measure.status is None or BY_STATUS not in measure.statuses:
        return measure
    index = measure.statuses.index(BY_STATUS)
    here = measure.status == index
    rest = tuple(status for status in measure.statuses if status != BY_STATUS)
    place = np.array([*(-1 if s == BY_STATUS else rest.index(s) for s in measure.statuses), -1], dtype=np.int32)
    skip = here if measure.skip is None else measure.skip | here
    return replace(measure, status=place[measure.status], statuses=rest, skip=skip, by_status=here)


def explained(shape: Shape, measure: Mapped | None, status: Mapped | None) -> Marks:
    """Cells of the long table without a value whose status says why."""
    if measure is None or measure.by_status is None or status is None:
        return np.zeros(shape.size, dtype=bool)
    why = np.array([*(code in WITHOUT_VALUE for code in status.codes), False], dtype=bool)
    found: Marks = shape.spread(measure.by_status, measure.level) & shape.spread(why[status.values], status.level)
    return found
