"""Check again what a change of national series, or of the rules, concerns, and write down which series stand otherwise to the nation now.

Both sides are worked out here: the series as they are published, beside the national ones as they stood before the change and as they
stand, under the rules of then and of now; each as readers are told it, with the reasons that were accepted (`workflow.as_told`). So what is
told is what the change did, and nothing that was so before. Where areas are parted otherwise, it
is what changed since the series were published.

Nothing that is published is touched: a release, its report and its passport stay as they were, and the re-check stands beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from dataexchange.messages.report_document import document_text, from_document
from dataexchange.model.dataset import Dataset, key_array
from dataexchange.model.finding import Comparison, Finding, Report, Verdict
from dataexchange.model.recheck import NOTHING, Mark, Recheck, Turn
from dataexchange.model.rulebook import Rulebook
from dataexchange.model.schema import Schema
from dataexchange.model.submission import Status, Submission
from dataexchange.pipeline import coherence, validation
from dataexchange.pipeline.coherence_source import Source
from dataexchange.store import audit, rechecks, releases, reports, structures, submissions
from dataexchange.store.claims import Claim
from dataexchange.store.database import Connection
from dataexchange.store.held import of_dataset
from dataexchange.store.origin import Origin, origins_of
from dataexchange.workflow.as_told import Past
from dataexchange.workflow.national import national_beside
from dataexchange.workflow.rulebook import rulebook_named, rulebook_of, settled
from dataexchange.workflow.submit import assess_kept
from dataexchange.workflow.uncollected import uncollected
from dataexchange.workflow.verdicts import one_each


@dataclass(frozen=True, slots=True)
class Outcome:
    """`report` has the comparisons of the series that turned, as they stand now."""

    turns: tuple[Turn, ...]
    compared: int
    report: Report


@uncollected()
def look_again(conn: Connection, home: Path, recheck: Recheck) -> Outcome:
    """Reads only. What is no longer there, or no longer open, has nothing that turned."""
    if recheck.mark.submission is None:
        return _of_dataset(conn, recheck.mark)
    return _of_submission(conn, home, submissions.get(conn, recheck.mark.submission))


def conclude(conn: Connection, held: Claim, recheck: Recheck, outcome: Outcome, *, actor: str) -> bool:
    """False where it stays due: another worker holds it, or another change came meanwhile."""
    about = recheck.mark
    report_hash = reports.keep(conn, document_text(outcome.report))
    if not rechecks.finish(conn, held, about, outcome.turns, outcome.compared, report_hash):
        return False
    detail = {"recheck": recheck.id, "vintage": about.vintages[1], "changed": len(outcome.turns)}
    audit.record(conn, actor=actor, action="recheck.done", subject=about.submission or about.dataset, detail=detail)
    return True


def _of_dataset(conn: Connection, mark: Mark) -> Outcome:
    schema = structures.schema(conn, mark.dataflow)
    table = of_dataset(conn, schema, mark.dataflow, mark.provider, mark.dataset)
    local = Dataset(schema.structure.ref, table, dataflow=mark.dataflow)
    nothing = Dataset(schema.structure.ref, table.slice(0, 0))
    first = mark.vintages[0]
    moment = releases.get(conn, first).published_at if first else None
    then = national_beside(conn, [table], schema, as_of=moment) if first else None
    now = national_beside(conn, [table], schema)
    old = rulebook_named(conn, schema, mark.provider, mark.rulebooks[0])
    book = rulebook_of(conn, schema, mark.provider)
    past, origins = Past(conn, mark.dataflow), origins_of(conn, schema, mark.dataflow, _keys(local, schema))
    after, findings = _told(local, now.batches if now else nothing, schema, book, past, origins)
    if mark.is_of_areas:
        before = tuple(past.published(after, origins))
    else:
        before, _ = _told(local, then.batches if then else nothing, schema, old, past, origins)
    return _outcome(mark.dataset, one_each(before), one_each(after), findings, book.name)


def _keys(local: Dataset, schema: Schema) -> list[str]:
    return list(dict.fromkeys(key_array(local.table, schema.structure).to_pylist()))


def _told(
    local: Dataset,
    national: Source,
    schema: Schema,
    book: Rulebook,
    past: Past,
    origins: Mapping[str, Origin],
) -> tuple[tuple[Comparison, ...], Sequence[Finding]]:
    """The series as anybody may read of them, and what is found beside the nation."""
    comparisons, beside = coherence.compare(local, national, schema, book)

    def findings() -> Sequence[Finding]:
        return settled(book, (*validation.validate(local, schema, book=book), *beside), schema)

    return past.told(comparisons, findings, origins, book.name), settled(book, beside, schema)


def _of_submission(conn: Connection, home: Path, submission: Submission) -> Outcome:
    """Against the report of its last check. Its status and that report stay: they are made anew at its publication."""
    digest = submissions.report_hash(conn, submission.id)
    if submission.status not in (Status.CHECKED, Status.IN_REVIEW) or digest is None:
        return Outcome((), 0, Report(submission.file_name))
    before = from_document(orjson.loads(reports.get(conn, digest)))
    after = assess_kept(conn, home, submission).report
    return _outcome(
        submission.file_name, one_each(before.comparisons), one_each(after.comparisons), after.findings, after.rulebook
    )


def _outcome(
    subject: str,
    before: Sequence[Comparison],
    after: Sequence[Comparison],
    findings: Iterable[Finding],
    rulebook: str,
) -> Outcome:
    then, now = {one.key: one for one in before}, {one.key: one for one in after}
    turned = [key for key in sorted(then.keys() | now.keys()) if _verdict(then, key) != _verdict(now, key)]
    turns = tuple(_turn(key, then.get(key), now.get(key)) for key in turned)
    keys = set(turned)
    report = Report(
        subject=subject,
        findings=tuple(found for found in findings if found.key in keys),
        comparisons=tuple(now[key] for key in turned if key in now),
        counts={"series": len(now), "changed": len(turns)},
        rulebook=rulebook,
    )
    return Outcome(turns, report.counts["series"], report)


def _turn(key: str, before: Comparison | None, after: Comparison | None) -> Turn:
    return Turn(
        key=key,
        within=False,
        before=before.verdict if before else Verdict.NO_BASELINE,
        after=after.verdict if after else Verdict.NO_BASELINE,
        before_reason=before.sentence if before else NOTHING,
        after_reason=after.sentence if after else NOTHING,
    )


def _verdict(found: Mapping[str, Comparison], key: str) -> Verdict:
    return found[key].verdict if key in found else Verdict.NO_BASELINE
