"""What a structure message says, whatever its format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dataexchange.model.structure import Artefact


@dataclass(frozen=True, slots=True)
class StructureMessage:
    """The artefacts of a message in its order. `skipped`: what the exchange does not hold, by name, and how many."""

    artefacts: tuple[Artefact, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)
