"""What a national office types about rules: the shape of a rulebook file.

What the words must mean (rules that there are, limits of parameters) is asked by `messages.read_rulebook`, which knows the lines.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from dataexchange.model.rule import Severity

#: An office's settings fit in far fewer; a file of more is a mistake or an attack.
MOST_CHOICES, MOST_KINDS = 2_000, 20_000

_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_@$.\-]{1,100}$")]
_Pattern = Annotated[str, Field(pattern=r"^[A-Za-z0-9_@$*\-]{1,100}$")]
_Flow = Annotated[str, Field(pattern=r"^[A-Za-z0-9_@$.*\-]{1,100}:[A-Za-z0-9_@$*\-]{1,100}\([0-9A-Za-z.*\-]{1,30}\)$")]
_Number = Annotated[float, Field(allow_inf_nan=False)]


class _Typed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Where(_Typed):
    """Where a choice holds: what is not named is any."""

    dataflow: _Flow | None = None
    agreement: _Id | None = None
    series: _Pattern | None = None


class ChoiceWords(_Typed):
    """One entry under `rules`."""

    rule: Annotated[str, Field(max_length=100)]
    on: bool | None = None
    severity: Severity | None = None
    parameters: dict[Annotated[str, Field(max_length=100)], _Number] = {}
    where: Where = Where()
    #: Why, for those who read the file later.
    reason: Annotated[str, Field(max_length=1000)] = ""


class KindWords(_Typed):
    """One entry under `kinds`: how a series behaves when areas are put together."""

    kind: Literal["C", "R", "M", "G", "B"]
    weight: Annotated[str, Field(min_length=1, max_length=100)] | None = None


class RulebookFile(_Typed):
    agency: _Id
    title: Annotated[str, Field(max_length=300)] = ""
    rules: Annotated[tuple[ChoiceWords, ...], Field(max_length=MOST_CHOICES)] = ()
    kinds: Annotated[dict[_Id, KindWords], Field(max_length=MOST_KINDS)] = {}
