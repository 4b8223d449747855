"""A city says why a warning may stand; its national office lets an error pass. Both stay with the submission, and with its release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from dataexchange.errors import Conflict, InvalidRequest
from dataexchange.model.access import Caller, Scope
from dataexchange.model.finding import Finding, Severity
from dataexchange.model.justification import Justification, Side, Statement, places_of
from dataexchange.model.provision import reviewer_of
from dataexchange.model.rules import RULES
from dataexchange.model.submission import Status, Submission
from dataexchange.store import audit, justifications, submissions
from dataexchange.store.database import Connection
from dataexchange.workflow.agreements import agreement_of
from dataexchange.workflow.justified import Standing, standing_of
from dataexchange.workflow.permission import require, require_office, require_sender
from dataexchange.workflow.reason import plain, require_reason

#: Statements given at once; a longer list is given in parts.
MOST = 10_000

#: Periods named in one refusal.
_NAMED = 20

_SEVERITY = {Side.REASON: Severity.WARNING, Side.WAIVER: Severity.ERROR}
_WORDS = {Severity.WARNING: "warning", Severity.ERROR: "error"}


def give_reasons(conn: Connection, submission_id: str, given: Sequence[Statement], *, caller: Caller) -> Standing:
    """A city's reasons for warnings of its own table: all are kept or none. What was said of the same before is replaced."""
    submission = submissions.hold(conn, submission_id)
    require_sender(caller, submission)
    found = standing_of(conn, submission)
    if not found.takes_reasons:
        raise Conflict(
            f"Submission {submission.id} is {submission.status}: reasons are given once it is checked and before it is published, or "
            "laid before an office."
        )
    return _keep(conn, found, Side.REASON, given, caller)


def give_same_reason(conn: Connection, submission_id: str, text: str, *, caller: Caller) -> Standing:
    """One reason for every rule whose warnings are not answered yet; what is answered stays."""
    submission = submissions.hold(conn, submission_id)
    require_sender(caller, submission)
    wanting = standing_of(conn, submission).wanting
    return give_reasons(conn, submission_id, [Statement(group.rule, text) for group in wanting], caller=caller)


def give_waivers(conn: Connection, submission_id: str, given: Sequence[Statement], *, caller: Caller) -> Standing:
    """The reviewing office lets errors of what lies before it pass; of what the checks returned, the operator does.

    Only errors of plausibility and coherence: what has a wrong form, an unknown code or contradicts itself is corrected.
    """
    submission = submissions.hold(conn, submission_id)
    found = standing_of(conn, submission)
    if submission.status is Status.IN_REVIEW:
        require_office(caller, submission)
    else:
        _require_time(conn, found, caller)
    return _keep(conn, found, Side.WAIVER, given, caller)


def _require_time(conn: Connection, found: Standing, caller: Caller) -> None:
    """Of what lies before no office the operator alone waives; the office that it would come to hears that it is too early."""
    submission = found.submission
    agreed = agreement_of(conn, submission.provider, submission.dataflow) if found.is_forgivable else None
    office = reviewer_of(agreed) if agreed else None
    if found.is_forgivable and (office is None or caller.may(Scope.ADMIN)):
        require(caller, Scope.ADMIN)
        return
    require(caller, Scope.REVIEW, office)
    raise Conflict(
        f"Submission {submission.id} is {submission.status}: errors are waived while it lies before its office, and it comes there "
        f"when {submission.provider} asks for its publication; what has errors of form or codes does not."
    )


def _keep(conn: Connection, found: Standing, side: Side, given: Sequence[Statement], caller: Caller) -> Standing:
    if len(given) > MOST:
        raise InvalidRequest(f"give up to {MOST:,} at a time", parameter="reasons", value=f"{len(given):,}")
    about = [f for f in found.report.findings if f.severity is _SEVERITY[side]]
    now = datetime.now(UTC)
    made = [
        Justification(side, replace(one, text=plain(require_reason(one.text))), caller.actor, now)
        for one in _meant(found.submission, about, side, given)
    ]
    if not made:
        return found
    justifications.put(conn, found.submission.id, made)
    said = [(*one.statement.place, one.statement.text) for one in made]
    detail = {"rules": sorted({one.statement.rule for one in made}), "said": said}
    audit.record(conn, actor=caller.actor, action=f"{side}.give", subject=found.submission.id, detail=detail)
    return replace(found, said=justifications.of(conn, found.submission.id))


def _meant(
    submission: Submission, about: Sequence[Finding], side: Side, given: Sequence[Statement]
) -> Sequence[Statement]:
    """Each is about a finding that there is; of a word that is about none, nobody would ever hear again."""
    word = _WORDS[_SEVERITY[side]]
    places = {place for f in about for place in places_of(f)}
    for one in given:
        if one.place not in places:
            which = _which(one, about, word)
            where = " ".join(part for part in (one.key, one.period) if part)
            what = f" about {where[:200]}" if where else ""
            raise InvalidRequest(
                f"submission {submission.id} has no {word} of this rule{what}; {which}",
                parameter="rule",
                value=one.rule,
            )
        if side is Side.WAIVER and not (one.rule in RULES and RULES[one.rule].waivable):
            raise InvalidRequest(
                "an error of this rule cannot be waived: the table has to be corrected",
                parameter="rule",
                value=one.rule,
            )
    return given


def _which(one: Statement, about: Sequence[Finding], word: str) -> str:
    """What it could be about: the periods of that rule and series, or else the rules that there are."""
    alike = [f for f in about if f.rule == one.rule and one.key in (f.key, None)]
    periods = sorted({period for f in alike for period in f.periods})
    if one.period is not None and periods:
        named = f"{', '.join(periods[:_NAMED])}{' …' if len(periods) > _NAMED else ''}"
        return f"it can be given for {named}, or for every period"
    rules = sorted({f.rule for f in about})
    return f"it has those of {', '.join(rules)}" if rules else f"it has no {word}"
