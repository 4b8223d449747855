"""A source of national series: an SDMX REST service and what is taken from it. Data, not a class: people type it in `sources.toml`.

    [kyrgyzstan]
    title = "Sustainable development indicators of Kyrgyzstan"
    url = "https://sdmx.stat.kg/rest"
    api = "2.1"
    dataflow = "KG_NSC:DF_SDG_KG(1.8)"
    provider = "KG_NSC"
    licence = "CC BY 4.0"

docs/harvest.md explains every word.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from dataexchange.errors import InvalidRequest
from dataexchange.model.address import keeps_secrets
from dataexchange.model.structure import ID, Kind, Ref, parse_short

#: A series key as both APIs write it: codes, `.` between dimensions, `+` or `,` between codes, `*` for any.
_KEY = re.compile(r"[A-Za-z0-9_@$.+*,\-]{1,4000}")
_PERIOD = re.compile(r"\d{4}(-[A-Z0-9][A-Z0-9-]{0,5})?")


class Format(StrEnum):
    """What data messages are asked for in."""

    XML = "xml"
    JSON = "json"
    CSV = "csv"


def _ref(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return parse_short(value, Kind.DATAFLOW)
    except InvalidRequest:
        raise ValueError("write agency:id(version), such as KG_NSC:DF_SDG_KG(1.8)") from None


DataflowRef = Annotated[Ref, BeforeValidator(_ref)]


class Source(BaseModel):
    """One table of `sources.toml`; the table's name is `id`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    title: str = Field(min_length=1, description="what people call it")
    url: str = Field(description="root of the service: what stands before /data and /structure")
    api: Literal["2.1", "3.0"] = Field(description="2.1: SDMX REST 1.x; 3.0: SDMX REST 2.x")
    dataflow: DataflowRef = Field(description="there, as agency:id(version)")
    provider: str = Field(description="the organisation here whose series they become")
    licence: str = Field(min_length=1, description="under which the figures may be passed on")
    into: DataflowRef | None = Field(None, description="dataflow here; default: the same")
    keys: tuple[str, ...] = Field((), max_length=2_000, description="one request for each; default: one for everything")
    start_period: str | None = Field(None, description="nothing before, such as 2015")
    format: Format = Field(Format.XML, description="of data messages: xml, or with api 3.0 json or csv")
    structure: Literal["registered", "fetched"] = Field(
        "registered", description="fetched: the service is asked for structures that are not registered here"
    )
    key_env: str | None = Field(None, description="environment variable that holds a bearer token")
    pause: float = Field(0.2, ge=0, le=3600, description="seconds between two requests")
    timeout: float = Field(60, gt=0, le=3600, description="longest silence of the service, in seconds")
    patience: float = Field(
        900, gt=0, le=86_400, description="longest time for one answer, attempts included, in seconds"
    )
    attempts: int = Field(5, ge=1, le=20, description="for each answer")
    limit_bytes: int = Field(1 << 29, ge=1024, description="largest answer")
    may_lose: float = Field(
        0.5, ge=0, le=1, description="share of the series that may be missing in a new vintage before it is refused"
    )

    @property
    def local(self) -> Ref:
        return self.into or self.dataflow

    @property
    def dataset(self) -> str:
        """All that comes from a source is one dataset of its provider."""
        return f"{self.provider}/{self.id}"

    @field_validator("id", "provider")
    @classmethod
    def _named(cls, value: str) -> str:
        if not ID.fullmatch(value) or len(value) > 100:
            raise ValueError("write letters, digits, '_' and '-' only, such as KG_NSC")
        return value

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"[\s\x00-\x1f]", value):
            raise ValueError("write an address such as https://sdmx.example.org/rest")
        if parts.username is not None or parts.password is not None:
            raise ValueError("leave user and password out; name the variable that holds a token under key_env")
        if parts.query or parts.fragment:
            raise ValueError("leave out what stands behind '?' or '#': the root of the service only")
        return value.rstrip("/")

    @field_validator("keys")
    @classmethod
    def _keys(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for key in value:
            if not _KEY.fullmatch(key):
                raise ValueError(f"{key[:60]!r} is no series key: write one such as A.N.SI_POV_DAY1.KG")
        if len(set(value)) < len(value):
            raise ValueError("a key stands twice")
        return value

    @field_validator("start_period")
    @classmethod
    def _period(cls, value: str | None) -> str | None:
        if value is not None and not _PERIOD.fullmatch(value):
            raise ValueError("write a year, such as '2015', or another period")
        return value

    @field_validator("key_env")
    @classmethod
    def _variable(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
            raise ValueError("write the name of an environment variable, such as KG_TOKEN; never the token itself")
        return value

    @model_validator(mode="after")
    def _together(self) -> Source:
        if self.format is not Format.XML and self.api == "2.1":
            raise ValueError("format: with api 2.1 only xml is read; leave it out")
        if self.key_env and not keeps_secrets(self.url):
            raise ValueError("key_env: a token is sent over https only; correct url")
        return self
