"""The sign of life that a worker leaves: a file that it touches every ten seconds, by which `worker --ping` knows that it works.

    HOME/workers/<host>-<pid>

In containers each has a host name of its own, so that one is asked about itself and no other.
"""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from pathlib import Path
from socket import gethostname

from dataexchange.errors import Unreachable

#: Seconds between two beats.
EVERY = 10.0

#: A worker that has not been heard of for so many seconds does not work.
_SILENCE = 60.0

#: What a worker that was killed left behind goes after so many seconds.
_DAY = 86_400.0


def beat(home: Path) -> None:
    """A disk that is full, or gone for a moment, is seen by the silence: work goes on."""
    with suppress(OSError):
        place = _place(home)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
        # By our clock, not by that of a file server.
        os.utime(place, (now := time.time(), now))


def stop(home: Path) -> None:
    """This process ends; what others left behind long ago goes with it."""
    with suppress(OSError):
        _place(home).unlink(missing_ok=True)
        for other in _place(home).parent.iterdir():
            if other.stat().st_mtime < time.time() - _DAY:
                other.unlink(missing_ok=True)


def require_beat(home: Path) -> None:
    """Raises Unreachable where no worker of this machine has been heard of in the last minute."""
    heard = [
        _heard(place) for place in (home / "workers").glob(f"{_host()}-*") if place.name[len(_host()) + 1 :].isdigit()
    ]
    silence = time.time() - max(heard, default=0.0)
    if not heard or silence > _SILENCE:
        since = f"for {silence:.0f} s" if heard else "yet"
        raise Unreachable(
            f"No worker on this machine has been heard of {since}: see its log, or start `dataexchange worker`."
        )


def _place(home: Path) -> Path:
    return home / "workers" / f"{_host()}-{os.getpid()}"


def _host() -> str:
    return re.sub(r"[^A-Za-z0-9.-]", "_", gethostname())[:100] or "host"


def _heard(place: Path) -> float:
    with suppress(OSError):
        return place.stat().st_mtime
    return 0.0
