"""Schema answers: what data may look like in a context, as an XML schema to validate with or as structures to read.

The structures are those of the standard for this question: the data structure, its concepts and codes cut to what is used and
allowed, their agencies, and the constraints that do the cutting.
"""

from __future__ import annotations

from dataclasses import replace

from dataexchange.api.call import Call
from dataexchange.api.conditional import Validators, digest_of
from dataexchange.api.state import read_structures_state
from dataexchange.api.structure import written
from dataexchange.door.answer import Answer, answered, blocks
from dataexchange.door.exchange import Exchange
from dataexchange.messages.layout import layout
from dataexchange.messages.media import SCHEMAS
from dataexchange.messages.write_options import ALL_DIMENSIONS, TIME, WriteOptions
from dataexchange.messages.write_schema import write_schema
from dataexchange.model.query import StructureQuery
from dataexchange.model.structure import AgencyScheme, Artefact, Kind
from dataexchange.model.validity import SchemaQuery, Validity
from dataexchange.store import structures
from dataexchange.store.database import Connection, reading
from dataexchange.store.validity import validity


def answer(exchange: Exchange, call: Call, query: SchemaQuery) -> Answer:
    media = call.media_type("schema")
    with reading(exchange.engine) as conn:
        state = read_structures_state(exchange, conn)
        validators = Validators(digest_of([*call.identity(media), state.word, query]), state.changed_at, call.coding)
        if validators.unchanged(call.headers):
            return Answer(304, validators.headers)
        asked, found = validity(conn, query.context)
        options = WriteOptions(dimension_at_observation=query.dimension_at_observation or _usual(found))
        # A dimension that the structure has not is a slip, whatever is answered with.
        layout(found.schema, options)
        if media not in SCHEMAS:
            told = _artefacts(conn, found)
            return written(exchange, call, media, told, validators, related=[asked.ref, *(a.ref for a in told)])
    chunks = write_schema(found, media, options, deletion=query.deletion)
    return answered(((b"content-type", media.text.encode()), *validators.headers), blocks(chunks))


def _usual(found: Validity) -> str:
    return TIME if found.schema.structure.time_dimension else ALL_DIMENSIONS


def _artefacts(conn: Connection, found: Validity) -> list[Artefact]:
    """With the agencies that maintain one of them, each in its scheme."""
    told = found.artefacts()
    maintaining = {artefact.agency for artefact in told}
    schemes = structures.find(conn, StructureQuery((Kind.AGENCY_SCHEME.value,), versions=("*",)))
    for scheme in schemes:
        assert isinstance(scheme, AgencyScheme)
        kept = tuple(item for item in scheme.items if item.id in maintaining)
        if kept:
            told.append(replace(scheme, items=kept, is_partial=scheme.is_partial or len(kept) < len(scheme.items)))
    return told
