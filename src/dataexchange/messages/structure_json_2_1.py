"""SDMX-JSON 2.1 structures, out of documents of 2.0 and back.

2.1 allows nothing beside what its schema names: descriptions stand in all languages only, a time dimension says its type,
constraints have no role, no release calendar and no addresses to be attached to. What is there is no data constraint any more but
an availability constraint, without an id.
"""

from __future__ import annotations

from typing import Any

from dataexchange.errors import Unreadable
from dataexchange.messages.structure_json_parts import Json, mapping, objects, ref_in
from dataexchange.model.structure import Ref

_TIME = "ObservationalTimePeriod"
#: Where an availability constraint is attached: what 2.1 calls it, and 2.0.
_ATTACHED = {"dataflow": "dataflows", "dataStructure": "dataStructures", "provisionAgreement": "provisionAgreements"}
_COUNTS = {"series_count": "seriesCount", "obs_count": "obsCount"}


def in_2_1(document: Json) -> Json:
    said: Json = _without_descriptions(document)
    if "role" in said:
        _constraint(said)
    listed = said.get("dataStructureComponents", {}).get("dimensionList", {})
    if "timeDimension" in listed:
        form = listed["timeDimension"]["localRepresentation"].setdefault("format", {})
        form.setdefault("dataType", _TIME)
    return said


def _constraint(said: Json) -> None:
    """No role, no release calendar, and attached to artefacts of one kind, not to addresses."""
    for name in ("role", "releaseCalendar"):
        said.pop(name, None)
    attachment = said.pop("constraintAttachment", {})
    kept = next((name for name in ("dataProvider", *_ATTACHED.values()) if attachment.get(name)), None)
    if kept is not None:
        said["constraintAttachment"] = {kept: attachment[kept]}


def _without_descriptions(part: Any) -> Any:
    """A copy of it without those in one language, which always stand beside all languages."""
    if isinstance(part, dict):
        return {
            key: _without_descriptions(value)
            for key, value in part.items()
            if key != "description" or "descriptions" not in part
        }
    return [_without_descriptions(entry) for entry in part] if isinstance(part, list) else part


def availability_in_2_1(document: Json) -> Json:
    """A data constraint with the role Actual; its counts are told as notes, too, which is where clients look."""
    said: Json = {key: document[key] for key in ("annotations",) if key in document}
    attachment = document.get("constraintAttachment", {})
    for one, several in _ATTACHED.items():
        if attachment.get(several):
            said["constraintAttachment"] = {one: attachment[several][0]}
            break
    for region in document.get("cubeRegions", [])[:1]:
        said["cubeRegion"] = region
    for note in document.get("annotations", []):
        if note.get("id") in _COUNTS:
            said[_COUNTS[note["id"]]] = int(note["title"])
    return said


def availability_from_2_1(document: Json) -> Json:
    """As 2.0 has it: named after what it is attached to."""
    attachment = mapping(document.get("constraintAttachment") or {}, "constraintAttachment")
    urn = next((attachment[one] for one in _ATTACHED if attachment.get(one)), None)
    if urn is None:
        raise Unreadable("An availability constraint is attached to nothing: say to what, and send it again.")
    of: Ref = ref_in(urn)
    return {
        "id": f"{of.id}_AVAILABLE",
        "agencyID": of.agency,
        "version": of.version,
        "role": "Actual",
        "annotations": objects(document, "annotations"),
        "constraintAttachment": {
            several: [attachment[one]] for one, several in _ATTACHED.items() if attachment.get(one)
        },
        "cubeRegions": [document["cubeRegion"]] if document.get("cubeRegion") else [],
    }
