"""The comparability gate: may these two series be put beside each other, and if not, why not.

It comes first and its verdict is "not comparable", never "wrong". Differences that only blur the comparison (a survey
year against a calendar year, another kind of source) let it pass with a wider tolerance, and are said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dataexchange.model.adaptation import COVERAGE_ATTRIBUTES, DEFINING_ATTRIBUTES, LOCAL_PREFIX, TYPE, keeps_definition
from dataexchange.model.areas import Areas
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, Value, chained, say, says, together
from dataexchange.model.series_notes import SeriesKind, kind
from dataexchange.pipeline.coherence_panel import View
from dataexchange.pipeline.coherence_span import Span
from dataexchange.pipeline.coherence_words import area_name, area_told, figure, shared_times

#: Dimensions that define who is counted; other dimensions are breakdowns.
_UNIVERSE = ("SEX", "AGE", "URBANISATION")
#: The unit of an index: without its base period it can have any level.
_INDEX = "IX"
#: How an adapted indicator stands to the global one: in a sentence, and alone.
_ADAPTATIONS = {
    "NARROWED": (say("a narrowed form"), say("narrowed form")),
    "PROXY": (say("a proxy"), say("proxy")),
    "CONTEXTUAL": (say("a local form"), say("local form")),
    "NEW": (say("a new indicator in place"), say("new indicator in place")),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """`ground` is the same for all series that share it ("unit: NUMBER against PER_100000_POP"); `words` have the figures."""

    ground: Sentence
    words: Sentence


@dataclass(frozen=True, slots=True)
class Gate:
    """What is known of a pair before its values are looked at, and, once they have been, of its periods."""

    refusals: tuple[Reason, ...] = ()
    #: Why the comparison is only partial; the tolerance is then wider.
    cautions: tuple[Sentence, ...] = ()
    #: The adaptation record says what of it differs, so that any difference has its reason.
    narrowed: bool = False
    #: Their base periods differ: they can be compared where one can be carried over to the base of the other.
    base: Reason | None = None

    @property
    def ground(self) -> Sentence:
        return together(chained([reason.ground for reason in self.refusals]))

    @property
    def words(self) -> Sentence:
        return together(chained([reason.words for reason in self.refusals]))


def gate(local: View, national: View, schema: Schema) -> Gate:
    """The part of the gate that values have no say in."""
    alike = _adapted_alike(local, national)
    refusals = (
        *(() if alike else adaptation(local, national.code)),
        *(() if alike else _adapted_there(national)),
        *_unit(local, national, schema),
        *_population(local, national, schema),
        *_boundary(local, national, schema),
    )
    if refusals:
        return Gate((*refusals, *_base(local, national)))
    coverage = tuple(_coverage(local, national))
    cautions = [*([alike] if alike else ()), *coverage, *_identical(local)]
    unsaid = tuple(_unsaid_base(local, national))
    return Gate(
        (),
        (*cautions, *unsaid, *_natures(local, national)),
        bool(coverage) or bool(unsaid and local.word("UNIT_MEASURE") == _INDEX),
        next(_base(local, national), None),
    )


def adaptation(local: View, national: str | None) -> Iterator[Reason]:
    """Why the local series is another indicator than the global one, of which, and what differs; nothing where it is comparable."""
    why = _adapted(local)
    if (
        why is None
        and local.code.startswith(LOCAL_PREFIX)
        and not local.word("ADAPTATION_TYPE")
        and local.code != national
    ):
        why = say("a series of the city's own")
    if why is None:
        return
    own = None if local.code.startswith(LOCAL_PREFIX) else local.code
    # A series of the city's own is no form of itself, where the nation has one of the same code.
    origin = local.stands_for or own or (national if national != local.code else None)
    type_ = local.word("ADAPTATION_TYPE")
    words = say("it is an adapted indicator ({why})", why=why)
    ground = say("adapted indicator")
    if origin and type_ in _ADAPTATIONS:
        form, alone = _ADAPTATIONS[type_]
        ground = say("adapted indicator, {form} of {origin}", form=alone, origin=origin)
        words = say("{words}, {form} of {origin}", words=words, form=form, origin=origin)
    elif origin:
        ground = say("adapted indicator of {origin}, and it is not said how", origin=origin)
        words = say("{words} of {origin}, and nothing says how it differs", words=words, origin=origin)
    yield Reason(ground, _with_differences(words, local))


def _adapted_there(national: View) -> Iterator[Reason]:
    """Why the national series is another indicator than the code it stands under."""
    why = _adapted(national)
    if why is None:
        return
    type_ = national.word("ADAPTATION_TYPE")
    words = say("the national series is an adapted indicator ({why})", why=why)
    ground = say("the national series is an adapted indicator")
    if type_ in _ADAPTATIONS:
        form, alone = _ADAPTATIONS[type_]
        origin = national.stands_for or national.code
        ground = say("the national series is an adapted indicator, {form} of {origin}", form=alone, origin=origin)
        words = say("{words}, {form} of {origin}", words=words, form=form, origin=origin)
    yield Reason(ground, _with_differences(words, national))


def _adapted(series: View) -> Sentence | None:
    """What says that a series is another indicator than the global one; None where it is that."""
    type_ = series.word("ADAPTATION_TYPE")
    if "D" in series.words("OBS_STATUS"):
        return say("OBS_STATUS D")
    if type_ is None or keeps_definition(type_, series.word):
        return None
    return say("ADAPTATION_TYPE {type}", type=type_)


def _with_differences(words: Sentence, series: View) -> Sentence:
    told = [text for attribute in DEFINING_ATTRIBUTES if (text := series.word(attribute))]
    return say("{words}: {differences}", words=words, differences="; ".join(told)) if told else words


def _adapted_alike(local: View, national: View) -> Sentence | None:
    """The reservation where both are adapted and say the same of it; two proxies of which nobody says what they are may be any two."""
    if local.code != national.code or not (_adapted(local) and _adapted(national)):
        return None
    said = [
        tuple(_plain(one.word(attribute)) for attribute in (TYPE, *DEFINING_ATTRIBUTES)) for one in (local, national)
    ]
    if said[0] != said[1] or not any(said[0][1:]):
        return None
    differences = "; ".join(text for attribute in DEFINING_ATTRIBUTES if (text := local.word(attribute)))
    return say("both are adapted in the same way ({differences})", differences=differences)


def _plain(text: str | None) -> str:
    return " ".join((text or "").casefold().split()).rstrip(".")


def _unit(local: View, national: View, schema: Schema) -> Iterator[Reason]:
    here, there = local.word("UNIT_MEASURE"), national.word("UNIT_MEASURE")
    if here != there and here and there:
        names = (schema.code_name("UNIT_MEASURE", here), schema.code_name("UNIT_MEASURE", there))
        series = schema.codes.get("SERIES", {})
        kinds = (kind(series.get(local.code)), kind(series.get(national.code)))
        words = say(
            "its unit is {name} ({unit}), that of the national series {series} is {other_name} ({other})",
            name=names[0],
            unit=here,
            series=national.code,
            other_name=names[1],
            other=there,
        )
        if kinds == (SeriesKind.COUNT, SeriesKind.RATIO):
            words = say("{words}, a count against a rate", words=words)
        yield Reason(say("unit: {here} against {there}", here=here, there=there), words)
    elif local.code != national.code and not local.code.startswith(LOCAL_PREFIX):
        yield Reason(
            say("series: {here} against {there}", here=local.code, there=national.code),
            say("the national office has {series}, another series of the same indicator", series=national.code),
        )


def _base(local: View, national: View) -> Iterator[Reason]:
    here, there = local.words("BASE_PER"), national.words("BASE_PER")
    if here and there and here != there:
        yield Reason(
            say("base period"),
            say("its base period is {here}, the national one {there}", here=", ".join(here), there=", ".join(there)),
        )


def _unsaid_base(local: View, national: View) -> Iterator[Sentence]:
    """Where one of the two says its base period and the other does not, nobody knows whether it is the same."""
    here, there = local.words("BASE_PER"), national.words("BASE_PER")
    if here and not there:
        yield say("its base period is {here}, and the national series does not say its own", here=", ".join(here))
    elif there and not here:
        yield say("it does not say its base period, and the national one is {there}", there=", ".join(there))


def _population(local: View, national: View, schema: Schema) -> Iterator[Reason]:
    for (dimension, here), (_, there) in zip(local.codes, national.codes, strict=True):
        if here == there or dimension in ("SERIES", "REF_AREA"):
            continue
        differ: dict[str, Value] = {"dimension": dimension, "here": here, "there": there}
        if dimension == "FREQ":
            ground = say("frequency: {dimension} {here} against {there}", **differ)
        elif dimension in _UNIVERSE:
            ground = say("universe: {dimension} {here} against {there}", **differ)
        else:
            ground = say("breakdown: {dimension} {here} against {there}", **differ)
        names = (schema.code_name(dimension, here), schema.code_name(dimension, there))
        yield Reason(
            ground,
            say(
                "its {dimension} is {here} ({name}), that of the national series {there} ({other_name})",
                name=names[0],
                other_name=names[1],
                **differ,
            ),
        )


def _boundary(local: View, national: View, schema: Schema) -> Iterator[Reason]:
    areas = Areas.of(schema)
    (here, concept), (there, other) = areas.boundary(local.area), areas.boundary(national.area)
    if here == there and concept != other:
        yield Reason(
            say("boundary: {here} against {there}", here=concept, there=other),
            say(
                "it is for the {here} {area}, the national series for the {there} {other}",
                here=concept,
                area=area_told(schema, local.area),
                there=other,
                other=area_name(schema, national.area),
            ),
        )


def no_period(local: View, national: View) -> Reason:
    here, there = (
        say("{first} to {last}", first=s.panel.period(s.first), last=s.panel.period(s.last)) for s in (local, national)
    )
    return Reason(
        say("no period in common"),
        say("no period is in both: the local series has {here}, the national one {there}", here=here, there=there),
    )


@dataclass(frozen=True, slots=True)
class Apart:
    """A shared period in which the two cover another time, each as its source writes it."""

    period: str
    ours: Span
    theirs: Span
    here: str
    there: str


def pooled(one: Apart) -> Reason:
    return Reason(
        say("reference period: {here} against {there}", here=_pool(one.ours), there=_pool(one.theirs)),
        say(
            "in {period} it covers {here} ({written}), the national series {there} ({other_written})",
            period=one.period,
            here=_pool(one.ours),
            written=one.here,
            there=_pool(one.theirs),
            other_written=one.there,
        ),
    )


def _pool(span: Span) -> Sentence:
    if span.years == 1:
        return say("a single year")
    return says("{n} year pooled", "{n} years pooled", span.years)


def other_times(last: Apart, apart: int, of: int) -> Sentence:
    """The reservation about `apart` of the `of` shared periods, of which `last` is the last."""
    here, there = (
        say("{time} (a survey year)", time=text) if one.survey_year else text
        for one, text in ((last.ours, last.here), (last.theirs, last.there))
    )
    return say(
        "they cover other times {times}: in {period} {here} here, {there} there",
        times=shared_times(apart, of),
        period=last.period,
        here=here,
        there=there,
    )


def rebased(base: Reason, period: str, factor: float) -> Sentence:
    return say(
        "{base}; carried over to it by the values of {period}, times {factor}",
        base=base.words,
        period=period,
        factor=figure(factor),
    )


def _coverage(local: View, national: View) -> Iterator[Sentence]:
    """What the records of comparable series say that differs."""
    if told := _narrowed(local):
        yield say("it is a narrowed form of the national series ({differences})", differences=told)
    if told := _narrowed(national):
        yield say("the national series is a narrowed form ({differences})", differences=told)


def _narrowed(series: View) -> str:
    if series.word("ADAPTATION_TYPE") != "NARROWED":
        return ""
    return "; ".join(text for attribute in COVERAGE_ATTRIBUTES if (text := series.word(attribute)))


def _identical(local: View) -> Iterator[Sentence]:
    if local.code.startswith(LOCAL_PREFIX) and local.stands_for and local.word("ADAPTATION_TYPE") == "IDENTICAL":
        yield say("it is a series of the city's own, said to be identical with {origin}", origin=local.stands_for)


def _natures(local: View, national: View) -> Iterator[Sentence]:
    natures = (local.words("NATURE"), national.words("NATURE"))
    if all(natures) and set(natures[0]) != set(natures[1]):
        yield say(
            "the sources differ in kind (NATURE {here} against {there})",
            here=", ".join(natures[0]),
            there=", ".join(natures[1]),
        )
