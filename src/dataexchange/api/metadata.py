"""Reference metadata: reports about structures, areas and indicators, in SDMX-JSON and SDMX-ML."""

from __future__ import annotations

from dataexchange.api.call import Call
from dataexchange.api.conditional import Validators, digest_of
from dataexchange.api.state import read_structures_state
from dataexchange.door.answer import Answer, answered, blocks
from dataexchange.door.exchange import Exchange
from dataexchange.errors import NotFound
from dataexchange.messages.languages import in_languages, languages_in
from dataexchange.messages.metadata import write_metadata
from dataexchange.messages.write_header import StructureHeader
from dataexchange.model.metadata import MetadataQuery
from dataexchange.store import metadata
from dataexchange.store.database import reading
from dataexchange.workflow.adaptation_reports import adaptation_reports
from dataexchange.workflow.passport_reports import addressed, passport_reports


def answer(exchange: Exchange, call: Call, query: MetadataQuery) -> Answer:
    media = call.media_type("metadata")
    with reading(exchange.engine) as conn:
        state = read_structures_state(exchange, conn)  # which changes with reports, too
        made = adaptation_reports(conn, exchange.home)
        passports = passport_reports(conn)
        changed_at = max(moment for moment in (state.changed_at, made.since, passports.since) if moment)
        digest = digest_of([*call.identity(media), state.word, made.word, passports.word, query])
        validators = Validators(digest, changed_at, call.coding)
        if validators.unchanged(call.headers):
            return Answer(304, validators.headers)
        found = metadata.find(conn, query, (*made.reports, *passports.reports))
        found = [addressed(report, call.base_url.rpartition("/sdmx/")[0]) for report in found]
        if media.name.endswith("json"):
            found = [metadata.spelled_out(conn, report) for report in found]
    if not found:
        raise NotFound(
            "No metadata report matches; /sdmx/v2/metadata/metadataset?detail=allstubs lists those there are."
        )
    told = in_languages(tuple(found), call.languages())
    header = StructureHeader(
        message_id=f"{exchange.sender}_{validators.digest}",
        prepared=validators.modified.replace(microsecond=0),
        sender=exchange.sender,
    )
    chunks = write_metadata(told, media, header, stubs=query.stubs)
    spoken = ", ".join(languages_in(told)).encode("ascii", "ignore")
    headers = ((b"content-type", media.text.encode()), *(((b"content-language", spoken),) if spoken else ()))
    return answered((*headers, *validators.headers), blocks(chunks))
