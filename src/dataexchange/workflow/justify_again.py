"""Reasons that nobody has to type: what stands in COMMENT_OBS, and what was said before of the same table when the same was told.

A reason holds again where an earlier report of the table told the same finding (rule, series, period and sentence) and it was answered
there. A rule whose present findings were all answered by one reason has that reason again; else the series and periods that were. The
waivers of an office are never taken over: it looks anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.dataset import Dataset, key_array
from dataexchange.model.finding import Finding, Report, Severity
from dataexchange.model.justification import Justification, Justified, Origin, Side, Statement
from dataexchange.model.period import format_period
from dataexchange.model.schema import Schema
from dataexchange.model.submission import Submission
from dataexchange.store import justifications, submissions
from dataexchange.store.database import Connection
from dataexchange.workflow.assess import Assessment
from dataexchange.workflow.justified import standing
from dataexchange.workflow.reason import plain

#: What a statement about one observation says why.
COMMENT = "COMMENT_OBS"

#: Earlier submissions that are looked through, and reasons of single series and periods that are taken over from them.
_EARLIER = 10
_MOST = 10_000
#: A comment of any length says why; so much of it is kept with the finding.
_LONGEST = 2000


def remember_reasons(conn: Connection, submission: Submission, assessment: Assessment) -> None:
    """After a check: what the data say themselves, and what was said before."""
    justifications.drop(conn, submission.id, Origin.DATA)
    held = justifications.of(conn, submission.id)
    said = held.with_these(in_the_data(submission, assessment))
    for earlier in submissions.earlier_of(conn, submission, _EARLIER):
        if not said.open(assessment.report, Severity.WARNING):
            break
        said = said.with_these(_again(conn, earlier, assessment.report, said))
    justifications.put(conn, submission.id, [one for one in said.all if one not in held.all])


def in_the_data(submission: Submission, assessment: Assessment) -> list[Justification]:
    """Comments that stand with the very observations that warnings are about."""
    wanted = {
        (f.key, f.period): None
        for f in assessment.report.findings
        if f.severity is Severity.WARNING and f.key is not None and f.period is not None
    }
    comments = _comments(assessment.dataset, assessment.schema, {key for key, _ in wanted if key}) if wanted else {}
    return [
        Justification(
            Side.REASON,
            Statement(f.rule, comments[f.key, f.period], f.key, f.period),
            submission.sent_by or submission.provider,
            submission.received_at,
            Origin.DATA,
        )
        for f in assessment.report.findings
        if f.severity is Severity.WARNING and (f.key, f.period) in comments and f.key and f.period
    ]


def _comments(dataset: Dataset, schema: Schema, keys: set[str]) -> Mapping[tuple[str | None, str | None], str]:
    """(key, period) -> what its comment says; only of these series."""
    table, time = dataset.table, schema.structure.time_dimension
    if COMMENT not in table.column_names or time is None or time.id not in table.column_names:
        return {}
    table = table.filter(pc.is_valid(table[COMMENT]))
    found = key_array(table, schema.structure)
    mask = pc.is_in(found, value_set=pa.array(sorted(keys), pa.string()))
    table, found = table.filter(mask), pc.filter(found, mask)
    rows = zip(found.to_pylist(), table[time.id].to_pylist(), table[COMMENT].cast(pa.string()).to_pylist(), strict=True)
    return {
        (key, format_period(period)): plain(text)[:_LONGEST]
        for key, period, text in rows
        if period is not None and plain(text)
    }


def _again(conn: Connection, earlier: str, report: Report, said: Justified) -> list[Justification]:
    """What an earlier submission's reasons answer of what is open now."""
    before = standing(conn, submissions.get(conn, earlier))
    if before is None or not before.said.all:
        return []
    told = {_same(f): answers for f in before.report.findings if (answers := _reasons(before.said, f))}
    return [
        replace(found, origin=Origin.CARRIED, taken_from=found.taken_from or earlier)
        for group in _open(report, said).values()
        for found in _of_rule(group, told)
    ][:_MOST]


def _reasons(said: Justified, finding: Finding) -> list[Justification]:
    """Those that were given; what stood in the data stands there still, or it no longer holds."""
    found = said.answers(finding) if finding.severity is Severity.WARNING else ()
    return [answer for answer, _ in found if answer.origin is not Origin.DATA]


def _open(report: Report, said: Justified) -> Mapping[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.severity is Severity.WARNING and said.of(finding) is None:
            found.setdefault(finding.rule, []).append(finding)
    return found


def _of_rule(findings: Sequence[Finding], told: Mapping[object, Sequence[Justification]]) -> Iterator[Justification]:
    """The one reason that answered all of a rule, or those of the series and periods that were answered."""
    answers = [told.get(_same(finding), ()) for finding in findings]
    first, alike = answers[0], {tuple(answer.statement for answer in found) for found in answers}
    if len(first) == 1 and alike == {(first[0].statement,)} and not first[0].statement.is_narrow:
        yield first[0]
        return
    for finding, found in zip(findings, answers, strict=True):
        if finding.key is not None:
            yield from (narrowed(answer, finding) for answer in found)


def narrowed(answer: Justification, finding: Finding) -> Justification:
    """For that finding alone; where it is about several periods, for those that it was given for."""
    period = answer.statement.period if finding.others else finding.period
    return replace(answer, statement=replace(answer.statement, key=finding.key, period=period))


def _same(finding: Finding) -> object:
    return finding.rule, finding.key, finding.period, finding.message
