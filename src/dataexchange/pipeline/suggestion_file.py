"""A suggestion as a mapping file that a person goes on with: sure lines are facts with the reason behind them, the others are questions.

    columns:
      Ward:
        - to: REF_AREA  # 0.97: its name says so, and 34 of 34 texts have a code of REF_AREA
          codes:
            Ashley: GB_BRS_E05010885  # 0.97: is its name (en)
            # QUESTION: which code is "St Georges"?
            # St Georges: GB_BRS_E05010912  # 0.65: nearly spelled like “st george west”

A question is a comment: with one open, the mapping is not complete, and `check` says what is missing.
"""

from __future__ import annotations

import os.path
import re
from collections.abc import Sequence

from dataexchange.messages.open_questions import question_lines
from dataexchange.model.sentence import ENGLISH, Language, either, say, says
from dataexchange.model.suggestion import (
    BLANK,
    AdaptationSuggestion,
    ColumnSuggestion,
    FixedSuggestion,
    Guess,
    Suggestion,
    TargetSuggestion,
    ValueSuggestion,
)
from dataexchange.pipeline.suggestion_page import Page, one_line, written

_DIFFERENCES = ("numerator", "denominator", "population", "area", "period", "source")
_SHOWN = 8


def mapping_text(suggestion: Suggestion, language: Language = ENGLISH, schema: str = "mapping.schema.json") -> str:
    """`schema`: where an editor finds the JSON Schema of mapping files, an address or a path from the file."""
    page = Page(language)
    _head(page, suggestion)
    _layout(page, suggestion)
    _columns(page, suggestion.columns)
    _fixed(page, suggestion.fixed)
    _adaptations(page, suggestion.adaptations)
    front = Page(language)
    front.line(0, f"# yaml-language-server: $schema={one_line(schema)}")
    _front(front, suggestion, questions_in(page.text()))
    return front.text() + page.text()


def questions_in(text: str) -> int:
    """How much a proposed mapping leaves to be answered by a person."""
    return len(question_lines(text))


def _front(page: Page, made: Suggestion, questions: int) -> None:
    page.note(0, say("Proposed from {file}, {description}.", file=made.file, description=made.description))
    page.note(0, say("Behind each line stands how sure it is, from 0 to 1, and why."))
    page.note(0, say("What is not sure is a question: take away the # of the line you want, and delete the others."))
    page.note(0, says("{n} question is open.", "{n} questions are open.", questions))
    if made.beside:
        page.note(0, say("The file has other tables, which this is not about: {tables}.", tables=made.beside))
    if made.learned_from:
        page.note(0, say("Learned from {datasets}.", datasets=made.learned_from))


def _head(page: Page, made: Suggestion) -> None:
    page.line(0, f"title: {written(made.title)}")
    page.line(0, "source:")
    page.ask(1, say("who made these figures, and under which licence may they be passed on?"))
    with page.maybe(1):
        for word in ("name", "url", "licence"):
            page.line(1, f"{word}:")
    if made.provider is not None:
        page.line(0, f"provider: {written(made.provider)}")
    else:
        page.ask(0, say("who sends it? A code of the data providers."))
        with page.maybe(0):
            page.line(0, "provider:")
    page.line(0, f"dataflow: {written(made.dataflow)}")
    page.gap()


