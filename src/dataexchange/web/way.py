"""The way of a submission in four steps, and its history, in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dataexchange.model.submission import PUBLIC, Status, Submission
from dataexchange.store.audit import Entry


@dataclass(frozen=True, slots=True)
class Step:
    """`state`: done, now, failed or later. `note` is small beside it."""

    label: str
    state: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime
    what: str
    who: str
    why: str = ""


#: How far each status is: the number of steps done, of received, checked, review, published.
_DONE = {
    Status.RECEIVED: 1,
    Status.CHECKED: 2,
    Status.IN_REVIEW: 2,
    Status.ACCEPTED: 3,
    **dict.fromkeys(PUBLIC, 4),
}


def way(submission: Submission, *, errors: int, reviewer: str | None) -> Sequence[Step]:
    """Received, checked, review (where the agreement names an office), published."""
    labels = ["Received", "Checked", "Review", "Published"]
    done = _DONE.get(submission.status, _stopped_after(submission, errors))
    states = ["done" if i < done else "later" for i in range(4)]
    notes = ["", "", f"by {reviewer}" if reviewer else "", ""]
    if done < 4:
        stopped = submission.status in (Status.RETURNED, Status.TAKEN_BACK)
        now = 3 if done == 2 and reviewer is None and not stopped else done
        if submission.status is Status.CHECKED:
            now = 3 if reviewer is None else 2
        states[now] = "failed" if stopped else "now"
        notes[now] = _note(submission) or notes[now]
    if submission.status in (Status.REPLACED, Status.WITHDRAWN):
        notes[3] = "then replaced" if submission.status is Status.REPLACED else "then withdrawn"
    steps = [Step(*told) for told in zip(labels, states, notes, strict=True)]
    return steps if reviewer else [steps[0], steps[1], steps[3]]


def _stopped_after(submission: Submission, errors: int) -> int:
    """Where a returned one or one taken back had come to."""
    if submission.status is Status.RETURNED:
        return 1 if errors else (2 if submission.reviewer else 3)
    return 2


def _note(submission: Submission) -> str:
    return {
        Status.RECEIVED: submission.step or "waits for its turn",
        Status.ACCEPTED: submission.step or "waits for its turn",
        Status.CHECKED: "waits for your word",
        Status.IN_REVIEW: "waits for the office",
        Status.RETURNED: "returned",
        Status.TAKEN_BACK: "taken back",
    }.get(submission.status, "")


_EVENTS = {
    "reason.give": "Said why",
    "waiver.give": "Waived",
    "submission.receive": "Received",
    "submission.checked": "Checked: nothing stands in the way",
    "submission.returned": "Returned",
    "submission.in_review": "Laid before the reviewing office",
    "submission.accepted": "To be published",
    "submission.published": "Published",
    "submission.withdrawn": "Withdrawn",
    "submission.taken_back": "Taken back",
    "recheck.done": "Compared again with national series",
    "review.accept": "Accepted in review",
    "review.return": "Returned by the reviewing office",
}


def history(entries: Sequence[Entry]) -> Sequence[Event]:
    """Oldest first; of who did it the organisation, without the key."""
    return [
        Event(entry.at, _event(entry), _organisation(entry.actor), str(entry.detail.get("reason", "")))
        for entry in reversed(entries)
    ]


def _event(entry: Entry) -> str:
    what = _EVENTS.get(entry.action, entry.action)
    if errors := entry.detail.get("errors"):
        return f"Returned by the checks: {errors:,} {'error' if errors == 1 else 'errors'}"
    if rules := entry.detail.get("rules"):
        return f"{what}: {', '.join(rules)}"
    if (number := entry.detail.get("release")) is not None:
        return (
            f"{what} as release {number}" if entry.action == "submission.published" else f"{what} in release {number}"
        )
    return what


def _organisation(actor: str) -> str:
    return "the exchange" if actor == "worker" else actor.partition("/")[0]
