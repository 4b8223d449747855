"""Whether an artefact is sound: what the standard demands of it by itself, before anything is stored or answered.

    faults(Codelist(agency="DX", id="CL X", version="one")) == [
        "the id 'CL X': write letters, digits, '_' and '-', a letter first, 100 characters at most",
        "the version 'one': write numbers, such as 1.0 or 1.0.0 or 1.0.0-draft",
    ]

Faults are sentences without a full stop that name the place and the remedy. What it refers to is not looked at here (`workflow.standing`
does), and what is missing but has a stand-in, such as a name, is no fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from itertools import islice

from dataexchange.model.hierarchy import Hierarchy
from dataexchange.model.sound_components import data_structure_faults, metadata_structure_faults
from dataexchange.model.sound_forms import AGENCY, ID, NAME, VERSION, is_of, shown
from dataexchange.model.sound_items import hierarchy_faults, scheme_faults
from dataexchange.model.sound_kinds import kind_faults
from dataexchange.model.structure import Annotation, Artefact, ItemScheme, Kind, MetadataStructure, Ref
from dataexchange.model.structure import DataStructure as Structure

#: So many are told of one artefact.
_MOST = 5
#: Artefacts whose ids begin with a letter.
_NAMED = frozenset({Kind.CODELIST, Kind.CONCEPT_SCHEME, Kind.CATEGORY_SCHEME})
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_DATE = re.compile(r"-?\d{4,}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?|\d{4,}(-\d\d)?")
#: What XML cannot hold, not even as a reference.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: Fields that hold a text by language.
_TEXTS = frozenset({"names", "descriptions", "text", "texts"})


def faults(artefact: Artefact) -> list[str]:
    """Of the first few places; [] where it is sound."""
    return list(islice(_faults(artefact), _MOST))


def is_nameable(ref: Ref) -> bool:
    """Whether a URN can be made of it."""
    return is_of(AGENCY, ref.agency) and is_of(ID, ref.id) and is_of(VERSION, ref.version)


def name_faults(agency: str, identifier: str, version: str, *, letter_first: bool = False) -> Iterator[str]:
    form = NAME if letter_first else ID
    for what, word, wanted in (("agency", agency, AGENCY), ("id", identifier, form), ("version", version, VERSION)):
        if not is_of(wanted, word):
            yield f"the {what} {shown(word)}: {wanted.remedy}"


def text_faults(word: object) -> Iterator[str]:
    """Of all texts in an artefact, or in any other word: what no XML can hold, and languages that are none."""
    waiting = [word]
    while waiting:
        here = waiting.pop()
        if isinstance(here, str):
            if _UNWRITABLE.search(here):
                yield f"the text {shown(here)}: leave out control characters"
        elif isinstance(here, Mapping):
            waiting += [*here.keys(), *here.values()]
        elif isinstance(here, tuple):
            waiting += here
        elif is_dataclass(here):
            yield from _field_faults(here)
            waiting += [getattr(here, field.name) for field in fields(here)]


def _field_faults(word: object) -> Iterator[str]:
    for field in fields(word):  # type: ignore[arg-type]
        if field.name in _TEXTS and isinstance(texts := getattr(word, field.name), Mapping):
            for language in texts:
                if not _LANGUAGE.fullmatch(language):
                    yield f"the language {shown(language)}: write a tag such as en or fr-CH"
    if isinstance(word, Annotation):
        for said in (word.id, word.type, word.title, word.url, word.value):
            if not isinstance(said, str | None):
                yield f"the annotation {shown(said)}: write it as text"


def _faults(artefact: Artefact) -> Iterator[str]:
    yield from name_faults(artefact.agency, artefact.id, artefact.version, letter_first=artefact.kind in _NAMED)
    for what, date in (("validFrom", artefact.valid_from), ("validTo", artefact.valid_to)):
        if date is not None and not (isinstance(date, str) and _DATE.fullmatch(date)):
            yield f"{what} {shown(date)}: write a date, such as 2026-01-31"
    yield from kind_faults(artefact)
    if isinstance(artefact, Hierarchy):
        yield from hierarchy_faults(artefact)
    elif isinstance(artefact, ItemScheme):
        yield from scheme_faults(artefact)
    elif isinstance(artefact, Structure):
        yield from data_structure_faults(artefact)
    elif isinstance(artefact, MetadataStructure):
        yield from metadata_structure_faults(artefact)
    yield from text_faults(artefact)
