"""Releases: numbered in the order in which they become visible, with where each came from.

The number is taken under a lock that is held until the transaction ends, so release n+1 cannot be seen before n. Times of
publication rise with the numbers.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Row, func, select, update

from dataexchange.errors import NotFound
from dataexchange.model.structure import Kind, Ref, parse_short
from dataexchange.model.submission import Release
from dataexchange.store.tables import releases, state


def lock(conn: Connection) -> None:
    """Wait for other publishers; theirs are then seen, and none comes in between until this transaction ends."""
    conn.execute(select(state.c.value).where(state.c.name == "release").with_for_update())


def next_number(conn: Connection) -> int:
    """The number of the release that this transaction makes. Takes the lock."""
    lock(conn)
    number = int(conn.execute(select(state.c.value).where(state.c.name == "release")).scalar_one()) + 1
    conn.execute(update(state).where(state.c.name == "release").values(value=str(number)))
    return number


def next_time(conn: Connection, wanted: datetime | None) -> datetime:
    """When to say that it was published: as wanted or now, but after the release before."""
    moment = wanted or datetime.now(UTC)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    last = conn.execute(select(func.max(releases.c.published_at))).scalar()
    return moment if last is None or moment > last else last + timedelta(microseconds=1)


def insert(conn: Connection, release: Release) -> None:
    conn.execute(
        releases.insert().values(
            **{column: getattr(release, column) for column in releases.c.keys() if column != "dataflow"},  # noqa: SIM118
            dataflow=release.dataflow.short,
        )
    )


def get(conn: Connection, number: int) -> Release:
    row = conn.execute(select(releases).where(releases.c.number == number)).first()
    if row is None:
        raise NotFound(f"There is no release {number}.")
    return from_row(row)


def numbers_of(conn: Connection, submission_ids: Collection[str]) -> dict[str, int]:
    """Submission -> the release that published it."""
    c = releases.c
    if not submission_ids:
        return {}
    rows = conn.execute(select(c.submission, c.number).where(c.submission.in_(submission_ids)).order_by(c.number))
    return {row.submission: row.number for row in rows}


def latest(conn: Connection, *, dataflow: Ref | None = None, limit: int = 100, offset: int = 0) -> list[Release]:
    """Newest first."""
    query = select(releases).order_by(releases.c.number.desc()).limit(limit).offset(offset)
    if dataflow is not None:
        query = query.where(releases.c.dataflow == dataflow.short)
    return [from_row(row) for row in conn.execute(query)]


def last_release(conn: Connection, *dataflows: Ref) -> Release | None:
    """The newest release of these dataflows, or of any: what ETag and Last-Modified are made of."""
    query = select(releases).order_by(releases.c.number.desc()).limit(1)
    if dataflows:
        query = query.where(releases.c.dataflow.in_([d.short for d in dataflows]))
    row = conn.execute(query).first()
    return None if row is None else from_row(row)


def newest_of(conn: Connection, dataflow: Ref, provider: str, dataset: str) -> Release | None:
    """The last release of one dataset."""
    return next(iter(of_dataset(conn, dataflow, provider, dataset, limit=1)), None)


def of_dataset(
    conn: Connection, dataflow: Ref, provider: str, dataset: str, *, upto: int | None = None, limit: int
) -> list[Release]:
    """The last releases of one dataset, the newest first."""
    c = releases.c
    query = select(releases).where(c.dataflow == dataflow.short, c.provider == provider, c.dataset == dataset)
    if upto is not None:
        query = query.where(c.number <= upto)
    return [from_row(row) for row in conn.execute(query.order_by(c.number.desc()).limit(limit))]


def providers(conn: Connection, dataflow: Ref) -> set[str]:
    """Whoever has published in a dataflow."""
    c = releases.c
    return set(conn.execute(select(c.provider).where(c.dataflow == dataflow.short).distinct()).scalars())


def number_at(conn: Connection, moment: datetime) -> int:
    """The last release that was out at that moment; 0 where there was none."""
    found = conn.execute(select(func.max(releases.c.number)).where(releases.c.published_at <= moment)).scalar()
    return int(found or 0)


def between(conn: Connection, dataflow: Ref, after: int, upto: int | None) -> list[tuple[int, datetime]]:
    """(number, time) of a dataflow's releases after one and up to another, in order."""
    query = select(releases.c.number, releases.c.published_at).where(
        releases.c.dataflow == dataflow.short, releases.c.number > after
    )
    if upto is not None:
        query = query.where(releases.c.number <= upto)
    return [(row.number, row.published_at) for row in conn.execute(query.order_by(releases.c.number))]


def last_number(conn: Connection, dataflow: str) -> int:
    """Of the last release of a dataflow; 0 before the first."""
    c = releases.c
    return int(conn.execute(select(func.max(c.number)).where(c.dataflow == dataflow)).scalar() or 0)


def series_touched(conn: Connection, dataflow: str, after: int) -> int:
    """How many series the releases after that one added, revised or ended."""
    c = releases.c
    touched = func.sum(c.series_added + c.series_revised + c.series_closed)
    return int(conn.execute(select(touched).where(c.dataflow == dataflow, c.number > after)).scalar() or 0)


def from_row(row: Row[tuple[object, ...]]) -> Release:
    """One row of `releases` as a word."""
    values = dict(row._mapping)
    return Release(**{**values, "dataflow": parse_short(values["dataflow"], Kind.DATAFLOW)})
