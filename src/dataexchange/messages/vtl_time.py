"""Rules about series in time, in VTL: figures beside each other, holes, and what is revised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dataexchange.messages.vtl_checks import Expressed, check
from dataexchange.messages.vtl_scene import Scene, Setting, codes, plain
from dataexchange.model.series_notes import SeriesKind


def _jumps(scene: Scene, setting: Setting) -> Iterator[str]:
    name, factor = setting.name, setting.number("factor")
    enough = f"group except {scene.time} having count() >= {setting.number('fewest')}"
    yield f"{name}_SIZE := abs({setting.of('LOCAL_IN_UNITS')}) [filter {scene.measure} > 0];"
    yield f"{name}_MIDDLE := median({name}_SIZE {enough});"
    yield check(setting, f"{name}_LARGE", f"{name}_SIZE <= {factor} * {name}_MIDDLE")
    yield f"{name}_COUNT := abs({setting.of('COUNTS')}) [filter {scene.measure} > 0];"
    yield check(setting, f"{name}_SMALL", f"{name}_COUNT >= {name}_MIDDLE / {factor}")


def _holes(scene: Scene, setting: Setting) -> Iterator[str]:
    name = setting.name
    yield f"{name}_THERE := {setting.of('LOCAL')} [calc MISSING := 0] [keep MISSING];"
    yield f"{name}_FILLED := fill_time_series({name}_THERE, single);"
    yield check(setting, name, f"not isnull({name}_FILLED)")


def _revised(scene: Scene, setting: Setting) -> Iterator[str]:
    name, relative, growing = setting.name, _share(setting, "relative"), scene.kind(SeriesKind.GROWTH)
    yield f"{name}_BY := abs({setting.of('LOCAL_IN_UNITS')} - PREVIOUS_IN_UNITS);"
    yield f"{name}_SIZE := median(abs(PREVIOUS_IN_UNITS) group except {scene.time});"
    near_zero = f"abs(PREVIOUS_IN_UNITS) < 0.1 * {name}_SIZE"
    plainly = f"{name}_BY [filter SERIES not_in {codes(growing)}]" if growing else f"{name}_BY"
    within = (
        f"{plainly} <= {relative} * abs(PREVIOUS_IN_UNITS) or ({near_zero} and {plainly} <= {relative} * {name}_SIZE)"
    )
    yield check(setting, f"{name}_RELATIVE", within)
    if growing:
        of_it, growth = f"{name}_BY [filter SERIES in {codes(growing)}]", _share(setting, "growth")
        within = f"{of_it} <= {growth} * abs(PREVIOUS_IN_UNITS) or {of_it} <= {growth} * {name}_SIZE"
        yield check(setting, f"{name}_GROWTH", within)
    enough = f"group except {scene.time} having count() >= {setting.number('fewest')}"
    yield f"{name}_USUAL := median({name}_BY [filter {scene.measure} > 0] {enough});"
    least = _share(setting, "least")
    small = f"{name}_BY <= {least} * abs(PREVIOUS_IN_UNITS) or ({near_zero} and {name}_BY <= {least} * {name}_SIZE)"
    yield check(setting, f"{name}_UNUSUAL", f"{name}_BY <= {setting.number('times')} * {name}_USUAL or {small}")


def _share(setting: Setting, name: str) -> str:
    """A percentage as a share."""
    return plain(setting.values[name] / 100)


TIME: Mapping[str, Expressed] = {
    "RNG-JUMP": Expressed(_jumps, ("SERIES", "UNIT_MULT")),
    "TS-HOLE": Expressed(
        _holes,
        ("TIME_PERIOD",),
        note="Every period between the first and the last is expected; the exchange expects those of the rhythm of the series.",
    ),
    "REV-LARGE": Expressed(
        _revised, ("UNIT_MULT",), note="What is within the rounding of the figures is let pass by the exchange alone."
    ),
}
