"""Rules in VTL, one function each: the lines of its definitions and checks for a dataflow, as it is set.

Data sets that several rules look at (COUNTS, LOCAL_IN_UNITS …) are made once; see `Scene.data_sets`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

from dataexchange.messages.vtl_checks import Expressed, datapoint
from dataexchange.messages.vtl_nation import NATION
from dataexchange.messages.vtl_scale import SCALE
from dataexchange.messages.vtl_scene import Scene, Setting, codes, item, plain
from dataexchange.messages.vtl_time import TIME
from dataexchange.messages.vtl_weights import WEIGHTS
from dataexchange.model.observation_status import NEVER_WITH_VALUE, WITHOUT_VALUE
from dataexchange.model.series_notes import SeriesKind
from dataexchange.model.unit_ranges import Span, span_of


def _empty(_: Scene, setting: Setting) -> Iterator[str]:
    rules = {"REASON": f"when isnull(OBS_VALUE) then OBS_STATUS in {codes(sorted(WITHOUT_VALUE))}"}
    yield from datapoint(setting, "OBS_VALUE, OBS_STATUS", rules, "LOCAL")


def _status(_: Scene, setting: Setting) -> Iterator[str]:
    rules = {"NO_VALUE": f"when OBS_STATUS in {codes(sorted(NEVER_WITH_VALUE))} then isnull(OBS_VALUE)"}
    yield from datapoint(setting, "OBS_VALUE, OBS_STATUS", rules, "LOCAL")


def _marked(_: Scene, setting: Setting) -> Iterator[str]:
    rules = {"FREE": 'when CONF_STATUS <> "F" then isnull(OBS_VALUE)'}
    yield from datapoint(setting, "OBS_VALUE, CONF_STATUS", rules, "LOCAL")


def _percent(_: Scene, setting: Setting) -> Iterator[str]:
    scaled = "OBS_VALUE * power(10, cast(UNIT_MULT, integer))"
    rules = {
        "HUNDRED": f'when UNIT_MEASURE = "PT" then between({scaled}, {setting.number("lowest")}, {setting.number("highest")})'
    }
    yield from datapoint(setting, "OBS_VALUE, UNIT_MEASURE, UNIT_MULT", rules, "SHARES")


def _count(_: Scene, setting: Setting) -> Iterator[str]:
    counted = 'UNIT_MEASURE = "NUMBER"'
    rules = {
        "NOT_NEGATIVE": f"when {counted} then OBS_VALUE >= 0",
        "WHOLE": f'when {counted} and UNIT_MULT = "0" then OBS_VALUE = trunc(OBS_VALUE, 0)',
    }
    yield from datapoint(setting, "OBS_VALUE, UNIT_MEASURE, UNIT_MULT", rules, "COUNTS_AS_SENT")


def _bounds(_: Scene, setting: Setting) -> Iterator[str]:
    rules = {
        "LOWER": "when not isnull(LOWER_BOUND) and not isnull(OBS_VALUE) then LOWER_BOUND <= OBS_VALUE",
        "UPPER": "when not isnull(UPPER_BOUND) and not isnull(OBS_VALUE) then OBS_VALUE <= UPPER_BOUND",
    }
    yield from datapoint(setting, "OBS_VALUE, LOWER_BOUND, UPPER_BOUND", rules, "LOCAL")


def _units(scene: Scene, setting: Setting) -> Iterator[str]:
    rules = {
        f"UNITS_{number}": f"when SERIES in {codes(named)} then UNIT_MEASURE in {codes(there)}"
        for number, (there, named) in enumerate(scene.units.items(), 1)
    }
    if rules:
        yield from datapoint(setting, "SERIES, UNIT_MEASURE", rules, "LOCAL")


def _unit_ranges(scene: Scene, setting: Setting) -> Iterator[str]:
    spans: dict[Span, list[str]] = {}
    for unit in scene.units_there:
        if span := span_of(unit):
            spans.setdefault(span, []).append(unit)
    scaled = "OBS_VALUE * power(10, cast(UNIT_MULT, integer))"
    # A ratio of rates (RO) of kind M may be anything, as what is poolable may not.
    poolable = f"SERIES in {codes(scene.kind(SeriesKind.COUNT, SeriesKind.RATIO))}"
    rules: dict[str, str] = {}
    for span, named in spans.items():
        above = f"{scaled} >= {plain(span.lowest)}"
        within = f"between({scaled}, {plain(span.lowest)}, {plain(span.highest)})"
        good = f"{scaled} in {{0, 1}}" if span.whole else above if math.isinf(span.highest) else within
        plainly = [unit for unit in named if unit != "RO"]
        if plainly:
            rules[f"RANGE_{len(rules) + 1}"] = f"when UNIT_MEASURE in {codes(plainly)} then {good}"
        if "RO" in named:
            rules[f"RANGE_{len(rules) + 1}"] = f'when UNIT_MEASURE = "RO" and {poolable} then {good}'
    if rules:
        yield from datapoint(setting, "OBS_VALUE, SERIES, UNIT_MEASURE, UNIT_MULT", rules, "SHARES")


def _future(scene: Scene, setting: Setting) -> Iterator[str]:
    # By the year, which every form of a period has: as texts, 2026-Q1 would come after 2026-11-27.
    begun = f"getyear({scene.time}) <= getyear(current_date())"
    rules = {"BEGUN": f'when not isnull(OBS_VALUE) and OBS_STATUS <> "F" then {begun}'}
    yield from datapoint(setting, f"{scene.time}, OBS_VALUE, OBS_STATUS", rules, "LOCAL")


def _sexes(scene: Scene, setting: Setting) -> Iterator[str]:
    if not scene.has_sexes:
        return
    yield f"define hierarchical ruleset {setting.name} (variable rule SEX) is"
    yield f"    SEXES: {item('_T')} = {item('F')} + {item('M')} {setting.fault()}"
    yield "end hierarchical ruleset;"
    checked = f"check_hierarchy({setting.of('COUNTS')}, {setting.name} rule SEX non_null all)"
    # Whole counts are rounded to 1: three of them miss each other by up to three halves.
    slack = plain(1.5 * setting.values.get("halves", 1))
    yield f"{setting.name}_FAULTS <- {checked} [filter abs('imbalance') > {slack}];"


_ROUNDED = "Figures are taken as whole numbers here; the exchange takes the rounding that they show."
_SEXES = Expressed(_sexes, ("SERIES", "SEX", "UNIT_MULT"), "its code list of SEX has not _T, F and M", _ROUNDED)

EXPRESSED: Mapping[str, Expressed] = {
    "RNG-EMPTY": Expressed(_empty, ("OBS_STATUS",)),
    "RNG-STATUS": Expressed(_status, ("OBS_STATUS",)),
    "CNF-MARKED": Expressed(_marked, ("CONF_STATUS",)),
    "RNG-PERCENT": Expressed(_percent, ("SERIES", "UNIT_MEASURE", "UNIT_MULT")),
    "RNG-COUNT": Expressed(_count, ("SERIES", "UNIT_MEASURE", "UNIT_MULT")),
    "BND": Expressed(_bounds, ("LOWER_BOUND", "UPPER_BOUND")),
    "UNIT-SERIES": Expressed(_units, ("SERIES", "UNIT_MEASURE"), "its code list of SERIES names no units"),
    "RNG-UNIT": Expressed(
        _unit_ranges, ("SERIES", "UNIT_MEASURE", "UNIT_MULT"), "its code list of units has none with a range"
    ),
    "RNG-FUTURE": Expressed(
        _future,
        ("TIME_PERIOD", "OBS_STATUS"),
        note="By the year: quarters and months to come of the current year are found by the exchange alone.",
    ),
    "SUM-SEX": _SEXES,
    "SUM-PARTS": replace(
        _SEXES,
        note="Of women and men, and as a warning alone; other breakdowns are found in the data, as they are complete or not, and what is "
        f"an error among them. {_ROUNDED}",
    ),
    **SCALE,
    **TIME,
    **NATION,
    **WEIGHTS,
}
