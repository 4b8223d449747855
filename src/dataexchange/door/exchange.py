"""What the doors share within a process: the database, how the exchange calls itself, and structures already read.

Nothing here is state of the exchange: two processes, or a process started anew, answer alike.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from anyio import CapacityLimiter

from dataexchange.store.database import Engine

T = TypeVar("T")

#: One series, or some: what many readers ask for again and again.
LARGEST_KEPT = 32 * 1024


class Memory:
    """What was worked out before, the least used forgotten first.

    A key carries whatever the result depends on, such as the word that changes with the structures: nothing stale can be found.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def known(self, key: Hashable) -> Any:
        """None where it is not."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def keep(self, key: Hashable, result: object) -> None:
        with self._lock:
            self._found[key] = result
            while len(self._found) > self._most:
                self._found.popitem(last=False)

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        found: T | None = self.known(key)
        if found is None:
            found = make()
            self.keep(key, found)
        return found


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
    limiter: CapacityLimiter = field(init=False)
    #: Of structures.
    memory: Memory = field(default_factory=lambda: Memory(256))
    #: Small answers, of `LARGEST_KEPT` bytes at most, by the digest that validates them.
    answers: Memory = field(default_factory=lambda: Memory(1024))

    def __post_init__(self) -> None:
        object.__setattr__(self, "limiter", CapacityLimiter(self.threads))
