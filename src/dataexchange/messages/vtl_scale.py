"""Figures on another scale than those beside them (TS-SCALE), in VTL: what is sure, and what is only asked."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from dataexchange.messages.vtl_checks import Expressed, datapoint
from dataexchange.messages.vtl_scene import Scene, Setting, codes, plain
from dataexchange.model.series_notes import SeriesKind

#: Figures before and after; those that stand beside each other are held together.
_PAIRS = (("B1", "B2"), ("A1", "A2"), ("B2", "A2"), ("B1", "A1"), ("B1", "A2"), ("B2", "A1"))


def _scale(scene: Scene, setting: Setting) -> Iterator[str]:
    """X is the logarithm, D how far it is from the level of the two beside it, K the power of ten that is nearest."""
    name, near, wide, agree, steady = setting.name, *map(setting.number, ("near", "wide", "agree", "steady"))
    yield from _beside(scene, setting)
    odd = f"abs(K) >= 2 and PAIR <= {agree} and abs(D - K) <= {wide} and (abs(K) > 2 or BIG)"
    # At an end nothing says that the series comes back; a zero beside it shows that it jumps.
    sure = f"not isnull(B1) and not isnull(A1) and not ZERO and abs(D - K) <= {near}"
    three = f"(not isnull(B2) or not isnull(A2)) and {_within(agree)}"
    plainly = f"abs(K) > 2 and {_within(steady)}"
    stays = f"abs(B1 - B2) <= {steady} and abs(A1 - X) <= {steady} and BIG and not ZERO"
    made = {
        "SURE": f"ODD and {sure} and (({three}) or ({plainly}))",
        "TENS": f"abs(K) = 1 and abs(D - K) <= {near} and BIG and {' and '.join(_close(steady))}",
        "STEP": f"{stays} and abs(round(X - B1, 0)) >= 2 and abs(X - B1 - round(X - B1, 0)) <= {near}",
    }
    calc = ", ".join(f"measure {word} := {condition}" for word, condition in made.items())
    yield f"{name}_ASKED := {name}_BESIDE [calc measure ODD := {odd}] [calc {calc}];"
    # What is rolled out goes from 1 % to 98 % in a year, and stays.
    rolled = f"round(X - B1, 0) = 2 and X <= 2 and SERIES in {codes(scene.in_unit('PT'))}"
    rules = {
        "CERTAIN": f"not SURE and (not nvl(STEP, false) or nvl({rolled}, false))",
        "DOUBTFUL": f"SURE or not (ODD or nvl(TENS, false) or nvl(STEP and {rolled}, false))",
    }
    yield from datapoint(
        setting,
        "SERIES, X, B1, ODD, SURE, TENS, STEP",
        rules,
        f"{name}_ASKED",
        whole=True,
        mild=("DOUBTFUL",),
    )


def _beside(scene: Scene, setting: Setting) -> Iterator[str]:
    name, measure, over = setting.name, scene.measure, f"over ({scene.by_series})"
    growth = scene.kind(SeriesKind.GROWTH)
    source = setting.of("LOCAL_IN_UNITS") + (f" [filter SERIES not_in {codes(growth)}]" if growth else "")
    places = [(word, n, function) for n in (1, 2) for word, function in (("B", "lag"), ("A", "lead"))]
    zeros = " or ".join(f"nvl({function}({measure}, {n} {over}) = 0, false)" for _, n, function in places)
    yield f"{name}_ZEROS := {source} [calc measure ZERO := {zeros}];"
    yield f"{name}_LOGS := {name}_ZEROS [filter {measure} <> 0] [calc X := log(abs({measure}), 10)];"
    beside = ", ".join(f"{word}{n} := {function}(X, {n} {over})" for word, n, function in places)
    ends = "if isnull(B1) then {first} else (if isnull(A1) then {last} else {between})"
    level = ends.format(first="(A1 + A2) / 2", last="(B1 + B2) / 2", between="(B1 + A1) / 2")
    pair = ends.format(first="abs(A1 - A2)", last="abs(B1 - B2)", between="abs(B1 - A1)")
    yield f"{name}_LEVELS := {name}_LOGS [calc {beside}] [calc LEV := {level}, PAIR := {pair}];"
    made = f"D := X - LEV, K := round(X - LEV, 0), measure BIG := {_large(scene, setting)}"
    yield f"{name}_BESIDE := {name}_LEVELS [calc {made}] [calc measure ZERO := ZERO or {_EVENTS}];"


#: Disasters come once in many years: a year that is a hundred times the others is what such series are about.
_EVENTS = 'substr(SERIES, 1, 7) = "VC_DSR_"'


def _large(scene: Scene, setting: Setting) -> str:
    """Small counts jump by tens and hundreds of times of themselves."""
    counts, least = scene.kind(SeriesKind.COUNT), setting.values["smallest"]
    if not counts or least <= 0:
        return "true"
    log = plain(math.log10(least))
    return f"SERIES not_in {codes(counts)} or (X >= {log} and LEV >= {log})"


def _close(limit: str) -> list[str]:
    return [f"abs({one} - {other}) <= {limit}" for one, other in _PAIRS]


def _within(limit: str) -> str:
    """Of the four those that are there."""
    return " and ".join(f"nvl({close}, true)" for close in _close(limit))


SCALE: Mapping[str, Expressed] = {
    "TS-SCALE": Expressed(
        _scale,
        ("SERIES", "UNIT_MULT"),
        note="What is wrong at an end of a series is a warning here, where the exchange knows errors, too. It looks at the four nearest "
        "figures, this at two on either side; and it takes off what is so in the same month or quarter of every year, which this does not.",
    ),
}
