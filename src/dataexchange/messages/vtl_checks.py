"""What the rules in VTL have in common: how one is told of, and the forms of rulesets and checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from dataexchange.messages.vtl_scene import Scene, Setting

Text = Callable[[Scene, Setting], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Expressed:
    """How a rule is written. `needs`: components it speaks of; `nothing`: what the dataflow lacks where no line comes of it;
    `note`: what the VTL does not say of it."""

    text: Text
    needs: tuple[str, ...]
    nothing: str = "no series is of its kind"
    note: str = ""


def datapoint(
    setting: Setting, variables: str, rules: Mapping[str, str], data_set: str, whole: bool = False
) -> Iterator[str]:
    """`rules`: name -> condition that holds of good data points. `whole`: the data set is only of what this setting is about."""
    yield f"define datapoint ruleset {setting.name} (variable {variables}) is"
    last = len(rules)
    for number, (name, condition) in enumerate(rules.items(), 1):
        yield f"    {name}: {condition} {setting.fault()}{';' if number < last else ''}"
    yield "end datapoint ruleset;"
    yield f"{setting.name}_FAULTS <- check_datapoint({data_set if whole else setting.of(data_set)}, {setting.name} invalid);"


def check(setting: Setting, name: str, condition: str, severity: str | None = None) -> str:
    return f"{name}_FAULTS <- check({condition} {setting.fault(severity)} invalid);"
