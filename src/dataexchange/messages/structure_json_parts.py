"""What artefacts, items and components have in common in SDMX-JSON: texts, annotations, representations, references.

    {"name": "Area", "names": {"en": "Area", "ky": "Аймак"}}

`name` is the best text for a reader who knows one language and is demanded by the schema: where a word has no name at
all, its id stands there without `names`, and reads back as no name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dataexchange.errors import InvalidRequest, Unreadable
from dataexchange.model.structure import (
    Annotation,
    ItemRef,
    Kind,
    Ref,
    Representation,
    Text,
    best_text,
    parse_urn,
)

Json = dict[str, Any]

#: Facets that stand on the representation itself, not on its format.
_OCCURRENCE = ("minOccurs", "maxOccurs")
_FLAGS = {"true": True, "false": False}


def names_out(names: Text, descriptions: Text, fallback: str) -> Json:
    out: Json = {"name": best_text(names, "en") or fallback}
    if names:
        out["names"] = dict(names)
    if descriptions:
        out["description"] = best_text(descriptions, "en") or ""
        out["descriptions"] = dict(descriptions)
    return out


def names_in(data: Json, fallback: str) -> Text:
    names = data.get("names")
    if names:
        return _text(names, "names")
    name = data.get("name")
    return _text({"en": name}, "name") if name and name != fallback else {}


def text_in(data: Json, single: str, several: str) -> Text:
    """A text that stands once in the best language and once in all: `description` and `descriptions`."""
    if data.get(several):
        return _text(data[several], several)
    return _text({"en": data[single]}, single) if data.get(single) else {}


def _text(value: Any, field: str) -> Text:
    """As SDMX-ML is read: without white space at the ends, and what is empty says nothing. Else what went out in the one format would come
    back in another one as a change."""
    texts = {str(language): str(text).strip() for language, text in mapping(value, field).items()}
    return {language: text for language, text in texts.items() if text}


def annotations_out(annotations: Sequence[Annotation]) -> Json:
    return {"annotations": [_annotation_out(a) for a in annotations]} if annotations else {}


def _annotation_out(note: Annotation) -> Json:
    out: Json = {
        key: value
        for key, value in (("id", note.id), ("title", note.title), ("type", note.type), ("value", note.value))
        if value is not None
    }
    if note.text:
        out["text"] = best_text(note.text, "en") or ""
        out["texts"] = dict(note.text)
    if note.url is not None:
        out["links"] = [{"href": note.url, "rel": "self"}]
    return out


def annotations_in(data: Json) -> tuple[Annotation, ...]:
    return tuple(_annotation_in(note) for note in objects(data, "annotations"))


def _annotation_in(data: Json) -> Annotation:
    url = next((link.get("href") or link.get("uri") for link in objects(data, "links")), None)
    return Annotation(
        id=data.get("id"),
        type=data.get("type"),
        title=_title_in(data.get("title")),
        url=url,
        text=text_in(data, "text", "texts"),
        value=data.get("value"),
    )


def _title_in(title: Any) -> Any:
    return (title.strip() or None) if isinstance(title, str) else title


def representation_out(representation: Representation) -> Json | None:
    """`localRepresentation` or `coreRepresentation`; None where the component says nothing of its own."""
    if representation == Representation():
        return None
    format_: Json = {"dataType": representation.text_type} if representation.text_type else {}
    format_ |= {k: facet_out(v) for k, v in representation.facets.items() if k not in _OCCURRENCE}
    out: Json = {}
    if representation.codelist:
        out["enumeration"] = representation.codelist.urn
        if format_:
            out["enumerationFormat"] = format_
    else:
        out["format"] = format_
    return out | {k: facet_out(representation.facets[k]) for k in _OCCURRENCE if k in representation.facets}


def facet_out(text: str) -> str | int | float | bool:
    """A number as a number, but only where it comes back as the same text: "350" -> 350, "007" stays."""
    if text in _FLAGS:
        return _FLAGS[text]
    for number in (int, float):
        try:
            value = number(text)
        except ValueError:
            continue
        if facet_in(value) == text and abs(value) < 2**53:
            return value
    return text


def facet_in(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def representation_in(data: Json | None) -> Representation:
    if not data:
        return Representation()
    enumeration = data.get("enumeration")
    found: Json = mapping(data.get("enumerationFormat") or data.get("format") or data.get("textFormat") or {}, "format")
    facets = {key: facet_in(value) for key, value in found.items() if not isinstance(value, list | dict)}
    text_type = facets.pop("dataType", None) or facets.pop("textType", None)
    facets |= {key: facet_in(data[key]) for key in _OCCURRENCE if key in data}
    return Representation(ref_in(enumeration) if enumeration else None, text_type, facets)


def ref_in(urn: Any, kind: Kind | None = None) -> Ref:
    ref = _reference(urn)
    if not isinstance(ref, Ref) or (kind and ref.kind is not kind):
        raise Unreadable(f"The reference {str(urn)[:200]!r} does not name {_what(kind)}: correct it and send it again.")
    return ref


def item_ref_in(urn: Any) -> ItemRef:
    ref = _reference(urn)
    if not isinstance(ref, ItemRef):
        raise Unreadable(f"The reference {str(urn)[:200]!r} does not name an item: correct it and send it again.")
    return ref


def _what(kind: Kind | None) -> str:
    return f"a {kind.urn_class}" if kind else "an artefact"


def _reference(urn: Any) -> Ref | ItemRef:
    try:
        return parse_urn(str(urn))
    except InvalidRequest:
        raise Unreadable(
            f"The reference {str(urn)[:200]!r} is no SDMX URN: write one such as "
            "urn:sdmx:org.sdmx.infomodel.codelist.Codelist=DX:CL_AREA(1.0.0)."
        ) from None


def objects(data: Json, field: str) -> list[Json]:
    """A list of objects under that name; none is an empty list."""
    found = data.get(field)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise Unreadable(f"{field!r} is not a list of objects in the SDMX-JSON message: correct it and send it again.")
    return found


def mapping(value: Any, field: str) -> Json:
    if not isinstance(value, dict):
        raise Unreadable(f"{field!r} is not an object in the SDMX-JSON message: correct it and send it again.")
    return value


def required(data: Json, field: str) -> str:
    value = data.get(field)
    if not isinstance(value, str) or not value:
        raise Unreadable(f"{field!r} is missing in an object of the SDMX-JSON message: add it and send it again.")
    return value
