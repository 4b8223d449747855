"""What an operator may set, by environment variables: `DATAEXCHANGE_PORT=9000`. Only `cli` and `app` read it.

docs/settings.md has the same table for people; a test holds the two together.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from dataexchange.errors import InvalidRequest


class Settings(BaseSettings):
    """Read once at the start of a process; a value that cannot be is refused there, by name."""

    model_config = SettingsConfigDict(env_prefix="DATAEXCHANGE_", frozen=True, extra="ignore", env_ignore_empty=True)

    home: Annotated[
        Path, Field(description="Folder of the embedded database, received files, the job queue and keys.")
    ] = Path("var")
    database_url: Annotated[
        str,
        Field(
            default_factory=lambda data: f"sqlite:///{data['home'] / 'exchange.db'}",
            description="Database; `postgresql+psycopg://user@host/name` in production. Default: SQLite in HOME.",
        ),
    ]
    queue_url: Annotated[
        str,
        Field(
            default_factory=lambda data: f"sqlite:///{data['home'] / 'queue.db'}",
            description="Storage of background jobs, SQLite or PostgreSQL. Default: SQLite in HOME.",
        ),
    ]
    host: Annotated[str, Field(description="Address the service listens on; `0.0.0.0` in a container.")] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535, description="Port the service listens on.")] = 8000
    workers: Annotated[int, Field(ge=1, le=256, description="API processes.")] = 1
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Field(description="How much is logged, to standard error.")
    ] = "info"
    base_url: Annotated[
        str,
        Field(
            pattern=r"^(https?://[^\s/]+[^\s]*[^/\s])?$",
            description="Address the service is known by outside, such as `https://data.example.org`; default: as it is called.",
        ),
    ] = ""
    sender: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9_@$-]+$", description="Organisation id written as sender into SDMX messages.")
    ] = "DX"
    threads: Annotated[int, Field(ge=1, le=1000, description="Requests one API process works on at once.")] = 16
    lease_seconds: Annotated[
        float,
        Field(ge=1, le=3600, description="How long a worker that died keeps others from the submission it held."),
    ] = 20
    max_upload_bytes: Annotated[
        int, Field(ge=1024, description="Largest file that may be sent over HTTP, in bytes.")
    ] = 200 * 1024 * 1024
    max_observations: Annotated[
        int,
        Field(
            ge=0,
            description="Largest answer to a data query, in observations; who asks for more is told in which parts to ask. `0`: no limit.",
        ),
    ] = 20_000_000
    keep_extract_hours: Annotated[
        float, Field(gt=0, le=8760, description="How long the file of an extract is kept, in hours.")
    ] = 24
    max_extract_bytes: Annotated[
        int,
        Field(
            ge=1024, description="Room for the files of extracts, in bytes; the oldest give way. No extract is larger."
        ),
    ] = 20 * 1024**3
    max_waiting_extracts: Annotated[
        int, Field(ge=1, description="Extracts that one caller may have waiting for a worker.")
    ] = 10
    requests_per_minute: Annotated[
        int,
        Field(ge=0, description="Requests that one address may send without a key in a minute. `0`: no limit."),
    ] = 0
    requests_per_minute_with_key: Annotated[
        int, Field(ge=0, description="Requests that may be sent with one key in a minute. `0`: no limit.")
    ] = 0
    language: Annotated[
        str,
        Field(
            pattern=r"^([A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*)?$",
            description="Language that findings and reports are told in where nobody asks for one, such as `es`. Default: English; "
            "for commands, that of `LANG`.",
        ),
    ] = ""
    languages: Annotated[
        Path | None,
        Field(description="Folder of your own translations, a gettext file each, such as `ky.po`. Default: none."),
    ] = None
    max_url_bytes: Annotated[
        int, Field(ge=1024, description="Longest path and query string of a request, in bytes.")
    ] = 32 * 1024


def load_settings() -> Settings:
    """The settings of the environment; raises InvalidRequest that names the variable."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "DATAEXCHANGE_" + "_".join(str(part) for part in first["loc"]).upper()
        raise InvalidRequest(
            f"{first['msg']}; see docs/settings.md", parameter=name, value=str(first.get("input"))
        ) from None
