"""Code list extensions in SDMX-JSON, both ways. Members without '%' and those with it stand in lists of their own."""

from __future__ import annotations

from typing import Any

from dataexchange.messages.structure_json_parts import Json, mapping, objects, ref_in
from dataexchange.model.structure import CodelistExtension, Kind, Member

_CASCADE = {"true": True, "false": False}


def extension_out(extension: CodelistExtension) -> Json:
    out: Json = {"codelist": extension.codelist.urn}
    if extension.prefix:
        out["prefix"] = extension.prefix
    plain = [_member_out(m) for m in extension.members if "%" not in m.value]
    wild = [m.value for m in extension.members if "%" in m.value]
    selection: Json = {"memberValues": plain} if plain else {}
    selection |= {"wildcardedMemberValues": wild} if wild else {}
    if selection:
        out["inclusiveCodeSelection" if extension.included else "exclusiveCodeSelection"] = selection
    return out


def _member_out(member: Member) -> Any:
    if member.cascade is None:
        return member.value
    return {"value": member.value, "cascadeValues": _CASCADE.get(member.cascade, member.cascade)}


def extensions_in(data: Json) -> tuple[CodelistExtension, ...]:
    return tuple(_extension_in(entry) for entry in objects(data, "codelistExtensions"))


def _extension_in(data: Json) -> CodelistExtension:
    excluded = "exclusiveCodeSelection" in data
    name = "exclusiveCodeSelection" if excluded else "inclusiveCodeSelection"
    selection = mapping(data.get(name) or {}, name)
    members = [_member_in(value) for value in selection.get("memberValues") or ()]
    members += [Member(str(value)) for value in selection.get("wildcardedMemberValues") or ()]
    return CodelistExtension(
        codelist=ref_in(data.get("codelist"), Kind.CODELIST),
        prefix=str(data.get("prefix") or ""),
        included=not excluded,
        members=tuple(members),
    )


def _member_in(value: Any) -> Member:
    if not isinstance(value, dict):
        return Member(str(value))
    return Member(str(value["value"]), cascade_in(value.get("cascadeValues")))


def cascade_in(value: Any) -> str | None:
    """`true` and "excluderoot" say something; `false` says what is so anyway."""
    if isinstance(value, bool):
        return "true" if value else None
    return str(value) if value and value != "false" else None


def cascade_out(cascade: str) -> Any:
    return _CASCADE.get(cascade, cascade)
