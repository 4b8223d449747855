"""Answers come whole or not at all, whatever a service does."""

from __future__ import annotations

import gzip
import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from replay import HARMLESS, LASTING, PASSING, Service, serving

from dataexchange.errors import InvalidRequest, TooLarge, Unreachable
from dataexchange.remote.address import redirected
from dataexchange.remote.http import Patience, call, fetch

PAGE = b"<message>" + b"0123456789" * 30_000 + b"</message>"
TRANSPORT = tuple(fault for fault in LASTING if fault in ("not found", "forbidden", "redirect round"))


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as running:
        running.pages["/data"] = PAGE
        yield running


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def patience(waits: list[float]) -> Patience:
    return Patience(attempts=4, timeout=0.3, deadline=500, sleep=waits.append)


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_is_mended_by_asking_again(
    fault: str, service: Service, tmp_path: Path, patience: Patience, waits: list[float]
) -> None:
    service.fault = lambda _path, n: fault if n <= 2 else None
    into = tmp_path / "answer"
    fetched = fetch(f"{service.url}/data", into, patience=patience)
    assert into.read_bytes() == PAGE
    assert (fetched.attempts, fetched.size, len(waits)) == (3, len(PAGE), 2)


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_stays_is_one_sentence_and_no_file(
    fault: str, service: Service, tmp_path: Path, patience: Patience
) -> None:
    service.fault = lambda _path, _n: fault
    service.pages["/data?token=3f2a9c"] = PAGE
    into = tmp_path / "answer"
    with pytest.raises(Unreachable) as error:
        fetch(f"{service.url}/data?token=3f2a9c", into, headers={"Authorization": "Bearer 81d04e"}, patience=patience)
    text = str(error.value)
    assert text.startswith(f"{service.url}/data?token=…")
    assert "4 attempts" in text
    assert "3f2a9c" not in text
    assert "81d04e" not in text
    assert not into.exists()
    assert service.seen["/data?token=3f2a9c"] == 4


@pytest.mark.parametrize("fault", TRANSPORT)
def test_what_asking_again_cannot_mend_is_asked_once(
    fault: str, service: Service, tmp_path: Path, patience: Patience
) -> None:
    service.fault = lambda _path, _n: fault
    with pytest.raises(Unreachable, match=r"mend the address|sends on more than 3 times"):
        fetch(f"{service.url}/data", tmp_path / "answer", patience=patience)
    assert service.seen["/data"] == (4 if fault == "redirect round" else 1)


@pytest.mark.parametrize("fault", HARMLESS)
def test_odd_answers_are_answers(fault: str, service: Service, tmp_path: Path, patience: Patience) -> None:
    service.fault = lambda _path, _n: fault
    fetched = fetch(f"{service.url}/data", tmp_path / "answer", patience=patience)
    assert (tmp_path / "answer").read_bytes() == PAGE
    assert fetched.attempts == 1
    assert fetched.framed is (fault != "no length")


def test_waits_double_and_follow_retry_after(service: Service, tmp_path: Path) -> None:
    waits: list[float] = []
    service.fault = lambda _path, n: ("500", "500", "500", "429 seconds", "429 date")[n - 1] if n < 6 else None
    patience = Patience(attempts=6, first_wait=1, longest_wait=20, deadline=500, sleep=waits.append)
    fetch(f"{service.url}/data", tmp_path / "answer", patience=patience)
    assert [0.5 <= waits[0] <= 1, 1 <= waits[1] <= 2, 2 <= waits[2] <= 4, waits[3], waits[4]] == [True] * 3 + [7, 20]


def test_no_wait_goes_past_the_deadline(service: Service, tmp_path: Path) -> None:
    service.fault = lambda _path, _n: "429 seconds"
    with pytest.raises(Unreachable, match="no more time of 5 s after 1 attempt"):
        fetch(f"{service.url}/data", tmp_path / "answer", patience=Patience(deadline=5))


