"""The one way from batches to blocks, whatever stands at the observation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dataexchange.messages.blocks import blocks
from dataexchange.messages.layout import Block, Layout
from dataexchange.messages.regroup import regroup
from dataexchange.messages.write_options import ALL_DIMENSIONS, TIME
from dataexchange.model.dataset import SeriesBatch


def arranged(batches: Iterable[SeriesBatch], layout: Layout) -> Iterator[Block]:
    return blocks(batches, layout) if layout.at in (TIME, ALL_DIMENSIONS) else regroup(batches, layout)
