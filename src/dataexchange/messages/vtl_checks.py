"""What the rules in VTL have in common: how one is told of, and the forms of rulesets and checks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
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
    setting: Setting,
    variables: str,
    rules: Mapping[str, str],
    data_set: str,
    whole: bool = False,
    mild: Collection[str] = (),
) -> Iterator[str]:
    """`rules`: name -> condition that holds of good data points; of the `mild` ones a fault is a warning at most. `whole`: the data set is
    only of what this setting is about."""
    yield from ruleset(setting, variables, rules, mild)
    yield f"{setting.name}_FAULTS <- check_datapoint({data_set if whole else setting.of(data_set)}, {setting.name} invalid);"


def ruleset(setting: Setting, variables: str, rules: Mapping[str, str], mild: Collection[str] = ()) -> Iterator[str]:
    yield f"define datapoint ruleset {setting.name} (variable {variables}) is"
    last = len(rules)
    for number, (name, condition) in enumerate(rules.items(), 1):
        fault = setting.fault(setting.milder if name in mild else None)
        yield f"    {name}: {condition} {fault}{';' if number < last else ''}"
    yield "end datapoint ruleset;"


def check(setting: Setting, name: str, condition: str, severity: str | None = None) -> str:
    return f"{name}_FAULTS <- check({condition} {setting.fault(severity)} invalid);"
