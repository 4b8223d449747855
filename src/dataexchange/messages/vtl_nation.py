"""Rules about local series beside national ones, and parts beside their whole, in VTL.

`TOGETHER` holds what the provider sends and, where it sends nothing of a key, what the nation has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dataexchange.messages.vtl_checks import Expressed, check, datapoint
from dataexchange.messages.vtl_scene import Scene, Setting, codes, item, plain
from dataexchange.messages.vtl_share import share
from dataexchange.messages.vtl_weights import rest_of_ratios

#: Width of a 95 % confidence interval in standard errors.
_WIDTH = "3.92"


def _mirror(scene: Scene, setting: Setting) -> Iterator[str]:
    name = setting.name
    local = setting.of("LOCAL_WITH_BOUNDS")
    nation = "NATIONAL_WITH_BOUNDS [rename X to Y, LOW to NATION_LOW, HIGH to NATION_HIGH]"
    yield f"{name}_PAIRS := inner_join({local} as L, {nation} as N);"
    bounds = "not isnull(HIGH - LOW) and not isnull(NATION_HIGH - NATION_LOW)"
    error = f"sqrt(power((HIGH - LOW) / {_WIDTH}, 2) + power((NATION_HIGH - NATION_LOW) / {_WIDTH}, 2))"
    share = plain(setting.values["relative"] / 100)
    rules = {
        "SURVEYS": f"when {bounds} then abs(X - Y) < {setting.number('z_warning')} * {error}",
        "OTHERS": f"when not ({bounds}) then abs(X - Y) <= {share} * abs(Y)",
    }
    yield from datapoint(setting, "X, LOW, HIGH, Y, NATION_LOW, NATION_HIGH", rules, f"{name}_PAIRS", whole=True)


def _sum(scene: Scene, setting: Setting) -> Iterator[str]:
    mild = setting.milder
    for whole, parts in scene.partitions.items():
        name, slack = f"{setting.name}_{whole}", plain((len(parts) + 1) / 2)
        source = setting.of("COUNTS_OF_ALL")
        yield f"define hierarchical ruleset {name} (variable rule REF_AREA) is"
        yield f"    PARTS: {item(whole)} = {' + '.join(map(item, parts))} {setting.fault(mild)}"
        yield "end hierarchical ruleset;"
        checked = f"check_hierarchy({source}, {name} rule REF_AREA non_null all)"
        yield f"{name}_FAULTS <- {checked} [filter abs('imbalance') > {slack}];"
        complete = f"group except REF_AREA having count() = {len(parts)}"
        yield f'{name}_WHOLE := {source} [sub REF_AREA = "{whole}"];'
        yield f"{name}_TOGETHER := sum({source} [filter REF_AREA in {codes(parts)}] {complete});"
        share = plain(setting.values["warning"] / 100)
        gap = f"abs({name}_WHOLE - {name}_TOGETHER)"
        yield check(setting, f"{name}_GRAVE", f"{gap} <= {slack} or {gap} <= {share} * abs({name}_WHOLE)")


def _remainder(scene: Scene, setting: Setting) -> Iterator[str]:
    for whole, parts in scene.below.items():
        name, source = f"{setting.name}_{whole}", setting.of("COUNTS_OF_ALL")
        # All parts of a partition are asked by COH-SUM.
        some = f" having count() < {len(parts)}" if whole in scene.partitions else ""
        yield f'{name}_WHOLE := {source} [sub REF_AREA = "{whole}"];'
        yield f"{name}_PARTS := sum({source} [filter REF_AREA in {codes(parts)}] group except REF_AREA{some});"
        slack = plain((len(parts) + 1) / 2)
        yield check(setting, name, f"{name}_WHOLE - {name}_PARTS >= -{slack}")
    yield from rest_of_ratios(scene, setting)


def _convex(scene: Scene, setting: Setting) -> Iterator[str]:
    for whole, parts in scene.partitions.items():
        name, within = f"{setting.name}_{whole}", f"REF_AREA in {codes(parts)}"
        source = setting.of("AVERAGES_OF_ALL")
        complete = f"group except REF_AREA having count() = {len(parts)}"
        yield f'{name}_WHOLE := {source} [sub REF_AREA = "{whole}"];'
        yield f"{name}_LOW := min({source} [filter {within}] {complete});"
        yield f"{name}_HIGH := max({source} [filter {within}] {complete});"
        yield check(setting, f"{name}_BELOW", f"{name}_WHOLE >= {name}_LOW")
        yield check(setting, f"{name}_ABOVE", f"{name}_WHOLE <= {name}_HIGH")


def _growth(scene: Scene, setting: Setting) -> Iterator[str]:
    # The nation's own change is the same for all areas, and so falls out of the distance from their median.
    name, least = setting.name, f"group except REF_AREA having count() >= {setting.number('least')}"
    z, measure = setting.values["z"], scene.measure
    logs = f"{setting.of('LOCAL_IN_UNITS')} [filter {measure} > 0] [calc X := ln({measure})]"
    yield f"{name}_CHANGE := {logs} [calc G := X - lag(X, 1 over ({scene.by_series}))] [keep G];"
    yield f"{name}_APART := abs({name}_CHANGE - median({name}_CHANGE {least}));"
    yield f"{name}_SPREAD := 1.4826 * median({name}_APART {least});"
    floor = plain(z * setting.values["floor"])
    yield check(setting, name, f"{name}_APART <= {plain(z)} * {name}_SPREAD or {name}_APART <= {floor}")


_AREAS = "its code list marks no area as an exhaustive partition"
_ROUNDED = "Figures are taken as whole numbers here; the exchange takes the rounding that they show."
_NEEDS = ("SERIES", "REF_AREA", "UNIT_MULT")

NATION: Mapping[str, Expressed] = {
    "COH-MIRROR": Expressed(
        _mirror,
        ("UNIT_MULT", "LOWER_BOUND", "UPPER_BOUND"),
        note="Without the gate, which says what can be compared, without rounding, and without the error of larger z, which depends on "
        "the number of periods.",
    ),
    "COH-SUM": Expressed(_sum, _NEEDS, _AREAS, _ROUNDED),
    "COH-REMAINDER": Expressed(
        _remainder,
        _NEEDS,
        "its code list of areas names none below another",
        f"Of areas right below. {_ROUNDED} Ratios are taken to have one decimal.",
    ),
    "COH-CONVEX": Expressed(_convex, _NEEDS, _AREAS),
    "COH-SHARE": Expressed(
        share,
        _NEEDS,
        "its code list of areas names none below another",
        "Of areas right below. What rounding does to a share is let pass by the exchange alone.",
    ),
    "COH-GROWTH": Expressed(
        _growth,
        ("REF_AREA", "UNIT_MULT"),
        note="Of areas beside each other; small counts are left out by the exchange alone.",
    ),
}
