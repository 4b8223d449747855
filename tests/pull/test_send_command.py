"""`submit`, `publish` and `withdraw` with `--to`: the real command against a real server and a real worker."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import forked
import pytest
from people import BROKEN, GOOD, MAPPING, People, people_at, sdmx_csv
from test_pull_command import run

from dataexchange.model.structure import Kind, parse_short
from dataexchange.store import submissions
from dataexchange.store.database import reading, writing
from dataexchange.workflow.baseline import load_baseline, withdraw_baseline


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """With a worker that runs as long as the tests of this file."""
    with people_at(tmp_path_factory.mktemp("other")) as found:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("DATAEXCHANGE_")}
        worker = forked.silent("worker", env={**kept, "DATAEXCHANGE_HOME": str(found.settings.home)})
        yield found
        worker.terminate()
        worker.wait(20)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "bristol"
    made.mkdir()
    (made / "jobs.csv").write_bytes(GOOD)
    (made / "broken.csv").write_bytes(BROKEN)
    (made / "jobs.yaml").write_text(MAPPING.format(provider="BRISTOL", area="GB_BRS"))
    (made / "avon.yaml").write_text(MAPPING.format(provider="AVON", area="GB_BRS_E05010885"))
    return made


@pytest.mark.parametrize(
    "words",
    [
        ("pull", "http://example.org", "--into", "x", "--key-env", "K"),
        ("publish", "1", "--to", "http://example.org", "--key-env", "K"),
    ],
)
def test_a_key_does_not_go_over_plain_http(words: tuple[str, ...]) -> None:
    code, out, err = run(*words, K="dx_1_secret")
    assert (code, out) == (2, "")
    assert "https only" in err


def number(people: People) -> int:
    with reading(people.engine) as conn:
        return len(submissions.latest(conn))


def test_sent_published_and_withdrawn(people: People, folder: Path) -> None:
    to = ("--to", people.server.url + "/")
    key = {"DATAEXCHANGE_KEY": people.keys["city"]}
    report = folder / "report.json"
    code, out, err = run(
        "submit", folder / "jobs.csv", "--mapping", folder / "jobs.yaml", *to, "--report", report, **key
    )
    assert code == 0, err
    assert "It can be published." in out
    assert "Sending jobs.csv" in err
    submission = out.split("\nSubmission ")[1].split(":")[0]
    assert f"dataexchange publish {submission} --to {people.server.url}" in out
    assert json.loads(report.read_text())[0]["type"] == "validation"
    assert people.get("city", f"/api/v1/submissions/{submission}").json()["dataset"] == "bristol/jobs"

    code, out, err = run("publish", submission, *to, **key)
    assert (code, out.startswith(f"Submission {submission}: published in release ")) == (0, True), err
    again = ("submit", folder / "jobs.csv", "--mapping-id", "bristol/jobs", "--publish", *to, "--key-env", "MY_KEY")
    code, out, err = run(*again, MY_KEY=people.keys["city"])
    assert code == 0, err
    second = out.split("\nSubmission ")[1].split(":")[0]
    assert f"Submission {second}: published in release " in out
    code, out, err = run("withdraw", second, "--reason", "sensor fault", *to, **key)
    assert (code, out) == (0, f"Submission {second}: withdrawn.\n"), err
    assert people.keys["city"] not in out + err


def test_errors_in_the_data(people: People, folder: Path) -> None:
    words = ("submit", folder / "broken.csv", "--mapping", folder / "jobs.yaml", "--to", people.server.url)
    code, out, err = run(*words, DATAEXCHANGE_KEY=people.keys["city"])
    assert code == 1, err
    assert "'many'" in out
    assert ": returned, correct the file and submit again" in out
    local = run(
        "check", folder / "broken.csv", "--mapping", folder / "jobs.yaml", DATAEXCHANGE_HOME=str(folder / "home")
    )
    assert local[0] == 1
    assert "row 2" in local[1]
    assert [line for line in out.splitlines() if "row 2" in line] == [
        line for line in local[1].splitlines() if "row 2" in line
    ]


def test_errors_that_an_office_may_let_pass(people: People, folder: Path) -> None:
    (folder / "more.csv").write_text("Year,Area,Value\n2019,,104.5\n")
    words = ("submit", folder / "more.csv", "--mapping", folder / "jobs.yaml", "--to", people.server.url)
    code, out, err = run(*words, DATAEXCHANGE_KEY=people.keys["city"])
    assert code == 1, err
    assert "the reviewing office may let these errors pass, and `dataexchange publish " in " ".join(out.split())


def test_a_nation_that_came_since_stops_publication(people: People, folder: Path) -> None:
    to, key = ("--to", people.server.url), {"DATAEXCHANGE_KEY": people.keys["city"]}
    (folder / "later.csv").write_text("Year,Area,Value\n2021,,4.5\n")
    code, out, err = run("submit", folder / "later.csv", "--mapping", folder / "jobs.yaml", *to, **key)
    assert code == 0, err
    submission = out.split("\nSubmission ")[1].split(":")[0]
    nation = folder / "nation.csv"
    nation.write_bytes(sdmx_csv("GB_BRS").replace(b"DF_SDG_LOCAL", b"DF_SDG_NATIONAL"))
    with writing(people.engine) as conn:
        flow = parse_short("DX:DF_SDG_NATIONAL(1.0.0)", Kind.DATAFLOW)
        assert load_baseline(conn, [nation], dataflow=flow, provider="UK_ONS", actor="tests").release
    try:
        code, out, err = run("publish", submission, *to, **key)
        assert code == 1, err
        assert f"Submission {submission} is not published: it has new warnings" in out
        assert f"`dataexchange reasons list {submission} --to {people.server.url}` shows them" in out
    finally:
        with writing(people.engine) as conn:
            withdraw_baseline(conn, flow, "UK_ONS", actor="tests", reason="for the test")


def test_before_an_office(people: People, folder: Path) -> None:
    own = folder.with_name("avon")
    own.mkdir()
    mapping = (folder / "avon.yaml").rename(own / "avon.yaml")
    words = ("submit", folder / "jobs.csv", "--mapping", mapping, "--publish", "--to", people.server.url)
    code, out, err = run(*words, DATAEXCHANGE_KEY=people.keys["other city"])
    assert code == 0, err
    assert "lies before UK_ONS" in out


def test_not_waiting(people: People, folder: Path) -> None:
    words = ("submit", folder / "jobs.csv", "--mapping", folder / "jobs.yaml", "--no-wait", "--to", people.server.url)
    code, out, err = run(*words, DATAEXCHANGE_KEY=people.keys["city"])
    assert (code, "received by" in out) == (0, True), err


def test_refused(people: People, folder: Path) -> None:
    before = number(people)
    send = ("submit", folder / "jobs.csv", "--to", people.server.url)
    with_mapping = (*send, "--mapping", folder / "jobs.yaml")
    city = {"DATAEXCHANGE_KEY": people.keys["city"]}
    for words, environment, said in (
        (with_mapping, {}, "DATAEXCHANGE_KEY: put the API key"),
        (with_mapping, {"DATAEXCHANGE_KEY": "dx_wrong_key"}, f"{people.server.url} says: "),
        (with_mapping, {"DATAEXCHANGE_KEY": people.keys["other city"]}, "says: "),
        ((*send, "--mapping-id", "no/such"), city, "no/such"),
        (send, city, "--mapping"),
        ((*with_mapping, "--mapping-id", "bristol/jobs"), city, "not both"),
        (("submit", folder / "no.csv", *with_mapping[2:]), city, "no.csv"),
        (("publish", "nosuch", "--to", people.server.url), city, "nosuch"),
        (("publish", "nosuch", "--to", people.server.url + "/api/v1"), city, "with nothing of its API behind it"),
        (("withdraw", "nosuch", "--reason", " ", "--to", people.server.url), city, "reason: say why"),
    ):
        code, out, err = run(*words, **environment)
        assert (code, out) == (2, ""), (words, out, err)
        assert said in " ".join(err.replace("│", "").split())
    assert number(people) == before


def test_an_answer_that_gets_lost(people: People, folder: Path) -> None:
    """The request is sent again, and there is one submission."""
    before = number(people)
    with losing_the_first_answer(people.server.url) as url:
        words = ("submit", folder / "jobs.csv", "--mapping", folder / "jobs.yaml", "--no-wait", "--to", url)
        code, out, err = run(*words, DATAEXCHANGE_KEY=people.keys["city"])
    assert (code, "received by" in out) == (0, True), err
    assert number(people) == before + 1


@contextmanager
def losing_the_first_answer(url: str) -> Iterator[str]:
    """A way to the server on which one answer is lost after the request has arrived."""
    upstream = (urlsplit(url).hostname, urlsplit(url).port)
    lost: list[bool] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                with client, socket.create_connection(upstream) as there:  # type: ignore[arg-type]
                    threading.Thread(target=passed_on, args=(client, there), daemon=True).start()
                    while portion := there.recv(65536):
                        if not lost:
                            lost.append(True)
                            break
                        client.sendall(portion)
                    client.shutdown(socket.SHUT_RDWR)

        def passed_on(client: socket.socket, there: socket.socket) -> None:
            try:
                while portion := client.recv(65536):
                    there.sendall(portion)
            except OSError:
                return

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        assert lost
        server.shutdown(socket.SHUT_RDWR)
