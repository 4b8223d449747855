"""The rules as a national office has set them: on or off, how grave, with which numbers, and of which kind each series is.

A rulebook is a list of choices. One that says more about where it holds comes before one that says less: an agreement before a
dataflow, and a series before both; among equals the later one. What no choice is about is as the register has it (`model.rules`).

>>> book = Rulebook("DX", choices=(Choice("COH-MIRROR", {"relative": 1}), Choice("COH-MIRROR", {"relative": 3}, series="EN_*")))
>>> book.numbers("COH-MIRROR", "relative", ("SL_TLF_UEM", "EN_ATM_PM25")).tolist()
[1.0, 3.0]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

import numpy as np
import numpy.typing as npt

from dataexchange.model.finding import Finding
from dataexchange.model.rule import Severity
from dataexchange.model.rules import RULES
from dataexchange.model.series_notes import SeriesKind, global_series, kind, weight
from dataexchange.model.structure import Item

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Choice:
    """What is set for one rule, and where: `dataflow` ("KG_NSC:DF_SDG_KG(1.8)") and `series` (a SERIES code) may be patterns with `*`,
    `agreement` is the id of a provision agreement, or of its provider; None is any."""

    rule: str
    parameters: Mapping[str, float] = field(default_factory=dict)
    on: bool | None = None
    severity: Severity | None = None
    dataflow: str | None = None
    agreement: str | None = None
    series: str | None = None

    @property
    def weight(self) -> int:
        """How much it says about where it holds."""
        return 4 * bool(self.series) + 2 * bool(self.agreement) + bool(self.dataflow)

    def of_dataflow(self, dataflow: str) -> bool:
        return self.dataflow is None or fnmatchcase(dataflow, self.dataflow)

    def about(self, series: str | None) -> bool:
        return self.series is None or (series is not None and fnmatchcase(series, self.series))


@dataclass(frozen=True, slots=True)
class SeriesNature:
    """How a series behaves when areas are put together, and what it is weighted with."""

    kind: SeriesKind
    weight: str | None = None


@dataclass(frozen=True, slots=True)
class Rulebook:
    """`version` rises by one with every change; 0 is the register as it ships. `kinds` are for SERIES codes whose list says nothing."""

    agency: str = "DX"
    version: int = 0
    choices: tuple[Choice, ...] = ()
    kinds: Mapping[str, SeriesNature] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As reports have it, and by which its text is found again: "KG_NSC 3"."""
        return f"{self.agency} {self.version}"

    def within(self, dataflow: str, *agreement: str | None) -> Rulebook:
        """What of it holds for one dataflow (its short reference) and one agreement, under any of its names: its id, and that of its
        provider. The weightiest choice comes last."""
        held = [c for c in self.choices if c.of_dataflow(dataflow) and c.agreement in (None, *agreement)]
        return replace(self, choices=tuple(sorted(held, key=lambda choice: choice.weight)))

    def number(self, rule: str, name: str, series: str | None = None) -> float:
        """A parameter as it is set for a series; without one, for what is about no series in particular."""
        set_ = [c.parameters[name] for c in self._about(rule, series) if name in c.parameters]
        return float(set_[-1]) if set_ else RULES[rule].parameter(name).default

    def numbers(self, rule: str, name: str, series: Sequence[str]) -> Floats:
        """The same for many SERIES codes at once, one number each."""
        if not any(c.rule == rule and name in c.parameters for c in self.choices):
            return np.full(len(series), RULES[rule].parameter(name).default)
        return np.array([self.number(rule, name, code) for code in series], np.float64)

    def runs(self, rule: str, series: str | None = None) -> bool:
        set_ = [c.on for c in self._about(rule, series) if c.on is not None]
        return set_[-1] if set_ else True

    def running(self, rule: str, series: Sequence[str]) -> Flags:
        """The same for many SERIES codes at once."""
        if not any(c.rule == rule and c.on is not None for c in self.choices):
            return np.ones(len(series), bool)
        return np.array([self.runs(rule, code) for code in series], bool)

    def off(self, rule: str) -> bool:
        """Whether a rule is switched off for all series, so that it need not be asked."""
        return not self.runs(rule) and not any(c.rule == rule and c.on for c in self.choices)

    def severity(self, rule: str, series: str | None = None) -> Severity:
        """How grave the rule is as it is set; a single finding may be milder or graver by itself."""
        set_ = [c.severity for c in self._about(rule, series) if c.severity is not None]
        return set_[-1] if set_ else RULES[rule].severity

    def graded(self, finding: Finding, series: str | None) -> Finding:
        """The finding, as grave as the office has it."""
        set_ = [c.severity for c in self._about(finding.rule, series) if c.severity is not None]
        return replace(finding, severity=set_[-1]) if set_ else finding

    def settled(self, findings: Sequence[Finding], series_of: Callable[[Finding], str | None]) -> tuple[Finding, ...]:
        """Findings as the office has them: without those of rules that do not run for their series, and as grave as it says.

        Steps that ask the rulebook themselves lose nothing by being asked again.
        """
        touched = {c.rule for c in self.choices if c.on is not None or c.severity is not None}
        if not touched:
            return tuple(findings)
        placed = [(f, series_of(f) if f.rule in touched else None) for f in findings]
        return tuple(self.graded(f, series) for f, series in placed if self.runs(f.rule, series))

    def nature(self, code: str, item: Item | None) -> SeriesNature | None:
        """Of a series: as this rulebook has it, else as its code list says, else as the global series that it stands for; None where
        nobody says."""
        if code in self.kinds:
            return self.kinds[code]
        if found := kind(item):
            return SeriesNature(found, weight(item))
        origin = global_series(item)
        return self.kinds.get(origin) if origin else None

    def _about(self, rule: str, series: str | None) -> list[Choice]:
        return [c for c in self.choices if c.rule == rule and c.about(series)]


#: The register as it ships, for whoever asks without an office.
SHIPPED = Rulebook()
