"""The series that stand for a published submission, each with its page."""

from __future__ import annotations

from dataclasses import dataclass

from dataexchange.model.submission import Status, Submission
from dataexchange.store import listing, structures
from dataexchange.store.database import Connection
from dataexchange.web.address import series_path


@dataclass(frozen=True, slots=True)
class PublishedSeries:
    """One indicator in one area, whatever its breakdowns; larger areas come first."""

    title: str
    where: str
    address: str


def series_of(conn: Connection, submission: Submission) -> list[PublishedSeries]:
    """None where it is not published now: what was, its successor has."""
    if submission.status is not Status.PUBLISHED:
        return []
    schema = structures.schema(conn, submission.dataflow)
    area, series = (d if d in schema.structure.dimension_ids else None for d in ("REF_AREA", "SERIES"))
    of = submission.provider, submission.dataset
    found = listing.listed(conn, schema, submission.dataflow, area, series, dataset=of)
    flow = schema.dataflow.name() if schema.dataflow else submission.dataflow.short
    return [
        PublishedSeries(
            schema.code_name(series, one.series) if series else flow,
            schema.code_name(area, one.area) if area else submission.dataset,
            series_path(submission.dataflow, one.key),
        )
        for one in sorted(found, key=lambda one: (len(one.area), one.area, one.series))
    ]
