"""Structure maintenance: add, replace and take away artefacts of a message, each on its own, and tell what became of each.

An artefact is stored whole or not at all, whatever becomes of the others. Those that others of the message refer to come first, so that a
message may hold a data structure with its code lists in any order; what refers to something that is nowhere is refused, and so is
what is not sound (`model.soundness`). Final artefacts only gain, used ones lose nothing that is used (`store.users`), and what ships
with the exchange stays as it is. Sending a message again changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from dataexchange.errors import Conflict, ExchangeError, NotSupported
from dataexchange.messages.shipped import shipped_structures
from dataexchange.model.access import Caller, Scope
from dataexchange.model.sound_forms import shown
from dataexchange.model.soundness import is_nameable
from dataexchange.model.structure import Artefact, ItemScheme, Ref
from dataexchange.model.upkeep import Action, Outcome, Result, item_at, lost, patched, without
from dataexchange.model.version import is_final
from dataexchange.store import audit, releases, structures
from dataexchange.store.catalogue import catalogue, load
from dataexchange.store.database import Connection
from dataexchange.store.reconcile import as_final
from dataexchange.store.users import item_users, users
from dataexchange.workflow.permission import may_maintain, require
from dataexchange.workflow.standing import absent, unsound

_CODES: dict[type[ExchangeError], int] = {Conflict: 409, NotSupported: 501}


def submit_structures(
    conn: Connection,
    given: Sequence[Artefact],
    *,
    caller: Caller,
    only_replace: bool = False,
    skipped: Mapping[str, int] | None = None,
) -> list[Outcome]:
    """Add or replace them, each by itself; what became of them, in the order in which they were given.

    `only_replace`: nothing is added. `skipped`: what the message had that the exchange does not hold, which is told as a warning.
    """
    require(caller, Scope.STRUCTURES)
    releases.lock(conn)  # nobody else begins or ends to use anything meanwhile
    told: dict[Ref, Outcome] = {}
    twice = {ref for ref, n in Counter(a.ref for a in given).items() if n > 1}
    waiting: list[Artefact] = []
    for artefact in given:
        action = Action.REPLACE if artefact.ref in catalogue(conn).digests else Action.APPEND
        if only_replace and action is Action.APPEND:
            told[artefact.ref] = _failed(artefact.ref, action, 404, "is not registered: send it by POST to add it")
        elif artefact.ref in twice:
            told[artefact.ref] = _failed(artefact.ref, action, 409, "comes twice in the message: send it once")
        elif wrong := unsound(conn, artefact):
            told[artefact.ref] = _failed(artefact.ref, action, 422, f"is not sound: {'; '.join(wrong)}")
        elif refusal := _refusal(conn, caller, artefact):
            told[artefact.ref] = _failed(artefact.ref, action, 403, refusal)
        else:
            waiting.append(artefact)
    while ready := _ready(conn, waiting):
        for artefact in ready:
            told[artefact.ref] = _checked(conn, artefact, caller)
        waiting = [a for a in waiting if a.ref not in told]
    for artefact in waiting:
        action = Action.REPLACE if artefact.ref in catalogue(conn).digests else Action.APPEND
        names = ", ".join(f"{r.kind.urn_class} {r}" for r in _missing(conn, artefact))
        told[artefact.ref] = _failed(
            artefact.ref, action, 409, f"refers to {names}, which is not registered: add it first"
        )
    return [_warned(told[ref], skipped or {}) for ref in dict.fromkeys(a.ref for a in given)]


def remove_structure(
    conn: Connection, ref: Ref, *, caller: Caller, item: str | None = None, even_final: bool = False
) -> Outcome:
    """Take away an artefact, or one item of a scheme, that nobody uses. A final one stays, unless the operator says `even_final`."""
    require(caller, Scope.STRUCTURES)
    releases.lock(conn)
    artefact = _registered(conn, ref)
    if artefact is None:
        return _failed(ref, Action.DELETE, 404, "is not registered")
    if refusal := _refusal(conn, caller, artefact, removal=True):
        return _failed(ref, Action.DELETE, 403, refusal)
    if (artefact.is_final or is_final(ref.version)) and not even_final:
        return _failed(ref, Action.DELETE, 409, "is final and stays: make a new version instead")
    return _removed(conn, artefact, caller) if item is None else _item_removed(conn, artefact, item, caller)


def _removed(conn: Connection, artefact: Artefact, caller: Caller) -> Outcome:
    if used_by := users(conn, artefact):
        return _in_use(artefact.ref, Action.DELETE, "is", used_by)
    structures.remove(conn, artefact.ref)
    _record(conn, caller, "structure.remove", artefact.ref)
    return _done(artefact.ref, Action.DELETE, 200, "is removed")


def _item_removed(conn: Connection, scheme: Artefact, item: str, caller: Caller) -> Outcome:
    found = item_at(scheme, item) if isinstance(scheme, ItemScheme) else None
    if not isinstance(scheme, ItemScheme) or found is None:
        return _failed(scheme.ref, Action.DELETE, 404, f"has no item {item}")
    left = without(scheme, found)
    gone = lost(scheme, left)
    if used_by := item_users(conn, scheme, gone):
        return _in_use(scheme.ref, Action.DELETE, f"has items ({', '.join(sorted(gone)[:5])}) that are", used_by)
    structures.put(conn, [left])
    _record(conn, caller, "structure.item.remove", scheme.ref, item=item)
    return _done(scheme.ref, Action.DELETE, 200, f"has {item} no more")


def _ready(conn: Connection, waiting: Sequence[Artefact]) -> list[Artefact]:
    """Those that refer to nothing that is not registered; first those that refer to nothing of the message that still waits, either."""
    found = [a for a in waiting if not _missing(conn, a)]
    refs = {a.ref for a in found}
    first = [a for a in found if not refs.intersection(r for r in a.uses() if r != a.ref)]
    return first or found


def _checked(conn: Connection, artefact: Artefact, caller: Caller) -> Outcome:
    """By now all that others of the message bring is there, so that what it names of them is there, or nowhere."""
    if wrong := absent(conn, artefact):
        action = Action.REPLACE if artefact.ref in catalogue(conn).digests else Action.APPEND
        return _failed(artefact.ref, action, 409, "; ".join(wrong))
    return _stored(conn, artefact, caller)


def _stored(conn: Connection, artefact: Artefact, caller: Caller) -> Outcome:
    ref = artefact.ref
    stored = _registered(conn, ref)
    if (
        isinstance(stored, ItemScheme)
        and isinstance(artefact, ItemScheme)
        and artefact.is_partial
        and not stored.is_partial
    ):
        artefact = patched(stored, artefact)
    final = stored is not None and (stored.is_final or is_final(ref.version))
    if stored is not None and not final and isinstance(stored, ItemScheme):
        gone = lost(stored, artefact)
        if used_by := item_users(conn, stored, gone):
            return _in_use(ref, Action.REPLACE, f"would lose items ({', '.join(sorted(gone)[:5])}) that are", used_by)
    action = Action.APPEND if stored is None else Action.REPLACE
    try:
        with conn.begin_nested():
            changed = structures.put(conn, [artefact])
    except (Conflict, NotSupported) as error:
        return _failed(ref, action, _CODES[type(error)], "cannot be stored: " + str(error))
    if changed:
        _record(conn, caller, "structure.add" if stored is None else "structure.replace", ref)
    return _told(conn, artefact, stored, action, changed=bool(changed))


def _told(conn: Connection, artefact: Artefact, stored: Artefact | None, action: Action, *, changed: bool) -> Outcome:
    """What is there now may be another than what was sent, where it is final: to have nothing to add is no failure."""
    ref = artefact.ref
    if stored is None:
        return _done(ref, action, 201, "is added")
    if _registered(conn, ref) == as_final(stored, artefact):
        return _done(ref, action, 200, "is replaced" if changed else "is there already, just so")
    added = "what it lacked is added" if changed else "there is nothing to add to it"
    return Outcome(ref, action, Result.WARNING, 200, _sentence(ref, f"is final: {added}, what it said before stays"))


def _warned(outcome: Outcome, skipped: Mapping[str, int]) -> Outcome:
    if not skipped or outcome.result is Result.FAILURE:
        return outcome
    left_out = ", ".join(f"{n} {name}" for name, n in sorted(skipped.items()))
    text = f"{outcome.text} The message also had {left_out}, which the exchange does not hold and left out."
    return replace(outcome, result=Result.WARNING, text=text)


def _refusal(conn: Connection, caller: Caller, artefact: Artefact, *, removal: bool = False) -> str | None:
    """Why it is not the caller's to touch; to send what is there just so is no touching."""
    if not may_maintain(caller, artefact):
        return f"is not for {caller.organisation} to maintain: ask the operator of the exchange"
    shipped = any(artefact.ref == each.ref for each in shipped_structures())
    if shipped and (removal or _registered(conn, artefact.ref) != artefact):
        return "ships with the exchange and stays as it is; `dataexchange codes add` adds a code to a list"
    return None


