"""Lines of YAML with comments behind them.

Nothing of a table can leave its place: texts are quoted where they could mean something to YAML, and a comment is one line without
control characters. Lines that are only candidates are comments, their marks below each other, so that a block is taken in by removing
the marks.

>>> print(written("Ashley"), written("% who feel safe"), written("a: b # c"))
Ashley "% who feel safe" "a: b # c"
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import yaml

from dataexchange.messages.open_questions import QUESTION
from dataexchange.model.sentence import Language, Sentence, say
from dataexchange.model.suggestion import Guess

_PLAIN = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_ .()%/+&'-]*[A-Za-z0-9_.()%/+'-])?")
_NULL = frozenset(("null", "~"))
_LONGEST = 300


class Page:
    def __init__(self, language: Language) -> None:
        self._language = language
        self._lines: list[str] = []
        #: Depth at which the marks of candidates stand; None outside of a question.
        self._asked: int | None = None

    def text(self) -> str:
        return "\n".join(self._lines) + "\n"

    def line(self, depth: int, text: str, guess: Guess | None = None) -> None:
        why = f"  # {self._because(guess)}" if guess is not None else ""
        self._put(depth, text + why)

    def note(self, depth: int, sentence: Sentence) -> None:
        self._put(depth, f"# {one_line(sentence.said(self._language))}")

    def ask(self, depth: int, sentence: Sentence) -> None:
        self._put(depth, f"# {QUESTION.said(self._language)}: {one_line(sentence.said(self._language))}")

    def gap(self) -> None:
        self._lines.append("")

    @contextmanager
    def maybe(self, depth: int) -> Iterator[None]:
        """Lines in it are candidates; within a candidate they are that already."""
        before = self._asked
        self._asked = depth if before is None else before
        try:
            yield
        finally:
            self._asked = before

    def _put(self, depth: int, text: str) -> None:
        if self._asked is None:
            self._lines.append("  " * depth + text)
        else:
            self._lines.append("  " * self._asked + "# " + "  " * (depth - self._asked) + text)

    def _because(self, guess: Guess) -> str:
        new = say("not in the code list yet; ").said(self._language) if guess.new else ""
        return f"{guess.confidence:.2f}: {new}{one_line(guess.reason.said(self._language))}"


def written(text: str) -> str:
    """A text as a scalar of YAML, plain where it can be; marks that nobody sees are written as escapes."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NULL:
        return text
    quoted: str = yaml.safe_dump(text, default_style='"', width=float("inf"), allow_unicode=text.isprintable())
    return quoted.rstrip("\n")


def one_line(text: str) -> str:
    """Without line breaks and what steers a terminal, shortened."""
    told = " ".join(text.split())[:_LONGEST]
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in told)
