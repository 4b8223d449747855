"""What came of a submission that anybody may see, as the last line of its report has it."""

from __future__ import annotations

from dataexchange.model.sentence import Sentence, say
from dataexchange.model.submission import PUBLIC, Status, Submission
from dataexchange.store import releases
from dataexchange.store.database import Connection


def came_of(conn: Connection, submission: Submission) -> Sentence | None:
    """None before publication, when it is told whether it can be published."""
    if submission.status not in PUBLIC:
        return None
    number = str(releases.numbers_of(conn, [submission.id])[submission.id])
    if submission.status is Status.WITHDRAWN:
        return say("It was published in release {release}, and withdrawn since.", release=number)
    if submission.status is Status.REPLACED:
        return say("It was published in release {release}; a later table stands in its place.", release=number)
    return say("It is published, in release {release}.", release=number)
