"""Send: a table goes to another exchange, and we wait there as we would wait here.

A run has one Idempotency-Key, so that a request which is repeated because its answer got lost opens no second submission.
"""

from __future__ import annotations

import time
from pathlib import Path
from uuid import uuid4

from dataexchange.errors import Unreachable, Unreadable
from dataexchange.messages.report_document import from_document
from dataexchange.model.finding import Report
from dataexchange.model.submission import WAITING
from dataexchange.pipeline.mapping_bundle import bundled
from dataexchange.pipeline.mapping_file import load_mapping
from dataexchange.remote import exchange_submissions as remote
from dataexchange.remote.exchange_documents import SubmissionDocument
from dataexchange.remote.node import Node
from dataexchange.workflow.progress import Progress, silent

_FIRST_WAIT = 0.25
_LONGEST_WAIT = 10.0
#: A worker that takes longer is away, or has much before this one.
_PATIENCE = 3600.0


def send(
    node: Node,
    file: Path,
    mapping: Path | None,
    mapping_id: str | None,
    *,
    publish: bool,
    provider: str | None = None,
    dataflow: str | None = None,
) -> SubmissionDocument:
    """`mapping` is a file, `mapping_id` one that came with an earlier submission: one of the two is None. Of an SDMX message both
    are, and `provider` and `dataflow` tell what it does not say."""
    fields = {"publish": "true" if publish else "false"}
    part = None
    if mapping is not None:
        part = (mapping.name, bundled(mapping))
        fields["dataset"] = load_mapping(mapping)[2]
    elif mapping_id is not None:
        fields["mapping_id"] = mapping_id
    fields |= {name: told for name, told in (("provider", provider), ("dataflow", dataflow)) if told is not None}
    return remote.send(node, file, part, fields, idempotency_key=uuid4().hex)


def wait_for(node: Node, id_: str, *, progress: Progress = silent) -> SubmissionDocument:
    """Until the next step is a person's, or there is none."""
    began, wait, said = time.monotonic(), _FIRST_WAIT, ""
    while True:
        found, asked = remote.submission(node, id_)
        if found.status not in WAITING:
            return found
        if (step := found.step or "Waiting for the exchange") != said:
            progress(step)
            said, wait = step, _FIRST_WAIT
        if time.monotonic() - began > _PATIENCE:
            raise Unreachable(f"{node.url} has not come to submission {id_} within an hour: look at it later.")
        time.sleep(min(max(wait, asked or 0.0), _LONGEST_WAIT))
        wait *= 1.5


def report_of(node: Node, id_: str) -> Report | None:
    """What the checks of the other exchange found."""
    answer = remote.report(node, id_)
    if answer is None:
        return None
    try:
        return from_document(answer.json())
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Unreadable(f"{node.url} answered a report of submission {id_} that cannot be read.") from None