def test_a_trickle_ends_with_the_deadline(service: Service, tmp_path: Path) -> None:
    service.fault = lambda _path, _n: "trickle"
    service.pages["/data"] = PAGE
    started = time.monotonic()
    with pytest.raises(Unreachable, match=r"no more time of 0\.005 s"):
        fetch(f"{service.url}/data", tmp_path / "answer", patience=Patience(deadline=0.005))
    assert time.monotonic() - started < 2


def test_304_is_passed_on_without_a_file(service: Service, tmp_path: Path) -> None:
    into = tmp_path / "answer"
    etag = fetch(f"{service.url}/data", into).headers["etag"]
    again = fetch(f"{service.url}/data", into, headers={"If-None-Match": etag})
    assert again.status == 304
    assert not into.exists()


def test_an_answer_over_the_limit_is_dropped(service: Service, tmp_path: Path) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    service.pages["/bomb"] = b"\0" * 50_000_000
    service.compressed = True
    assert len(bomb) < 100_000
    for path in ("/data", "/bomb"):
        with pytest.raises(TooLarge, match="over 100,000 bytes"):
            fetch(service.url + path, tmp_path / "answer", limit_bytes=100_000)
    assert not (tmp_path / "answer").exists()


def test_a_token_is_not_sent_to_another_host(service: Service, tmp_path: Path) -> None:
    headers = {"authorization": "Bearer 3f2a9c"}
    with serving() as other:
        other.pages["/data"] = PAGE
        service.fault = lambda _path, _n: f"redirect to {other.url}/data"
        fetch(f"{service.url}/data", tmp_path / "answer", headers=headers)
        assert "authorization" not in other.asked[0].headers
    service.fault = lambda _path, _n: "redirect once"
    fetch(f"{service.url}/data", tmp_path / "answer", headers=headers)
    assert [a.headers.get("authorization") for a in service.asked] == ["Bearer 3f2a9c"] * 3


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://me:secret@127.0.0.1/", "http://[", "gopher://x/"])
def test_redirects_that_are_not_followed(target: str, service: Service, tmp_path: Path) -> None:
    service.fault = lambda _path, _n: f"redirect to {target}"
    with pytest.raises(Unreachable, match="cannot be called") as error:
        fetch(f"{service.url}/data", tmp_path / "answer")
    assert "secret" not in str(error.value)


INSIDE = (
    "127.0.0.1",
    "localhost",
    "[::1]",
    "10.1.2.3",
    "192.168.0.7",
    "169.254.169.254",
    "2130706433",
    "[::ffff:10.0.0.1]",
)


@pytest.mark.parametrize("host", INSIDE)
def test_a_public_host_does_not_lead_inside(host: str) -> None:
    with pytest.raises(Unreachable, match="inside a network"):
        redirected("http://8.8.8.8/data", f"http://{host}/admin")


def test_where_redirects_lead() -> None:
    for here, there in (
        ("http://8.8.8.8/data", "http://8.8.8.8/other"),
        ("http://8.8.8.8/data", "https://1.1.1.1/data"),
        ("http://10.1.2.3/data", "http://10.1.2.4/data"),
        ("http://127.0.0.1/data", "http://localhost/data"),
    ):
        assert redirected(here, there) == there


@pytest.mark.parametrize(
    "url", ["ftp://example.org/x", "https://me:secret@example.org/", "https:///x", "file:///etc/passwd", "http://a b/"]
)
def test_addresses_that_are_not_called(url: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest) as error:
        fetch(url, tmp_path / "answer")
    assert "secret" not in str(error.value)


def test_sending_rewinds_files_for_another_attempt(service: Service) -> None:
    service.fault = lambda _path, n: "503 seconds" if n == 1 else None
    stream = io.BytesIO(b"a,b\n1,2\n")
    patience = Patience(sleep=lambda _s: None)
    sent = call("POST", f"{service.url}/data", files={"file": ("t.csv", stream)}, patience=patience)
    assert (sent.status, sent.attempts, stream.tell()) == (200, 2, 8)


def test_nobody_listens(tmp_path: Path) -> None:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(Unreachable, match=r"no connection .* after 2 attempts"):
        fetch(f"http://127.0.0.1:{port}/x", tmp_path / "answer", patience=Patience(attempts=2, sleep=lambda _s: None))
