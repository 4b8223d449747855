"""What readers must know of a series beyond its values: how it is adapted, who made it, what its marks mean."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from dataexchange.model.comparison import SeriesLine
from dataexchange.model.period import frequency
from dataexchange.model.schema import Schema
from dataexchange.model.series_notes import global_series, indicators
from dataexchange.web.moments import in_words, place_in_order, usual_step
from dataexchange.web.series_figures import BREAK, UNCERTAIN, Figures
from dataexchange.web.series_names import SERIES, dimension_name, lowered

Facts = tuple[tuple[str, str], ...]

_ADAPTED = (
    *("DIFF_NUMERATOR", "DIFF_DENOMINATOR", "DIFF_POPULATION", "DIFF_AREA", "DIFF_PERIOD", "DIFF_SOURCE"),
    *("NSO_ACCEPTANCE", "NSO_ACCEPTANCE_DATE", "NSO_ACCEPTANCE_NOTE"),
)
_SOURCE = ("SOURCE_DETAIL", "SOURCE_CLASS", "SAMPLING", "SAMPLE_SIZE", "NATURE", "COMMENT_TS", "DATA_LAST_UPDATE")

#: Codes of a city's own start like this.
_LOCAL = "_L_"


def adaptation(line: SeriesLine, schema: Schema) -> tuple[str, Facts]:
    """(a sentence, what differs) — ("", ()) where the series is not adapted at all."""
    said = line.attributes
    code = line.codes.get(SERIES, "")
    stands_for = said.get("GLOBAL_SERIES") or global_series(schema.codes.get(SERIES, {}).get(code)) or ""
    kind = said.get("ADAPTATION_TYPE", "")
    facts = tuple(
        (dimension_name(schema.structure, schema, c), schema.code_name(c, said[c])) for c in _ADAPTED if said.get(c)
    )
    local = _local_codes(line, schema)
    # Who says IDENTICAL of a series with a local breakdown means the indicator, not the series.
    adapted = kind not in ("", "IDENTICAL") or stands_for not in ("", code) or local or said.get("OBS_STATUS") == "D"
    if not adapted:
        return "", facts
    sentences = ["This is an adapted indicator, made for local use: it is not the global one."]
    if kind and kind != "IDENTICAL":
        sentences.append(f"It is {lowered(schema.code_name('ADAPTATION_TYPE', kind))}.")
    if stands_for and stands_for != code:
        sentences.append(f"It stands for “{schema.code_name(SERIES, stands_for)}” ({stands_for}).")
    if local:
        sentences.append(f"Codes that start with {_LOCAL} are local ones: {', '.join(local)}.")
    return " ".join(sentences), facts


def mark(line: SeriesLine, schema: Schema) -> str:
    """What stands beside the title of an adapted series: "Adapted indicator: a different measure of the same concept"; else ""."""
    if not adaptation(line, schema)[0]:
        return ""
    kind = line.attributes.get("ADAPTATION_TYPE", "")
    if kind in ("", "IDENTICAL"):
        return "Adapted indicator"
    return f"Adapted indicator: {lowered(schema.code_name('ADAPTATION_TYPE', kind))}"


def source_facts(line: SeriesLine, schema: Schema) -> Facts:
    """What the attributes say that is the same for all observations, and which of several measures is shown."""
    said = tuple(
        (dimension_name(schema.structure, schema, c), schema.code_name(c, line.attributes[c]))
        for c in _SOURCE
        if line.attributes.get(c)
    )
    others = [schema.component_name(m) for m in schema.structure.further_measures]
    if not others:
        return said
    shown = f"{schema.component_name(schema.structure.measure)}; the downloads have {', '.join(others)}, too"
    return ("Measure shown", shown), *said


def indicator_ids(line: SeriesLine, schema: Schema) -> tuple[str, ...]:
    return indicators(schema.codes.get(SERIES, {}).get(line.codes.get(SERIES, "")))


def remarks(drawn: Sequence[tuple[str, Figures]], schema: Schema, *, from_zero: bool) -> tuple[str, ...]:
    """What the marks of a chart mean, and where it might mislead."""
    found = [] if from_zero else ["The vertical axis does not start at zero."]
    for name, one in drawn:
        by_status: dict[str, list[int]] = {}
        for (period, _), status in zip(one.known, _known_statuses(one), strict=True):
            by_status.setdefault(status or "", []).append(period)
        for status, periods in by_status.items():
            word = schema.code_name("OBS_STATUS", status)
            if status in UNCERTAIN:
                which = "all values" if len(periods) == len(one.known) else _listed(periods)
                found.append(f"Hollow marks, {name}: {lowered(word)} ({which}).")
            elif status == BREAK:
                found.append(
                    f"{name}: the series breaks at {_listed(periods)}; values before and after do not measure the same."
                )
        found += _gaps(name, one, schema)
    return tuple(found)


def _known_statuses(one: Figures) -> list[str | None]:
    return [status for status, value in zip(one.statuses, one.values, strict=True) if value is not None]


def _gaps(name: str, one: Figures, schema: Schema) -> list[str]:
    """Where the line is broken, whether the source says that a value is missing or has no such period at all."""
    missing = [(p, s) for p, v, s in zip(one.periods, one.values, one.statuses, strict=True) if v is None]
    found = []
    if missing:
        why = {_why(schema.code_name("OBS_STATUS", s)) for _, s in missing if s} - {""}
        reason = f" ({', '.join(sorted(why))})" if why else ""
        found.append(f"{name} has no value for {_listed([p for p, _ in missing])}{reason}.")
    step = usual_step(one.periods)
    jumps = [
        f"{in_words(a)} and {in_words(b)}"
        for a, b in pairwise(one.periods)
        if frequency(a) == frequency(b) and place_in_order(b) - place_in_order(a) > step
    ]
    if jumps:
        found.append(f"{name} has nothing between {'; '.join(jumps[:3])}{'; and more' if len(jumps) > 3 else ''}.")
    return found


def _why(status: str) -> str:
    """`suppressed` of `Missing value; suppressed`; nothing of `Missing value`."""
    return status.partition("; ")[2] if status.lower().startswith("missing value") else lowered(status)


def _listed(periods: Sequence[int]) -> str:
    words = [in_words(p) for p in periods]
    return ", ".join(words) if len(words) <= 6 else f"{', '.join(words[:5])} and {len(words) - 5} more periods"


def _local_codes(line: SeriesLine, schema: Schema) -> list[str]:
    return [
        f"this series ({c})" if d == SERIES else f"{schema.code_name(d, c)} ({c})"
        for d, c in line.codes.items()
        if c.startswith(_LOCAL)
    ]
