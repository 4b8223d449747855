"""What the doors share within a process: the database, how the exchange calls itself, and structures already read.

Nothing here is state of the exchange: two processes, or a process started anew, answer alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from anyio import CapacityLimiter

from dataexchange.door.memory import Memory
from dataexchange.door.secrets import Secrets
from dataexchange.door.uses import Uses
from dataexchange.messages.language import Tongues, spoken
from dataexchange.store.database import Engine

#: One series, or some: what many readers ask for again and again.
LARGEST_KEPT = 32 * 1024


@dataclass(frozen=True, slots=True)
class Exchange:
    engine: Engine
    #: Folder of received files.
    home: Path = Path("var")
    #: Tells a worker that a submission waits; where that fails, a worker finds it all the same within a minute.
    enqueue: Callable[[str], None] = field(default=lambda _submission: None)
    #: The largest file that may be sent, in bytes.
    max_upload_bytes: int = 200 * 1024 * 1024
    base_url: str = ""
    sender: str = "DX"
    #: How many requests of this process may work at once.
    threads: int = 16
    #: Of one answer; 0 for any number.
    max_observations: int = 0
    #: Extracts that one caller may have waiting, and how long a file is kept.
    max_waiting_extracts: int = 10
    keep_extracts: timedelta = timedelta(days=1)
    #: What findings and reports are told in where nobody asks for a language; and the folder of the operator's catalogues.
    language: str = ""
    languages: Path | None = None
    tongues: Tongues = field(init=False)
    limiter: CapacityLimiter = field(init=False)
    #: Of structures.
    memory: Memory = field(default_factory=lambda: Memory(256))
    #: Small answers, of `LARGEST_KEPT` bytes at most, by the digest that validates them.
    answers: Memory = field(default_factory=lambda: Memory(1024))
    #: Of keys: which are right, and when they are used.
    secrets: Secrets = field(default_factory=Secrets)
    uses: Uses = field(init=False)
    #: Callers by their keys, for `door.callers`.
    callers: Memory = field(default_factory=lambda: Memory(4096))

    def __post_init__(self) -> None:
        object.__setattr__(self, "limiter", CapacityLimiter(self.threads))
        object.__setattr__(self, "tongues", spoken(self.languages))
        object.__setattr__(self, "uses", Uses(self.engine))

    def close(self) -> None:
        """End what runs beside the requests."""
        self.uses.close()
        self.secrets.close()
