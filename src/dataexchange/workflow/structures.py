"""Register structural metadata: what ships with the exchange, and what an office sends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dataexchange.errors import Conflict, InvalidRequest, NotFound, Unreadable
from dataexchange.messages.read_structures import read_structures
from dataexchange.messages.shipped import shipped_structures
from dataexchange.model.area_edges import of_codes
from dataexchange.model.sound_forms import shown
from dataexchange.model.structure import ID, Artefact, Codelist, Item, Ref
from dataexchange.store import audit, reconcile, structures
from dataexchange.store.catalogue import load
from dataexchange.store.database import Connection
from dataexchange.workflow.standing import absent, unsound

#: As many artefacts as one error names.
_TOLD = 5


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a structure message brought: artefacts by kind, the kinds that the exchange does not hold, and which artefacts are final and
    not as the message has them: those kept what they said before."""

    file: str
    artefacts: Mapping[str, int]
    skipped: Mapping[str, int]
    kept: tuple[Ref, ...] = ()


def register_shipped(conn: Connection) -> None:
    """Put the structures of agency DX in place; codes and organisations that an office added to them stay."""
    structures.put(conn, structures.lacking(conn, shipped_structures()))


def has_shipped(conn: Connection) -> bool:
    """Whether `register_shipped` would change nothing: a look costs no lock."""
    return not structures.lacking(conn, shipped_structures())


def add_code(conn: Connection, codelist: Ref, code: Item, *, actor: str) -> str | None:
    """A new code at the end of a code list: an area, a local series, an age. Answers what it changes besides: an area below one whose parts
    are declared to be all of it is one of these from then on, so that they make up the whole only together with it."""
    if not ID.fullmatch(code.id):
        raise InvalidRequest("write letters, digits, '_' and '-' only, such as KE_NBO", parameter="code", value=code.id)
    held = structures.get(conn, codelist)
    assert isinstance(held, Codelist)
    ids = {item.id for item in held.items}
    if code.id in ids:
        raise Conflict(f"{codelist} has the code {code.id} already: choose another id.")
    if code.parent is not None and code.parent not in ids:
        raise NotFound(f"{codelist} has no code {code.parent} to be the parent of {code.id}: add the parent first.")
    items = (*held.items, code)
    structures.put(conn, [replace(held, items=items)])
    audit.record(conn, actor=actor, action="code.add", subject=str(codelist), detail={"code": code.id})
    edges = of_codes({item.id: item for item in items}) if code.parent else ()
    if any(edge.part == code.id and edge.exhaustive and not edge.optional for edge in edges):
        return (
            f"The areas below {code.parent} are declared to be all of it (PARTITION exhaustive), and {code.id} counts as one of them "
            f"from now on: they are added up only where {code.id} has a figure, too. If it overlaps them, load a list of areas that "
            f"names the others as a partition of {code.parent}, and {code.id} below it without one: `dataexchange areas load`."
        )
    return None


def load_structures(conn: Connection, paths: Sequence[Path], *, actor: str) -> list[Loaded]:
    """Register every artefact of the messages, all or none (the caller's transaction). What is not sound is Unreadable."""
    loaded = []
    for path in paths:
        message = read_structures(path)
        _refuse(path, "is not sound", [(a, unsound(conn, a)) for a in message.artefacts])
        structures.put(conn, message.artefacts)
        _refuse(path, "does not hold", [(a, absent(conn, a)) for a in message.artefacts])
        audit.record(
            conn, actor=actor, action="structures.load", subject=path.name, detail={"artefacts": len(message.artefacts)}
        )
        kinds = Counter(a.kind.value for a in message.artefacts)
        loaded.append(Loaded(path.name, kinds, message.skipped, _kept(conn, message.artefacts)))
    return loaded


def _kept(conn: Connection, given: Sequence[Artefact]) -> tuple[Ref, ...]:
    held = load(conn, [artefact.ref for artefact in given])
    return tuple(a.ref for a, there in zip(given, held, strict=True) if reconcile.as_final(there, a) != there)


def _refuse(path: Path, what: str, found: Sequence[tuple[Artefact, Sequence[str]]]) -> None:
    told = [f"{a.kind.urn_class} {shown(a.ref.short)} {what}: {'; '.join(faults)}" for a, faults in found if faults]
    if told:
        raise Unreadable(f"{path.name}: {'. '.join(told[:_TOLD])}.")
