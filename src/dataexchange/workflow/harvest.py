"""Harvest a source of national series: fetch, keep, read, publish. `door.harvesting` runs these verbs one after the other.

A vintage is all that a source answers now. It becomes visible whole, in one release, or not at all; what the source dropped goes. Where
anything stands in the way (an answer that cannot be had or read, a vintage that has lost most of its series) the one before goes on
being served. Nothing is fetched while a database is open.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from dataexchange.errors import Conflict, InvalidRequest, NotFound
from dataexchange.messages.read_structures import read_structures
from dataexchange.messages.report_document import document_text
from dataexchange.model.dataset import Action
from dataexchange.model.finding import Report
from dataexchange.model.harvest import Harvest, Outcome
from dataexchange.model.source import Source
from dataexchange.model.structure import Kind, Ref
from dataexchange.model.submission import Release
from dataexchange.remote.sdmx_service import structure_request
from dataexchange.store import audit, files, harvests, releases, reports, series, structures
from dataexchange.store.database import Connection
from dataexchange.workflow.baseline import publish_vintage, refuse_local, require_leave
from dataexchange.workflow.gather import Gathered
from dataexchange.workflow.harvest_wish import origin_of
from dataexchange.workflow.progress import Progress, silent
from dataexchange.workflow.vintage import Vintage, as_reported, lay_together

#: What the vintage that is served was made from: where it differs, the same bytes are another vintage.
_BASIS = ("url", "dataflow", "provider", "into")


class NothingNew(Exception):
    """What was read is what is served: the transaction is to be rolled back."""


def begin(conn: Connection, source: Source, lease: timedelta, *, asked_by: str, wished: bool = False) -> Harvest:
    """A run of the source; Conflict where another process runs it. One that meets a wish is taken up again where its process dies."""
    facts = {**origin_of(source), "wished": wished}
    return harvests.begin(conn, source.id, lease, asked_by=asked_by, facts=facts, wished=wished)


def lacks_structure(conn: Connection, source: Source) -> bool:
    """Whether the source's dataflow is not registered here and the service is to be asked for it."""
    return source.structure == "fetched" and not _registered(conn, source.local)


def register_structures(conn: Connection, home: Path, source: Source, gathered: Gathered, *, actor: str) -> None:
    """Put in place what is not registered yet; what is stays as it is."""
    assert gathered.structures is not None
    held = files.path_of(gathered.structures.sha256, home)
    given = read_structures(held, gathered.structures.name).artefacts
    new = [artefact for artefact in given if not _registered(conn, artefact.ref)]
    structures.put(conn, new)
    if not _registered(conn, source.local):
        raise Conflict(
            f"{gathered.structures.url} does not answer with {source.local}: correct `dataflow` of {source.id}."
        )
    detail = {"artefacts": len(new), "harvested_from": source.id}
    audit.record(conn, actor=actor, action="structures.load", subject=str(source.local), detail=detail)


def is_served(conn: Connection, source: Source, last: Harvest | None, gathered: Gathered) -> bool:
    """Whether the answers are, byte for byte, those that the vintage in place was made from."""
    if last is None or [last.facts.get(b) for b in _BASIS] != [origin_of(source)[b] for b in _BASIS]:
        return False
    before = {a.url: a.sha256 for a in last.answers if a.url != structure_request(source).url}
    if before != {a.url: a.sha256 for a in gathered.answers}:
        return False
    newest = releases.newest_of(conn, source.local, source.provider, source.dataset)
    return newest is not None and newest.number == last.facts.get("vintage")


def lay(
    conn: Connection, home: Path, source: Source, gathered: Gathered, *, progress: Progress = silent
) -> tuple[Vintage, Report]:
    """The kept answers as one vintage, with what the checks find in it; findings of severity error mean: not whole."""
    paths = [files.path_of(a.sha256, home) for a in gathered.answers]
    names = [a.name for a in gathered.answers]

    def agree(name: str, declared: Ref) -> None:
        _require_asked(conn, source, name, declared)

    vintage = lay_together(conn, paths, names=names, dataflow=source.local, agree=agree, progress=progress)
    refuse_local(vintage.schema, vintage.dataflow)
    progress("Checking")
    return vintage, replace(as_reported(conn, vintage, source.provider), subject=source.title)


