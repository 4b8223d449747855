"""Submissions and releases: what came in, and what was published from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dataexchange.model.structure import Ref


class Status(StrEnum):
    RECEIVED = "received"
    CHECKED = "checked"
    RETURNED = "returned"
    PUBLISHED = "published"
    REPLACED = "replaced"  #: a later submission of the same dataset was published
    WITHDRAWN = "withdrawn"


#: From -> where a submission may go. A returned file is corrected by a new submission, never changed.
TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.RECEIVED: frozenset({Status.CHECKED, Status.RETURNED}),
    Status.CHECKED: frozenset({Status.PUBLISHED, Status.RETURNED}),
    Status.RETURNED: frozenset(),
    Status.PUBLISHED: frozenset({Status.WITHDRAWN, Status.REPLACED}),
    Status.REPLACED: frozenset(),
    Status.WITHDRAWN: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One file as it was sent. `file_hash` is the SHA-256 of its bytes, `mapping_hash` that of the mapping's text."""

    id: str
    status: Status
    received_at: datetime
    file_name: str
    file_hash: str
    mapping_name: str | None
    mapping_hash: str | None
    provider: str
    dataflow: Ref
    #: The provider's table that this is a version of: "bristol/pm25". A new release replaces what the table held before.
    dataset: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One publication. Numbers rise in the order in which releases become visible, over all dataflows."""

    number: int
    published_at: datetime
    dataflow: Ref
    provider: str
    dataset: str
    submission: str | None
    file_hash: str | None
    mapping_hash: str | None
    report_hash: str | None
    note: str | None = None
    series_added: int = 0
    series_revised: int = 0
    series_closed: int = 0
    observations: int = 0
