"""Pull: bring a replica up to date with the exchange that it follows.

    with locked(folder):
        replica = read_replica(folder, node.url)
        if not nothing_new(folder, node, replica):
            pull(folder, node, replica)

Changes are read up to the last one there is; all dataflows are then fetched as they stood at that release (`asOf`), whatever is
published meanwhile: all, or what changed since the release that the replica stands at (`updatedAfter`). The replica goes from one
release to another in one step, or stays as it is. The passports of what stands come with it (`workflow.replica_passports`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path

from dataexchange.errors import Conflict, NotFound, Unreadable
from dataexchange.model.replica import HeldFlow, HeldPassports, Mark, Replica
from dataexchange.remote import exchange as remote
from dataexchange.remote.exchange_documents import ChangesDocument, read
from dataexchange.remote.node import Node
from dataexchange.workflow.progress import Progress, silent
from dataexchange.workflow.replica import folder_of, stands, structure_of, structure_stands, sweep, write_replica
from dataexchange.workflow.replica_intake import Intake
from dataexchange.workflow.replica_parquet import Form, Taken, empty, fits, form_of, merged, settle, take_in
from dataexchange.workflow.replica_passports import bring_passports

#: Of a thousand changes each.
_MOST_PAGES = 10_000
#: A change of more observations than this, and of more than half of what is held, is fetched as a whole: that takes less memory than
#: looking up so many keys.
_MUCH = 500_000
_WENT_BACK = "The source went back to an earlier state since the last pull, so nobody can tell what changed: pull into a new folder."


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull did. `came` counts observations that came or changed; releases are those of the source."""

    before: int
    after: int
    flows: int
    came: int
    went: int
    rows: int
    #: Of each dataflow that the replica holds any of.
    passports: tuple[HeldPassports, ...] = ()


@dataclass(frozen=True, slots=True)
class _News:
    """Where the changes end, and the last release of every dataflow among them with its time."""

    mark: Mark
    releases: Mapping[str, tuple[int, datetime]]


def pull(
    folder: Path, node: Node, replica: Replica, wanted: Sequence[str] = (), *, progress: Progress = silent
) -> Pulled:
    """`wanted`: these dataflows alone; others that the replica holds stay as they are. The caller holds the lock."""
    sweep(folder, replica)
    progress(f"Asking {node.url} what is new")
    before = max(replica.mark_of(flow).release for flow in wanted or (None,))
    new, counts = replica, []
    for flow in wanted or (None,):
        news = _news(node, replica.mark_of(flow), flow)
        write_replica(folder, replica)  # from now on it is a replica of that source, whatever happens next
        for changed, release, as_of in _to_do(folder, replica, news, flow):
            known = replica.flows.get(changed)
            held, taken = _bring(folder, node, known, changed, release, as_of, progress)
            counts.append(taken)
            there = known.passports if known else None
            held = replace(held, passports=bring_passports(folder, node, there, changed, release, progress))
            new = replace(new, flows={**new.flows, changed: held})
        new = _marked(new, news.mark, flow)
        if flow and flow not in new.flows:
            _structure(folder, node, flow, None)  # raises NotFound where there is none
    write_replica(folder, new)
    sweep(folder, new)
    after = max(new.mark_of(flow).release for flow in wanted or (None,))
    came, went = sum(taken.came for taken in counts), sum(taken.went for taken in counts)
    passports = tuple(
        one for _, held in sorted(new.flows.items()) if (one := held.passports) and one != HeldPassports()
    )
    return Pulled(before, after, len(counts), came, went, new.rows, passports)


def _news(node: Node, mark: Mark, flow: str | None) -> _News:
    """All changes after the mark; the last page is empty, and its ETag stands for "nothing since"."""
    releases: dict[str, tuple[int, datetime]] = {}
    for _ in range(_MOST_PAGES):
        try:
            answer = remote.changes(node, mark.cursor, flow=flow)
        except Conflict:
            raise Conflict(_WENT_BACK) from None
        page = read(ChangesDocument, answer)
        for change in page.changes:
            releases[change.dataflow] = change.release, change.published_at
        if not page.changes:
            if mark.published_at and page.published_at != mark.published_at:
                raise Conflict(_WENT_BACK)
            return _News(replace(mark, tag=answer.headers.get("etag")), releases)
        if page.next == mark.cursor or page.published_at is None:
            break
        mark = Mark(page.next, page.changes[-1].release, page.published_at)
    raise Unreadable(f"{node.url} tells of changes again and again, without an end: ask its operator.")


