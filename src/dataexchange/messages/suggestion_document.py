"""A suggestion as plain JSON values: what `dataexchange mapping suggest --json` prints and /api/v1 answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dataexchange.messages.open_questions import question_lines
from dataexchange.model.sentence import ENGLISH, Language, Sentence
from dataexchange.model.suggestion import ColumnSuggestion, Guess, Suggestion, TargetSuggestion


def suggestion_document(made: Suggestion, mapping: str, language: Language = ENGLISH) -> dict[str, Any]:
    """`mapping` is the text of the file."""
    return {
        "file": made.file,
        "sheet": made.sheet,
        "reading": made.description.said(language) if isinstance(made.description, Sentence) else made.description,
        "provider": made.provider,
        "dataflow": made.dataflow,
        "questions": len(question_lines(mapping)),
        "learned_from": list(made.learned_from),
        "columns": [_column(column, language) for column in made.columns],
        "fixed": [
            {"component": one.component, "optional": one.optional, "candidates": _guesses(one.guesses, language)}
            for one in made.fixed
        ],
        "mapping": mapping,
    }


def _column(column: ColumnSuggestion, language: Language) -> dict[str, Any]:
    return {
        "column": column.header,
        "unknown": column.unknown,
        "ignore": _guess(column.ignore, language) if column.ignore else None,
        "gives": [_target(target, language) for target in column.targets],
        "others": _guesses(column.others, language),
    }


def _target(target: TargetSuggestion, language: Language) -> dict[str, Any]:
    return {
        **_guess(target.guess, language),
        "period": list(target.period),
        "values": [{"text": v.text, "candidates": _guesses(v.guesses, language)} for v in target.values],
        "unlisted": target.unlisted,
    }


def _guesses(guesses: Iterable[Guess], language: Language) -> list[dict[str, Any]]:
    return [_guess(guess, language) for guess in guesses]


def _guess(guess: Guess, language: Language) -> dict[str, Any]:
    return {
        "code": guess.code,
        "confidence": guess.confidence,
        "sure": guess.sure,
        "new": guess.new,
        "reason": guess.reason.said(language),
    }
