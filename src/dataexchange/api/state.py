"""Where the structures of the exchange stand. Read first in every answer: ETag and Last-Modified are made of it, and what
was read of structures is remembered under its word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dataexchange.door.exchange import Exchange
from dataexchange.store.database import Connection
from dataexchange.store.structure_state import structure_word, structures_changed_at


@dataclass(frozen=True, slots=True)
class StructuresState:
    word: str
    changed_at: datetime


def read_structures_state(exchange: Exchange, conn: Connection) -> StructuresState:
    word = structure_word(conn)
    return StructuresState(word, exchange.memory.get(("changed at", word), lambda: structures_changed_at(conn)))
