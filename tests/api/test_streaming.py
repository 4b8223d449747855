"""Long answers: nothing is held for those who leave, and what breaks off is seen to break off."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from small_exchange import CSV, V2, Server

from dataexchange.api import data
from dataexchange.messages.media import CSV_2_0

#: Asked for by no other test, so that it is not in the memory of small answers.
UNSEEN = f"{V2}?lastNObservations=999"


def checked_out(server: Server) -> int:
    return server.engine.pool.checkedout()


def all_returned(server: Server) -> bool:
    for _ in range(200):
        if checked_out(server) == 0:
            return True
        time.sleep(0.02)
    return False


def endless(*_: Any) -> Iterator[bytes]:
    while True:
        yield random.randbytes(100_000)


def breaking(*_: Any) -> Iterator[bytes]:
    for _i in range(10):
        yield random.randbytes(300_000)
    raise RuntimeError("in the middle")


def with_writer(monkeypatch: pytest.MonkeyPatch, writer: Any) -> None:
    monkeypatch.setattr(data, "WRITERS", {**data.WRITERS, CSV_2_0: writer})


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_connections_are_given_back_when_the_client_leaves(
    server: Server, monkeypatch: pytest.MonkeyPatch, coding: str
) -> None:
    with_writer(monkeypatch, endless)
    held = []
    # Some times, each another query: nothing of it can be in a memory, and a machine under load has time.
    for n in range(5):
        url = f"{server.url}{V2}?lastNObservations={900 + n}"
        with httpx.stream("GET", url, headers={"Accept": CSV, "Accept-Encoding": coding}, timeout=30) as answer:
            next(answer.iter_raw())
            held.append((answer.status_code, checked_out(server)))
        assert all_returned(server)
    assert (200, 1) in held, held


def test_a_client_that_reads_nothing_holds_no_thread(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with_writer(monkeypatch, endless)
    host, port = server.url.removeprefix("http://").split(":")
    idle = []
    for _ in range(20):  # more than there are threads
        client = socket.create_connection((host, int(port)))
        client.sendall(f"GET {UNSEEN} HTTP/1.1\r\nHost: x\r\nAccept: {CSV}\r\n\r\n".encode())
        idle.append(client)
    time.sleep(0.3)
    assert server.get("/sdmx/v2/structure/dataflow").status_code == 200
    for client in idle:
        client.close()
    assert all_returned(server)


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_an_error_after_the_first_byte_breaks_the_connection(
    server: Server, monkeypatch: pytest.MonkeyPatch, coding: str
) -> None:
    with_writer(monkeypatch, breaking)
    with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
        httpx.get(server.url + UNSEEN, headers={"Accept": CSV, "Accept-Encoding": coding})
    assert all_returned(server)


def test_head_gives_everything_back(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with_writer(monkeypatch, endless)
    assert httpx.head(server.url + UNSEEN, headers={"Accept": CSV}).status_code == 200
    assert all_returned(server)


def test_errors_give_everything_back(server: Server) -> None:
    for path in (f"{V2}?c[SEX]=X", f"{V2}?c[NO]=X", "/sdmx/v2/data/dataflow/DX/NO", f"{V2}?dimensionAtObservation=X"):
        assert server.get(path).status_code >= 400
    assert all_returned(server)
