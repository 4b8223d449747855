"""What another exchange does not answer on the line, because it is too much: asked for as a file, and waited for."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from dataexchange.errors import Conflict, Unreachable, Unreadable
from dataexchange.remote.address import shown
from dataexchange.remote.http import Answer, call
from dataexchange.remote.node import Node

_JSON = "application/json"
_ID = re.compile(r"[A-Za-z0-9]{1,40}")

#: How long a file may take to be made, and how long is waited between two questions at most, in seconds.
_PATIENCE, _LONGEST_PAUSE = 3600.0, 10.0


def ask(node: Node, url: str, accept: str) -> Answer:
    """The query, to be answered by a worker of the exchange."""
    return call("GET", url, headers={**node.headers(accept), "Prefer": "respond-async"})


def wait_for(node: Node, asked: Answer, *, sleep: Callable[[float], None] = time.sleep) -> str:
    """The address of the file, once it is there. Raises Conflict where it cannot be made, Unreachable where it takes too long."""
    # Not the address that the answer names: a key goes to that exchange, and nowhere else.
    address = node.extract(_word(asked, "id", _ID))
    pause, end = 0.5, time.monotonic() + _PATIENCE
    while True:
        told = call("GET", address, headers=node.headers(_JSON))
        state = _word(told, "state", re.compile(r"[a-z]+"))
        if state == "ready":
            return f"{address}/data"
        if state != "waiting":
            raise Conflict(f"{shown(node.url)} could not make the file of {shown(asked.url)}: ask its operator.")
        if time.monotonic() + pause > end:
            raise Unreachable(f"{shown(node.url)} has not made the file of {shown(asked.url)}: try again later.")
        sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


def _word(answer: Answer, name: str, form: re.Pattern[str]) -> str:
    document: Any = answer.json()
    word = document.get(name) if isinstance(document, dict) else None
    if not isinstance(word, str) or not form.fullmatch(word):
        raise Unreadable(f"{shown(answer.url)} answered {answer.status} with something that is no extract.")
    return word
