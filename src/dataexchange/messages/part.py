"""What a message with several datasets is made of.

`/data/dataflow/DX/*` is answered with one message: a `Part` for each dataflow that has data, each with a structure of its own, its
batches, and options that may name an agreement. Batches of one part that differ in what is done with them, or in since when they
hold, are datasets of their own within it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dataexchange.messages.arrange import arranged
from dataexchange.messages.layout import Block, Layout, layout
from dataexchange.messages.write_options import WriteOptions
from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.schema import Schema


@dataclass(frozen=True, slots=True)
class Part:
    schema: Schema
    batches: Iterator[SeriesBatch]
    options: WriteOptions

    def layout(self, *, one_measure: bool = False) -> Layout:
        return layout(self.schema, self.options, one_measure=one_measure)


def blocks_of(parts: Sequence[Part], layouts: Iterable[Layout]) -> Iterator[tuple[int, Block]]:
    """The blocks of all parts, one after the other, each with the number of its part. Parts are drawn from as late as can be."""
    for number, (part, lay) in enumerate(zip(parts, layouts, strict=True)):
        for block in arranged(part.batches, lay):
            yield number, block
