"""What the verdict rests on: the national value, the vintage that last changed its series, and what would make the two consistent."""

from __future__ import annotations

from dataclasses import dataclass

from dataexchange.model.comparison import Portrait
from dataexchange.model.period import parse_period
from dataexchange.model.submission import Release
from dataexchange.web.address import series_path
from dataexchange.web.figures import short
from dataexchange.web.moments import in_words
from dataexchange.web.series_figures import unit_name
from dataexchange.web.series_names import area_name


@dataclass(frozen=True, slots=True)
class NationalValue:
    """`address` is the national series, as it stood after the release where that is known."""

    words: str
    address: str
    release: Release | None


def hints(portrait: Portrait) -> tuple[str, ...]:
    """Whole sentences, in English as the page is."""
    told = [str(hint) for hint in portrait.comparison.hints] if portrait.comparison else []
    return tuple(f"{hint[:1].upper()}{hint[1:]}" + ("" if hint.endswith(("?", ".")) else ".") for hint in told)


def national_value(portrait: Portrait, vintage: Release | None) -> NationalValue | None:
    """None where the comparison names no national value."""
    comparison, baseline = portrait.comparison, portrait.baseline
    if comparison is None or comparison.national is None or baseline is None:
        return None
    period, value = comparison.national
    unit = unit_name(baseline, portrait.schema)
    words = f"{area_name(portrait.schema, baseline.area)}: {short(value)}{f' ({unit})' if unit else ''} in {_period(period)}"
    return NationalValue(
        words, series_path(baseline.dataflow, baseline.key, vintage.number if vintage else None), vintage
    )


def _period(text: str) -> str:
    return in_words(parse_period(text))
