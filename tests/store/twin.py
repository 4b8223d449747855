"""The store again, in memory, observation by observation: slow, plain, and the judge of the fast one.

After every release it keeps a copy of all that stands, so that each question is a comparison of two copies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from dataexchange.model.dataset import Action
from dataexchange.model.query import ComponentFilter, Condition, DataQuery, Operator
from dataexchange.model.structure import DataStructure

Row = Mapping[str, Any]
#: (dataflow, key, provider)
Name = tuple[str, str, str]


class Clash(Exception):
    """The same series in two datasets of a dataflow."""


@dataclass
class Series:
    codes: dict[str, str]
    dataset: str
    attributes: dict[str, str] = field(default_factory=dict)
    #: Period -> (value, observation attributes and further measures as far as there are any).
    observations: dict[str, tuple[float | None, dict[str, Any]]] = field(default_factory=dict)


State = dict[Name, Series]


class Twin:
    def __init__(self, structure: DataStructure) -> None:
        self.structure = structure
        self.times: list[datetime] = []
        self.states: list[State] = [{}]

    def publish(
        self, flow: str, provider: str, dataset: str, rows: Sequence[Row], action: Action, at: datetime
    ) -> tuple[int, int, int, int]:
        """(series added, revised, closed, observations of the dataset afterwards)."""
        before = self.states[-1]
        after = deepcopy(before)
        mine = {n for n, s in before.items() if n[0] == flow and n[2] == provider and s.dataset == dataset}
        if action is Action.REPLACE:
            for name in mine:
                del after[name]
        new: State = {n: after[n] for n in mine if n in after}
        spoken = {m.id for m in self.structure.further_measures if any(m.id in row for row in rows)}
        for row in rows:
            codes = {d: row[d] for d in self.structure.dimension_ids}
            name = (flow, ".".join(codes.values()), provider)
            if action is Action.DELETE:
                self._delete(new, name, row["TIME_PERIOD"])
            else:
                self._say(new.setdefault(name, Series(codes, dataset)), row, spoken)
        new = {n: s for n, s in new.items() if s.observations}
        others = {n[:2] for n in before if n not in mine}
        if others & {n[:2] for n in new}:
            raise Clash
        after = {n: s for n, s in after.items() if n not in mine} | new
        self.states.append(after)
        self.times.append(at)
        return (
            len(set(new) - mine),
            sum(before[n] != new[n] for n in mine & set(new)),
            len(mine - set(new)),
            sum(len(s.observations) for s in new.values()),
        )

    def _say(self, series: Series, row: Row, spoken: set[str]) -> None:
        """`spoken`: the further measures that the release says anything of, so that a blank means that there is none now."""
        for attribute in self.structure.series_attributes:
            if row.get(attribute.id) is not None:
                series.attributes[attribute.id] = row[attribute.id]
        if row["TIME_PERIOD"] is None:
            return
        _, attributes = series.observations.get(row["TIME_PERIOD"], (None, {}))
        said = {a.id: row[a.id] for a in self.structure.observation_attributes if row.get(a.id) is not None}
        kept = {name: value for name, value in attributes.items() if name not in spoken}
        measured = {name: row[name] for name in spoken if row.get(name) is not None}
        series.observations[row["TIME_PERIOD"]] = (row["OBS_VALUE"], {**kept, **said, **measured})

    def _delete(self, new: State, name: Name, period: str | None) -> None:
        if name in new:
            if period is None:
                new[name].observations.clear()
            else:
                new[name].observations.pop(period, None)

    def query(self, query: DataQuery, flows: Sequence[str]) -> list[tuple[Any, ...]]:
        now = len(self.times) if query.as_of is None else self._number(query.as_of)
        since = None if query.updated_after is None else self._number(query.updated_after)
        if query.include_history:
            return self._history(query, flows, since or 0, now)
        if since is None:
            return self._rows("I", self.states[now], query, flows, lambda *_: True)
        if since >= now:
            return []
        old, new = self.states[since], self.states[now]

        def beside(state: State, name: Name) -> Series | None:
            """The same series, whoever provides it, unless some providers alone are asked about."""
            others = (n for n in state if n[:2] == name[:2] and not query.providers)
            return state.get(name) or next((state[n] for n in others), None)

        def is_new(name: Name, period: str) -> bool:
            before = beside(old, name)
            if before is None or before.attributes != new[name].attributes:
                return True
            return before.observations.get(period) != new[name].observations[period]

        def is_gone(name: Name, period: str) -> bool:
            after = beside(new, name)
            return after is None or period not in after.observations

        return self._rows("R", new, query, flows, is_new) + self._rows("D", old, query, flows, is_gone)

    def _history(self, query: DataQuery, flows: Sequence[str], since: int, now: int) -> list[tuple[Any, ...]]:
        found = []
        for flow in flows:
            for number in range(since + 1, now + 1):
                old, new = self.states[number - 1], self.states[number]
                written = {n: s for n, s in new.items() if old.get(n) != s}
                gone = {n: s for n, s in old.items() if n not in new}
                found += self._rows("R", written, query, [flow], lambda *_: True)
                found += self._rows("D", gone, query, [flow], lambda *_: True)
        return found

    def _number(self, moment: datetime) -> int:
        return sum(time <= moment for time in self.times)

    def _rows(
        self,
        action: str,
        state: State,
        query: DataQuery,
        flows: Sequence[str],
        counts: Callable[[Name, str], bool],
    ) -> list[tuple[Any, ...]]:
        found = []
        for flow in flows:
            for name in sorted(n for n in state if n[0] == flow):
                series = state[name]
                if not self._is_wanted(series, name, query):
                    continue
                periods = sorted(series.observations, key=lambda p: (start(p), -end(p).toordinal()))
                periods = [p for p in periods if counts(name, p) and self._passes(series, p, query)]
                if query.first_n is not None or query.last_n is not None:
                    first, last = periods[: query.first_n or 0], periods[len(periods) - (query.last_n or 0) :]
                    periods = [p for p in periods if p in first or p in last]
                for period in periods:
                    value, rest = series.observations[period]
                    whole = {**series.codes, **series.attributes}
                    found.append((action, flow, name[2], name[1], whole, period, value, rest))
        return found

    def _is_wanted(self, series: Series, name: Name, query: DataQuery) -> bool:
        codes = list(series.codes.values())
        if query.keys and not any(
            all(not allowed or code in allowed for code, allowed in zip(codes, key.positions, strict=False))
            for key in query.keys
        ):
            return False
        return not query.providers or name[2] in query.providers

    def _passes(self, series: Series, period: str, query: DataQuery) -> bool:
        if query.start is not None and start(period) < start(query.start):
            return False
        if query.end is not None and start(period) > end(query.end):
            return False
        value, rest = series.observations[period]
        here = {**series.codes, **series.attributes, **rest, "OBS_VALUE": value, "TIME_PERIOD": period}
        return all(_holds(f, here.get(f.component)) for f in query.filters)


NUMERIC = {"OBS_VALUE", "WEIGHT", "UP-PER", "SIZE"}


def _holds(filter_: ComponentFilter, value: Any) -> bool:
    return all(any(_meets(filter_.component, c, value) for c in any_of) for any_of in filter_.all_of)


def _meets(component: str, condition: Condition, value: Any) -> bool:
    wanted, text = condition.operator, condition.value
    if component == "TIME_PERIOD":
        at = start(value)
        return {
            Operator.EQ: start(text) <= at <= end(text),
            Operator.NE: not start(text) <= at <= end(text),
            Operator.LT: at < start(text),
            Operator.LE: at <= end(text),
            Operator.GT: at > end(text),
            Operator.GE: at >= start(text),
        }[wanted]
    if value is None:
        return wanted in (Operator.NE, Operator.NOT_CONTAINS)
    if wanted is Operator.CONTAINS:
        return text in value
    if wanted is Operator.NOT_CONTAINS:
        return text not in value
    if wanted is Operator.STARTS:
        return bool(value[: len(text)] == text)
    if wanted is Operator.ENDS:
        return bool(value.endswith(text))
    a, b = (float(value), float(text)) if component in NUMERIC else (value, text)
    return {
        Operator.EQ: a == b,
        Operator.NE: a != b,
        Operator.LT: a < b,
        Operator.LE: a <= b,
        Operator.GT: a > b,
        Operator.GE: a >= b,
    }[wanted]


def start(period: str) -> date:
    """First day of 2018, 2018-Q3 or 2018-07."""
    year, _, part = period.partition("-")
    month = 1 if not part else int(part[1]) * 3 - 2 if part[0] == "Q" else int(part)
    return date(int(year), month, 1)


def end(period: str) -> date:
    """Last day."""
    months = 12 if "-" not in period else 3 if "Q" in period else 1
    first = start(period)
    ahead = first.year * 12 + first.month - 1 + months
    return date(ahead // 12, ahead % 12 + 1, 1) - timedelta(days=1)
