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
    IN_REVIEW = "in_review"  #: before the reviewing office
    ACCEPTED = "accepted"  #: to be published; the worker does it
    RETURNED = (
        "returned"  #: by the checks, the reviewing office, or at publication; goes on only where its errors are waived
    )
    PUBLISHED = "published"
    REPLACED = "replaced"  #: a later submission of the same dataset was published
    WITHDRAWN = "withdrawn"  #: after publication, in a release of its own
    TAKEN_BACK = "taken_back"  #: by its sender, before publication


#: From -> where a submission may go. A returned file is corrected by a new submission, never changed; what the checks returned for
#: errors that its national office may waive can be laid before that office all the same (`workflow.review`), or is accepted where the
#: operator waived them. What was accepted waits for its city again where the nation's figures changed and a warning came up.
TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.RECEIVED: frozenset({Status.CHECKED, Status.RETURNED, Status.TAKEN_BACK}),
    Status.CHECKED: frozenset({Status.IN_REVIEW, Status.ACCEPTED, Status.RETURNED, Status.TAKEN_BACK}),
    Status.IN_REVIEW: frozenset({Status.ACCEPTED, Status.RETURNED, Status.TAKEN_BACK}),
    Status.ACCEPTED: frozenset({Status.PUBLISHED, Status.RETURNED, Status.CHECKED}),
    Status.RETURNED: frozenset({Status.IN_REVIEW, Status.ACCEPTED}),
    Status.PUBLISHED: frozenset({Status.WITHDRAWN, Status.REPLACED}),
    Status.REPLACED: frozenset(),
    Status.WITHDRAWN: frozenset(),
    Status.TAKEN_BACK: frozenset(),
}

#: What anybody may see, with its report.
PUBLIC = frozenset({Status.PUBLISHED, Status.REPLACED, Status.WITHDRAWN})

#: Where the next step is the worker's.
WAITING = frozenset({Status.RECEIVED, Status.ACCEPTED})


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
    #: The provider's table that this is a version of: "bristol/pm25". A new release adds to what the table held before, or replaces it.
    dataset: str
    #: Who sent it, as the audit log has it.
    sent_by: str = ""
    #: To go on towards publication by itself when the checks find no error.
    publish: bool = False
    #: The office it was laid before.
    reviewer: str | None = None
    #: Why it was returned or withdrawn, in a person's words.
    reason: str | None = None
    #: What the worker is doing with it: "Mapping to SDMX".
    step: str | None = None
    changed_at: datetime | None = None


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
