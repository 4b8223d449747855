"""What a process worked out before, and need not again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

T = TypeVar("T")


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
