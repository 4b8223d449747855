"""Who may do what: every verb that changes something asks here first, whatever door it was called through.

An organisation acts for itself only; the operator (scope admin) acts for anybody. Nobody's scope lets a national office change
a city's row, nor a city a national one: reviewers accept or return, they do not edit.
"""

from __future__ import annotations

from dataclasses import replace

from dataexchange.errors import Forbidden
from dataexchange.model.access import Caller, Scope
from dataexchange.model.structure import Artefact, DataConstraint, Kind
from dataexchange.model.submission import PUBLIC, TRANSITIONS, Status, Submission

#: Kinds of artefacts that only the operator of the exchange maintains.
OPERATORS_OWN = frozenset(
    {Kind.PROVISION_AGREEMENT, Kind.AGENCY_SCHEME, Kind.DATA_PROVIDER_SCHEME, Kind.DATA_CONSUMER_SCHEME}
)


def operator(name: str) -> Caller:
    """Whoever runs commands where the database is: the operator of the exchange."""
    return Caller("DX", frozenset({Scope.ADMIN}), name)


def require(caller: Caller, scope: Scope, organisation: str | None = None) -> None:
    """Raises Forbidden unless the caller has the scope, and speaks for that organisation where one is named."""
    if not caller.may(scope):
        held = ", ".join(sorted(caller.scopes)) or "none"
        raise Forbidden(
            f"This needs the scope {scope}; your key has {held}: ask the exchange's operator for another key."
        )
    if organisation is not None and not caller.speaks_for(organisation):
        raise Forbidden(f"This is for {organisation} to do, and your key is {caller.organisation}'s.")


def may_maintain(caller: Caller, artefact: Artefact) -> bool:
    """An agency what it and its sub-agencies define; the operator everything.

    Agreements and lists of organisations say who may send what to whom, and a constraint narrows somebody's data: those are the operator's,
    and constraints on the agency's own artefacts its own.
    """
    if caller.may(Scope.ADMIN):
        return True
    spoken_of = artefact.attached_to if isinstance(artefact, DataConstraint) else ()
    agencies = {artefact.agency, *(ref.agency for ref in spoken_of)}
    own = all(f"{agency}.".startswith(f"{caller.organisation}.") for agency in agencies)
    return caller.may(Scope.STRUCTURES) and own and artefact.kind not in OPERATORS_OWN


def require_sender(caller: Caller, submission: Submission) -> None:
    """To publish, take back and withdraw is for who sends the provider's tables."""
    require(caller, Scope.SUBMIT, submission.provider)


def require_office(caller: Caller, submission: Submission) -> None:
    """To accept and return is for the office that it was laid before."""
    require(caller, Scope.REVIEW, _office(submission))


def is_sender(caller: Caller | None, submission: Submission) -> bool:
    return caller is not None and caller.may(Scope.SUBMIT) and caller.speaks_for(submission.provider)


def may_publish(caller: Caller | None, submission: Submission) -> bool:
    """Checked, or to be checked and not wished for yet."""
    waits = submission.status is Status.RECEIVED and not submission.publish
    return is_sender(caller, submission) and (waits or submission.status is Status.CHECKED)


def may_withdraw(caller: Caller | None, submission: Submission) -> bool:
    """Whether there is something to withdraw, or to take back: `after_withdrawal` says which."""
    return is_sender(caller, submission) and after_withdrawal(submission) is not None


def may_decide(caller: Caller | None, submission: Submission) -> bool:
    office = caller is not None and caller.may(Scope.REVIEW) and caller.speaks_for(_office(submission))
    return office and submission.status is Status.IN_REVIEW


def after_withdrawal(submission: Submission) -> Status | None:
    """What its sender's no makes of it: WITHDRAWN once it is published, TAKEN_BACK before; None where it is too late, or too early."""
    return next((s for s in (Status.WITHDRAWN, Status.TAKEN_BACK) if s in TRANSITIONS[submission.status]), None)


def may_see(caller: Caller | None, submission: Submission) -> bool:
    """Everybody what is published; else its sender, the office it was laid before, and who may read what is not public."""
    if submission.status in PUBLIC:
        return True
    if caller is None:
        return False
    if caller.may(Scope.READ_RESTRICTED):
        return True
    sent = caller.may(Scope.SUBMIT) and caller.organisation == submission.provider
    return sent or (caller.may(Scope.REVIEW) and caller.organisation == submission.reviewer)


def parties(caller: Caller) -> tuple[tuple[str, str], ...] | None:
    """`may_see` for lists, as `store.submissions.latest` takes it: roles in which the caller sees submissions; None: all of them."""
    if caller.may(Scope.READ_RESTRICTED):
        return None
    sends = (("provider", caller.organisation),) if caller.may(Scope.SUBMIT) else ()
    return (*sends, ("reviewer", caller.organisation)) if caller.may(Scope.REVIEW) else sends


def require_sight(caller: Caller | None, submission: Submission) -> None:
    if not may_see(caller, submission):
        raise Forbidden(
            f"Submission {submission.id} is not published: only {submission.provider} may see it, and the office that reviews it once "
            "it lies before that office."
        )


def may_see_file(caller: Caller | None, submission: Submission) -> bool:
    """As if it were not published: what a table holds beside its published figures is not public with them."""
    return may_see(caller, replace(submission, status=Status.RECEIVED))


def require_file(caller: Caller | None, submission: Submission) -> None:
    if not may_see_file(caller, submission):
        raise Forbidden(
            f"The file of submission {submission.id} is for {submission.provider}, and the office that reviews it, to read."
        )


def _office(submission: Submission) -> str:
    """Who decides on it; of one that was laid before nobody, nobody but its provider would."""
    return submission.reviewer or submission.provider
