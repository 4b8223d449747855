"""An extract as /api/v1 tells it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from dataexchange.model.extract import Extract, State


class ExtractLinks(BaseModel):
    self: str
    data: Annotated[str | None, Field(description="the file, once it is ready")]
    query: Annotated[str, Field(description="what was asked for")]


class ExtractDocument(BaseModel):
    id: str
    state: State
    reason: Annotated[str | None, Field(description="why it failed")]
    asked_at: datetime
    ended_at: datetime | None
    expires_at: Annotated[datetime | None, Field(description="until when the file is kept at most")]
    media_type: str | None
    bytes: int | None
    sha256: Annotated[str | None, Field(description="of the file, in hexadecimal digits")]
    links: ExtractLinks


def document(extract: Extract, root: str) -> ExtractDocument:
    """`root` is the address of the exchange."""
    address = f"{root}/api/v1/extracts/{extract.id}"
    return ExtractDocument(
        id=extract.id,
        state=extract.state,
        reason=extract.reason,
        asked_at=extract.asked_at,
        ended_at=extract.ended_at,
        expires_at=extract.expires_at,
        media_type=extract.media_type,
        bytes=extract.size,
        sha256=extract.sha256,
        links=ExtractLinks(
            self=address,
            data=f"{address}/data" if extract.state is State.READY else None,
            query=extract.question.url,
        ),
    )
