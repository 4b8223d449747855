"""What a proposed mapping still asks, line by line, in whatever language it was proposed."""

from __future__ import annotations

from functools import cache

from dataexchange.messages.language import spoken
from dataexchange.model.sentence import say

#: What a question begins with, before it is said in a language.
QUESTION = say("QUESTION")


def question_lines(text: str) -> list[int]:
    """Lines of a proposed mapping that ask something, from 1: nobody has answered them yet."""
    return [
        number
        for number, line in enumerate(text.splitlines(), 1)
        if line.lstrip().startswith("#") and line.lstrip("# \t").startswith(_beginnings())
    ]


@cache
def _beginnings() -> tuple[str, ...]:
    """A file that was proposed in Spanish is answered by whoever it is sent to."""
    return tuple({f"{QUESTION.said(language())}: " for language in spoken().languages.values()})
