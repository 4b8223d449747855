"""The validation passports of what a replica holds, beside its observations: a file a dataflow, a line a passport.

    DIR/DX/DF_SDG_LOCAL/1.0.0/r17.passports.jsonl

They are those of the releases that what stands rests on, so a passport goes when its data are replaced or withdrawn. A passport never
changes: what is held is not asked for again. Each is kept as the source keeps it, members in the order of their names and `hash` behind
them, and only where its hash is the one that the source lists.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import orjson
from pydantic import BaseModel, Field, ValidationError

from dataexchange.errors import Unreadable
from dataexchange.model.replica import HeldPassports
from dataexchange.remote import exchange_passports as remote
from dataexchange.remote.node import Node
from dataexchange.workflow.progress import Progress, silent
from dataexchange.workflow.replica import folder_of
from dataexchange.workflow.replica_parquet import settle

#: Of a thousand passports each.
_MOST_PAGES = 100
#: Answered with the passport, and no part of what is kept.
_BESIDE = ("hash", "series")


class _Findings(BaseModel):
    severity: str
    answered: Annotated[int, Field(ge=0, lt=2**53)]


class _Passport(BaseModel):
    """What is looked at before one is kept."""

    release: int
    dataflow: str
    findings: list[_Findings]

    def answered(self, severity: str) -> int:
        return sum(group.answered for group in self.findings if group.severity == severity)


@dataclass(frozen=True, slots=True)
class _Sought:
    """The passport of one release, and the hash that it has to have."""

    release: int
    hash: str
    dataflow: str

    def found_in(self, document: Mapping[str, Any]) -> tuple[bytes, _Passport] | None:
        """Its line, and what it says; None where it is another."""
        kept = {name: value for name, value in document.items() if name not in _BESIDE}
        text = orjson.dumps(kept, option=orjson.OPT_SORT_KEYS)
        if sha256(text).hexdigest() != self.hash:
            return None
        try:
            told = _Passport.model_validate(kept)
        except ValidationError:
            return None
        if (told.release, told.dataflow) != (self.release, self.dataflow):
            return None
        return b'%s,"hash":"%s"}\n' % (text[:-1], self.hash.encode()), told


def bring_passports(
    folder: Path, node: Node, held: HeldPassports | None, flow: str, release: int, progress: Progress = silent
) -> HeldPassports:
    """Those of a dataflow as of its last release, beside its observations."""
    sought = _sought(node, flow, release)
    if not sought:
        return HeldPassports()
    place = folder_of(folder, flow)
    part = place / "passports.part"
    with part.open("wb") as out:
        there = _kept(folder / held.file, sought, out) if held and held.file else HeldPassports()
        if sought:
            progress(f"Pulling {len(sought):,} passport{'s' * (len(sought) > 1)} of {flow}")
        came = _fetched(node, sought, out)
        out.flush()
        os.fsync(out.fileno())
    if not (there.count or came.count):
        part.unlink()
        return came
    file = place / f"r{release}.passports.jsonl"
    settle(part, file)
    return HeldPassports(
        str(file.relative_to(folder)),
        file.stat().st_size,
        there.count + came.count,
        there.explained + came.explained,
        there.waived + came.waived,
        came.left_out,
    )


def _sought(node: Node, flow: str, release: int) -> dict[int, _Sought]:
    """By release. What came after that release belongs to the next pull."""
    found: dict[int, _Sought] = {}
    after = 0
    for _ in range(_MOST_PAGES):
        page = remote.standing(node, flow, after)
        if not page:
            return found
        found |= {one.release: _Sought(one.release, one.hash, flow) for one in page if one.release <= release}
        last = page[-1].release
        if last <= after:
            break
        after = last
        if after >= release:
            return found
    raise Unreadable(f"{node.url} tells of passports again and again, without an end: ask its operator.")


def _kept(file: Path, sought: dict[int, _Sought], out: BinaryIO) -> HeldPassports:
    """What the replica holds already of what is sought, which is taken from it."""
    tally = HeldPassports()
    for document in _lines(file):
        one = sought.get(document.get("release", 0))
        if one and (found := one.found_in(document)):
            tally = _written(found, out, tally)
            del sought[one.release]
    return tally


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    """A file that is gone or broken holds what can still be read of it."""
    if not file.is_file():
        return
    with file.open("rb") as lines:
        for line in lines:
            try:
                document = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue
            if isinstance(document, dict) and isinstance(document.get("release"), int):
                yield document


def _fetched(node: Node, sought: Mapping[int, _Sought], out: BinaryIO) -> HeldPassports:
    """What cannot be had as its hash says is left out, and counted: the observations are not kept waiting for it."""
    tally = HeldPassports()
    for one in sought.values():
        document = remote.passport(node, one.release)
        found = one.found_in(document) if document else None
        tally = _written(found, out, tally) if found else replace(tally, left_out=tally.left_out + 1)
    return tally


def _written(found: tuple[bytes, _Passport], out: BinaryIO, tally: HeldPassports) -> HeldPassports:
    line, told = found
    out.write(line)
    return replace(
        tally,
        count=tally.count + 1,
        explained=tally.explained + told.answered("warning"),
        waived=tally.waived + told.answered("error"),
    )