def _to_do(folder: Path, replica: Replica, news: _News, flow: str | None) -> list[tuple[str, int, datetime]]:
    """Dataflows to fetch, each with its last release and the moment as of which: those that changed, are new here, or one of whose
    files is gone."""
    moment = news.mark.published_at
    if moment is None:
        return []
    found = []
    for changed, (release, published_at) in news.releases.items():
        held = replica.flows.get(changed)
        if held is None or published_at > held.as_of:
            found.append((changed, release, moment))
    for held in replica.flows.values():
        followed = held.dataflow == flow if flow else True
        if followed and held.dataflow not in news.releases and not stands(folder, held):
            found.append((held.dataflow, held.release, max(moment, held.as_of)))
    if flow and flow not in replica.flows and flow not in news.releases:
        found.append((flow, news.mark.release, moment))
    return found


def _marked(replica: Replica, mark: Mark, flow: str | None) -> Replica:
    """A pull of everything goes for every dataflow; one of a single dataflow for that one."""
    if flow is None:
        return replace(replica, mark=mark, flows={f: replace(held, mark=None) for f, held in replica.flows.items()})
    if flow not in replica.flows:
        return replica
    return replace(replica, flows={**replica.flows, flow: replace(replica.flows[flow], mark=mark)})


def _bring(
    folder: Path, node: Node, held: HeldFlow | None, flow: str, release: int, as_of: datetime, progress: Progress
) -> tuple[HeldFlow, Taken]:
    """One dataflow as it stood at that moment."""
    place = folder_of(folder, flow)
    place.mkdir(parents=True, exist_ok=True)
    form, tag = _structure(folder, node, flow, held)
    size = structure_of(folder, flow).stat().st_size
    before = held if held and fits(folder / held.file, form, held.rows) else None
    progress(f"Pulling {flow}" + (f", what changed since release {before.release}" if before else ""))
    schema = form.told(source=node.url, dataflow=flow, release=str(release), as_of=as_of.isoformat())
    came, went, file = place / "came.part", place / "went.part", place / f"r{release}.parquet"

    def take(since: datetime | None) -> Taken:
        intake = Intake(partial(take_in, form=form, schema=schema, came=came, went=went))
        return _taken(node, flow, intake, as_of, since) or empty(schema, came)

    change = taken = take(before.as_of if before else None)
    if before and change.came + change.went > max(_MUCH, before.rows // 2):
        before, taken = None, take(None)
    if before is None:
        settle(came, file)
        return HeldFlow(flow, release, as_of, _under(folder, file), taken.came, file.stat().st_size, tag, size), change
    if not (taken.came or taken.went):
        return replace(before, release=release, as_of=as_of, structure_tag=tag, structure_size=size), taken
    progress(f"Writing {flow}")
    done = merged(folder / before.file, came, went, place / "new.part", form, schema)
    settle(place / "new.part", file)
    rows = done.came + taken.came
    held = HeldFlow(flow, release, as_of, _under(folder, file), rows, file.stat().st_size, tag, size)
    return held, Taken(taken.came, done.went)


def _under(folder: Path, file: Path) -> str:
    return str(file.relative_to(folder))


def _taken(node: Node, flow: str, intake: Intake[Taken], as_of: datetime, since: datetime | None) -> Taken | None:
    """What the source sends, taken in; None where it says that there is nothing."""
    try:
        answer = remote.data(node, flow, intake, as_of=as_of, updated_after=since)
        if answer.status == HTTPStatus.OK:
            return intake.done()
    finally:
        intake.close()
    if not remote.is_no_data(intake.head):
        raise NotFound(f"{node.url} does not serve {flow} at its address: ask its operator.")
    return None


def _structure(folder: Path, node: Node, flow: str, held: HeldFlow | None) -> tuple[Form, str | None]:
    """The columns of a dataflow, and the ETag of the message that tells them and stays beside the data."""
    file = structure_of(folder, flow)
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    tag = held.structure_tag if held and structure_stands(folder, held) else None
    answer = remote.structure(node, flow, part, tag=tag)
    if answer.status == HTTPStatus.NOT_FOUND:
        raise NotFound(f"{node.url} has no dataflow {flow}.")
    if answer.status == HTTPStatus.OK:
        form = form_of(part, flow)
        settle(part, file)
        return form, answer.headers.get("etag")
    return form_of(file, flow), tag
