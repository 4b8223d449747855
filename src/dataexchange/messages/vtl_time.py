"""Rules about series in time, in VTL: figures beside each other, holes, and what is revised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dataexchange.messages.vtl_checks import Expressed, check, datapoint
from dataexchange.messages.vtl_scene import Scene, Setting, plain


def _jumps(scene: Scene, setting: Setting) -> Iterator[str]:
    name, factor = setting.name, setting.number("factor")
    enough = f"group except {scene.time} having count() >= {setting.number('fewest')}"
    yield f"{name}_SIZE := abs({setting.of('LOCAL_IN_UNITS')}) [filter {scene.measure} > 0];"
    yield f"{name}_MIDDLE := median({name}_SIZE {enough});"
    yield check(setting, f"{name}_LARGE", f"{name}_SIZE <= {factor} * {name}_MIDDLE")
    yield f"{name}_COUNT := abs({setting.of('COUNTS')}) [filter {scene.measure} > 0];"
    yield check(setting, f"{name}_SMALL", f"{name}_COUNT >= {name}_MIDDLE / {factor}")


def _scale(scene: Scene, setting: Setting) -> Iterator[str]:
    name, near, agree, steady = setting.name, *map(setting.number, ("near", "agree", "steady"))
    over = f"over ({scene.by_series})"
    yield f"{name}_LOGS := {setting.of('LOCAL_IN_UNITS')} [filter {scene.measure} <> 0] [calc X := log(abs({scene.measure}), 10)];"
    beside = (
        f"{word}{n} := {function}(X, {n} {over})" for n in (1, 2) for word, function in (("B", "lag"), ("A", "lead"))
    )
    yield f"{name}_BESIDE := {name}_LOGS [calc {', '.join(beside)}] [calc D := X - (B1 + A1) / 2];"
    pairs = (("B1", "B2"), ("A1", "A2"), ("B2", "A2"), ("B1", "A1"), ("B1", "A2"), ("B2", "A1"))
    calm = " and ".join(f"abs({one} - {other}) <= {steady}" for one, other in pairs)
    leap = f"round(D, 0) <> 0 and abs(D - round(D, 0)) <= {near}"
    rules = {
        "HUNDREDS": f"when abs(B1 - A1) <= {agree} and abs(round(D, 0)) >= 2 then not ({leap})",
        "TENS": f"when {calm} then not ({leap})",
    }
    yield from datapoint(setting, "D, B1, B2, A1, A2", rules, f"{name}_BESIDE", whole=True)


def _holes(scene: Scene, setting: Setting) -> Iterator[str]:
    name = setting.name
    yield f"{name}_THERE := {setting.of('LOCAL')} [calc MISSING := 0] [keep MISSING];"
    yield f"{name}_FILLED := fill_time_series({name}_THERE, single);"
    yield check(setting, name, f"not isnull({name}_FILLED)")


def _revised(scene: Scene, setting: Setting) -> Iterator[str]:
    name, relative = setting.name, _share(setting, "relative")
    yield f"{name}_BY := abs({setting.of('LOCAL_IN_UNITS')} - PREVIOUS_IN_UNITS);"
    yield check(setting, f"{name}_RELATIVE", f"{name}_BY <= {relative} * abs(PREVIOUS_IN_UNITS)")
    enough = f"group except {scene.time} having count() >= {setting.number('fewest')}"
    yield f"{name}_USUAL := median({name}_BY [filter {scene.measure} > 0] {enough});"
    small = f"{name}_BY <= {_share(setting, 'least')} * abs(PREVIOUS_IN_UNITS)"
    yield check(setting, f"{name}_UNUSUAL", f"{name}_BY <= {setting.number('times')} * {name}_USUAL or {small}")


def _share(setting: Setting, name: str) -> str:
    """A percentage as a share."""
    return plain(setting.values[name] / 100)


TIME: Mapping[str, Expressed] = {
    "RNG-JUMP": Expressed(_jumps, ("SERIES", "UNIT_MULT")),
    "TS-SCALE": Expressed(
        _scale,
        ("UNIT_MULT",),
        note="Figures between two others; the ends of a series, growth rates, small counts and steps that stay are looked at by the "
        "exchange alone.",
    ),
    "TS-HOLE": Expressed(
        _holes,
        ("TIME_PERIOD",),
        note="Every period between the first and the last is expected; the exchange expects those of the rhythm of the series.",
    ),
    "REV-LARGE": Expressed(
        _revised, ("UNIT_MULT",), note="What is within the rounding of the figures is let pass by the exchange alone."
    ),
}
