"""Moves and levels in words: what a reviewer is asked to look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from dataexchange.model.finding import Finding, Place
from dataexchange.model.rules import finding
from dataexchange.model.sentence import Sentence, Value, chained, say, says
from dataexchange.pipeline.coherence_change import Remark
from dataexchange.pipeline.coherence_desk import UNKNOWN, Desk
from dataexchange.pipeline.coherence_families import Members
from dataexchange.pipeline.coherence_findings import ALSO, Found
from dataexchange.pipeline.coherence_level import Far, Nested
from dataexchange.pipeline.coherence_outcomes import SEVERITIES
from dataexchange.pipeline.coherence_sums import INFORMATION, WARNING
from dataexchange.pipeline.coherence_words import area_name, difference, figure, label, points_apart, series_told, times


class Remarks:
    def __init__(self, desk: Desk) -> None:
        self.desk, self.panel = desk, desk.panel

    def _found(self, rule: str, series: int, row: int, severity: int, words: Sentence) -> Finding:
        key, place = self.panel.keys[series], self.panel.place(row)
        return finding(rule, words, place, severity=SEVERITIES[severity], key=key, period=self.panel.period(row))

    def _code(self, series: int) -> str:
        return self.panel.view(series).code

    def moves(self, remarks: Sequence[Remark], hints: Mapping[int, tuple[Sentence, ...]]) -> Iterator[Found]:
        for one in remarks:
            make = partial(self._move, one, hints.get(one.series, ()))
            yield Found(one.rule, SEVERITIES[one.severity], self._code(one.series), make)

    def _move(self, one: Remark, hints: tuple[Sentence, ...]) -> Finding:
        words = {"COH-SHARE": self._share, "COH-GROWTH": self._growth, "COH-PEERS": self._peers}[one.rule](one)
        if one.of > 1:
            words = say("{words} ({times})", words=words, times=times(one.odd, one.of))
        words = say("{words}; {hints}", words=words, hints=chained(hints)) if hints else words
        return self._found(one.rule, one.series, one.fault if one.fault >= 0 else one.after, one.severity, words)

    def _both(self, one: Remark) -> dict[str, Value]:
        values, panel = self.panel.values, self.panel
        return {
            "series": label(self.desk.schema, panel.view(one.series)),
            "area": area_name(self.desk.schema, panel.view(one.whole).area),
            "before": figure(float(values[one.before])),
            "after": figure(float(values[one.after])),
            "whole_before": figure(float(values[one.whole_before])),
            "whole_after": figure(float(values[one.whole_after])),
            "first": panel.period(one.before),
            "second": panel.period(one.after),
            "z": figure(one.z),
            "limit": figure(one.limit),
        }

    def _share(self, one: Remark) -> Sentence:
        values, told = self.panel.values, self._both(one)
        shares = [
            figure(float(f"{100 * values[part] / values[whole]:.3g}"))
            for part, whole in ((one.before, one.whole_before), (one.after, one.whole_after))
        ]
        return say(
            "{series}: from {first} to {second} its share of {area} went from {share} % to {other_share} % ({before} of "
            "{whole_before}, {after} of {whole_after}), which is unusual (z = {z}, a warning from {limit})",
            share=shares[0],
            other_share=shares[1],
            **told,
        )

    def _growth(self, one: Remark) -> Sentence:
        return say(
            "{series}: from {first} to {second} it went from {before} to {after} and {area} from {whole_before} to {whole_after}, a "
            "gap that is unusual (z = {z}, a warning from {limit})",
            **self._both(one),
        )

    def _peers(self, one: Remark) -> Sentence:
        values = self.panel.values
        return says(
            "{series}: from {first} to {second} it went from {before} to {after}, by a factor of {ratio}, and the {n} area of {area} by "
            "{usual} in the median, which is unusual (Hidiroglou-Berthelot: {z} times the usual width, told from {limit})",
            "{series}: from {first} to {second} it went from {before} to {after}, by a factor of {ratio}, and the {n} areas of {area} by "
            "{usual} in the median, which is unusual (Hidiroglou-Berthelot: {z} times the usual width, told from {limit})",
            one.others,
            ratio=figure(float(values[one.after] / values[one.before])),
            usual=figure(one.usual),
            **self._both(one),
        )

    def levels(self, levels: Sequence[Far], hints: Mapping[int, tuple[Sentence, ...]]) -> Iterator[Found]:
        for one in levels:
            make = partial(self._far, one, hints.get(one.series, ()))
            yield Found("COH-SCALE", SEVERITIES[WARNING], self._code(one.series), make)

    def _far(self, one: Far, hints: tuple[Sentence, ...]) -> Finding:
        words = say(
            "{series}: {level}", series=label(self.desk.schema, self.panel.view(one.series)), level=self.level(one)
        )
        words = say("{words}; {hints}", words=words, hints=chained(hints)) if hints else words
        told = self._found("COH-SCALE", one.series, one.here, WARNING, words)
        # It is about the series as a whole.
        rows = range(int(self.panel.starts[one.series]), int(self.panel.starts[one.series + 1]))
        others = [row for row in rows if row != one.here]
        return replace(told, also=tuple(map(self.panel.place, others)) if len(others) <= ALSO else (Place(),))

    def level(self, one: Far) -> Sentence:
        values = self.panel.values
        told: dict[str, Value] = {
            "area": area_name(self.desk.schema, self.panel.view(one.whole).area),
            "value": figure(float(values[one.here])),
            "whole": figure(float(values[one.there])),
            "period": self.panel.period(one.here),
            "factor": figure(float(f"{10 ** abs(one.log):.2g}")),
        }
        if one.expected is not None:
            share = say("{share} %", share=figure(float(f"{100 * 10**one.expected:.2g}")))
            return says(
                "{value} in {period} of {whole} for {area}, in the median of {n} period {factor} times less than its share of {share} in "
                "other counts lets expect",
                "{value} in {period} of {whole} for {area}, in the median of {n} periods {factor} times less than its share of {share} in "
                "other counts lets expect",
                one.periods,
                share=share,
                **told,
            )
        if one.log > 0:
            return says(
                "{value} in {period} beside {whole} for {area}, in the median of {n} period {factor} times as much, which is far beyond "
                "what areas differ by",
                "{value} in {period} beside {whole} for {area}, in the median of {n} periods {factor} times as much, which is far beyond "
                "what areas differ by",
                one.periods,
                **told,
            )
        return says(
            "{value} in {period} beside {whole} for {area}, in the median of {n} period {factor} times less, which is far beyond what "
            "areas differ by",
            "{value} in {period} beside {whole} for {area}, in the median of {n} periods {factor} times less, which is far beyond what "
            "areas differ by",
            one.periods,
            **told,
        )

    def nested(self, found: Sequence[Nested]) -> Iterator[Found]:
        for one in found:
            make = partial(self._nested, one)
            yield Found("COH-NESTED", SEVERITIES[INFORMATION], self._code(one.series), make)

    def _nested(self, one: Nested) -> Finding:
        x, y = float(self.panel.values[one.here]), float(self.panel.values[one.there])
        words = say(
            "{series}: {value} in {period} differs from {area} with {whole} by {difference}, which chance does not explain ({times}; the "
            "city is {share} of it; z = {z})",
            series=label(self.desk.schema, self.panel.view(one.series)),
            value=figure(x),
            period=self.panel.period(one.here),
            area=area_name(self.desk.schema, self.panel.view(one.whole).area),
            whole=figure(y),
            difference=points_apart(x, y) if self.desk.in_points(one.series) else difference(x, y),
            z=figure(one.z),
            share=say("{share} %", share=figure(float(f"{100 * one.share:.2g}"))),
            times=times(one.differing, one.of),
        )
        return self._found("COH-NESTED", one.series, one.here, INFORMATION, words)

    def kinds(self, family: Members) -> Iterator[Found]:
        """Once for every SERIES code whose areas could be put together if anybody said of which kind it is."""
        part = np.unique(family.part)
        part = part[(self.desk.kind[part] == UNKNOWN) & self.desk.runs("COH-KIND", part)]
        codes, first, counts = np.unique(self.panel.code[part], return_index=True, return_counts=True)
        for code, at, n in zip(codes.tolist(), part[first].tolist(), counts.tolist(), strict=True):
            text = self.panel.vocabulary.texts[code]
            yield Found("COH-KIND", SEVERITIES[INFORMATION], text, partial(self._kind, text, at, n))

    def _kind(self, code: str, series: int, n: int) -> Finding:
        words = says(
            "{code}: nobody says whether its figures add up, so that its {n} series is laid beside the nation's own values and no others; "
            "say its kind (C count, B balance, R ratio, M mean, G growth) under kinds in the rulebook, or as KIND in the code list of "
            "SERIES",
            "{code}: nobody says whether its figures add up, so that its {n} series are laid beside the nation's own values and no others; "
            "say its kind (C count, B balance, R ratio, M mean, G growth) under kinds in the rulebook, or as KIND in the code list of "
            "SERIES",
            n,
            code=series_told(self.desk.schema, code),
        )
        row = int(self.panel.starts[series])
        place = self.panel.place(row)
        return finding("COH-KIND", words, place, severity=SEVERITIES[INFORMATION], count=n)