def _layout(page: Page, made: Suggestion) -> None:
    if made.member is not None or made.sheet is not None or made.sheets:
        page.line(0, "read:")
        if made.member is not None:
            pattern = re.escape(made.member).replace("\\-", "-").replace("\\ ", " ")
            page.line(1, f"file: {written(pattern)}")
        if made.sheets:
            named = ", ".join(written(sheet) for sheet in made.sheets)
            page.line(1, f"sheet: [{named}]" if made.beside else "sheet: all")
        elif made.sheet is not None:
            page.line(1, f"sheet: {written(made.sheet)}")
        page.gap()
    if made.wide is not None:
        _wide(page, made)
    if (made.decimal, made.thousands, made.percent) != (".", None, False):
        page.line(0, "numbers:")
        page.line(1, f"decimal: {written(made.decimal)}")
        if made.thousands is not None:
            page.line(1, f"thousands: {written(made.thousands)}")
        if made.percent:
            page.line(1, "percent: true")
        page.gap()
    if made.unsure_mark is not None:
        page.ask(0, say("does {mark} part thousands or decimals in the numbers?", mark=f"'{made.unsure_mark}'"))
        with page.maybe(0):
            page.line(0, "numbers:")
            page.line(1, f"decimal: {written(made.unsure_mark)}")
        page.gap()
    if made.flags:
        page.ask(0, say("what do these marks beside numbers mean?"))
        with page.maybe(0):
            page.line(0, "flags:")
            for value in made.flags:
                for guess in value.guesses[:3] if len(value.guesses) > 1 else value.guesses:
                    page.line(1, f"{written(value.text)}: {written(guess.code)}", guess)
        page.gap()
    if made.missing:
        page.line(0, "missing:")
        page.line(1, f"{written(BLANK)}: skip")
        for value in made.missing:
            _value(page, 1, value)
        page.gap()


def _wide(page: Page, made: Suggestion) -> None:
    wide = made.wide
    assert wide is not None
    page.line(0, "unpivot:", wide.guess)
    if wide.matching is not None:
        page.line(1, f"matching: {written(wide.matching)}")
    else:
        page.line(1, "columns:")
        for header in wide.headers:
            page.line(2, f"- {written(header)}")
    names = [written(name) for name in wide.names_to]
    page.line(1, f"names_to: {names[0] if len(names) == 1 else '[' + ', '.join(names) + ']'}")
    page.line(1, f"values_to: {written(wide.values_to)}")
    page.gap()


def _columns(page: Page, columns: Sequence[ColumnSuggestion]) -> None:
    page.line(0, "columns:")
    for column in columns:
        if column.ignore is None and column.targets:
            _column(page, column)
    needless = [column for column in columns if column.ignore is not None]
    unknown = [column for column in columns if column.ignore is None and not column.targets]
    for column in unknown:
        others = [f"{code} ({sure:.2f})" for code, sure in _distinct(column.others).items()] or ["?"]
        page.ask(
            1,
            say("what does the column {name} give? {candidates}", name=f'"{column.header}"', candidates=either(others)),
        )
        with page.maybe(1):
            guess = column.others[0] if column.others else None
            page.line(1, f"{written(column.header)}:{f' {guess.code}' if guess else ''}", guess)
    page.gap()
    if needless or unknown:
        page.line(0, "ignore:") if any(c.ignore and c.ignore.sure for c in needless) else None
    for column in needless:
        assert column.ignore is not None
        if column.ignore.sure:
            page.line(1, f"- {written(column.header)}", column.ignore)
    if any(c.ignore and c.ignore.sure for c in needless):
        page.gap()


def _column(page: Page, column: ColumnSuggestion) -> None:
    if column.unknown:
        page.note(1, say("The structure has no dimension of its own for {name}.", name=f'"{column.header}"'))
    if column.sure:
        return _targets(page, column)
    others = [f"{code} ({sure:.2f})" for code, sure in _distinct(column.others).items()]
    if others:
        page.ask(
            1,
            say(
                "is the column {name} {component}, or {others}?",
                name=f'"{column.header}"',
                component=column.targets[0].component,
                others=either(others),
            ),
        )
    else:
        page.ask(
            1,
            say("is the column {name} {component}?", name=f'"{column.header}"', component=column.targets[0].component),
        )
    with page.maybe(1):
        _targets(page, column)
    return None


def _distinct(guesses: Sequence[Guess]) -> dict[str, float]:
    """Each component once, as sure as it is at best."""
    found: dict[str, float] = {}
    for guess in guesses:
        found[guess.code] = max(guess.confidence, found.get(guess.code, 0.0))
    return found


def _targets(page: Page, column: ColumnSuggestion) -> None:
    only = column.targets[0]
    if len(column.targets) == 1 and not only.values and only.period in ((), ("sdmx",)):
        page.line(1, f"{written(column.header)}: {only.component}", only.guess)
        return
    page.line(1, f"{written(column.header)}:")
    for target in column.targets:
        page.line(2, f"- to: {target.component}", target.guess)
        if target.period and target.period != ("sdmx",):
            page.line(3, f"period: [{', '.join(target.period)}]")
        _codes(page, target)


