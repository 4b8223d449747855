"""The forms that ids and versions have in the standard, each with what to write instead of what has it not.

>>> is_of(VERSION, "1.0.0-draft"), is_of(VERSION, "01.0.0"), is_of(NAME, "2_X"), is_of(ID, "2_X")
(True, False, False, True)
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Queries take ids of so many characters.
LONGEST = 100
_SHOWN = 60
_NAME = r"[A-Za-z][A-Za-z0-9_\-]*"
_NUMBER = r"(0|[1-9][0-9]{0,17})"
_SUFFIX = rf"({_NUMBER}|[0-9]*[A-Za-z\-][A-Za-z0-9\-]*)"


@dataclass(frozen=True, slots=True)
class Form:
    pattern: re.Pattern[str]
    remedy: str


_AT_MOST = f"{LONGEST} characters at most"
ID = Form(re.compile(r"[A-Za-z0-9_@$\-]+"), f"write letters, digits, '_', '-', '@' and '$', {_AT_MOST}")
#: Of what becomes the name of something in XML: components, concepts, code lists.
NAME = Form(re.compile(_NAME), f"write letters, digits, '_' and '-', a letter first, {_AT_MOST}")
AGENCY = Form(
    re.compile(rf"{_NAME}(\.{_NAME})*"),
    f"write letters, digits, '_' and '-', a letter first, {_AT_MOST}, as in UK_ONS.GEO",
)
VERSION = Form(
    re.compile(rf"{_NUMBER}(\.{_NUMBER})?|{_NUMBER}\.{_NUMBER}\.{_NUMBER}(-{_SUFFIX}(\.{_SUFFIX})*)?"),
    "write numbers, such as 1.0 or 1.0.0 or 1.0.0-draft",
)
#: Categories whose id stands twice in their scheme have their parents' before it.
PATH = Form(re.compile(r"[A-Za-z0-9_@$\-]+(\.[A-Za-z0-9_@$\-]+)*"), ID.remedy)
#: Items of value lists.
ANY = Form(re.compile(r".+", re.DOTALL), "write it")


def is_of(form: Form, word: object) -> bool:
    """A path may be longer than an id."""
    most = LONGEST if form is not PATH else 50 * LONGEST
    return isinstance(word, str) and (form is ANY or len(word) <= most) and form.pattern.fullmatch(word) is not None


def shown(word: object) -> str:
    """In quotes, not too long, and without anything that could not be written."""
    text = str(word)
    return repr(f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text)
