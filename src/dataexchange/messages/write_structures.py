"""Structure messages, written: the way out.

    write_message(artefacts, STRUCTURE_ML_2_1, detail="referencestubs", requested=[flow.ref], prepared=now, message_id="DX1")

A writer yields bytes, an artefact at a time. An availability answer is a message as any other: its DataConstraint has the
role "Actual" and says its counts as annotations, which `availability_notes` makes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TypeAlias

from dataexchange.errors import NotAcceptable
from dataexchange.messages.languages import in_languages
from dataexchange.messages.media import (
    STRUCTURE_JSON_1_0,
    STRUCTURE_JSON_2_0,
    STRUCTURE_JSON_2_1,
    STRUCTURE_ML_2_1,
    STRUCTURE_ML_3_0,
    STRUCTURE_ML_3_1,
    MediaType,
)
from dataexchange.messages.structure_detail import Shown, shown
from dataexchange.messages.structure_json_write import write_structure_json
from dataexchange.messages.structure_xml_write import is_known_to_2_1, write_structure_xml
from dataexchange.messages.write_header import StructureHeader
from dataexchange.model.structure import Annotation, Artefact, Languages, Ref

StructureWriter: TypeAlias = Callable[[Sequence[Shown], StructureHeader], Iterator[bytes]]

STRUCTURE_WRITERS: Mapping[MediaType, StructureWriter] = {
    STRUCTURE_ML_2_1: partial(write_structure_xml, is_2_1=True),
    STRUCTURE_ML_3_0: partial(write_structure_xml, is_2_1=False),
    STRUCTURE_ML_3_1: partial(write_structure_xml, is_2_1=False, is_3_1=True),
    STRUCTURE_JSON_1_0: partial(write_structure_json, version="1.0.0"),
    STRUCTURE_JSON_2_0: partial(write_structure_json, version="2.0.0"),
    STRUCTURE_JSON_2_1: partial(write_structure_json, version="2.1.0"),
}


def write_message(
    artefacts: Sequence[Artefact],
    media: MediaType,
    *,
    detail: str = "full",
    requested: Collection[Ref] = (),
    prepared: datetime,
    message_id: str,
    sender: str = "DX",
    base_url: str = "",
    beside: Sequence[Artefact] = (),
    languages: Languages = (),
    related: Sequence[Ref] = (),
) -> Iterator[bytes]:
    """`requested` are the artefacts asked for, so that `reference…` details know the others; empty: all of them. `beside` are not
    written: they are what must be known to write the others, such as constraints of what is shown in part."""
    writer = STRUCTURE_WRITERS.get(media)
    if writer is None:
        offered = ", ".join(m.text for m in STRUCTURE_WRITERS)
        raise NotAcceptable(f"Structures are written as {offered}: ask for one of these.")
    if (
        artefacts
        and media == STRUCTURE_ML_2_1
        and not any(is_known_to_2_1(a) for a in artefacts if not requested or a.ref in requested)
    ):
        kinds = ", ".join(sorted({a.kind.urn_class for a in artefacts}))
        raise NotAcceptable(f"SDMX-ML 2.1 has no word for {kinds}: ask for {STRUCTURE_JSON_2_0} or {STRUCTURE_ML_3_0}.")
    header = StructureHeader(
        message_id=message_id,
        prepared=prepared,
        sender=sender,
        base_url=base_url,
        beside=beside,
        languages=languages,
        related=tuple(related),
    )
    return writer(shown(in_languages(tuple(artefacts), languages), detail, requested, beside), header)


def availability_notes(series: int, observations: int) -> tuple[Annotation, ...]:
    """How much there is behind an availability constraint, as pysdmx and the Java connectors read it."""
    counts = {"series_count": series, "obs_count": observations}
    return tuple(Annotation(id=name, type="sdmx_metrics", title=str(n)) for name, n in counts.items())
