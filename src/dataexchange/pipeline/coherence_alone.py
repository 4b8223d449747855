"""Local series that no national one stands beside: that this is so, and why, as far as it is known.

Of a table of fifty thousand series it may be all. Reasons differ with the indicator and with what the series say of themselves, not with
their breakdown, so that each is made once for all series that share it.
"""

from __future__ import annotations

import numpy as np

from dataexchange.model.finding import Comparison, Verdict
from dataexchange.model.sentence import Sentence, say
from dataexchange.model.series_notes import indicators
from dataexchange.pipeline.coherence_desk import Desk
from dataexchange.pipeline.coherence_gate import adaptation
from dataexchange.pipeline.coherence_panel import Ints, View, fold
from dataexchange.pipeline.coherence_words import label


def alone(desk: Desk, series: Ints) -> dict[int, Comparison]:
    """By local series."""
    panel, order = desk.panel, desk.order
    below = order.by_area(lambda area: bool(desk.areas.above(area)))[order.area[series]]
    said = (attribute.series[series] for attribute in panel.said.values() if attribute.rows is None)
    _, first, like = np.unique(
        fold([panel.code[series], below.astype(np.int32), *said], len(series)), return_index=True, return_inverse=True
    )
    reasons = [_reason(desk, panel.view(int(series[at])), bool(below[at])) for at in first.tolist()]
    nothing: dict[str, float] = {}
    told = {}
    for one, place in zip(series.tolist(), like.tolist(), strict=True):
        (ground, more), view = reasons[place], panel.view(one)
        words = say("{series}: {words}", series=label(desk.schema, view), words=ground)
        for why in more:
            words = say("{one}; {other}", one=words, other=why)
        told[one] = Comparison("COH-GATE", view.key, None, Verdict.NO_BASELINE, words, (), nothing, ground)
    return told


def _reason(desk: Desk, local: View, below: bool) -> tuple[Sentence, list[Sentence]]:
    """(why there is nothing to compare with, what of the series itself would stand in the way)."""
    numbers = indicators(desk.schema.codes.get("SERIES", {}).get(local.stands_for or local.code))
    what = say("indicator {numbers}", numbers=", ".join(numbers)) if numbers else local.code
    ground = say("there is no national series of {what} for the area or one above it", what=what)
    if not below:
        ground = say("{words}; its code list names no area above it", words=ground)
    return ground, [why.words for why in adaptation(local, None)]
