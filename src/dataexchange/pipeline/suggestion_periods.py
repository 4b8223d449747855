"""Which forms the periods of a column have, as the mapping file names them.

>>> forms_of(["2018-19", "2019-20"]), forms_of(["2011-11", "2011-12"])
((('survey_year',), 1.0), (('sdmx',), 1.0))
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

from dataexchange.model.period_forms import PeriodForm
from dataexchange.model.symbols import BESIDE
from dataexchange.pipeline.mapping_flags import take_flag
from dataexchange.pipeline.mapping_periods import read_period

#: Only so many distinct texts are read: periods repeat, and what is none shows early.
_READ = 500
_SURVEY, _SDMX = PeriodForm.SURVEY_YEAR.value, PeriodForm.SDMX.value
_LONGEST = 30
_BESIDE = {symbol.symbol: symbol.status for symbol in BESIDE}
_ORDERS = ("day_first", "month_first")
_MONTH = re.compile(r"\d{4}-\d\d")
#: Several years, such as 2000 - 02: a period, whatever is made of it.
_RANGE = re.compile(r"(1[89]|20)\d\d\s*[-–/]\s*(\d{4}|\d\d)")
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|2[01]\d\d)(?!\d)")
_FREQUENCY = (
    (re.compile(r"\d{4}-Q[1-4]"), "Q"),
    (re.compile(r"\d{4}-\d\d"), "M"),
    (re.compile(r"\d{4}-\d\d-\d\d"), "D"),
)


def forms_of(texts: Collection[str]) -> tuple[tuple[str, ...], float]:
    """(forms that it takes to read them, the likeliest first; share of the texts that are periods)."""
    read = list(texts)[:_READ]
    fitting = {text: _forms(text) or _forms(bare_period(text)) for text in read}
    periods = sum(bool(forms) or bool(_RANGE.fullmatch(text)) for text, forms in fitting.items())
    left = {text: forms for text, forms in fitting.items() if forms}
    # "2011-12" beside "2012-13" is a survey year, beside "2011-11" a month.
    months = [text for text, forms in left.items() if _MONTH.fullmatch(text) and _SURVEY not in forms]
    chosen: list[str] = []
    for form in (_SDMX, _SURVEY) if months else (_SURVEY, _SDMX):
        if any(form in forms for forms in left.values()):
            chosen.append(form)
            left = {text: forms for text, forms in left.items() if form not in forms}
    while left:
        counts = Counter(form for forms in left.values() for form in forms)
        form = counts.most_common(1)[0][0]
        # 03/04/2018 has two forms, unless another text shows which of them is meant.
        chosen += [f for f in _ORDERS if counts[f] == counts[form]] if form in _ORDERS else [form]
        left = {text: forms for text, forms in left.items() if form not in forms}
    return tuple(chosen), periods / max(len(read), 1)


def bare_period(text: str) -> str:
    """A period without the mark behind it: "2021 (p)" is 2021."""
    taken = take_flag(text, _BESIDE) if len(text) <= _LONGEST else None
    return taken[0] if taken else text


def mark_of(text: str) -> str | None:
    """The mark behind a period, None where there is none."""
    taken = take_flag(text, _BESIDE) if len(text) <= _LONGEST and not _forms(text) else None
    return taken[1] if taken and _forms(taken[0]) else None


def frequency_of(texts: Collection[str], forms: tuple[str, ...]) -> str:
    """The code of FREQ that such periods have."""
    whole = {"quarter": "Q", "month": "M"}
    if len(forms) == 1 and forms[0] in whole:
        return whole[forms[0]]
    if forms != (PeriodForm.SDMX.value,):
        return "A"
    found = {
        code for text in list(texts)[:_READ] for pattern, code in _FREQUENCY if pattern.fullmatch(bare_period(text))
    }
    return found.pop() if len(found) == 1 else "A"


def _forms(text: str) -> tuple[str, ...]:
    years = _YEAR.findall(text)
    if not years or len(text) > _LONGEST:
        return ()
    return tuple(form.value for form in PeriodForm if read_period(text, (form,)) is not None)
