"""What was said of a series or a period holds for the figures that it was said of: where a finding tells others, it is no answer.

What was said of a whole rule, every series and every period, answers whatever that rule finds. A comment that stands with an
observation is said of that observation, whatever it is compared with.
"""

from __future__ import annotations

from dataexchange.model.finding import Finding, Report, Severity
from dataexchange.model.justification import Justification, Justified, Origin
from dataexchange.store import justifications
from dataexchange.store.database import Connection
from dataexchange.workflow.justify_again import narrowed


def still_holding(said: Justified, before: Report, now: Report) -> Justified:
    """Of what was said of the findings before, what answers those of now. What was said of several, of which some are as they were, holds
    for these alone."""
    told = {_same(finding) for finding in before.findings}
    stale = {one: None for found in now.findings if _same(found) not in told for one in _given(said, found)}
    if not stale:
        return said
    holds: list[Justification] = []
    for finding in now.findings:
        answer = said.of(finding) if _same(finding) in told else None
        if answer in stale and (alone := narrowed(answer, finding)) not in stale:
            holds.append(alone)
    return said.without(list(stale)).with_these(holds)


def keep_holding(conn: Connection, submission: str, said: Justified, holding: Justified) -> None:
    """Write down what is left of what was said."""
    justifications.take_back(conn, submission, [one for one in said.all if one not in holding.all])
    justifications.put(conn, submission, [one for one in holding.all if one not in said.all])


def _given(said: Justified, finding: Finding) -> list[Justification]:
    if finding.severity is Severity.INFORMATION:
        return []
    return [one for one in said.narrow(finding) if one.origin is not Origin.DATA]


def _same(finding: Finding) -> object:
    return finding.rule, finding.key, finding.period, finding.message
