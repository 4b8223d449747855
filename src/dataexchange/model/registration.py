"""Registrations: where the data of each provision agreement can be had, and since when. The question, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dataexchange.model.query import Context
from dataexchange.model.structure import Ref


@dataclass(frozen=True, slots=True)
class RegistrationQuery:
    """One of `id`, `contexts` and the pair of provider parts is asked by; a part that is ("*",) is any. Times are exclusive."""

    id: str | None = None
    contexts: tuple[Context, ...] = ()
    provider_agencies: tuple[str, ...] = ("*",)
    providers: tuple[str, ...] = ("*",)
    updated_before: datetime | None = None
    updated_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class Registration:
    """What a provider has published under an agreement, as a source that others can query."""

    id: str
    agreement: Ref
    #: The first and the last release.
    valid_from: datetime
    last_updated: datetime
    #: When the last of it was withdrawn; None while there are data.
    valid_to: datetime | None
    #: Entry point of the SDMX REST API, and the data themselves.
    service_url: str
    data_url: str
