"""What the releases of a dataset told of its series, laid over what is found of them now.

A verdict stands for as long as all that it rests on does: the figures of the series, the national series beside it by its release, the
rulebook. It is then the one of the report that the release points to, explained by the reasons and waivers that the release holds.
Otherwise the series is judged anew, and what is found is explained where the very same was told of it before, and answered. A reason for
a difference in a period goes on explaining it while the city's figure is that one and the difference no larger than it was.

Reports are large, and asked for by every page of their series: what is wanted of them is kept in this process, by their hashes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Lock

from dataexchange.messages.report_packed import PackedComparisons
from dataexchange.model.finding import Comparison, Finding, Verdict
from dataexchange.model.justification import Answer, Justified
from dataexchange.model.structure import Ref
from dataexchange.model.submission import Release
from dataexchange.store import justifications, releases
from dataexchange.store.database import Connection
from dataexchange.store.origin import Origin
from dataexchange.workflow.justified import by_series, explained_by, explained_one, grounds_answered
from dataexchange.workflow.kept_report import kept_report
from dataexchange.workflow.verdicts import is_of_figures, on_top

#: Releases of a dataset that are looked through, the newest first.
_RELEASES = 10

#: Comparisons that are kept in hand, of all reports together: about a kilobyte each.
_IN_HAND = 100_000


#: The rule about a series and the nation's own values for the same area.
_MIRROR = "COH-MIRROR"


@dataclass(frozen=True, slots=True)
class _Told:
    """Of one report: how its series stood, what was found wrong with them, and what was said of that."""

    rulebook: str
    comparisons: PackedComparisons
    #: Key -> warnings and errors.
    findings: Mapping[str, Sequence[Finding]]
    said: Justified


class Past:
    """Of the releases of one dataflow, up to one of them."""

    def __init__(self, conn: Connection, flow: Ref, upto: int | None = None) -> None:
        self._conn, self._flow, self._upto = conn, flow, upto
        self._releases: dict[tuple[str, str], list[Release]] = {}

    def told(
        self,
        comparisons: Sequence[Comparison],
        findings: Callable[[], Sequence[Finding]],
        origins: Mapping[str, Origin],
        rulebook: str,
    ) -> tuple[Comparison, ...]:
        """Each as it stands, in their order. `findings` are all that are found of the series; they are asked for where one of them is
        judged anew."""
        standing = [self._standing(one, origins.get(one.key), rulebook) for one in comparisons]
        if None not in standing:
            return tuple(one for one in standing if one is not None)
        about = by_series(asked := findings())
        judged = zip(standing, on_top(comparisons, asked), strict=True)
        return tuple(told or self._anew(one, about, origins.get(one.key), rulebook) for told, one in judged)

    def published(self, now: Sequence[Comparison], origins: Mapping[str, Origin]) -> Iterator[Comparison]:
        """What was told of the series of `now` when they were published, where that was beside the same vintage: where nothing but areas
        changed since, it stood until then. Of others what is told now."""
        for one in now:
            told = self._published(one, origins.get(one.key)) if not one.within else ()
            yield from told or ((one,) if not one.within else ())

    def _published(self, one: Comparison, origin: Origin | None) -> Sequence[Comparison]:
        for _, told in self._of(origin, origin.release) if origin else ():
            found = [explained_one(each, told.findings, told.said.answers) for each in told.comparisons.of(one.key)]
            if found:
                same = any(not each.within and each.vintage == one.vintage for each in found)
                return found if same else ()
        return ()

    def _standing(self, one: Comparison, origin: Origin | None, rulebook: str) -> Comparison | None:
        """As it was told; None where what that rests on is another now, or was never told."""
        if origin is None:
            return None
        for told in (told for _, told in self._of(origin, origin.release)):
            if told.rulebook == rulebook and (found := told.comparisons.same(one)) is not None:
                return explained_one(found, told.findings, told.said.answers)
        return None

    def _anew(
        self, one: Comparison, about: Mapping[str, Sequence[Finding]], origin: Origin | None, rulebook: str
    ) -> Comparison:
        found = explained_one(one, about, partial(self.answers, origin=origin))
        if origin is None or found.verdict is not Verdict.INCONSISTENT or not one.points:
            return found
        if any(is_of_figures(fault) and not self.answers(fault, origin) for fault in about.get(one.key, ())):
            return found
        own = [fault for fault in about.get(one.key, ()) if fault.rule == one.rule]
        if one.rule == _MIRROR and own:
            return self._difference_by_difference(one, own, origin) or found
        return self._piece_by_piece(one, origin, rulebook) or found

    def _difference_by_difference(self, one: Comparison, own: Sequence[Finding], origin: Origin) -> Comparison | None:
        """Explained where each period that differs was answered, the newest word first: in the file that gave its figure, and with a
        difference that was no smaller."""
        points = {period: (x, y) for period, x, y in one.points}
        left = {period for finding in own for period in finding.periods}
        differing, given = sorted(left), list[Answer]()
        for _, told in self._of(origin):
            some = told.comparisons.some(one)
            before = {period: (x, y) for period, x, y in some.points} if some else {}
            for found in told.findings.get(one.key, ()) if some else ():
                for answer, periods in told.said.answers(found) if found.rule == _MIRROR else ():
                    held = {
                        period
                        for period in left & set(periods)
                        if period in points and period in before and _is_no_larger(points[period], before[period])
                    }
                    left -= held
                    given += [(answer, tuple(sorted(held)))] if held else []
        return None if left or not given else explained_by(one, given, differing)

    def _piece_by_piece(self, one: Comparison, origin: Origin, rulebook: str) -> Comparison | None:
        """Of a series that came in several files, such as each year in one of its own: explained where every period was told with these
        very figures, and stands; by what explains most of them."""
        left, explaining = set(one.points), list[tuple[int, Sequence[Answer], Sequence[str]]]()
        for _, told in self._of(origin):
            some = told.comparisons.some(one) if told.rulebook == rulebook else None
            if some is None or some.vintage != one.vintage:
                continue
            answered = grounds_answered(some, told.findings, told.said.answers)
            if answered:
                explaining.append((len(some.points), *answered))
            if answered or some.verdict is not Verdict.INCONSISTENT:
                left -= set(some.points)
        most = max(explaining, key=lambda one: one[0], default=None)
        return None if left or most is None else explained_by(one, *most[1:])

    def answers(self, finding: Finding, origin: Origin | None) -> Sequence[Answer]:
        """What was said of the same finding of a series from there.

        Where the figures stand as they stood then, what is found of them alone is the same by its rule and period: its words may name
        the row of the file. What comes of national figures has to be told in the same words.
        """
        if origin is None or finding.key is None:
            return ()
        for release, told in self._of(origin):
            alone = release >= origin.release and not finding.rule.startswith("COH-")
            for found in told.findings.get(finding.key, ()):
                same = (found.rule, found.period) == (finding.rule, finding.period)
                if same and (alone or found.message == finding.message) and (answers := told.said.answers(found)):
                    return answers
        return ()

    def _of(self, origin: Origin, since: int = 0) -> Iterator[tuple[int, _Told]]:
        """(release, what it told), the newest first."""
        named = origin.provider, origin.dataset
        if named not in self._releases:
            self._releases[named] = releases.of_dataset(
                self._conn, self._flow, *named, upto=self._upto, limit=_RELEASES
            )
        listed = self._releases[named]
        if listed and listed[-1].number > origin.release:
            listed = [*listed, releases.get(self._conn, origin.release)]
        for release in listed:
            if release.number < since:
                return
            if release.report_hash is not None and release.submission is not None:
                yield release.number, _told(self._conn, release.report_hash, release.submission)


def _is_no_larger(now: tuple[float, float], before: tuple[float, float]) -> bool:
    """Of the same figure here: whether the other is no farther from it than it was."""
    return now[0] == before[0] and abs(now[0] - now[1]) <= abs(before[0] - before[1])


_in_hand: OrderedDict[tuple[str, str], _Told] = OrderedDict()
_lock = Lock()


def _told(conn: Connection, report: str, submission: str) -> _Told:
    """Neither the report nor what is said of it changes once it is published."""
    name = report, submission
    with _lock:
        if name in _in_hand:
            _in_hand.move_to_end(name)
            return _in_hand[name]
    kept = kept_report(conn, report)
    found = _Told(
        kept.found.rulebook,
        PackedComparisons(kept.document),
        by_series(kept.found.findings),
        justifications.of(conn, submission),
    )
    with _lock:
        _in_hand[name] = found
        held = sum(len(one.comparisons) for one in _in_hand.values())
        while held > _IN_HAND and len(_in_hand) > 1:
            held -= len(_in_hand.popitem(last=False)[1].comparisons)
    return found
