"""Telling a worker that a submission waits for it."""

from __future__ import annotations

import logging

from dataexchange.door.exchange import Exchange
from dataexchange.door.log import about
from dataexchange.model.submission import WAITING, Submission

log = logging.getLogger("dataexchange.waiting")


def tell_worker(exchange: Exchange, submission: Submission) -> None:
    """Once it is committed, where the next step is a worker's. A queue that fails is no fault of the request: workers look, too."""
    if submission.status not in WAITING:
        return
    # The line that joins the ids of request and submission, whichever worker takes it up.
    with about(submission=submission.id):
        try:
            exchange.enqueue(submission.id)
        except Exception as error:
            log.warning("it is stored, but the queue did not take it: %s", error)
        else:
            log.info("%s: a worker is told", submission.status)
