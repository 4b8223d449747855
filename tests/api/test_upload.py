"""Files that come in: large ones with level memory, and whatever else may stand in a form."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from people import GOOD, MAPPING, People, furnish, people_at
from small_exchange import free_port, new_exchange

from dataexchange.door.upload import FIELD_BYTES, file_name
from dataexchange.store.database import open_database

SUBMISSIONS = "/api/v1/submissions"
YAML = MAPPING.format(provider="BRISTOL", area="GB_BRS").encode()
FORM = {"Content-Type": "multipart/form-data; boundary=cut"}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """Takes files of up to a megabyte."""
    with people_at(tmp_path_factory.mktemp("uploads"), max_upload_bytes=1_000_000) as found:
        yield found


@pytest.fixture(autouse=True)
def _nothing_is_left_behind(people: People) -> Iterator[None]:
    yield
    deadline = time.monotonic() + 5
    while parts := list((people.settings.home / "files").glob("part-*")):
        assert time.monotonic() < deadline, parts
        time.sleep(0.02)


def part(name: str, data: bytes, *, more: bytes = b"") -> bytes:
    return (
        b'--cut\r\nContent-Disposition: form-data; name="' + name.encode() + b'"' + more + b"\r\n\r\n" + data + b"\r\n"
    )


TABLE = part("file", GOOD, more=b'; filename="a.csv"')
WHOLE = TABLE + part("mapping", YAML, more=b'; filename="a.yaml"') + b"--cut--\r\n"


def test_fifty_megabytes_at_once_and_level(tmp_path: Path) -> None:
    table = tmp_path / "big.csv"
    with table.open("wb") as file:
        file.write(b"Year,Area,Value\n")
        while file.tell() < 50_000_000:
            file.write(b"2019,,4.5\n" * 100_000)
    settings = new_exchange(tmp_path / "home")
    engine = open_database(settings.database_url)
    key = furnish(engine)["city"]
    engine.dispose()
    port = free_port()
    environment = {**os.environ, "DATAEXCHANGE_HOME": str(settings.home), "DATAEXCHANGE_LOG_LEVEL": "error"}
    command = Path(sys.executable).with_name("dataexchange")
    process = subprocess.Popen(
        [command, "serve", "--no-worker", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        url = f"http://127.0.0.1:{port}"
        ready(url)
        before = peak(process.pid)
        with table.open("rb") as file:
            started = time.perf_counter()
            answer = httpx.post(
                url + SUBMISSIONS,
                headers={"Authorization": f"Bearer {key}"},
                files={"file": ("big.csv", file), "mapping": ("m.yaml", YAML)},
                timeout=60,
            )
            seconds = time.perf_counter() - started
        assert answer.status_code == 202, answer.text
        assert seconds < 2
        assert peak(process.pid) - before < 40_000_000
    finally:
        process.terminate()
        process.wait(30)


def ready(url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            assert httpx.get(f"{url}/readyz").status_code == 200
            return
        except httpx.TransportError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def peak(pid: int) -> int:
    """The most memory that a process ever held, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def test_the_form_of_a_browser(people: People) -> None:
    # An input that was left empty comes as a file without a name and without bytes.
    empty = part("mapping", b"", more=b'; filename=""\r\nContent-Type: application/octet-stream')
    people.post("city", SUBMISSIONS, content=WHOLE, headers=FORM)
    form = TABLE + empty + part("mapping_id", b"bristol/a") + part("publish", b"true") + b"--cut--\r\n"
    answer = people.post("city", SUBMISSIONS, content=form, headers=FORM)
    assert answer.status_code == 202, answer.text
    assert answer.json()["publish"] is True


