"""Comparisons of a kept report as small as they go, for a process that holds those of many reports; one is read when somebody asks for it.

What can be worked out again from the series (points, measures) is left out, but for how many points there were.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from dataexchange.messages.report_sentences import read_said
from dataexchange.model.finding import ALONE, Comparison, Verdict
from dataexchange.model.sentence import Sentence

_KEPT = ("rule", "baseline_key", "verdict", "vintage", "said", "said_ground", "said_hints", "reason", "ground", "hints")


class PackedComparisons:
    """About half a kilobyte each."""

    __slots__ = ("_packed", "_texts")

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Of a report as it is kept."""
        self._texts = {name: document[name] for name in ("shapes", "texts") if name in document}
        self._packed = {(one["key"], _is_within(one)): _pack(one) for one in document.get("comparisons", ())}

    def __len__(self) -> int:
        return len(self._packed)

    def same(self, one: Comparison) -> Comparison | None:
        """The comparison as it was told, where the report laid the same figures beside the same national ones; None where it did not."""
        packed = self._packed.get((one.key, one.within))
        if packed is None:
            return None
        kept = orjson.loads(packed)
        basis = kept.get("baseline_key"), kept.get("vintage"), kept["points"]
        if basis != (one.baseline_key, one.vintage, len(one.points)):
            return None
        verdict = Verdict(kept["verdict"])
        if verdict is one.verdict and verdict is not Verdict.INCONSISTENT:
            return one
        told = self._read(kept.get("said") or kept["reason"])
        if one.within and one.sentence not in (told, *(value for _, value in told.values)):
            return None  # its parts are others now
        ground, hints = kept.get("said_ground") or kept.get("ground"), kept.get("said_hints") or kept.get("hints", ())
        return replace(
            one,
            rule=kept["rule"],
            verdict=verdict,
            sentence=told,
            kind=self._read(ground) if ground else None,
            hints=tuple(self._read(hint) for hint in hints),
        )

    def _read(self, said: Any) -> Sentence:
        return read_said(said, self._texts)


def _pack(one: Mapping[str, Any]) -> bytes:
    kept = {name: one[name] for name in _KEPT if name in one} | {"points": len(one.get("points", ()))}
    # A copy, since what is dumped keeps the room that it was written in.
    return bytes(memoryview(orjson.dumps(kept)))


def _is_within(kept: Mapping[str, Any]) -> bool:
    """As `Comparison.within`."""
    return kept.get("baseline_key") is None and Verdict(kept["verdict"]) not in ALONE
