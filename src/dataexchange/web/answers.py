"""What was said of a submission's warnings and errors, beside each rule of its page, and who may say more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dataexchange.model.access import Caller, Scope
from dataexchange.model.finding import Severity
from dataexchange.model.justification import Group, Justification, Origin, Side
from dataexchange.model.submission import Status
from dataexchange.workflow.justified import Standing
from dataexchange.workflow.permission import is_sender, may_decide

#: Of one rule, on the page; the answer over HTTP has all.
_SHOWN = 5

_SIDES = {Severity.WARNING: Side.REASON, Severity.ERROR: Side.WAIVER}
_ORIGINS = {Origin.DATA: "in the table, as COMMENT_OBS", Origin.CARRIED: "as said of an earlier file of the table"}


@dataclass(frozen=True, slots=True)
class Line:
    """One statement: what it is about where it is not the whole rule, the words, who said it."""

    about: str
    text: str
    who: str
    how: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Of one rule. `form` is where more can be said of it by whoever looks: "reasons", "waivers", or "" nowhere."""

    count: int
    answered: int
    said: Sequence[Line]
    more: int
    form: str

    @property
    def is_whole(self) -> bool:
        return self.answered == self.count


@dataclass(frozen=True, slots=True)
class Answers:
    """Of a submission. `by_rule` is by severity and rule."""

    warnings: int
    answered: int
    unwaived: int
    is_forgivable: bool
    by_rule: Mapping[tuple[str, str], Answer]

    @property
    def is_whole(self) -> bool:
        return self.answered == self.warnings


def answers(found: Standing | None, caller: Caller | None, names: Mapping[str, str]) -> Answers:
    """Of nothing where there was no check yet."""
    if found is None:
        return Answers(0, 0, 0, False, {})
    forms = {
        Severity.WARNING: "reasons" if found.takes_reasons and is_sender(caller, found.submission) else "",
        Severity.ERROR: "waivers" if _waives(found, caller) else "",
    }
    warnings = found.warnings
    groups = [*warnings, *(found.errors if _waivers_matter(found) else ())]
    return Answers(
        sum(group.count for group in warnings),
        sum(group.answered for group in warnings),
        sum(group.open for group in found.unwaived),
        found.is_forgivable,
        {(g.severity, g.rule): _answer(g, found, forms[g.severity], names) for g in groups},
    )


def _waives(found: Standing, caller: Caller | None) -> bool:
    if found.submission.status is Status.IN_REVIEW:
        return may_decide(caller, found.submission)
    return found.is_forgivable and caller is not None and caller.may(Scope.ADMIN)


def _waivers_matter(found: Standing) -> bool:
    return found.is_forgivable or found.submission.status is not Status.RETURNED


def _answer(group: Group, found: Standing, form: str, names: Mapping[str, str]) -> Answer:
    given = [one for one in found.given(_SIDES[group.severity]) if one.statement.rule == group.rule]
    form = form if form != "waivers" or group.waivable else ""
    said = [_line(one, names) for one in given[:_SHOWN]]
    return Answer(group.count, group.answered, said, len(given) - len(said), form)


def _line(one: Justification, names: Mapping[str, str]) -> Line:
    said = one.statement
    about = " ".join(part for part in (said.key, said.period) if part)
    return Line(about, said.text, names.get(one.organisation, one.organisation), _ORIGINS.get(one.origin, ""))
