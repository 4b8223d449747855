"""What a proposed mapping leaves to a person: lines that are comments and ask something, and what a sentence says of them."""

from __future__ import annotations

import re

_QUESTION = re.compile(r"[\s#]*# QUESTION: ")


def question_lines(text: str) -> list[int]:
    """Lines that nobody has answered yet, from 1."""
    return [number for number, line in enumerate(text.splitlines(), 1) if _QUESTION.match(line)]