def _registered(conn: Connection, ref: Ref) -> Artefact | None:
    return load(conn, [ref])[0] if ref in catalogue(conn).digests else None


def _missing(conn: Connection, artefact: Artefact) -> list[Ref]:
    """What it refers to and is not registered; itself is no matter."""
    there = catalogue(conn)
    return [r for r in sorted(set(artefact.uses())) if r != artefact.ref and there.resolve(r) is None]


def _record(conn: Connection, caller: Caller, action: str, ref: Ref, **detail: str) -> None:
    audit.record(conn, actor=caller.actor, action=action, subject=ref.urn, detail=detail)


def _in_use(ref: Ref, action: Action, what: str, used_by: Iterable[str]) -> Outcome:
    return _failed(ref, action, 409, f"{what} in use by {'; '.join(used_by)}")


def _done(ref: Ref, action: Action, code: int, text: str) -> Outcome:
    return Outcome(ref, action, Result.SUCCESS, code, _sentence(ref, text))


def _failed(ref: Ref, action: Action, code: int, text: str) -> Outcome:
    return Outcome(ref, action, Result.FAILURE, code, _sentence(ref, text))


def _sentence(ref: Ref, text: str) -> str:
    name = ref.short if is_nameable(ref) else shown(ref.short)
    return f"{ref.kind.urn_class} {name} {text.rstrip('.')}."
