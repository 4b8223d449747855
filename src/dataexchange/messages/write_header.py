"""What the header of a structure message says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dataexchange.model.structure import Artefact, Languages, Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureHeader:
    """`base_url`: where single artefacts can be had ("https://example.org/sdmx/v2/structure"), said in stubs. `beside`: artefacts
    that are not part of the message, but that what is part of it refers to. `related`: what a schema answer is made of, said in the
    header of SDMX-JSON, where pysdmx looks for it."""

    message_id: str
    prepared: datetime
    sender: str = "DX"
    base_url: str = ""
    beside: Sequence[Artefact] = ()
    #: That texts are in, the preferred one first; none: all there are.
    languages: Languages = ()
    related: tuple[Ref, ...] = ()
