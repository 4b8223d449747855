"""Rules about series that the code list ties to others, in VTL: the range of the parts, a rate by its denominator, pooling by weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from dataexchange.messages.vtl_checks import Expressed, check, ruleset
from dataexchange.messages.vtl_scene import Scene, Setting, codes, plain
from dataexchange.model.series_notes import SeriesKind


def _range(scene: Scene, setting: Setting) -> Iterator[str]:
    if not scene.has_sexes:
        return
    name, source, share = setting.name, setting.of("AVERAGES"), plain(setting.values.get("tolerance", 0) / 100)
    both = 'filter SEX in {"F", "M"}'
    yield f'{name}_WHOLE := {source} [sub SEX = "_T"];'
    for word, function in (("LOW", "min"), ("HIGH", "max"), ("TOGETHER", "sum")):
        yield f"{name}_{word} := {function}({source} [{both}] group except SEX having count() = 2);"
    # Only a plain ratio must lie between its parts; a standardised rate or a composite mostly does.
    for kind, severity in ((SeriesKind.RATIO, setting.severity), (SeriesKind.MEAN, setting.milder)):
        if not (named := scene.kind(kind)):
            continue
        whole, of = f"{name}_{kind}_WHOLE", f"{name}_{kind}"
        yield f"{whole} := {name}_WHOLE [filter SERIES in {codes(named)}];"
        slack = "" if share == "0" else f" + {share} * abs({whole})"
        # Shares of one whole add up to their total; they do not lie around it.
        shares = f"abs({name}_TOGETHER - {whole}) <= 0.01 * abs({whole})"
        yield check(setting, f"{of}_BELOW", f"{whole}{slack} >= {name}_LOW or {shares}", severity)
        yield check(setting, f"{of}_ABOVE", f"{whole} <= {name}_HIGH{slack} or {shares}", severity)


def _rates(scene: Scene, setting: Setting) -> Iterator[str]:
    share = plain(setting.values["tolerance"] / 100)
    source = setting.of("LOCAL_IN_UNITS")
    for (rate, count, base), times in scene.rates.items():
        name = f"{setting.name}_{rate}"
        yield f'{name}_RATE := {source} [sub SERIES = "{rate}"];'
        yield f'{name}_COUNT := LOCAL_IN_UNITS [sub SERIES = "{count}"];'
        yield f'{name}_BASE := LOCAL_IN_UNITS [sub SERIES = "{base}"];'
        follows = f"{name}_RATE * {name}_BASE / {plain(times)}"
        yield check(setting, name, f"abs({follows} - {name}_COUNT) <= {share} * abs({name}_COUNT) + 0.5")


def _pool(scene: Scene, setting: Setting) -> Iterator[str]:
    mild = setting.milder
    well, bad = (plain(setting.values[name] / 100) for name in ("relative", "error"))
    source = setting.of("AVERAGES_OF_ALL")
    for number, (weight, weighed) in enumerate(scene.weighed.items(), 1):
        name = f"{setting.name}_{number}"
        yield from _weighted(name, weight, f"{source} [filter SERIES in {codes(weighed)}]")
        for whole, parts in scene.partitions.items():
            at, those = f"{name}_{whole}", f"[filter REF_AREA in {codes(parts)}]"
            complete = f"group except REF_AREA having count() = {len(parts)}"
            yield f'{at}_WHOLE := {name}_VALUE [sub REF_AREA = "{whole}"];'
            yield f"{at}_UPPER := sum({name}_TIMES {those} {complete});"
            yield f"{at}_LOWER := sum({name}_HELD {those} {complete});"
            gap = f"abs({at}_UPPER / {at}_LOWER - {at}_WHOLE)"
            yield check(setting, f"{at}_MILD", f"{gap} <= {well} * abs({at}_WHOLE)", mild)
            yield check(setting, f"{at}_GRAVE", f"{gap} <= {bad} * abs({at}_WHOLE)")


def rest_of_ratios(scene: Scene, setting: Setting) -> Iterator[str]:
    """What the parts of a ratio leave for the rest: r = (W Y - sum w y) / (W - sum w), which must be possible (F2)."""
    kind = set(scene.kind(SeriesKind.RATIO))
    weighed = {weight: [code for code in named if code in kind] for weight, named in scene.weighed.items()}
    weighed = {weight: named for weight, named in weighed.items() if named}
    if not weighed:
        return
    name = f"{setting.name}_OF_RATIOS"
    low, high = setting.number("lowest"), setting.number("highest")
    percentages = codes(scene.in_unit("PT"))
    rules = {
        "BELOW": "R + BLUR >= 0",
        "ABOVE": f"when SERIES in {percentages} then R - BLUR <= 100",
        "USUAL": f"when Y > 0 then R + BLUR >= {low} * Y and R - BLUR <= {high} * Y",
    }
    yield from ruleset(replace(setting, name=name), "SERIES, R, BLUR, Y", rules, mild=("USUAL",))
    least = plain(setting.values["smallest_rest"] / 100)
    for number, (weight, named) in enumerate(weighed.items(), 1):
        of = f"{name}_{number}"
        yield from _weighted(of, weight, f"{setting.of('AVERAGES_OF_ALL')} [filter SERIES in {codes(named)}]")
        for whole, parts in scene.below.items():
            at, those = f"{of}_{whole}", f"[filter REF_AREA in {codes(parts)}]"
            # All parts of a partition are asked by COH-POOL.
            some = f" having count() < {len(parts)}" if whole in scene.partitions else ""
            for word, source in (("UPPER", "TIMES"), ("LOWER", "HELD")):
                yield f"{at}_{word} := sum({of}_{source} {those} group except REF_AREA{some});"
            sides = {
                "Y": f'{of}_VALUE [sub REF_AREA = "{whole}"]',
                "W": f'{of}_HELD [sub REF_AREA = "{whole}"]',
                "U": f"{at}_UPPER",
                "L": f"{at}_LOWER",
            }
            joined = ", ".join(f"{source} [rename {scene.measure} to {side}]" for side, source in sides.items())
            yield f"{at}_SIDES := inner_join({joined} filter W > L and W - L >= {least} * W);"
            # Half a unit of each figure, worked through the same sum.
            made = f"R := (W * Y - U) / (W - L), BLUR := {_HALF} * (W + L) / (W - L)"
            yield f"{at}_REST := {at}_SIDES [calc {made}];"
            yield f"{at}_FAULTS <- check_datapoint({at}_REST, {name} invalid);"


def _weighted(name: str, weight: str, values: str) -> Iterator[str]:
    """Values, their products with their weights, and the weights of those that have a value, series by series."""
    yield f'{name}_WEIGHT := TOGETHER [sub SERIES = "{weight}"];'
    yield f"{name}_VALUE := {values};"
    yield f"{name}_TIMES := {name}_VALUE * {name}_WEIGHT;"
    yield f"{name}_HELD := {name}_VALUE * 0 + {name}_WEIGHT;"


#: Half of the last decimal that ratios are taken to have.
_HALF = "0.05"
_UNROUNDED = "What the figures are rounded to is let pass by the exchange alone."

WEIGHTS: Mapping[str, Expressed] = {
    "SUM-RANGE": Expressed(
        _range,
        ("SERIES", "SEX", "UNIT_MULT"),
        "its code list of SEX has not _T, F and M",
        f"Of women and men. {_UNROUNDED}",
    ),
    "IDN-RATE": Expressed(
        _rates,
        ("SERIES", "UNIT_MULT"),
        "its code list of SERIES ties no rate to its count and denominator",
        f"Denominators of LOCAL alone: those that are published already, or the nation's, are laid beside by the exchange. {_UNROUNDED}",
    ),
    "COH-POOL": Expressed(
        _pool,
        ("SERIES", "REF_AREA", "UNIT_MULT"),
        "its code list marks no area as an exhaustive partition, or names no count that others are weighted with",
        _UNROUNDED,
    ),
}
