"""What the doors share within a process: the database, how the exchange calls itself, and structures already read.

Nothing here is state of the exchange: two processes, or a process started anew, answer alike.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

from anyio import CapacityLimiter

from dataexchange.store.database import Engine

_MOST_REMEMBERED = 256

T = TypeVar("T")


class Memory:
    """Results that hold as long as structures do not change, the least used forgotten first.

    A key carries the word that changes with the structures, so nothing stale can be found.
    """

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                found: T = self._found[key]
                return found
        made = make()
        with self._lock:
            self._found[key] = made
            while len(self._found) > _MOST_REMEMBERED:
                self._found.popitem(last=False)
        return made


@dataclass(frozen=True, slots=True)
class Exchange:
    engine: Engine
    base_url: str = ""
    sender: str = "DX"
    #: How many requests of this process may work at once.
    threads: int = 16
    limiter: CapacityLimiter = field(init=False)
    memory: Memory = field(default_factory=Memory)

    def __post_init__(self) -> None:
        object.__setattr__(self, "limiter", CapacityLimiter(self.threads))
