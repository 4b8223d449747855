"""Rules about series that the code list ties to others, in VTL: the range of the parts, a rate by its denominator, pooling by weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dataexchange.messages.vtl_checks import Expressed, check
from dataexchange.messages.vtl_scene import Scene, Setting, codes, plain


def _range(scene: Scene, setting: Setting) -> Iterator[str]:
    if not scene.has_sexes:
        return
    name, source, share = setting.name, setting.of("AVERAGES"), plain(setting.values.get("tolerance", 0) / 100)
    both = 'filter SEX in {"F", "M"}'
    yield f'{name}_WHOLE := {source} [sub SEX = "_T"];'
    for word, function in (("LOW", "min"), ("HIGH", "max"), ("TOGETHER", "sum")):
        yield f"{name}_{word} := {function}({source} [{both}] group except SEX having count() = 2);"
    slack = "" if share == "0" else f" + {share} * abs({name}_WHOLE)"
    # Shares of one whole add up to their total; they do not lie around it.
    shares = f"abs({name}_TOGETHER - {name}_WHOLE) <= 0.01 * abs({name}_WHOLE)"
    yield check(setting, f"{name}_BELOW", f"{name}_WHOLE{slack} >= {name}_LOW or {shares}")
    yield check(setting, f"{name}_ABOVE", f"{name}_WHOLE <= {name}_HIGH{slack} or {shares}")


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
    mild = "warning" if setting.severity == "error" else setting.severity
    well, bad = (plain(setting.values[name] / 100) for name in ("relative", "error"))
    source = setting.of("AVERAGES_OF_ALL")
    for number, (weight, weighed) in enumerate(scene.weighed.items(), 1):
        name = f"{setting.name}_{number}"
        yield f'{name}_WEIGHT := TOGETHER [sub SERIES = "{weight}"];'
        yield f"{name}_VALUE := {source} [filter SERIES in {codes(weighed)}];"
        yield f"{name}_TIMES := {name}_VALUE * {name}_WEIGHT;"
        # The weights of those that have a value, series by series.
        yield f"{name}_HELD := {name}_VALUE * 0 + {name}_WEIGHT;"
        for whole, parts in scene.partitions.items():
            at, those = f"{name}_{whole}", f"[filter REF_AREA in {codes(parts)}]"
            complete = f"group except REF_AREA having count() = {len(parts)}"
            yield f'{at}_WHOLE := {name}_VALUE [sub REF_AREA = "{whole}"];'
            yield f"{at}_UPPER := sum({name}_TIMES {those} {complete});"
            yield f"{at}_LOWER := sum({name}_HELD {those} {complete});"
            gap = f"abs({at}_UPPER / {at}_LOWER - {at}_WHOLE)"
            yield check(setting, f"{at}_MILD", f"{gap} <= {well} * abs({at}_WHOLE)", mild)
            yield check(setting, f"{at}_GRAVE", f"{gap} <= {bad} * abs({at}_WHOLE)")


_UNROUNDED = "What the figures are rounded to is let pass by the exchange alone."

WEIGHTS: Mapping[str, Expressed] = {
    "SUM-RANGE": Expressed(
        _range,
        ("SERIES", "SEX", "UNIT_MULT"),
        "its code list of SEX has not _T, F and M",
        f"Of women and men. {_UNROUNDED}",
    ),
    "IDN-RATE": Expressed(
        _rates, ("SERIES", "UNIT_MULT"), "its code list of SERIES ties no rate to its count and denominator", _UNROUNDED
    ),
    "COH-POOL": Expressed(
        _pool,
        ("SERIES", "REF_AREA", "UNIT_MULT"),
        "its code list marks no area as an exhaustive partition, or names no count that others are weighted with",
        _UNROUNDED,
    ),
}
