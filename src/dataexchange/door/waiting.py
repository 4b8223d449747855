"""Telling a worker that a submission waits for it."""

from __future__ import annotations

import logging

from dataexchange.door.exchange import Exchange
from dataexchange.model.submission import WAITING, Submission

log = logging.getLogger("dataexchange.waiting")


def tell_worker(exchange: Exchange, submission: Submission) -> None:
    """Once it is committed, where the next step is a worker's. A queue that fails is no fault of the request: workers look, too."""
    if submission.status not in WAITING:
        return
    try:
        exchange.enqueue(submission.id)
    except Exception as error:
        log.warning("submission %s is stored, but the queue did not take it: %s", submission.id, error)
