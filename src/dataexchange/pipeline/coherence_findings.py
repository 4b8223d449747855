"""Findings of all rules about coherence: as the office grades them, and so many of them as anybody can read.

One finding a series and rule, at its worst period. Where a rule finds thousands, what is beyond its share of `FINDINGS_LIMIT` is one
finding with their number, so that one unit gone wrong throughout a table does not hide the rest; errors come before warnings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from dataexchange.model.finding import Finding, Severity
from dataexchange.model.rulebook import Rulebook
from dataexchange.model.rules import finding
from dataexchange.model.sentence import says

FINDINGS_LIMIT = 10_000
#: Other cells that a finding names.
ALSO = 10


@dataclass(frozen=True, slots=True)
class Found:
    """A finding to be made if it is told. `code` is the SERIES code that it is about."""

    rule: str
    severity: Severity
    code: str
    make: Callable[[], Finding]


def told(found: Sequence[Found], book: Rulebook, limit: int = FINDINGS_LIMIT) -> Iterator[Finding]:
    groups: dict[tuple[str, Severity], list[Found]] = {}
    for one in found:
        groups.setdefault((one.rule, one.severity), []).append(one)
    shares = _shares([len(group) for group in groups.values()], limit)
    for ((rule, severity), group), share in zip(groups.items(), shares, strict=True):
        for one in group[:share]:
            yield book.graded(one.make(), one.code)
        if len(group) > share:
            first = group[share].make()
            words = says(
                "{n} more series like this one: {first}",
                "{n} more series, the first of them: {first}",
                len(group) - share,
                first=first.sentence,
            )
            rest = finding(
                rule,
                words,
                first.place,
                severity=severity,
                key=first.key,
                period=first.period,
                count=len(group) - share,
            )
            yield book.graded(rest, group[share].code)


def _shares(sizes: Sequence[int], limit: int) -> list[int]:
    """How many of each are told one by one: all of the small groups, the rest divided evenly.

    >>> _shares([5, 1000, 2000], 25)
    [5, 10, 10]
    """
    shares, left = [0] * len(sizes), limit
    for done, place in enumerate(sorted(range(len(sizes)), key=lambda i: sizes[i])):
        shares[place] = min(sizes[place], left // (len(sizes) - done))
        left -= shares[place]
    return shares
