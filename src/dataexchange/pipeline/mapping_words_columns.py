"""What each column of a mapping gives, a sentence for each.

Column 'Ward' gives REF_AREA (Reference area): 'Ashley' is GB_BRS_E05010885 (Ashley) and 33 more; an empty cell is GB_BRS (Bristol).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from dataexchange.errors import InvalidRequest
from dataexchange.model.age import read_age
from dataexchange.model.conversion import Conversion
from dataexchange.model.dataset import FILE, SHEET
from dataexchange.model.example import example_of
from dataexchange.model.mapping import Mapping, Target
from dataexchange.model.pattern import Pattern, rewritten
from dataexchange.model.period import format_period, parse_period
from dataexchange.model.period_forms import PeriodForm, read_form
from dataexchange.model.sentence import Sentence, Value, chained, either, listed, say
from dataexchange.pipeline.mapping_convert import UNIT_MULT
from dataexchange.pipeline.mapping_faults import shown
from dataexchange.pipeline.mapping_names import Names, some

_AGE = "15 to 24 years"

#: A text in each form.
_PERIODS: dict[PeriodForm, str] = {
    PeriodForm.SDMX: "2018",
    PeriodForm.SURVEY_YEAR: "2018-19",
    PeriodForm.QUARTER: "2018 Q1",
    PeriodForm.DATE: "2018-03-31",
    PeriodForm.MONTH: "March 2018",
    PeriodForm.DAY_FIRST: "31/03/2018",
    PeriodForm.MONTH_FIRST: "03/31/2018",
    PeriodForm.FISCAL_YEAR: "FY 2018/19",
    PeriodForm.YEAR_ENDING: "year ending March 2018",
    PeriodForm.AVERAGE: "2016 to 2018",
}


def column_sentences(mapping: Mapping, names: Names) -> Iterator[Sentence]:
    for column, targets in mapping.columns.items():
        for gives, same in groupby(targets, key=lambda target: target.gives):
            found = list(same)
            if gives is None:
                for target in found:
                    yield _told(_head(column, names.component(target.to)), _how(target, mapping, names))
            else:
                components = listed([names.component(target.to) for target in found])
                texts = some([_given(text, codes, names) for text, codes in gives.items()])
                yield _told(_head(column, components), [texts, *_filled(found[0])])
    if mapping.ignore:
        yield say("Not used: {columns}.", columns=listed([shown(column) for column in mapping.ignore]))


def _head(column: str, gives: Value) -> Sentence:
    if column == SHEET:
        return say("The name of the sheet gives {component}", component=gives)
    if column == FILE:
        return say("The name of the file gives {component}", component=gives)
    return say("Column {column} gives {component}", column=shown(column), component=gives)


def _told(head: Sentence, how: Sequence[Sentence]) -> Sentence:
    return say("{what}: {how}.", what=head, how=chained(how)) if how else say("{what}, as it stands.", what=head)


def _given(text: str, codes: dict[str, str], names: Names) -> Sentence:
    said: Value = shown(text) if text else say("an empty cell")
    return say("{text_} is {codes}", text_=said, codes=names.having(codes))


def _how(target: Target, mapping: Mapping, names: Names) -> list[Sentence]:
    structure = names.schema.structure
    time = structure.time_dimension is not None and target.to == structure.time_dimension.id
    found: list[Sentence] = []
    if codes := mapping.codes_of(target):
        told = names.codes(target.to, codes)
        shared = isinstance(target.codes, str)
        found.append(say("by the table {name}, {codes}", name=shown(str(target.codes)), codes=told) if shared else told)
    found += [_pattern(pattern, target, names) for pattern in target.patterns]
    if target.read_as is not None:
        age = names.code(target.to, read_age(_AGE) or "")
        found.append(say("ages are read: {text_} is {code}", text_=shown(_AGE), code=age))
    if target.prefix and not target.reads:
        found.append(say("{prefix} is put before the text", prefix=target.prefix))
    if target.blank is not None:
        found.append(names.text("", target.to, target.blank))
    found += _filled(target)
    if time:
        found += _periods(target)
    elif target.to == UNIT_MULT and target.plain:
        found.append(say("words such as {text_} are read: {code}", text_="thousands", code=names.code(UNIT_MULT, "3")))
    return [*found, *_values(target, names)]


def _filled(target: Target) -> list[Sentence]:
    return [say("an empty cell means what stands above it")] if target.fill_down else []


def _pattern(pattern: Pattern, target: Target, names: Names) -> Sentence:
    text = example_of(pattern.match)
    code = rewritten(pattern.match, pattern.gives, [text])[0] if text is not None else None
    if text is None or code is None:
        return say("texts that match {pattern} give {code}", pattern=shown(pattern.match), code=pattern.gives)
    return say(
        "texts that match {pattern} give {code}, so {example}",
        pattern=shown(pattern.match),
        code=pattern.gives,
        example=names.text(text, target.to, code),
    )


def _periods(target: Target) -> list[Sentence]:
    if target.period == (PeriodForm.SDMX,):
        return [say("periods such as 2018, 2018-Q1 and 2018-03, as they stand")]
    return [listed([_period(form, target) for form in target.period])]


def _period(form: PeriodForm | Pattern, target: Target) -> Sentence:
    if isinstance(form, PeriodForm):
        read = read_form(_PERIODS[form], form, target.of, target.date_as)
        return say(
            "{text_} is {code}", text_=shown(_PERIODS[form]), code=format_period(read.code) if read is not None else ""
        )
    text = example_of(form.match)
    period = rewritten(form.match, form.gives, [text])[0] if text is not None else None
    if text is None or period is None or not _is_period(period):
        return say("texts that match {pattern} give {code}", pattern=shown(form.match), code=form.gives)
    return say("{text_} is {code}", text_=shown(text), code=period)


def _is_period(text: str) -> bool:
    try:
        parse_period(text)
    except InvalidRequest:
        return False
    return True


def _values(target: Target, names: Names) -> Iterator[Sentence]:
    if target.scale:
        yield say("values are multiplied as UNIT_MULT says, which becomes 0")
    for conversion in target.convert:
        told = _conversion(conversion)
        if conversion.where:
            yield say("{conversion} where {codes}", conversion=told, codes=_where(conversion, names))
        else:
            yield told


def _conversion(conversion: Conversion) -> Sentence:
    if conversion.from_ is not None:
        return say("values are turned from {unit} into {other}", unit=conversion.from_, other=conversion.to or "")
    if conversion.multiply is not None:
        return say("values are multiplied by {factor}", factor=conversion.multiply)
    return say("values are divided by {factor}", factor=conversion.divide or "")


def _where(conversion: Conversion, names: Names) -> Sentence:
    return listed(
        [
            say("{component} is {code}", component=component, code=either([names.code(component, c) for c in codes]))
            for component, codes in conversion.where.items()
            if codes
        ]
    )
