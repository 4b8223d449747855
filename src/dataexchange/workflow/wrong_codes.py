"""A code that the mapping gives and no list has is told once: as a fault of the mapping, with the cells that it is of.

Mapping tells it of the file ("The mapping turns 'Men' of column 'Sex' into the code 'MALE', …: did you mean 'M'?") and of every cell.
Nobody is to correct two hundred cells that have nothing wrong: they say what the mapping has wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from dataexchange.model.finding import Finding
from dataexchange.model.sentence import Sentence

#: (component, code); no code where the mapping gives none.
_Given = tuple[str, str | None]


def of_the_mapping(findings: Iterable[Finding]) -> list[Finding]:
    """Cells take the sentence of the mapping's fault, which then needs no finding of its own."""
    listed = list(findings)
    wrong = {
        given: found
        for found in listed
        if found.rule == "MAP-SCHEMA" and found.place.row is None and (given := _given(found.sentence)) is not None
    }
    told: list[Finding] = []
    taken: set[int] = set()
    for found in listed:
        given = _given(found.sentence) if found.rule == "MAP-CODE" and wrong else None
        cause = None if given is None else wrong.get(given)
        if cause is None:
            told.append(found)
        else:
            taken.add(id(cause))
            told.append(replace(found, rule=cause.rule, severity=cause.severity, sentence=cause.sentence))
    return [found for found in told if id(found) not in taken]


def _given(sentence: Sentence) -> _Given | None:
    values = dict(sentence.values)
    if not sentence.text:  # sentences beside each other, of which the first has the code
        first = values.get("0")
        return _given(first) if isinstance(first, Sentence) else None
    component, code = values.get("component"), values.get("code")
    if not isinstance(component, str) or not isinstance(code, str | None):
        return None
    return component, None if code is None else code.strip("'")