def _codes(page: Page, target: TargetSuggestion) -> None:
    values = [value for value in target.values if value.text != BLANK]
    blank = next((value for value in target.values if value.text == BLANK), None)
    if blank is not None:
        if blank.best and blank.best.sure:
            page.line(3, f"blank: {written(blank.best.code)}", blank.best)
        else:
            page.ask(3, say("what does an empty cell mean?"))
            with page.maybe(3):
                for guess in blank.guesses[:3]:
                    page.line(3, f"blank: {written(guess.code)}", guess)
                if not blank.guesses:
                    page.line(3, "blank:")
    prefix = _prefix(values)
    if prefix is not None:
        if prefix:
            page.line(3, f"prefix: {written(prefix)}", values[0].best)
        return
    if values:
        page.line(3, "codes:")
    for value in values:
        _value(page, 4, value)
    if target.unlisted:
        page.note(4, says("{n} more text is not shown.", "{n} more texts are not shown.", target.unlisted))


def _value(page: Page, depth: int, value: ValueSuggestion) -> None:
    best = value.best
    if best is not None and best.sure:
        page.line(depth, f"{written(value.text)}: {written(best.code)}", best)
        return
    page.ask(depth, say("which code is {text_}?", text_=f'"{value.text}"'))
    with page.maybe(depth):
        for guess in value.guesses[:3]:
            page.line(depth, f"{written(value.text)}: {written(guess.code)}", guess)
        if not value.guesses:
            page.line(depth, f"{written(value.text)}:")


def _prefix(values: Sequence[ValueSuggestion]) -> str | None:
    """What stands before every text in its code, "" for texts that are codes; None where it takes a table."""
    if not values or not all(value.sure for value in values):
        return None
    pairs = [(value.text, value.guesses[0].code) for value in values]
    first_text, first_code = pairs[0]
    if not first_code.endswith(first_text):
        return None
    prefix = first_code[: len(first_code) - len(first_text)]
    return prefix if all(code == prefix + text for text, code in pairs) else None


def _fixed(page: Page, fixed: Sequence[FixedSuggestion]) -> None:
    page.line(0, "fixed:")
    for one in fixed:
        if one.best is not None and one.best.sure:
            page.line(1, f"{one.component}: {written(one.best.code)}", one.best)
    for one in fixed:
        if one.best is not None and one.best.sure:
            continue
        if not one.guesses:
            page.ask(1, say("what is {component}?", component=one.component))
        elif one.optional:
            page.ask(1, say("is {component} this? It may be left out.", component=one.component))
        else:
            page.ask(1, say("which is {component}?", component=one.component))
        with page.maybe(1):
            for guess in one.guesses[:5]:
                page.line(1, f"{one.component}: {written(guess.code)}", guess)
            if not one.guesses:
                page.line(1, f"{one.component}:")


def _adaptations(page: Page, adaptations: Sequence[AdaptationSuggestion]) -> None:
    """How local series stand to global ones is for people to say: all of it is a question."""
    if not adaptations:
        return
    page.gap()
    page.ask(0, say("how does each local series stand to the global one, and what of it differs?"))
    page.note(0, say("type: IDENTICAL, NARROWED, PROXY, CONTEXTUAL or NEW. Leave out what does not differ."))
    with page.maybe(0):
        page.line(0, "adaptations:")
        for one in adaptations:
            page.line(1, f"- series: {written(one.series)}")
            if one.of is not None:
                page.line(2, f"of: {written(one.of)}")
            page.line(2, f"type: {one.type}")
            for word in _DIFFERENCES if one.of is not None else ():
                page.line(2, f"{word}:")


def file_name(suggestion: Suggestion) -> str:
    """What the mapping file may be called: after the table, as `indicator_11-6-2.yaml`."""
    return f"{os.path.splitext(os.path.basename(suggestion.file))[0] or 'mapping'}.yaml"
