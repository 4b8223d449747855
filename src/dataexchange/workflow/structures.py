"""Register structural metadata: what ships with the exchange, and what an office sends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dataexchange.messages.read_structures import read_structures
from dataexchange.messages.shipped import shipped_structures
from dataexchange.store import audit, structures
from dataexchange.store.database import Connection


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a structure message brought: artefacts by kind, and the kinds that the exchange does not hold."""

    file: str
    artefacts: Mapping[str, int]
    skipped: Mapping[str, int]


def register_shipped(conn: Connection) -> None:
    """Put the structures of agency DX in place; does nothing where they are already there."""
    structures.put(conn, shipped_structures())


def load_structures(conn: Connection, paths: Sequence[Path], *, actor: str) -> list[Loaded]:
    """Register every artefact of the messages, all or none (the caller's transaction)."""
    loaded = []
    for path in paths:
        message = read_structures(path)
        structures.put(conn, message.artefacts)
        audit.record(
            conn, actor=actor, action="structures.load", subject=path.name, detail={"artefacts": len(message.artefacts)}
        )
        loaded.append(Loaded(path.name, Counter(a.kind.value for a in message.artefacts), message.skipped))
    return loaded
