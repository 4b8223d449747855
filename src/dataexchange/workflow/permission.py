"""Who may do what: every verb that changes something asks here first, whatever door it was called through.

An organisation acts for itself only; the operator (scope admin) acts for anybody. Nobody's scope lets a national office change
a city's row, nor a city a national one: reviewers accept or return, they do not edit.
"""

from __future__ import annotations

from dataexchange.errors import Forbidden
from dataexchange.model.access import Caller, Scope
from dataexchange.model.submission import PUBLIC, Submission


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
            f"Submission {submission.id} is not published: only {submission.provider}, and the office that reviews it, may see it."
        )
