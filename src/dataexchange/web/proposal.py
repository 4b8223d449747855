"""A mapping proposed on the upload page: shown there, and to download, for a table that has none yet."""

from __future__ import annotations

from dataclasses import dataclass

from dataexchange.door.exchange import Exchange
from dataexchange.door.upload import UploadedFile
from dataexchange.messages.open_questions import QUESTION
from dataexchange.model.access import Caller
from dataexchange.model.sentence import Language
from dataexchange.pipeline.suggestion_file import file_name, mapping_text, questions_in
from dataexchange.store import files
from dataexchange.store.database import reading
from dataexchange.workflow.suggest import suggest


@dataclass(frozen=True, slots=True)
class Proposal:
    """`name`: what the file is called where it is downloaded; `mark`: what its questions begin with."""

    name: str
    text: str
    questions: int
    mark: str


def proposal_for(exchange: Exchange, caller: Caller, file: UploadedFile, language: Language) -> Proposal:
    """Raises what reading a file may raise."""
    with reading(exchange.engine) as conn:
        made = suggest(conn, exchange.home, files.path_of(file.sha256, exchange.home), name=file.name, caller=caller)
    address = exchange.base_url
    schema = {"schema": f"{address}/api/v1/mappings/schema"} if address else {}
    text = mapping_text(made, language, **schema)
    return Proposal(file_name(made), text, questions_in(text), QUESTION.said(language))
