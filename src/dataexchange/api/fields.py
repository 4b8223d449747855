"""Words that several bodies and addresses of /api/v1 have, each with its limits: nothing longer or stranger gets any further."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

#: Ids of organisations, code lists and the like, as SDMX has them.
_ID = r"^[A-Za-z0-9_@$\-]{1,100}$"

OrganisationId = Annotated[str, Field(pattern=_ID, examples=["BRISTOL"])]
#: One line of text.
Line = Annotated[str, Field(max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]
Name = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["City of Bristol"])]
#: Dataflows and other artefacts as people write them.
Short = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["DX:DF_SDG_LOCAL(1.0.0)"])]

SubmissionId = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9_.\-]{1,100}$", description="id of a submission", examples=["3f2a9c81d04e"])
]
Provider = Annotated[str | None, Query(pattern=_ID, description="of this provider only", examples=["BRISTOL"])]


class Body(BaseModel):
    """What is sent: a word that is not known is refused, for it would be left out in silence."""

    model_config = ConfigDict(extra="forbid")


class Reason(Body):
    reason: Annotated[
        str,
        Field(
            min_length=1,
            max_length=2000,
            pattern=r"^[^\x00]+$",
            examples=["2019 is a forecast"],
            description="for people",
        ),
    ]
