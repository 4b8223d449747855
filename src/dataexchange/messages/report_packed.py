"""Comparisons of a kept report as small as they go, for a process that holds those of many reports; one is read when somebody asks for it.

What can be worked out again from the series is left out. Its points stand, as they tell which figures were looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson

from dataexchange.messages.report_sentences import read_said
from dataexchange.model.finding import ALONE, Comparison, Verdict
from dataexchange.model.sentence import Sentence

_WORDS = ("said", "said_ground", "said_hints", "reason", "ground", "hints")
_KEPT = ("rule", "baseline_key", "verdict", "vintage", "points", *_WORDS)


class PackedComparisons:
    """About a kilobyte each."""

    __slots__ = ("_packed", "_texts")

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Of a report as it is kept."""
        self._texts = {name: document[name] for name in ("shapes", "texts") if name in document}
        #: (key, whether it is of a whole and its parts, which may be parted in several ways) -> what was told.
        self._packed: dict[tuple[str, bool], list[bytes]] = {}
        for one in document.get("comparisons", ()):
            self._packed.setdefault((one["key"], _is_within(one)), []).append(_pack(one))

    def __len__(self) -> int:
        return sum(map(len, self._packed.values()))

    def same(self, one: Comparison) -> Comparison | None:
        """The comparison as it was told, where the report laid the same figures beside the same national ones; None where it did not."""
        return next((told for kept in self._beside(one) if (told := self._same(kept, one)) is not None), None)

    def _same(self, kept: Mapping[str, Any], one: Comparison) -> Comparison | None:
        if kept.get("vintage") != one.vintage or len(kept.get("points", ())) != len(one.points):
            return None
        verdict = Verdict(kept["verdict"])
        if verdict is one.verdict and verdict is not Verdict.INCONSISTENT and not one.within:
            return one
        found = self._told(kept, one)
        if one.within and one.sentence not in (found.sentence, *(value for _, value in found.sentence.values)):
            return None  # its parts are others now
        return found

    def of(self, key: str) -> Iterator[Comparison]:
        """What was told of a series, beside the nation and beside its own parts."""
        for packed in (one for within in (False, True) for one in self._packed.get((key, within), ())):
            kept = orjson.loads(packed)
            blank = Comparison(kept["rule"], key, kept.get("baseline_key"), Verdict.NO_BASELINE, Sentence(""))
            points = tuple((period, x, y) for period, x, y in kept.get("points", ()))
            yield replace(self._told(kept, blank), points=points, vintage=kept.get("vintage"))

    def some(self, one: Comparison) -> Comparison | None:
        """What was told of some of its figures beside the same national series: its points are those that were looked at, and its vintage
        is the one that was."""
        kept = None if one.within else next(iter(self._beside(one)), None)
        if kept is None:
            return None
        points = tuple((period, x, y) for period, x, y in kept.get("points", ()))
        return replace(self._told(kept, one), points=points, vintage=kept.get("vintage"))

    def _beside(self, one: Comparison) -> Iterator[Mapping[str, Any]]:
        """What was told of it beside the same series, of whichever vintage."""
        for packed in self._packed.get((one.key, one.within), ()):
            kept: Mapping[str, Any] = orjson.loads(packed)
            if kept.get("baseline_key") == one.baseline_key:
                yield kept

    def _told(self, kept: Mapping[str, Any], one: Comparison) -> Comparison:
        ground, hints = kept.get("said_ground") or kept.get("ground"), kept.get("said_hints") or kept.get("hints", ())
        return replace(
            one,
            rule=kept["rule"],
            verdict=Verdict(kept["verdict"]),
            sentence=self._read(kept.get("said") or kept["reason"]),
            kind=self._read(ground) if ground else None,
            hints=tuple(self._read(hint) for hint in hints),
        )

    def _read(self, said: Any) -> Sentence:
        return read_said(said, self._texts)


def _pack(one: Mapping[str, Any]) -> bytes:
    # A copy, since what is dumped keeps the room that it was written in.
    return bytes(memoryview(orjson.dumps({name: one[name] for name in _KEPT if name in one})))


def _is_within(kept: Mapping[str, Any]) -> bool:
    """As `Comparison.within`."""
    return kept.get("baseline_key") is None and Verdict(kept["verdict"]) not in ALONE
