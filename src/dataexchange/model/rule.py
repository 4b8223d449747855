"""A rule of the exchange: what it looks at, how it is worked out, what may be set about it, and where it comes from.

The register (`model.rules`) has them all; `docs/rules.md` is generated from it. The functions stand in the tables of the steps
(`pipeline.validation.CHECKS`, `pipeline.coherence.CHECKS`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """As the ESS validation report has it. An error keeps a submission from being published; a warning wants a reason."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that an office may set. `lowest` and `highest` are the limits of what makes sense; `unit` is for people ("%", "years").

    `not_above` names the parameter of the same rule that it cannot be above: a range that begins above its end holds nothing, and what is
    told as an error before it is a warning is never a warning.
    """

    name: str
    default: float
    meaning: str
    lowest: float | None = None
    highest: float | None = None
    unit: str = ""
    not_above: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One check. `level` is the ESS validation level (0 file structure … 5 other providers); `source` names where it comes from.

    `formula` is plain text in the words of `explanation`; rules of form alone have none. `waivable`: a national office may let an
    error of this rule pass; what guards the store (form, codes, duplicates) is not waivable.
    """

    id: str
    level: int
    severity: Severity
    title: str
    remedy: str
    source: str = ""
    formula: str = ""
    explanation: str = ""
    parameters: tuple[Parameter, ...] = ()
    waivable: bool = False

    def parameter(self, name: str) -> Parameter:
        return next(parameter for parameter in self.parameters if parameter.name == name)

    @property
    def guards(self) -> bool:
        """Whether it keeps what is stored sound: then it stays on, and as grave as it is."""
        return not self.waivable and self.level <= 2

    @property
    def anchor(self) -> str:
        """Where `docs/rules.md` tells of it."""
        return f"rules.md#{self.id.lower()}"


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that people read together. `words` are for all of them."""

    title: str
    words: str
    rules: tuple[Rule, ...]
