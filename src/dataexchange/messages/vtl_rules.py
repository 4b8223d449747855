"""Rules in VTL, one function each: the lines of its definitions and checks for a dataflow, as it is set.

Data sets that several rules look at (COUNTS, LOCAL_IN_UNITS …) are made once; see `Scene.data_sets`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from dataexchange.messages.vtl_scene import Scene, Setting, codes, item
from dataexchange.model.observation_status import NEVER_WITH_VALUE, WITHOUT_VALUE

Text = Callable[[Scene, Setting], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Expressed:
    """How a rule is written. `needs`: components it speaks of; `nothing`: what the dataflow lacks where no line comes of it;
    `note`: what the VTL does not say of it."""

    text: Text
    needs: tuple[str, ...]
    nothing: str = "no series is of its kind"
    note: str = ""


def _datapoint(setting: Setting, variables: str, rules: Mapping[str, str], data_set: str) -> Iterator[str]:
    """`rules`: name -> condition that holds of good data points."""
    yield f"define datapoint ruleset {setting.name} (variable {variables}) is"
    last = len(rules)
    for number, (name, condition) in enumerate(rules.items(), 1):
        yield f"    {name}: {condition} {setting.fault()}{';' if number < last else ''}"
    yield "end datapoint ruleset;"
    yield f"{setting.name}_FAULTS <- check_datapoint({setting.of(data_set)}, {setting.name} invalid);"


def _check(setting: Setting, name: str, condition: str, severity: str | None = None) -> str:
    return f"{name}_FAULTS <- check({condition} {setting.fault(severity)} invalid);"


def _empty(_: Scene, setting: Setting) -> Iterator[str]:
    rules = {"REASON": f"when isnull(OBS_VALUE) then OBS_STATUS in {codes(sorted(WITHOUT_VALUE))}"}
    yield from _datapoint(setting, "OBS_VALUE, OBS_STATUS", rules, "LOCAL")


def _status(_: Scene, setting: Setting) -> Iterator[str]:
    rules = {"NO_VALUE": f"when OBS_STATUS in {codes(sorted(NEVER_WITH_VALUE))} then isnull(OBS_VALUE)"}
    yield from _datapoint(setting, "OBS_VALUE, OBS_STATUS", rules, "LOCAL")


def _percent(_: Scene, setting: Setting) -> Iterator[str]:
    scaled = "OBS_VALUE * power(10, cast(UNIT_MULT, integer))"
    rules = {"HUNDRED": f'when UNIT_MEASURE = "PT" then between({scaled}, 0, 100)'}
    yield from _datapoint(setting, "OBS_VALUE, UNIT_MEASURE, UNIT_MULT", rules, "SHARES")


def _count(_: Scene, setting: Setting) -> Iterator[str]:
    counted = 'UNIT_MEASURE = "NUMBER"'
    rules = {
        "NOT_NEGATIVE": f"when {counted} then OBS_VALUE >= 0",
        "WHOLE": f'when {counted} and UNIT_MULT = "0" then OBS_VALUE = trunc(OBS_VALUE, 0)',
    }
    yield from _datapoint(setting, "OBS_VALUE, UNIT_MEASURE, UNIT_MULT", rules, "COUNTS_AS_SENT")


def _bounds(_: Scene, setting: Setting) -> Iterator[str]:
    rules = {
        "LOWER": "when not isnull(LOWER_BOUND) and not isnull(OBS_VALUE) then LOWER_BOUND <= OBS_VALUE",
        "UPPER": "when not isnull(UPPER_BOUND) and not isnull(OBS_VALUE) then OBS_VALUE <= UPPER_BOUND",
    }
    yield from _datapoint(setting, "OBS_VALUE, LOWER_BOUND, UPPER_BOUND", rules, "LOCAL")


def _units(scene: Scene, setting: Setting) -> Iterator[str]:
    rules = {
        f"UNITS_{number}": f"when SERIES in {codes(named)} then UNIT_MEASURE in {codes(there)}"
        for number, (there, named) in enumerate(scene.units.items(), 1)
    }
    if rules:
        yield from _datapoint(setting, "SERIES, UNIT_MEASURE", rules, "LOCAL")


def _future(scene: Scene, setting: Setting) -> Iterator[str]:
    begun = f"cast({scene.time}, string) <= cast(current_date(), string)"
    rules = {"BEGUN": f'when not isnull(OBS_VALUE) and OBS_STATUS <> "F" then {begun}'}
    yield from _datapoint(setting, f"{scene.time}, OBS_VALUE, OBS_STATUS", rules, "LOCAL")


def _sexes(scene: Scene, setting: Setting) -> Iterator[str]:
    if not scene.has_sexes:
        return
    yield f"define hierarchical ruleset {setting.name} (variable rule SEX) is"
    yield f"    SEXES: {item('_T')} = {item('F')} + {item('M')} {setting.fault()}"
    yield "end hierarchical ruleset;"
    checked = f"check_hierarchy({setting.of('COUNTS')}, {setting.name} rule SEX non_null all)"
    # Whole counts are rounded to 1: three of them miss each other by up to three halves.
    yield f"{setting.name}_FAULTS <- {checked} [filter abs('imbalance') > 1.5];"


def _sum(scene: Scene, setting: Setting) -> Iterator[str]:
    for whole, parts in scene.partitions.items():
        name = f"{setting.name}_{whole}"
        yield f"define hierarchical ruleset {name} (variable rule REF_AREA) is"
        yield f"    PARTS: {item(whole)} = {' + '.join(map(item, parts))} {setting.fault()}"
        yield "end hierarchical ruleset;"
        checked = f"check_hierarchy({setting.of('COUNTS_OF_ALL')}, {name} rule REF_AREA non_null all)"
        slack = (len(parts) + 1) / 2
        yield f"{name}_FAULTS <- {checked} [filter abs('imbalance') > {slack:g}];"


def _remainder(scene: Scene, setting: Setting) -> Iterator[str]:
    for whole, parts in scene.partitions.items():
        name = f"{setting.name}_{whole}"
        yield f"define hierarchical ruleset {name} (variable rule REF_AREA) is"
        yield f"    ROOM: {item(whole)} >= {' + '.join(map(item, parts))} {setting.fault()}"
        yield "end hierarchical ruleset;"
        checked = f"check_hierarchy({setting.of('COUNTS_OF_ALL')}, {name} rule REF_AREA partial_zero all)"
        slack = (len(parts) + 1) / 2
        yield f"{name}_FAULTS <- {checked} [filter 'imbalance' < -{slack:g}];"


def _convex(scene: Scene, setting: Setting) -> Iterator[str]:
    for whole, parts in scene.partitions.items():
        name, within = f"{setting.name}_{whole}", f"REF_AREA in {codes(parts)}"
        source = setting.of("AVERAGES_OF_ALL")
        complete = f"group except REF_AREA having count() = {len(parts)}"
        yield f'{name}_WHOLE := {source} [sub REF_AREA = "{whole}"];'
        yield f"{name}_LOW := min({source} [filter {within}] {complete});"
        yield f"{name}_HIGH := max({source} [filter {within}] {complete});"
        yield _check(setting, f"{name}_BELOW", f"{name}_WHOLE >= {name}_LOW")
        yield _check(setting, f"{name}_ABOVE", f"{name}_WHOLE <= {name}_HIGH")


_AREAS = "its code list marks no area as an exhaustive partition"
_ROUNDED = "Figures are taken as whole numbers here; the exchange takes the rounding that they show."

EXPRESSED: Mapping[str, Expressed] = {
    "RNG-EMPTY": Expressed(_empty, ("OBS_STATUS",)),
    "RNG-STATUS": Expressed(_status, ("OBS_STATUS",)),
    "RNG-PERCENT": Expressed(_percent, ("SERIES", "UNIT_MEASURE", "UNIT_MULT")),
    "RNG-COUNT": Expressed(_count, ("SERIES", "UNIT_MEASURE", "UNIT_MULT")),
    "BND": Expressed(_bounds, ("LOWER_BOUND", "UPPER_BOUND")),
    "UNIT-SERIES": Expressed(_units, ("SERIES", "UNIT_MEASURE"), "its code list of SERIES names no units"),
    "RNG-FUTURE": Expressed(_future, ("TIME_PERIOD", "OBS_STATUS")),
    "SUM-SEX": Expressed(_sexes, ("SERIES", "SEX", "UNIT_MULT"), "its code list of SEX has not _T, F and M", _ROUNDED),
    "COH-SUM": Expressed(_sum, ("SERIES", "REF_AREA", "UNIT_MULT"), _AREAS, _ROUNDED),
    "COH-REMAINDER": Expressed(
        _remainder,
        ("SERIES", "REF_AREA", "UNIT_MULT"),
        _AREAS,
        "Counts alone, and over areas that are a partition: what ratios leave needs weights, which are another series. "
        + _ROUNDED,
    ),
    "COH-CONVEX": Expressed(_convex, ("SERIES", "REF_AREA", "UNIT_MULT"), _AREAS),
}