def publish(
    conn: Connection,
    run: Harvest,
    source: Source,
    gathered: Gathered,
    vintage: Vintage,
    report: Report,
    *,
    force: bool = False,
) -> Harvest:
    """The vintage in place of the one before, in one release. Raises NothingNew, and Conflict for one that has lost too much."""
    require_leave(conn, source.provider, vintage.dataflow)
    before = series.held_series(
        conn, vintage.schema, dataflow=vintage.dataflow, provider=source.provider, dataset_id=source.dataset
    )
    note = f"Harvested from {source.url} ({source.licence})"
    release = publish_vintage(
        conn, vintage, report, provider=source.provider, dataset_id=source.dataset, action=Action.REPLACE, note=note
    )
    if not force:
        _refuse_loss(source, release, before, vintage.dataset.n)
    if not (release.series_added or release.series_revised or release.series_closed):
        raise NothingNew
    facts = {**gathered.facts, "observations": release.observations, "vintage": release.number}
    detail = {"release": release.number, "source": source.id, "harvest": run.id, "url": source.url}
    audit.record(conn, actor=run.asked_by, action="harvest.publish", subject=str(vintage.dataflow), detail=detail)
    message = (
        f"{release.observations} observations in release {release.number}: {release.series_added} series added, "
        f"{release.series_revised} revised, {release.series_closed} closed."
    )
    return harvests.conclude(
        conn,
        run,
        Outcome.PUBLISHED,
        message,
        facts=facts,
        answers=gathered.kept,
        release=release.number,
        report_hash=release.report_hash,
    )


def leave_as_is(conn: Connection, run: Harvest, source: Source, gathered: Gathered, last: Harvest | None) -> Harvest:
    """There is nothing new: only the run is noted, with the validators to ask with next time."""
    newest = releases.newest_of(conn, source.local, source.provider, source.dataset)
    facts = {**gathered.facts, "observations": newest.observations if newest else 0}
    facts["vintage"] = newest.number if newest else None
    return harvests.conclude(
        conn,
        run,
        Outcome.UNCHANGED,
        "Nothing new.",
        facts=facts,
        answers=gathered.kept,
        report_hash=last.report_hash if last else None,
    )


def fail(conn: Connection, run: Harvest, gathered: Gathered, reason: str, *, report: Report | None = None) -> Harvest:
    """Note why there is no new vintage; what is served stays."""
    kept = reports.keep(conn, document_text(report)) if report else None
    return harvests.conclude(
        conn, run, Outcome.FAILED, reason, facts=gathered.facts, answers=gathered.kept, report_hash=kept
    )


def interrupt(conn: Connection, run: Harvest, gathered: Gathered) -> Harvest:
    """For a process that is told to stop."""
    message = "Its process was stopped; nothing was changed."
    return harvests.conclude(conn, run, Outcome.INTERRUPTED, message, facts=gathered.facts, answers=gathered.kept)


def _refuse_loss(source: Source, release: Release, before: int, observations: int) -> None:
    if not observations:
        raise Conflict(
            f"{source.title}: the source answers without a single observation, which is refused: see whether it is well, then "
            f"`dataexchange harvest {source.id} --force`."
        )
    if release.series_closed > before * source.may_lose:
        raise Conflict(
            f"{source.title}: {release.series_closed} of {before} series are not in the source any more, which is refused: see whether "
            f"it is well, then `dataexchange harvest {source.id} --force`."
        )


def _require_asked(conn: Connection, source: Source, name: str, declared: Ref) -> None:
    """Refuse an answer that is of another dataflow, or on another data structure, than was asked for; of another version it may be.

    Which structure a dataflow has is known only where it is registered here.
    """
    if declared.kind is Kind.DATAFLOW:
        may_be = {source.dataflow}
    elif declared.kind is Kind.DATA_STRUCTURE:
        if not _registered(conn, source.dataflow):
            return
        may_be = {structures.schema(conn, flow).structure.ref for flow in (source.dataflow, source.local)}
    else:
        return
    if (declared.agency, declared.id) not in {(ref.agency, ref.id) for ref in may_be}:
        raise InvalidRequest(
            f"{source.title}: {name} was asked for {source.dataflow} and answered with {declared}, which is not taken: correct `url` or "
            f"`dataflow` of {source.id}, or ask its operator."
        )


def _registered(conn: Connection, ref: Ref) -> bool:
    try:
        structures.get(conn, ref)
    except NotFound:
        return False
    return True
