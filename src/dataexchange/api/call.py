"""One SDMX call as it came in, decoded once: which version and resource, the path behind it, parameters, headers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starlette.types import Scope

from dataexchange import __version__
from dataexchange.api import compression
from dataexchange.errors import NotAcceptable
from dataexchange.messages.form import Form, form_of
from dataexchange.messages.languages import languages_of
from dataexchange.messages.media import OFFERED, PACKED, MediaType
from dataexchange.messages.negotiation import choose, negotiate
from dataexchange.messages.url import query_pairs


@dataclass(frozen=True, slots=True)
class Call:
    """`GET /sdmx/v2/data/dataflow/DX/DF?lastNObservations=1` is Call("v2", "data", "dataflow/DX/DF", …)."""

    version: str
    resource: str
    #: What follows the resource, still percent-encoded.
    path: str
    query: str
    headers: Mapping[str, str]
    method: str
    request_id: str
    #: The address of this API version as the caller knows it: "https://data.example.org/sdmx/v2".
    base_url: str
    #: Whence it came.
    address: str = ""

    def params(self) -> list[tuple[str, str]]:
        return query_pairs(self.query)

    def media_type(self, resource: str) -> MediaType:
        """What to answer in, of what this version offers for the resource."""
        return negotiate(self.headers.get("accept"), self.format(), OFFERED[self.version, resource])

    def form(self, media: MediaType) -> Form:
        """How rows are to look, where they are asked for in that type."""
        return form_of(media, choose(self.headers.get("accept"), self.format(), (media,)).parameters)

    def format(self) -> str | None:
        return next((value for name, value in self.params() if name == "format"), None)

    @property
    def coding(self) -> str | None:
        """The content coding the client takes."""
        return compression.coding(self.headers.get("accept-encoding", ""))

    @property
    def refuses_plain(self) -> bool:
        return compression.refuses_plain(self.headers.get("accept-encoding", ""))

    def coding_of(self, media: MediaType) -> str | None:
        """The content coding of an answer of that type: none around what is compressed as it is, unless the client insists."""
        if self.refuses_plain and self.coding is None:
            known = ", ".join(compression.CODINGS)
            raise NotAcceptable(f"Accept-Encoding leaves nothing to answer in: allow one of {known}, identity.")
        return None if media in PACKED and not self.refuses_plain else self.coding

    def identity(self, media: MediaType) -> tuple[object, ...]:
        """Everything about the call, beside the query itself, that decides the bytes of an answer."""
        return __version__, self.version, media, self.base_url, self.languages(), self.form(media)

    def languages(self) -> tuple[str, ...]:
        """Those of Accept-Language, the preferred one first; none where all will do."""
        return languages_of(self.headers.get("accept-language"))

    def whole_address(self) -> str:
        """What was asked for, as an address."""
        return f"{self.base_url}/{self.resource}/{self.path}" + (f"?{self.query}" if self.query else "")


def read_call(scope: Scope, base_url: str) -> Call:
    """The call of an ASGI scope whose path begins with /sdmx/v1 or /sdmx/v2."""
    raw = scope.get("raw_path") or scope["path"].encode()
    path = raw.split(b"?")[0].decode("latin-1")
    _, _, inside = path.partition("/sdmx/")
    version, _, rest = inside.partition("/")
    resource, _, rest = rest.strip("/").partition("/")
    headers = _headers(scope["headers"])
    return Call(
        version=version,
        resource=resource,
        path=rest,
        query=scope.get("query_string", b"").decode("latin-1"),
        headers=headers,
        method=scope["method"],
        request_id=scope.get("state", {}).get("request_id", ""),
        address=(scope.get("client") or ("",))[0],
        base_url=f"{base_url or _called_as(scope, headers)}/sdmx/{version}",
    )


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """By name; what stands in several lines is one list."""
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _called_as(scope: Scope, headers: Mapping[str, str]) -> str:
    host = headers.get("host") or ":".join(str(part) for part in scope.get("server") or ("localhost",))
    prefix = scope.get("root_path", "").partition("/sdmx")[0]
    return f"{scope.get('scheme', 'http')}://{host}{prefix}"
