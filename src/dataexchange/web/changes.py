"""What a submission changes in what is published, in a page's measure: its counts and the largest revisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dataexchange.door.exchange import Exchange
from dataexchange.errors import NotFound
from dataexchange.messages.difference_list import Line, change_words, counts, largest, lines, selected
from dataexchange.messages.difference_text import WORDS
from dataexchange.model.submission import Submission
from dataexchange.store import structures
from dataexchange.store.database import Connection
from dataexchange.workflow.changes import changes_of

#: So many of the largest revisions are shown.
_LARGEST = 8


@dataclass(frozen=True, slots=True)
class ShownLine:
    name: str
    period: str
    words: str
    kind: str


@dataclass(frozen=True, slots=True)
class ShownChanges:
    """`counts`: (kind, in words, observations); the kinds that have a page are those of `Change`."""

    counts: Sequence[tuple[str, str, int]]
    total: int
    against: int | None
    outdated: bool
    complete: bool
    largest: Sequence[ShownLine]


def shown_changes(exchange: Exchange, conn: Connection, submission: Submission) -> ShownChanges | None:
    """For the page of a submission; None where there is nothing to tell, or it is no longer kept."""
    try:
        found = changes_of(conn, exchange.home, submission)
    except NotFound:
        return None
    if found is None:
        return None
    difference = found.difference
    schema = structures.schema(conn, submission.dataflow)
    return ShownChanges(
        counts=[(name, WORDS[name], n) for name, n in counts(difference.observations).items() if n],
        total=selected(difference).num_rows,
        against=difference.against,
        outdated=found.outdated,
        complete=difference.complete,
        largest=shown_lines(lines(largest(difference, _LARGEST), difference, schema)),
    )


def shown_lines(found: Sequence[Line]) -> list[ShownLine]:
    return [
        ShownLine(line.name, line.period or "whole series", change_words(line), WORDS[line.change]) for line in found
    ]
