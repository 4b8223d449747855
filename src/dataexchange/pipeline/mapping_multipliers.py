"""Columns that say the multiplier in words: "in thousands", "£ million", "in 1,000" -> 3, 6, 3."""

from __future__ import annotations

from collections.abc import Collection

from dataexchange.model.conversion import multiplier_of
from dataexchange.model.mapping import Target
from dataexchange.pipeline.mapping_cells import Texts
from dataexchange.pipeline.mapping_shape import Column


def with_multipliers(column: Column, target: Target, listed: Collection[str] | None) -> Target:
    """The target of UNIT_MULT with codes for the words of its column, where the mapping has no codes itself.

    A text that says none is taken as it stands where it is one of the `listed` codes: it may be the code already.
    """
    if target.reads or target.gives is not None or target.prefix:
        return target
    texts = {text for text in Texts.of(column).clean if text}
    said = {text: code for text in texts if (code := multiplier_of(text)) is not None}
    if not said:
        return target
    codes = {text: text for text in texts if listed is None or text in listed}
    return target.model_copy(update={"codes": codes | said})