def test_bytes_are_kept_as_they_are(people: People) -> None:
    data = bytes(range(256)) * 1500 + b"\r\n--cu\r\n--cut-\r\r\n\r\n--"
    form = part("file", data, more=b'; filename="odd.csv"') + WHOLE.removeprefix(TABLE)

    def one_by_one() -> Iterator[bytes]:
        for place in range(0, len(form), 7919):
            yield form[place : place + 7919]

    answer = people.post("city", SUBMISSIONS, content=one_by_one(), headers=FORM)
    assert answer.status_code == 202, answer.text
    digest = answer.json()["file_hash"]
    assert (people.settings.home / "files" / digest[:2] / digest).read_bytes() == data


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        (WHOLE.replace(b'"file"', b'"files"'), 400, "'files'"),
        (WHOLE.replace(b'; name="file"', b""), 400, "may have the parts file, mapping"),
        (TABLE + WHOLE, 400, "send this part once"),
        (part("file", b"") * 3000 + WHOLE, 400, "send this part once"),
        (part("publish", b"true") * 2 + WHOLE, 400, "send this part once"),
        (part("dataset", b"x" * (FIELD_BYTES + 1)) + WHOLE, 413, "field dataset"),
        (part("dataset", b"\xff\xfe") + WHOLE, 400, "UTF-8"),
        (part("file", b"x" * 1_000_001, more=b'; filename="a.csv"') + b"--cut--\r\n", 413, "part file"),
        (WHOLE.removesuffix(b"--\r\n"), 400, "no end"),
        (WHOLE[: len(TABLE) - 9], 400, "no end"),
        (b"", 400, "no end"),
        (b"--cut--\r\n", 400, "file"),
        (WHOLE.replace(b"--cut", b"--cat"), 400, "cannot be read"),
        (
            TABLE.replace(b"\r\n\r\n", b"\r\nX-Long: " + b"y" * 5000 + b"\r\n\r\n", 1) + b"--cut--\r\n",
            400,
            "cannot be read",
        ),
        (TABLE.replace(b"\r\n\r\n", b"\r\nX: y" * 20 + b"\r\n\r\n", 1) + b"--cut--\r\n", 400, "cannot be read"),
        (TABLE + b"--cut--\r\n", 400, "mapping"),
        (part("mapping", b"x" * 1_000_001, more=b'; filename="m"') + b"--cut--\r\n", 413, "part mapping"),
    ],
)
def test_forms_that_are_refused(people: People, form: bytes, status: int, said: str) -> None:
    answer = people.post("city", SUBMISSIONS, content=form, headers=FORM)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert said in answer.json()["detail"]


@pytest.mark.parametrize(
    "kind", ["application/json", "text/csv", "multipart/form-data", "multipart/mixed; boundary=cut", ""]
)
def test_other_types_than_a_form(people: People, kind: str) -> None:
    answer = people.post("city", SUBMISSIONS, content=WHOLE, headers={"Content-Type": kind})
    assert answer.status_code == 415
    assert "multipart/form-data" in answer.json()["detail"]


def test_a_boundary_that_no_client_makes(people: People) -> None:
    long = {"Content-Type": "multipart/form-data; boundary=" + "b" * 5000}
    assert people.post("city", SUBMISSIONS, content=WHOLE, headers=long).status_code == 400


def test_too_much_without_saying_so(people: People) -> None:
    def endless() -> Iterator[bytes]:
        yield b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(100):
            yield b"x" * 100_000

    assert people.post("city", SUBMISSIONS, content=endless(), headers=FORM).status_code == 413


@pytest.mark.parametrize(("who", "status"), [(None, 401), ("revoked", 401), ("office", 403), ("city", 413)])
def test_the_body_is_not_read_before_it_is_wanted(people: People, who: str | None, status: int) -> None:
    """The server answers although not one byte of ten gigabytes has come."""
    key = f"Authorization: Bearer {people.keys[who]}\r\n" if who else ""
    head = (
        f"POST {SUBMISSIONS} HTTP/1.1\r\nHost: x\r\n{key}Content-Type: multipart/form-data; boundary=cut\r\n"
        "Content-Length: 10000000000\r\n\r\n"
    )
    with connection(people) as client:
        client.sendall(head.encode())
        assert client.recv(1000).startswith(f"HTTP/1.1 {status} ".encode())


def test_an_upload_that_is_cut_off(people: People) -> None:
    head = (
        f"POST {SUBMISSIONS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {people.keys['city']}\r\n"
        f"Content-Type: multipart/form-data; boundary=cut\r\nContent-Length: {len(WHOLE)}\r\n\r\n"
    )
    before = people.get("operator", SUBMISSIONS).json()
    with connection(people) as client:
        client.sendall(head.encode() + WHOLE[:-40])
        time.sleep(0.2)
    time.sleep(0.2)
    assert people.get("operator", SUBMISSIONS).json() == before


def test_other_bodies_are_small(people: People) -> None:
    path = f"{SUBMISSIONS}/none/withdrawal"
    for kind in ("application/json", "multipart/form-data; boundary=cut"):
        answer = people.post("city", path, content=b'{"reason": "' + b"x" * 100_000, headers={"Content-Type": kind})
        assert answer.status_code == 413, answer.text
    deep = b"[" * 60_000
    assert people.post("city", path, content=deep, headers={"Content-Type": "application/json"}).status_code == 400


def test_names_of_files() -> None:
    assert file_name("\u202etxt.csv\x00") == "txt.csv"
    assert file_name("..") == file_name("a/") == file_name("\x1b") == ""
    assert file_name("x" * 300 + ".xlsx") == "x" * 189 + ".xlsx"
    assert len(file_name("x" * 300)) == 200
    assert file_name("Öffentlichkeit.csv") == "Öffentlichkeit.csv"


def test_a_name_in_utf8(people: People) -> None:
    form = WHOLE.replace(b'"a.csv"', '"C:\\\\x\\\\Bevölkerung\x1b.csv"'.encode())
    assert people.post("city", SUBMISSIONS, content=form, headers=FORM).json()["file_name"] == "Bevölkerung.csv"


def connection(people: People) -> socket.socket:
    host, port = people.server.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=10)
