"""What was compared again since national series, or the rules, have changed: lists on the pages of those whom it concerns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dataexchange.messages.recheck_text import sentence, turned
from dataexchange.model.access import Caller
from dataexchange.model.recheck import Recheck, State
from dataexchange.model.sentence import Language
from dataexchange.model.submission import PUBLIC, Submission
from dataexchange.store import rechecks
from dataexchange.store.database import Connection
from dataexchange.workflow.permission import parties

#: On a list.
_LISTED = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of a list."""

    id: str
    subject: str
    told: str
    turned: Sequence[str]
    due: bool
    #: The language that it is told in.
    lang: str


def of_organisation(conn: Connection, caller: Caller, role: str, spoken: tuple[str, Language]) -> list[Shown]:
    """Those after which series stand otherwise: of the organisation's own tables ("provider"), or told to it as an office ("reviewer")."""
    allowed = parties(caller)
    theirs = None if allowed is None else [one for one in allowed if one[0] == role]
    found = rechecks.latest(conn, state=State.DONE, parties=theirs, changed=True, limit=_LISTED)
    return [_shown(one, spoken, own=one.mark.provider == caller.organisation) for one in found]


def of_submission(conn: Connection, submission: Submission, spoken: tuple[str, Language]) -> list[Shown]:
    """Of itself while it is not published, else of what its table has published."""
    if submission.status in PUBLIC:
        found = rechecks.latest(
            conn,
            provider=submission.provider,
            dataflow=submission.dataflow,
            dataset=submission.dataset,
            parties=(),
            public=True,
            limit=_LISTED,
        )
    else:
        found = rechecks.latest(conn, submission=submission.id, limit=_LISTED)
    return [_shown(one, spoken) for one in found]


def _shown(one: Recheck, spoken: tuple[str, Language], *, own: bool = False) -> Shown:
    tag, language = spoken
    subject = one.mark.dataset if one.mark.submission is None else f"{one.mark.dataset}, not published yet"
    told = [line.said(language) for line in turned(one)]
    return Shown(one.id, subject, sentence(one, own=own).said(language), told, one.state is State.DUE, tag)
