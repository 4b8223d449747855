"""Is this the secret of that key? scrypt takes 40 ms and 16 MiB on purpose, so a brake is on it.

Two are worked out at once in a process, some more wait, and whoever comes on top is told to come again: somebody who tries out keys slows
down others that try, and nobody whose key was found right before. Those stay remembered by their SHA-256.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import sha256
from threading import Lock

from dataexchange.door.memory import Memory
from dataexchange.errors import Unreachable
from dataexchange.workflow import keys

_AT_ONCE = 2

#: Together with those that wait: fewer than the threads that answer requests, which all others need, too.
_MOST = 20
_PATIENCE = 5.0


class Secrets:
    def __init__(self) -> None:
        self._right = Memory(1024)
        self._asked: dict[tuple[str, bytes], Future[bool]] = {}
        self._lock = Lock()
        self._workers = ThreadPoolExecutor(_AT_ONCE, "secrets")

    def right(self, secret_hash: str, secret: str) -> bool:
        """Raises Unreachable where too many are asked for. Many requests with one secret are one question."""
        asked = (secret_hash, sha256(secret.encode()).digest())
        if self._right.known(asked):
            return True
        with self._lock:
            answer = self._asked.get(asked)
            if answer is None:
                if len(self._asked) >= _MOST:
                    raise _busy()
                answer = self._workers.submit(self._ask, asked, secret)
                self._asked[asked] = answer
        try:
            return answer.result(_PATIENCE)
        except TimeoutError:
            raise _busy() from None

    def close(self) -> None:
        self._workers.shutdown()

    def _ask(self, asked: tuple[str, bytes], secret: str) -> bool:
        try:
            if found := keys.matches(asked[0], secret):
                self._right.keep(asked, True)
            return found
        finally:
            with self._lock:
                self._asked.pop(asked, None)


def _busy() -> Unreachable:
    return Unreachable("Too many keys are being checked at the moment: try again in a few seconds.")
