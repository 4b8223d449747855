"""What a folder that follows another exchange holds: `dataexchange pull` makes it, readers find their files by it.

Dataflows are named as people write them, `DX:DF_SDG_LOCAL(1.0.0)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the changes of the source have been read."""

    #: What the source gave us to go on with; opaque.
    cursor: str = ""
    #: The last release it stands for, and when that was published.
    release: int = 0
    published_at: datetime | None = None
    #: The ETag of "nothing since then".
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class HeldPassports:
    """The validation passports of the releases that a dataflow's observations rest on, in one file."""

    #: Relative to the folder: "DX/DF_SDG_LOCAL/1.0.0/r17.passports.jsonl"; None: there are none.
    file: str | None = None
    size: int = 0
    count: int = 0
    #: Warnings that have a reason of their city, and errors that their office let pass.
    explained: int = 0
    waived: int = 0
    #: Those that did not have the hash that the source names, or were too large.
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class HeldFlow:
    """The observations of one dataflow as they were at `as_of`, all of them, in one Parquet file."""

    dataflow: str
    #: The last release of the dataflow that is in it.
    release: int
    as_of: datetime
    #: Relative to the folder: "DX/DF_SDG_LOCAL/1.0.0/r17.parquet".
    file: str
    rows: int
    #: Bytes of the file: one that was cut or overwritten shows in it, as a rule. 0: not known.
    size: int = 0
    #: The ETag of its structure.json, and the bytes of that file; 0: not known.
    structure_tag: str | None = None
    structure_size: int = 0
    #: Where this dataflow was pulled by itself; None: it goes with the mark of the replica.
    mark: Mark | None = None
    #: None: the source was not asked for them yet.
    passports: HeldPassports | None = None


@dataclass(frozen=True, slots=True)
class Replica:
    #: Address of the exchange, without a slash at its end.
    source: str
    #: Of a pull of everything; one of named dataflows leaves it where it is.
    mark: Mark = Mark()
    flows: Mapping[str, HeldFlow] = field(default_factory=dict)

    def mark_of(self, flow: str | None) -> Mark:
        held = self.flows.get(flow) if flow else None
        return (held.mark if held else None) or self.mark

    @property
    def rows(self) -> int:
        return sum(held.rows for held in self.flows.values())
