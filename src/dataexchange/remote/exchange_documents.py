"""What another exchange answers, looked at before it is believed. Members that we have no use for are passed over."""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from dataexchange.errors import Unreadable
from dataexchange.remote.address import shown
from dataexchange.remote.http import Answer

D = TypeVar("D", bound=BaseModel)


class ChangeDocument(BaseModel):
    release: Annotated[int, Field(ge=1, lt=2**63)]
    dataflow: Annotated[str, Field(max_length=300)]
    published_at: AwareDatetime


class ChangesDocument(BaseModel):
    changes: Annotated[list[ChangeDocument], Field(max_length=10_000)]
    next: Annotated[str, Field(max_length=200)]
    published_at: AwareDatetime | None = None


class SubmissionDocument(BaseModel):
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,100}$")]
    status: Annotated[str, Field(max_length=50)]
    step: Annotated[str, Field(max_length=500)] | None = None
    reason: Annotated[str, Field(max_length=10_000)] | None = None
    reviewer: Annotated[str, Field(max_length=200)] | None = None
    release: int | None = None


def read(document: type[D], answer: Answer) -> D:
    """The body as that document; Unreadable where it is none."""
    try:
        return document.model_validate_json(answer.body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise Unreadable(
            f"{shown(answer.url)} answered something that is not what an exchange answers ({place}: {first['msg']}): "
            "correct the address, or see what stands between you and the exchange."
        ) from None
