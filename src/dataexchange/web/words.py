"""How pages say things: times, counts, where a submission stands. Registered as filters of the templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup, escape

from dataexchange.model.finding import Severity, Verdict
from dataexchange.model.submission import Status

#: Status -> (word, sentence for its sender).
STATUSES: Mapping[Status, tuple[str, str]] = {
    Status.RECEIVED: ("Being checked", "The file is here and is being checked."),
    Status.CHECKED: (
        "Checked",
        "The checks found no error that stands in the way. It is published when you say so and its warnings have reasons.",
    ),
    Status.IN_REVIEW: ("In review", "It lies before the reviewing office, which accepts it or returns it."),
    Status.ACCEPTED: ("Being published", "It was accepted; its figures are on their way."),
    Status.RETURNED: ("Returned", "It cannot be published as it is. Correct the table and send it again."),
    Status.PUBLISHED: ("Published", "Anybody can read and download its figures."),
    Status.REPLACED: ("Replaced", "A later version of the same table stands in its place; this one stays on record."),
    Status.WITHDRAWN: ("Withdrawn", "Its series are closed; what was published before stays on record."),
    Status.TAKEN_BACK: ("Taken back", "Its sender took it back before it was published."),
}

VERDICTS: Mapping[Verdict, str] = {
    Verdict.INCONSISTENT: "Inconsistent",
    Verdict.EXPLAINED: "Explained",
    Verdict.CONSISTENT: "Consistent",
    Verdict.NOT_COMPARABLE: "Not comparable",
    Verdict.NO_BASELINE: "Nothing to compare with",
}

SEVERITIES: Mapping[Severity, str] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "note",
}

#: The shape that a sign has beside its word: a class of the style sheet.
_SHAPES: Mapping[str, str] = {
    Status.RECEIVED: "busy",
    Status.CHECKED: "good",
    Status.IN_REVIEW: "busy",
    Status.ACCEPTED: "busy",
    Status.RETURNED: "error",
    Status.PUBLISHED: "good",
    Verdict.INCONSISTENT: "error",
    Verdict.EXPLAINED: "note",
    Verdict.CONSISTENT: "good",
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
}


def day(moment: datetime) -> str:
    """`22 November 2026`"""
    return f"{moment.day} {moment:%B %Y}"


def moment(given: datetime) -> str:
    """`22 November 2026, 16:20 UTC`"""
    utc = given.astimezone(UTC)
    return f"{day(utc)}, {utc:%H:%M} UTC"


def machine(given: datetime) -> str:
    """For `<time datetime>`."""
    return given.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def number(n: int) -> str:
    """`12,345`"""
    return f"{n:,}"


def count(n: int, one: str, many: str = "") -> str:
    """`1 error`, `12,345 errors`, `2 series`"""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def waited(since: datetime) -> str:
    """How long ago, roughly: `5 minutes`, `3 days`."""
    seconds = max(0, int((datetime.now(UTC) - since).total_seconds()))
    for size, one in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return count(seconds // size, one)
    return "less than a minute"


def size(n: int) -> str:
    """`200 MB`"""
    for unit, bytes_ in (("GB", 1 << 30), ("MB", 1 << 20), ("kB", 1 << 10)):
        if n >= bytes_:
            return f"{n / bytes_:.0f} {unit}"
    return f"{n} bytes"


def marked(text: str) -> Markup:
    """Plain text in which `backticks` mark code, as HTML."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 (escaped before)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "day": day,
    "moment": moment,
    "machine": machine,
    "number": number,
    "count": count,
    "waited": waited,
    "size": size,
    "marked": marked,
    "status_word": lambda status: STATUSES[status][0],
    "status_sentence": lambda status: STATUSES[status][1],
    "verdict_word": lambda verdict: VERDICTS[verdict],
    "severity_word": lambda severity: SEVERITIES[severity],
    "shape": lambda word: _SHAPES.get(word, "note"),
}
