"""Shares of parts in their whole that change oddly (COH-SHARE), in VTL.

The change of logit y / Y from one period to the next is held against the series' own changes and against those of the other areas: a fault
where both find it odd, or, where only one can be asked, that one by a wider margin.
"""

from __future__ import annotations

from collections.abc import Iterator

from dataexchange.messages.vtl_checks import ruleset
from dataexchange.messages.vtl_scene import Scene, Setting, codes

#: The median absolute deviation times this is the standard deviation of normal numbers.
_NORMAL = "1.4826"


def share(scene: Scene, setting: Setting) -> Iterator[str]:
    """`O` and `N`: how many deviations a change lies from the median of its own series and of the areas beside it."""
    if not scene.below:
        return
    z, alone = setting.number("z"), setting.number("alone")
    rules = {
        "BOTH": f"when not isnull(O) and not isnull(N) then O <= {z} or N <= {z}",
        "ALONE": f"when isnull(O) or isnull(N) then nvl(O, N) <= {alone}",
    }
    yield from ruleset(setting, "O, N", rules)
    for whole, parts in scene.below.items():
        name = f"{setting.name}_{whole}"
        yield from _moves(scene, setting, name, whole, parts)
        for side, ids in (("O", scene.time), ("N", "REF_AREA")):
            yield from _deviations(setting, name, side, ids)
        yield f"{name}_FAULTS <- check_datapoint(full_join({name}_O as P, {name}_N as Q), {setting.name} invalid);"


def _moves(scene: Scene, setting: Setting, name: str, whole: str, parts: tuple[str, ...]) -> Iterator[str]:
    source, measure, least = setting.of("COUNTS_OF_ALL"), scene.measure, setting.number("smallest")
    over = f"over ({scene.by_series})"
    yield f"{name}_PARTS := {source} [filter REF_AREA in {codes(parts)}];"
    yield f'{name}_WHOLE := {source} [sub REF_AREA = "{whole}"] [rename {measure} to Y];'
    inside = f"filter {measure} > 0 and {measure} < Y calc S := ln({measure} / (Y - {measure}))"
    yield f"{name}_LOGIT := inner_join({name}_PARTS as P, {name}_WHOLE as Q {inside});"
    moved = f"D := S - lag(S, 1 {over}), B := lag({measure}, 1 {over})"
    yield f"{name}_MOVE := {name}_LOGIT [calc {moved}] [filter {measure} >= {least} and B >= {least}] [keep D];"


def _deviations(setting: Setting, name: str, side: str, ids: str) -> Iterator[str]:
    """Robust z over all periods of a series, or over all areas in one period; a deviation is at least `floor`."""
    enough, floor = f"group except {ids} having count() >= {setting.number('least')}", setting.number("floor")
    yield f"{name}_{side}_APART := abs({name}_MOVE - median({name}_MOVE {enough}));"
    yield f"{name}_{side}_WIDTH := {_NORMAL} * median({name}_{side}_APART group except {ids});"
    sides = f"{name}_{side}_APART as P, {name}_{side}_WIDTH [rename D to W] as Q"
    yield f"{name}_{side}_BOTH := inner_join({sides});"
    yield f"{name}_{side} := {name}_{side}_BOTH [calc {side} := if W > {floor} then D / W else D / {floor}] [keep {side}];"
