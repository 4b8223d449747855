"""How a submission's findings stand: what is answered, what still wants a word, and verdicts as they read once that word was accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dataexchange.errors import Conflict, NotFound
from dataexchange.model.finding import Comparison, Finding, Report, Severity, Verdict
from dataexchange.model.justification import Answer, Group, Justification, Justified, Side, unwaivable
from dataexchange.model.sentence import Sentence, Value, listed, say
from dataexchange.model.submission import PUBLIC, Status, Submission
from dataexchange.store import justifications, submissions
from dataexchange.store.database import Connection
from dataexchange.workflow.came_of import came_of
from dataexchange.workflow.kept_report import KeptReport, kept_report
from dataexchange.workflow.verdicts import is_of_figures

#: Rules named in one refusal.
_NAMED = 5

#: Where nobody objected to what was said: only then it explains a verdict.
_ACCEPTED = PUBLIC | {Status.ACCEPTED}


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one submission: warnings and errors by rule, with what was said of them."""

    submission: Submission
    kept: KeptReport
    said: Justified

    @property
    def report(self) -> Report:
        """What was found. Its comparisons are in `kept`."""
        return self.kept.found

    @property
    def verdicts(self) -> Counter[Verdict]:
        """How many comparisons came to which, with those that are explained by what was said."""
        counts = self.kept.verdicts
        if self.said.all and counts[Verdict.INCONSISTENT]:
            differing = tuple(self.kept.comparisons(verdict=Verdict.INCONSISTENT))
            told = explained(replace(self.report, comparisons=differing), self.said)
            counts -= Counter({Verdict.INCONSISTENT: len(differing)})
            counts += Counter(one.verdict for one in told.comparisons)
        return counts

    @property
    def warnings(self) -> list[Group]:
        return self.said.groups(self.report, Severity.WARNING)

    @property
    def errors(self) -> list[Group]:
        return self.said.groups(self.report, Severity.ERROR)

    @property
    def wanting(self) -> list[Group]:
        """Warnings without a reason, or with too few."""
        return [group for group in self.warnings if group.open]

    @property
    def unwaived(self) -> list[Group]:
        """Errors that nobody has let pass; those that nobody can are among them."""
        return [group for group in self.errors if group.open]

    @property
    def is_forgivable(self) -> bool:
        """Returned by the checks for errors alone that an office may waive, and laid before none yet."""
        returned = self.submission.status is Status.RETURNED and self.submission.reviewer is None
        return returned and self.report.errors > 0 and not unwaivable(self.report)

    @property
    def takes_reasons(self) -> bool:
        return self.submission.status is Status.CHECKED or self.is_forgivable

    def given(self, side: Side) -> tuple[Justification, ...]:
        return tuple(one for one in self.said.all if one.side is side)


def standing(conn: Connection, submission: Submission) -> Standing | None:
    """None before the first check."""
    digest = submissions.report_hash(conn, submission.id)
    if digest is None:
        return None
    return Standing(submission, kept_report(conn, digest), justifications.of(conn, submission.id))


def standing_of(conn: Connection, submission: Submission) -> Standing:
    """Raises NotFound before the first check."""
    found = standing(conn, submission)
    if found is None:
        raise NotFound(f"Submission {submission.id} has no report yet: ask again when it has been checked.")
    return found


def require_reasons(found: Standing) -> None:
    """A Conflict that names the warnings which still want a reason, and how to give it."""
    wanting = found.wanting
    if not wanting:
        return
    name = found.submission.id
    total, left = sum(group.count for group in found.warnings), sum(group.open for group in wanting)
    raise Conflict(
        f"Submission {name} has {left} of {total} warnings without a reason ({_named(wanting)}): give one for each rule on its page, "
        f"with `dataexchange reasons give {name} --rule {wanting[0].rule} --reason TEXT`, or at /api/v1/submissions/{name}/reasons; "
        "or correct the table and send it again."
    )


def require_waivers(found: Standing, office: str) -> None:
    """A Conflict that names the errors which nobody has let pass."""
    unwaived = found.unwaived
    if unwaived:
        name = found.submission.id
        raise Conflict(
            f"Submission {name} has errors that are not waived ({_named(unwaived)}): {office} waives each on its page, or with "
            f"`dataexchange waivers give {name} --rule {unwaived[0].rule} --reason TEXT`; or returns it to be corrected."
        )


def not_to_be_waived(found: Standing) -> str:
    """A sentence that tells what no office can let pass from what one may; "" where nothing is of the first kind."""
    firm = [group for group in found.errors if not group.waivable]
    if not firm or found.submission.status is not Status.RETURNED:
        return ""
    rest = [group for group in found.errors if group.waivable]
    others = f"; the others may then be waived ({_named(rest)})" if rest else ""
    return f"Correct the table and send it again: nobody can waive its errors of form, codes or contradiction ({_named(firm)}){others}."


