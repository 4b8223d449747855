"""Load national series: many SDMX data messages become one release of the baseline.

A national office's figures are not ours to refuse: what the checks find in them is reported as warnings. Only observations that cannot
be read at all stop the load, all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dataexchange.errors import Conflict, Forbidden, InvalidRequest
from dataexchange.messages.report_document import document_text
from dataexchange.model.dataset import Action
from dataexchange.model.finding import Report
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Ref
from dataexchange.model.submission import Release
from dataexchange.store import audit, reports, series
from dataexchange.store.database import Connection
from dataexchange.workflow.agreements import require_agreement
from dataexchange.workflow.national import baseline_of
from dataexchange.workflow.progress import Progress, silent
from dataexchange.workflow.recheck_marks import mark_after
from dataexchange.workflow.vintage import Vintage, as_reported, lay_together

#: Characters of what headers say that a release keeps.
_MOST_NOTE = 1000


@dataclass(frozen=True, slots=True)
class Loaded:
    """The release that a load made (None where messages could not be read whole), and what was found on the way."""

    release: Release | None
    report: Report


def load_baseline(
    conn: Connection,
    paths: Sequence[Path],
    *,
    dataflow: Ref | None = None,
    provider: str | None = None,
    note: str | None = None,
    complete: bool = False,
    actor: str,
    progress: Progress = silent,
) -> Loaded:
    """Read all messages, then publish them as one release, or none of them when a single observation cannot be read.

    What the messages lack stays, unless they are `complete`. `note` tells source and licence; the release keeps it, or else what
    the messages' headers say of their source.
    """
    vintage = lay_together(conn, paths, dataflow=dataflow, progress=progress)
    refuse_local(vintage.schema, vintage.dataflow)
    sender = provider or _only(vintage.senders)
    require_leave(conn, sender, vintage.dataflow)
    progress("Checking")
    report = as_reported(conn, vintage, sender)
    if not report.publishable:
        return Loaded(None, report)
    progress("Publishing")
    dataset = dataset_of(sender, vintage.dataflow)
    said = note or "; ".join(vintage.sources)[:_MOST_NOTE] or None
    action = Action.REPLACE if complete else Action.MERGE
    release = publish_vintage(conn, vintage, report, provider=sender, dataset_id=dataset, action=action, note=said)
    detail = {"release": release.number, **report.counts}
    audit.record(conn, actor=actor, action="baseline.load", subject=str(vintage.dataflow), detail=detail)
    return Loaded(release, report)


def publish_vintage(
    conn: Connection,
    vintage: Vintage,
    report: Report,
    *,
    provider: str,
    dataset_id: str,
    action: Action,
    note: str | None = None,
) -> Release:
    """One release of one dataset: MERGE where the messages are some of an office's, REPLACE where they are all of a source. What it
    concerns is marked for another check."""
    release = series.publish(
        conn,
        vintage.dataset,
        vintage.schema,
        dataflow=vintage.dataflow,
        provider=provider,
        dataset_id=dataset_id,
        action=action,
        report_hash=reports.keep(conn, document_text(report)),
        note=note,
    )
    mark_after(conn, release)
    return release


def withdraw_baseline(
    conn: Connection, dataflow: Ref, provider: str, *, actor: str, reason: str, source: str | None = None
) -> Release:
    """Close all series that a provider's loads, or one of its harvested sources, put into a dataflow; releases stay on record."""
    dataset = f"{provider}/{source}" if source else dataset_of(provider, dataflow)
    release = series.withdraw(conn, dataflow=dataflow, provider=provider, dataset_id=dataset, note=reason)
    mark_after(conn, release)
    detail = {"release": release.number, "reason": reason}
    audit.record(conn, actor=actor, action="baseline.withdraw", subject=str(dataflow), detail=detail)
    return release


def dataset_of(provider: str, dataflow: Ref) -> str:
    """All that a provider loads into a dataflow is one dataset."""
    return f"{provider}/{dataflow.id}"


def refuse_local(schema: Schema, dataflow: Ref) -> None:
    """Raises Conflict for a dataflow that has a baseline of its own."""
    national = baseline_of(schema)
    if national is not None:
        raise Conflict(
            f"{dataflow} holds local data, which are submitted and not loaded; national series go to its baseline, {national}."
        )


def _only(senders: Sequence[str]) -> str:
    if len(senders) != 1:
        there = ", ".join(senders) or "none"
        raise InvalidRequest(f"the messages do not agree on a sender (there is: {there}); name it with --provider")
    return senders[0]


def require_leave(conn: Connection, sender: str, dataflow: Ref) -> None:
    """An office needs nobody's leave to fill a dataflow that its own agency maintains."""
    if dataflow.agency == sender:
        return
    try:
        require_agreement(conn, sender, dataflow)
    except Forbidden as error:
        raise Forbidden(
            f"{error} If the messages come from another office than they say, name it with --provider."
        ) from None
