"""`worker --ping`: whether a worker lives here, asked by those who restart it; it changes nothing."""

from __future__ import annotations

import os
import signal
import time

from place import Place

from dataexchange.worker import heart


def test_it_makes_nothing_where_nothing_is(place: Place) -> None:
    assert "No worker on this machine" in place("worker", "--ping", code=3)
    assert list(place.home.iterdir()) == []


def test_it_listens_to_a_running_worker(place: Place) -> None:
    worker = place.worker()
    assert "ok" in place("worker", "--ping")
    (sign,) = (place.home / "workers").iterdir()
    worker.tell(signal.SIGSTOP)
    old = time.time() - 90
    os.utime(sign, (old, old))
    assert "heard of for 9" in place("worker", "--ping", code=3)
    heart.beat(place.home)  # as another process of this machine
    assert "ok" in place("worker", "--ping")
    heart.stop(place.home)
    worker.tell(signal.SIGCONT)
    worker.tell(signal.SIGTERM)
    assert worker.popen.wait(20) == 0
    assert list((place.home / "workers").iterdir()) == []
