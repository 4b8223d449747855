"""Structure answers: artefacts found and referenced by the store, cut and written by `messages`."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dataexchange.api.call import Call
from dataexchange.api.conditional import Validators, digest_of
from dataexchange.api.state import read_structures_state
from dataexchange.door.answer import Answer, answered, blocks
from dataexchange.door.exchange import Exchange
from dataexchange.errors import NotFound
from dataexchange.messages.languages import in_languages, languages_in
from dataexchange.messages.media import STRUCTURE_ML_2_1, MediaType
from dataexchange.messages.write_structures import write_message
from dataexchange.model.query import StructureQuery
from dataexchange.model.structure import Artefact, DataConstraint, Ref
from dataexchange.model.structure_map import StructureMap
from dataexchange.store import structures
from dataexchange.store.catalogue import Made
from dataexchange.store.database import Connection, reading
from dataexchange.workflow.mapping_maps import published_maps


def answer(exchange: Exchange, call: Call, query: StructureQuery) -> Answer:
    media = call.media_type("structure")
    with reading(exchange.engine) as conn:
        state = read_structures_state(exchange, conn)
        made = published_maps(conn, exchange.home, query.as_of)
        changed_at = max(state.changed_at, made.since or state.changed_at)
        digest = digest_of([*call.identity(media), state.word, made.word, query])
        validators = Validators(digest, changed_at, call.coding_of(media))
        if validators.unchanged(call.headers):
            return Answer(304, validators.headers)
        matched, added = structures.find_parts(conn, query, made)
        matched = [a for a in matched if _has_role(a, query.role)]
        beside = _beside(conn, matched, query, media, made)
    if not matched:
        raise NotFound("No structure matches; leave out the last part of the address to see what there is.")
    requested = [a.ref for a in matched]
    found = [*matched, *added]
    return written(exchange, call, media, found, validators, detail=query.detail, requested=requested, beside=beside)


def _beside(
    conn: Connection, matched: Sequence[Artefact], query: StructureQuery, media: MediaType, made: Made
) -> list[Artefact]:
    """What the writers must know and do not write: constraints of what is shown in part, what maps of 2.1 refer to."""
    beside = structures.constraints(conn, matched, query, made) if query.detail == "referencepartial" else []
    if media == STRUCTURE_ML_2_1 and any(isinstance(a, StructureMap) for a in matched):
        beside += structures.descendants(conn, [a for a in matched if isinstance(a, StructureMap)], query, made)
    return beside


def written(
    exchange: Exchange,
    call: Call,
    media: MediaType,
    found: Sequence[Artefact],
    validators: Validators,
    *,
    detail: str = "full",
    requested: Collection[Ref] = (),
    beside: Sequence[Artefact] = (),
    related: Sequence[Ref] = (),
) -> Answer:
    """The message of these artefacts; equal tags stand for equal bytes."""
    found = in_languages(tuple(found), call.languages())
    chunks = write_message(
        found,
        media,
        detail=detail,
        requested=requested,
        prepared=validators.modified.replace(microsecond=0),
        message_id=f"{exchange.sender}_{validators.digest}",
        sender=exchange.sender,
        beside=beside,
        base_url=f"{call.base_url}/structure" if call.version == "v2" else call.base_url,
        languages=call.languages(),
        related=related,
    )
    spoken = ", ".join(languages_in(found)).encode("ascii", "ignore")
    headers = ((b"content-type", media.text.encode()), *(((b"content-language", spoken),) if spoken else ()))
    return answered((*headers, *validators.headers), blocks(chunks))


def _has_role(artefact: Artefact, role: str | None) -> bool:
    return role is None or not isinstance(artefact, DataConstraint) or artefact.role == role
