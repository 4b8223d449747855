"""The comparability gate: may these two series be put beside each other, and if not, why not.

It comes first and its verdict is "not comparable", never "wrong". Differences that only blur the comparison (a survey
year against a calendar year, another kind of source) let it pass with a wider tolerance, and are said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dataexchange.model.schema import Schema
from dataexchange.model.series_notes import SeriesKind, kind
from dataexchange.pipeline.coherence_areas import boundary
from dataexchange.pipeline.coherence_series import Series, period_text, shared
from dataexchange.pipeline.coherence_span import Span, span
from dataexchange.pipeline.coherence_words import area_name, times

#: Series that an office has added to the global list for itself.
LOCAL_PREFIX = "_L_"

#: The tolerance, of the national value, where two series are only partly comparable.
PARTIAL = 0.02

#: Dimensions that define who is counted; other dimensions are breakdowns.
_UNIVERSE = ("SEX", "AGE", "URBANISATION")
_ADAPTATIONS = {
    "NARROWED": "a narrowed form",
    "PROXY": "a proxy",
    "CONTEXTUAL": "a local form",
    "NEW": "a new indicator in place",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """`ground` is the same for all series that share it ("unit: NUMBER against PER_100000_POP"); `words` have the figures."""

    ground: str
    words: str


@dataclass(frozen=True, slots=True)
class Gate:
    refusals: tuple[Reason, ...] = ()
    #: Why the comparison is only partial; the tolerance is then wider.
    cautions: tuple[str, ...] = ()

    @property
    def ground(self) -> str:
        return "; ".join(reason.ground for reason in self.refusals)

    @property
    def words(self) -> str:
        return "; ".join(reason.words for reason in self.refusals)


def gate(local: Series, national: Series, schema: Schema) -> Gate:
    refusals = (
        *adaptation(local, national.code),
        *_unit(local, national, schema),
        *_base(local, national),
        *_population(local, national, schema),
        *_boundary(local, national, schema),
    )
    if refusals:
        return Gate(refusals)
    apart = _apart(local, national)
    refusals = (*_period(local, national), *_pooled(apart))
    return Gate(refusals, () if refusals else tuple(_cautions(local, national, apart)))


def adaptation(local: Series, national: str | None) -> Iterator[Reason]:
    """Why the local series is an adapted indicator, and of which global series; nothing where it is the global one."""
    added = local.code.startswith(LOCAL_PREFIX) and local.code != national
    type_ = local.word("ADAPTATION_TYPE")
    differs = "D" in local.words("OBS_STATUS")
    if not added and not differs and type_ in (None, "IDENTICAL"):
        return
    own = None if local.code.startswith(LOCAL_PREFIX) else local.code
    origin = local.stands_for or own or national
    how = f", {_ADAPTATIONS.get(type_ or 'PROXY', 'a proxy')} of {origin}" if origin else ""
    why = "OBS_STATUS D" if differs else f"ADAPTATION_TYPE {type_}" if type_ else "a series of the city's own"
    yield Reason(f"adapted indicator{how.replace(', a ', ', ')}", f"it is an adapted indicator ({why}){how}")


def _unit(local: Series, national: Series, schema: Schema) -> Iterator[Reason]:
    here, there = local.word("UNIT_MEASURE"), national.word("UNIT_MEASURE")
    if here != there and here and there:
        names = (schema.code_name("UNIT_MEASURE", here), schema.code_name("UNIT_MEASURE", there))
        series = schema.codes.get("SERIES", {})
        kinds = (kind(series.get(local.code)), kind(series.get(national.code)))
        aside = ", a count against a rate" if kinds == (SeriesKind.COUNT, SeriesKind.RATIO) else ""
        yield Reason(
            f"unit: {here} against {there}",
            f"its unit is {names[0]} ({here}), that of the national series {national.code} is {names[1]} ({there}){aside}",
        )
    elif local.code != national.code and not local.code.startswith(LOCAL_PREFIX):
        yield Reason(
            f"series: {local.code} against {national.code}",
            f"the national office has {national.code}, another series of the same indicator",
        )


def _base(local: Series, national: Series) -> Iterator[Reason]:
    here, there = local.words("BASE_PER"), national.words("BASE_PER")
    if here and there and here != there:
        yield Reason("base period", f"its base period is {', '.join(here)}, the national one {', '.join(there)}")


def _population(local: Series, national: Series, schema: Schema) -> Iterator[Reason]:
    for dimension, here in local.codes.items():
        there = national.codes[dimension]
        if here == there or dimension in ("SERIES", "REF_AREA"):
            continue
        what = "frequency" if dimension == "FREQ" else "universe" if dimension in _UNIVERSE else "breakdown"
        names = (schema.code_name(dimension, here), schema.code_name(dimension, there))
        yield Reason(
            f"{what}: {dimension} {here} against {there}",
            f"its {dimension} is {here} ({names[0]}), that of the national series {there} ({names[1]})",
        )


def _boundary(local: Series, national: Series, schema: Schema) -> Iterator[Reason]:
    (here, concept), (there, other) = boundary(local.area), boundary(national.area)
    if here == there and concept != other:
        yield Reason(
            f"boundary: {concept} against {other}",
            f"it is for the {concept} {local.area}, the national series for the {other} {area_name(schema, national.area)}",
        )


def _period(local: Series, national: Series) -> Iterator[Reason]:
    if len(shared(local, national)[0]):
        return
    spans = [f"{period_text(s, 0)} to {period_text(s, -1)}" for s in (local, national)]
    yield Reason(
        "no period in common", f"no period is in both: the local series has {spans[0]}, the national one {spans[1]}"
    )


@dataclass(frozen=True, slots=True)
class _Apart:
    """A shared period in which the two cover another time, each as its source writes it."""

    period: str
    ours: Span
    theirs: Span
    here: str
    there: str
    #: How many periods are shared.
    of: int


def _apart(local: Series, national: Series) -> list[_Apart]:
    """Most series say nothing beyond TIME_PERIOD; of the others most say the same."""
    if not any(one.words(name) for one in (local, national) for name in ("TIME_DETAIL", "TIME_COVERAGE")):
        return []
    here, there = shared(local, national)
    ours, theirs = _said_of_time(local), _said_of_time(national)
    found: list[_Apart] = []
    for i, j in zip(here.tolist(), there.tolist(), strict=True):
        if ours[i] == theirs[j]:
            continue
        period = int(local.periods[i])
        one, other = span(*ours[i], period), span(*theirs[j], period)
        if one and other and one != other:
            name = period_text(local, i)
            texts = (" = ".join(filter(None, said)) or name for said in (ours[i], theirs[j]))
            found.append(_Apart(name, one, other, next(texts), next(texts), len(here)))
    return found


def _said_of_time(series: Series) -> list[tuple[str | None, str | None]]:
    return list(zip(series.said("TIME_COVERAGE"), series.said("TIME_DETAIL"), strict=True))


def _pooled(apart: list[_Apart]) -> Iterator[Reason]:
    for one in apart:
        if one.ours.years != one.theirs.years:
            yield Reason(
                f"reference period: {_pool(one.ours)} against {_pool(one.theirs)}",
                f"in {one.period} it covers {_pool(one.ours)} ({one.here}), the national series {_pool(one.theirs)} ({one.there})",
            )
            return


def _pool(span: Span) -> str:
    return "a single year" if span.years == 1 else f"{span.years} years pooled"


def _cautions(local: Series, national: Series, apart: list[_Apart]) -> Iterator[str]:
    if apart:
        last = apart[-1]
        texts = [
            f"{text} (a survey year)" if one.survey_year else text
            for one, text in ((last.ours, last.here), (last.theirs, last.there))
        ]
        count = times(len(apart), last.of)
        yield f"they cover other times {count}: in {last.period} {texts[0]} here, {texts[1]} there"
    natures = (local.words("NATURE"), national.words("NATURE"))
    if all(natures) and set(natures[0]) != set(natures[1]):
        yield f"the sources differ in kind (NATURE {', '.join(natures[0])} against {', '.join(natures[1])})"
