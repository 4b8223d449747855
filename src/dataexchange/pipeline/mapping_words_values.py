"""What a mapping says of cells without a plain number, of values that are the same everywhere, of derived series and of adaptations."""

from __future__ import annotations

from collections.abc import Iterator

from dataexchange.model.adaptation import DIFFERENCES, Adaptation, AdaptationType
from dataexchange.model.derivation import Derivation
from dataexchange.model.mapping import Mapping
from dataexchange.model.sentence import Sentence, Value, chained, listed, say, says, together
from dataexchange.pipeline.mapping_deletions import DELETE
from dataexchange.pipeline.mapping_faults import shown
from dataexchange.pipeline.mapping_names import Names
from dataexchange.pipeline.mapping_schema import OBS_STATUS
from dataexchange.pipeline.mapping_values import SKIP

SERIES = "SERIES"
_TOTAL = "_T"


def cell_sentences(mapping: Mapping, names: Names) -> Iterator[Sentence]:
    for text, meaning in mapping.missing.items():
        said: Value = shown(text) if text else say("An empty cell")
        yield _missing(said, meaning, names)
    for pattern, meaning in mapping.missing_matching.items():
        yield _missing(say("A cell that matches {pattern}", pattern=shown(pattern)), meaning, names)
    for symbol, status in mapping.flags.items():
        yield say(
            "{symbol} beside a number or a period gives the status {code}.",
            symbol=shown(symbol),
            code=names.code(OBS_STATUS, status),
        )


def _missing(cell: Value, meaning: str, names: Names) -> Sentence:
    if meaning == SKIP:
        return say("{cell} in place of a number is no observation.", cell=cell)
    if meaning == DELETE:
        return say("{cell} in place of a number takes away the observation that is published.", cell=cell)
    return say(
        "{cell} in place of a number is published without a value, with the status {code}.",
        cell=cell,
        code=names.code(OBS_STATUS, meaning),
    )


def fixed_sentences(mapping: Mapping, names: Names) -> Iterator[Sentence]:
    dimensions = names.schema.structure.dimension_ids
    whole = [component for component, code in mapping.fixed.items() if code == _TOTAL and component in dimensions]
    for component, code in mapping.fixed.items():
        if component not in whole:
            told, value = names.component(component), names.code(component, code)
            yield say("{component} is {code}.", component=told, code=value)
    if whole:
        told = listed([names.component(component) for component in whole])
        yield say("There is no breakdown ({total}) by {components}.", total=_TOTAL, components=told)


def derived_sentences(mapping: Mapping, names: Names) -> Iterator[Sentence]:
    for derivation in mapping.derive:
        yield together(
            say(
                "{series} is derived: {formula}.",
                series=names.having(derivation.series),
                formula=" ".join(derivation.formula.split()),
            ),
            _operands(derivation, names),
            _rounded(derivation),
        )


def _operands(derivation: Derivation, names: Names) -> Sentence:
    operands = [say("{name} has {codes}", name=name, codes=names.having(c)) for name, c in derivation.where.items()]
    return say("In it {operands}.", operands=chained(operands))


def _rounded(derivation: Derivation) -> Value:
    if derivation.decimals is None:
        return say("Nothing is rounded.")
    n = derivation.decimals
    return says("The result is rounded to {n} decimal.", "The result is rounded to {n} decimals.", n)


def adaptation_sentences(mapping: Mapping, names: Names) -> Iterator[Sentence]:
    for record in mapping.adaptations:
        told = [
            say("its {what} differs: {how}", what=_WHAT[name], how=getattr(record, name).rstrip("."))
            for name in DIFFERENCES
            if getattr(record, name)
        ]
        stands = _stands(record, names)
        yield (
            say("{what}; {differences}.", what=stands, differences=chained(told))
            if told
            else say("{what}.", what=stands)
        )


def _stands(record: Adaptation, names: Names) -> Sentence:
    series, of = names.code(SERIES, record.series), names.code(SERIES, record.of or "")
    if record.series == record.of:
        return say("{series} is the global series", series=series)
    if record.type is AdaptationType.IDENTICAL:
        return say("{series} is identical with the global series {global_}", series=series, global_=of)
    if record.type is AdaptationType.NARROWED:
        return say("{series} is narrower than the global series {global_}", series=series, global_=of)
    if record.type is AdaptationType.PROXY:
        return say("{series} stands for the global series {global_} as another measure", series=series, global_=of)
    if record.type is AdaptationType.CONTEXTUAL:
        return say("{series} is context beside the global series {global_}", series=series, global_=of)
    return say("{series} is new: there is no global series like it", series=series)


_WHAT = {
    "numerator": say("numerator"),
    "denominator": say("denominator"),
    "population": say("population"),
    "area": say("area"),
    "period": say("period"),
    "source": say("source"),
}
