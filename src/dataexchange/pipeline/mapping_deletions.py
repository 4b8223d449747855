"""Value cells that say that a published observation is to go: words that `missing` calls `delete`.

    missing: {"": skip, withdrawn: delete}

Such a cell has a key and a period, and no value; it is told apart from observations before these are laid out.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dataexchange.pipeline.mapping_cells import Mapped

#: What `missing` says of a word that takes the published observation away.
DELETE = "delete"


def set_apart(measure: Mapped) -> Mapped:
    """The measure with its cells that delete in `delete`; they have no status."""
    if measure.status is None or DELETE not in measure.statuses:
        return measure
    index = measure.statuses.index(DELETE)
    rest = tuple(status for status in measure.statuses if status != DELETE)
    place = np.array([*(rest.index(s) if s != DELETE else -1 for s in measure.statuses), -1], dtype=np.int32)
    return replace(measure, status=place[measure.status], statuses=rest, delete=measure.status == index)
