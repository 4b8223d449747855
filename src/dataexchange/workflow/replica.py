"""The folder of a replica: who may work in it, what it holds, how it goes from one state to the next.

    DIR/replica.json                       which files count; replaced in one step, so that it always names whole ones
    DIR/DX/DF_SDG_LOCAL/1.0.0/r17.parquet  the observations as of release 17
    DIR/DX/DF_SDG_LOCAL/1.0.0/structure.json
    DIR/DX/DF_SDG_LOCAL/1.0.0/r17.passports.jsonl   the passports of what it rests on

New files are on the disk before replica.json names them, and old ones go after it has ceased to: a pull that is killed leaves the
old state or the new one, and some files that nobody names, which the next pull takes away.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import stat
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dataexchange.errors import Conflict, InvalidRequest, Unreadable
from dataexchange.model.replica import HeldFlow, HeldPassports, Mark, Replica
from dataexchange.store.files import flush_folder

_STATE = "replica.json"
_LOCK = ".lock"
_FORMAT = 1
#: What may become names of folders: no dot in front, so neither ".." nor a hidden one.
_NAME = r"([A-Za-z0-9_@$][A-Za-z0-9_@$.+-]{0,99})"
_FLOW = re.compile(rf"{_NAME}:{_NAME}\({_NAME}\)")
#: Files that a pull makes and may remove again.
_OURS = re.compile(r"r\d+\.(parquet|passports\.jsonl)|.+\.part")


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One pull at a time. The system lets go of the lock with the process, however that ends."""
    if folder.exists() and not folder.is_dir():
        raise InvalidRequest("name a folder, not a file", parameter="--into", value=str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(f"Another pull is at work in {folder}: wait until it is done.") from None
        yield


def read_replica(folder: Path, source: str) -> Replica:
    """What the folder holds; an empty folder holds nothing of the source yet."""
    try:
        text = (folder / _STATE).read_bytes()
    except FileNotFoundError:
        if strange := next((path.name for path in folder.iterdir() if path.name[0] != "."), None):
            raise InvalidRequest(
                f"it holds {strange!r} and no replica: name an empty folder or a new one",
                parameter="--into",
                value=str(folder),
            ) from None
        return Replica(source)
    try:
        found = _replica(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, InvalidRequest):
        raise Unreadable(f"{folder / _STATE} cannot be read: pull into a new folder.") from None
    if found.source != source:
        raise InvalidRequest(
            f"it holds a replica of {found.source}: pull from there, or into another folder",
            parameter="--into",
            value=str(folder),
        )
    return found


def write_replica(folder: Path, replica: Replica) -> None:
    """In one step. What it names must be on the disk by now."""
    part = folder / f".{_STATE}.part"
    with part.open("w", encoding="utf-8") as file:
        json.dump(_document(replica), file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / _STATE)
    flush_folder(folder)


def folder_of(folder: Path, flow: str) -> Path:
    """Where the files of a dataflow stand; its name may come from elsewhere and is looked at before it makes a path."""
    found = _FLOW.fullmatch(flow)
    if not found:
        raise InvalidRequest(
            "write agency:id(version), such as DX:DF_SDG_LOCAL(1.0.0)", parameter="dataflow", value=flow
        )
    return folder.joinpath(*found.groups())


def sweep(folder: Path, replica: Replica) -> None:
    """Take away what earlier pulls left behind: half-written files, and whole ones that no longer count."""
    named = {folder / held.file for held in replica.flows.values()}
    named |= {folder / p.file for held in replica.flows.values() if (p := held.passports) and p.file}
    for path in folder.glob("*/*/*/*"):
        if _OURS.fullmatch(path.name) and path not in named:
            path.unlink(missing_ok=True)


def is_whole(folder: Path, replica: Replica, wanted: Collection[str] = ()) -> bool:
    """Whether every file that it names is there, as long as it was written; `wanted`: of these dataflows."""
    return all(stands(folder, held) for flow, held in replica.flows.items() if not wanted or flow in wanted)


def stands(folder: Path, held: HeldFlow) -> bool:
    """Whether a dataflow's files are there, each of the size that it had, and its passports were asked for."""
    return (
        _has_size(folder / held.file, held.size) and structure_stands(folder, held) and _passports_stand(folder, held)
    )


def structure_stands(folder: Path, held: HeldFlow) -> bool:
    return _has_size(structure_of(folder, held.dataflow), held.structure_size)


def _passports_stand(folder: Path, held: HeldFlow) -> bool:
    found = held.passports
    return found is not None and (found.file is None or _has_size(folder / found.file, found.size))


def structure_of(folder: Path, flow: str) -> Path:
    return folder_of(folder, flow) / "structure.json"


def _has_size(path: Path, size: int) -> bool:
    """Its bytes are not read: a pull with nothing new takes no longer where a replica is large."""
    try:
        found = path.stat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and size in (0, found.st_size)


def _document(replica: Replica) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "source": replica.source,
        **_mark_document(replica.mark),
        "dataflows": {
            flow: {
                "release": held.release,
                "as_of": _text(held.as_of),
                "file": held.file,
                "rows": held.rows,
                "size": held.size,
                "structure_tag": held.structure_tag,
                "structure_size": held.structure_size,
                "mark": _mark_document(held.mark) if held.mark else None,
                "passports": asdict(held.passports) if held.passports else None,
            }
            for flow, held in sorted(replica.flows.items())
        },
    }


def _mark_document(mark: Mark) -> dict[str, Any]:
    return {**asdict(mark), "published_at": _text(mark.published_at) if mark.published_at else None}


def _replica(found: Mapping[str, Any]) -> Replica:
    if found["format"] != _FORMAT:
        raise ValueError(found["format"])
    flows = (_flow(name, held) for name, held in found["dataflows"].items())
    return Replica(str(found["source"]), _mark(found), {held.dataflow: held for held in flows})


def _flow(flow: str, found: Mapping[str, Any]) -> HeldFlow:
    mark = _mark(found["mark"]) if found["mark"] else None
    place = folder_of(Path(), flow)
    held = HeldFlow(flow, int(found["release"]), _time(found["as_of"]), str(found["file"]), int(found["rows"]))
    passports = HeldPassports(**told) if (told := found.get("passports")) else None
    for file in (held.file, passports.file if passports else None):
        if file is not None and Path(file).parent != place:
            raise ValueError(file)
    size, structure_size = int(found.get("size", 0)), int(found.get("structure_size", 0))
    return replace(
        held,
        size=size,
        structure_tag=found["structure_tag"],
        structure_size=structure_size,
        mark=mark,
        passports=passports,
    )


def _mark(found: Mapping[str, Any]) -> Mark:
    published = found["published_at"]
    return Mark(str(found["cursor"]), int(found["release"]), _time(published) if published else None, found["tag"])


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _text(moment: datetime) -> str:
    """To the microsecond, as the source tells its releases apart."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
