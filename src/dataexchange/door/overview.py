"""How everything that is stored stands to the nation, kept in this process until something that it rests on changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import Lock

from dataexchange.door.exchange import Exchange
from dataexchange.model.overview import Line, Overview, Wanted
from dataexchange.store.database import reading
from dataexchange.workflow.overview import basis_of, flows_of, overview

#: One at a time: whoever comes meanwhile waits for the same answer.
_making = Lock()


def overview_now(exchange: Exchange) -> tuple[Overview, tuple[object, ...]]:
    """The whole of it, and what it rests on. Only ever the newest one is kept."""
    with reading(exchange.engine) as conn:
        flows = flows_of(conn, Wanted())
        basis = basis_of(conn, flows)
        if (held := _held(exchange, basis)) is not None:
            return held, basis
        with _making:
            if (held := _held(exchange, basis)) is None:
                held = overview(conn, Wanted())
                exchange.memory.keep("coherence", (basis, held))
    return held, basis


def _held(exchange: Exchange, basis: tuple[object, ...]) -> Overview | None:
    known: tuple[tuple[object, ...], Overview] | None = exchange.memory.known("coherence")
    return known[1] if known is not None and known[0] == basis else None


@dataclass(frozen=True, slots=True)
class Part:
    """What of it somebody wants to see; empty words are no filter."""

    country: str = ""
    indicator: str = ""
    dataflow: str = ""

    def of(self, whole: Overview) -> Overview:
        if self == Part():
            return whole
        lines = tuple(line for line in whole.lines if self._has(line))
        named = {(line.dataflow, line.country, line.series) for line in lines}
        dots = tuple(dot for dot in whole.dots if (dot.dataflow, dot.country, dot.series) in named)
        return replace(whole, lines=lines, dots=dots)

    def _has(self, line: Line) -> bool:
        if self.country and line.country != self.country:
            return False
        if self.dataflow and line.dataflow.short != self.dataflow:
            return False
        return not self.indicator or self.indicator in line.indicators
