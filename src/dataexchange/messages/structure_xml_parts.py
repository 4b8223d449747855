"""What artefacts, items and components have in common in SDMX-ML: texts, annotations, references, representations.

One reader for 2.1 and 3.x: elements are known by local name; a reference may be a `Ref` with attributes, a `URN` element, or
(3.x) the URN as text.
"""

from __future__ import annotations

from typing import Any

from dataexchange.errors import InvalidRequest, NotSupported
from dataexchange.messages.structure_json import version_is_final
from dataexchange.messages.xml_source import Misshapen, child, children, text_of
from dataexchange.model.structure import Annotation, ItemRef, Kind, Ref, Representation, Text, parse_urn

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def texts(element: Any, name: str) -> Text:
    """Language -> text of the children of that name. The first of a language counts; empty ones do not."""
    out: dict[str, str] = {}
    for entry in children(element, name):
        text = text_of(entry)
        if text:
            out.setdefault(entry.get(_LANGUAGE, "en"), text)
    return out


def notes(element: Any) -> tuple[Annotation, ...]:
    holder = child(element, "Annotations")
    if holder is None:
        return ()
    return tuple(
        Annotation(
            id=note.get("id"),
            type=text_of(child(note, "AnnotationType")),
            title=text_of(child(note, "AnnotationTitle")),
            url=text_of(child(note, "AnnotationURL")),
            text=texts(note, "AnnotationText"),
            value=text_of(child(note, "AnnotationValue")),
        )
        for note in children(holder, "Annotation")
    )


def maintainable(element: Any) -> dict[str, Any]:
    """The fields that every artefact has."""
    agency, identifier = element.get("agencyID"), element.get("id")
    if not agency or not identifier:
        raise Misshapen(element, "an artefact has no agencyID or no id: add it and send the message again.")
    version = element.get("version") or "1.0"
    final = element.get("isFinal")
    return {
        "agency": agency,
        "id": identifier,
        "version": version,
        "names": texts(element, "Name"),
        "descriptions": texts(element, "Description"),
        "annotations": notes(element),
        "is_final": truth(final) if final is not None else _final_by_version(element, version),
        "valid_from": element.get("validFrom"),
        "valid_to": element.get("validTo"),
    }


def _final_by_version(element: Any, version: str) -> bool:
    """Only SDMX 3 reads finality from the version; in 2.1 what does not say so is not final."""
    return "/v2_1/" not in element.tag and version_is_final(version)


def truth(text: str | None) -> bool:
    return text in ("true", "1")


def reference(element: Any, kind: Kind | None = None) -> Ref:
    """What the element refers to. `kind` where a Ref does not tell its class."""
    found = _reference(element, kind)
    if isinstance(found, ItemRef):
        raise Misshapen(element, "the reference names an item where a whole artefact is meant: correct it.")
    return found


def item_reference(element: Any, kind: Kind) -> ItemRef:
    found = _reference(element, kind)
    if isinstance(found, Ref):
        raise Misshapen(element, "the reference names an artefact where one of its items is meant: correct it.")
    return found


def _reference(element: Any, kind: Kind | None) -> Ref | ItemRef:
    ref = child(element, "Ref")
    urn = text_of(child(element, "URN")) if ref is None else None
    if ref is not None:
        return _from_attributes(ref, kind)
    return _from_urn(element, urn or text_of(element))


def _from_urn(element: Any, urn: str | None) -> Ref | ItemRef:
    if not urn:
        raise Misshapen(element, "a reference is empty: name an artefact by Ref or URN.")
    try:
        return parse_urn(urn)
    except InvalidRequest:
        if urn.startswith("urn:sdmx:org.sdmx.infomodel."):
            raise NotSupported(urn) from None
        raise Misshapen(element, f"{urn[:200]!r} is no SDMX URN: correct the reference.") from None


def _from_attributes(ref: Any, kind: Kind | None) -> Ref | ItemRef:
    cls, package = ref.get("class"), ref.get("package") or "base"
    agency, identifier = ref.get("agencyID"), ref.get("id")
    if not agency or not identifier:
        raise Misshapen(ref, "a Ref has no agencyID or no id: add it and send the message again.")
    parent = ref.get("maintainableParentID")
    if cls:
        try:
            known = parse_urn(f"urn:sdmx:org.sdmx.infomodel.{package}.{cls}={agency}:{parent or identifier}(1.0)")
        except InvalidRequest:
            raise NotSupported(cls) from None
        kind = known.kind if isinstance(known, Ref) else kind
    if kind is None:
        raise Misshapen(ref, "a Ref does not say its class: add it and send the message again.")
    if parent:
        return ItemRef(Ref(kind, agency, parent, ref.get("maintainableParentVersion") or "1.0"), identifier)
    return Ref(kind, agency, identifier, ref.get("version") or "1.0")


def local_id(element: Any) -> str | None:
    """An id within the same artefact: a parent code, a dimension. `<Ref id="A"/>` in 2.1, plain text in 3.x."""
    ref = child(element, "Ref")
    return ref.get("id") if ref is not None else text_of(element)


def representation(element: Any, name: str, default_type: str = "String") -> Representation | None:
    """`LocalRepresentation` or `CoreRepresentation` of a component or concept; None where it has none."""
    holder = child(element, name)
    if holder is None:
        return None
    enumeration = child(holder, "Enumeration")
    if enumeration is not None:
        format_, default = child(holder, "EnumerationFormat"), None
    else:
        format_, default = child(holder, "TextFormat"), default_type
    facets = dict(format_.attrib) if format_ is not None else {}
    text_type = facets.pop("textType", default if format_ is not None else None)
    facets |= {key: holder.get(key) for key in ("minOccurs", "maxOccurs") if holder.get(key) is not None}
    return Representation(reference(enumeration) if enumeration is not None else None, text_type, facets)
