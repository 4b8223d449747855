"""`/static/…`: style sheets, drawings, scripts, an example mapping, from memory. Addresses have the content's hash, so they are kept."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from importlib import resources

from fastapi import APIRouter, Response

from dataexchange.errors import NotFound

router = APIRouter(include_in_schema=False)

_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "yaml": "application/yaml",
}
_KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}


@dataclass(frozen=True, slots=True)
class Asset:
    """`style.css`, served at `/static/style.3f2a9c81d04e.css`."""

    address: str
    content: bytes
    media_type: str


def _assets() -> dict[str, Asset]:
    found = {}
    for file in resources.files("dataexchange.web").joinpath("static").iterdir():
        stem, _, kind = file.name.rpartition(".")
        if kind in _TYPES:
            content = file.read_bytes()
            made = f"/static/{stem}.{sha256(content).hexdigest()[:12]}.{kind}"
            found[file.name] = Asset(made, content, _TYPES[kind])
    return found


_ASSETS = _assets()
_BY_ADDRESS = {asset.address: asset for asset in _ASSETS.values()}


def address(name: str) -> str:
    """Where `style.css` is; KeyError, as the page is made, where there is no such file."""
    return _ASSETS[name].address


@router.get("/static/{name}")
def asset(name: str) -> Response:
    found = _BY_ADDRESS.get(f"/static/{name}")
    if found is None:
        raise NotFound("There is no such file: load the page again, which names the files in use.")
    return Response(found.content, media_type=found.media_type, headers=_KEPT)
