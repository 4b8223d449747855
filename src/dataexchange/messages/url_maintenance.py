"""Addresses of structure maintenance: `POST structure/codelist`, `PUT structure/codelist/DX/CL_SEX/1.0.0`, `DELETE …/1.0.0/F`."""

from __future__ import annotations

from dataclasses import dataclass

from dataexchange.errors import InvalidRequest, NotSupported
from dataexchange.messages import url_text as text
from dataexchange.messages.url_v2 import KINDS
from dataexchange.model.structure import Kind, Ref


@dataclass(frozen=True, slots=True)
class Place:
    """What an address speaks of: artefacts of a kind (None: of any), one artefact, one item of it."""

    kind: Kind | None = None
    ref: Ref | None = None
    item: str | None = None


_NAMES = ("artefactType", "agencyID", "resourceID", "version", "itemID")
_FORMS = dict(zip(_NAMES[1:], (text.AGENCY, text.ID, text.VERSION, text.ITEM), strict=True))

#: Method -> how many parts its path has, at least and at most.
_PARTS = {"POST": (0, 1), "PUT": (4, 4), "DELETE": (4, 5)}


def maintained_place(method: str, path: str) -> Place:
    least, most = _PARTS[method]
    parts = text.named_parts(path, _NAMES[:most])
    if len(parts) < least:
        wanted = "/".join("{" + name + "}" for name in _NAMES[:least])
        raise InvalidRequest(f"{method} is for one artefact: write {wanted}", parameter="path", value=path)
    kind = _kind(parts["artefactType"]) if "artefactType" in parts else None
    for name, form in _FORMS.items():
        if name in parts and (not form.fullmatch(parts[name]) or (name == "version" and set(parts[name]) & set("*~+"))):
            raise InvalidRequest("name one artefact exactly", parameter=name, value=parts[name])
    if kind is None or not least:
        return Place(kind)
    return Place(kind, Ref(kind, parts["agencyID"], parts["resourceID"], parts["version"]), parts.get("itemID"))


def _kind(word: str) -> Kind:
    if word in set(Kind):
        return Kind(word)
    if word in KINDS:
        raise NotSupported(f"Artefacts of type {word} are not held by this exchange.")
    raise InvalidRequest(
        "there is no such artefact type; write one such as dataflow or codelist", parameter="artefactType", value=word
    )