def _named(groups: Sequence[Group]) -> str:
    named = ", ".join(f"{group.rule} {group.open}" for group in groups[:_NAMED])
    return f"{named} …" if len(groups) > _NAMED else named


def told_report(conn: Connection, submission: Submission) -> Report:
    """The report as it is shown: a verdict that an accepted reason or waiver explains is told as explained, and what was published says so.

    What is kept stays as the checks made it. Raises NotFound before the first check.
    """
    found = standing_of(conn, submission)
    report = replace(found.kept.whole, came_of=came_of(conn, submission))
    return explained(report, found.said) if submission.status in _ACCEPTED else report


def told_tag(conn: Connection, submission: Submission) -> tuple[str | None, bool]:
    """What `told_report` depends on, for ETags and memory: the report, and whether what was said of it counts (it no longer changes)."""
    return submissions.report_hash(conn, submission.id), submission.status in _ACCEPTED


def explained(report: Report, said: Justified) -> Report:
    """Each inconsistent series whose findings are all answered is explained, by the words that answered the first of them."""
    if not said.all:
        return report
    about = by_series(report.findings)
    return replace(report, comparisons=tuple(explained_one(one, about, said.answers) for one in report.comparisons))


def by_series(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Key -> its warnings and errors."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.key is not None and finding.severity is not Severity.INFORMATION:
            found.setdefault(finding.key, []).append(finding)
    return found


#: What answers a finding; none where nothing does.
Answers = Callable[[Finding], Sequence[Answer]]


def explained_one(comparison: Comparison, about: Mapping[str, Sequence[Finding]], answers: Answers) -> Comparison:
    """The same of one; `about` as `by_series` gives it."""
    found = grounds_answered(comparison, about, answers)
    return explained_by(comparison, *found) if found else comparison


def grounds_answered(
    comparison: Comparison, about: Mapping[str, Sequence[Finding]], answers: Answers
) -> tuple[Sequence[Answer], Sequence[str]] | None:
    """(what answers the first of the findings that make it inconsistent, the periods of that one); None where one has no answer."""
    if comparison.verdict is not Verdict.INCONSISTENT:
        return None
    grounds = _grounds(comparison, about)
    found = [answers(finding) for finding in grounds]
    return (found[0], grounds[0].periods) if found and all(found) else None


def explained_by(comparison: Comparison, answers: Sequence[Answer], periods: Sequence[str]) -> Comparison:
    """Explained, with the words that do it. They are told with the periods that each is for, unless one word is for all `periods`."""
    merged: dict[tuple[Side, str, str], set[str]] = {}
    for answer, of in answers:
        merged.setdefault((answer.side, answer.organisation, answer.statement.text), set()).update(of)
    words, ground = comparison.sentence, comparison.kind or comparison.sentence
    for who, told in sorted(merged.items(), key=lambda one: min(one[1], default="")):
        words = _answered(words, who, () if told >= set(periods) else sorted(told))
        ground = _answered(ground, who, ())
    return replace(comparison, verdict=Verdict.EXPLAINED, sentence=words, kind=ground)


def _grounds(comparison: Comparison, about: Mapping[str, Sequence[Finding]]) -> list[Finding]:
    """The findings that make it inconsistent: of its own rule, and of its figures; else of any rule that compares; else all of them.
    Of a whole with several ways to part it, each is told of by a finding of its own."""
    found = [*about.get(comparison.key, ()), *about.get(comparison.baseline_key or "", ())]
    own = [f for f in found if f.rule == comparison.rule]
    if comparison.within:
        return [f for f in own if is_told_by(comparison, f)] or own
    own += [f for f in found if f.key == comparison.key and is_of_figures(f)]
    return own or [f for f in found if f.rule.startswith("COH-")] or found


def is_told_by(comparison: Comparison, finding: Finding) -> bool:
    """Whether the finding says what the comparison does, maybe with what it looks like besides."""
    return comparison.sentence in (finding.sentence, *(value for _, value in finding.sentence.values))


def _answered(told: Sentence, who: tuple[Side, str, str], periods: Sequence[str]) -> Sentence:
    side, organisation, reason = who
    words: dict[str, Value] = {"told": told, "who": organisation, "reason": reason}
    if periods:
        when = listed(periods)
        if side is Side.WAIVER:
            return say("{told} – waived by {who} for {periods}: {reason}", periods=when, **words)
        return say("{told} – reason given by {who} for {periods}: {reason}", periods=when, **words)
    if side is Side.WAIVER:
        return say("{told} – waived by {who}: {reason}", **words)
    return say("{told} – reason given by {who}: {reason}", **words)
