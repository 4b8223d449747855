"""schemathesis over /openapi.json, against a real server: whatever is sent, the answer is a documented one and never our fault."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from people import People
from small_exchange import V2

from dataexchange.api.remake import remake
from dataexchange.door.exchange import Exchange
from dataexchange.worker.extract import Extracting, take
from dataexchange.worker.shift import Shift

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


def pinned(paths: str, id_: str) -> str:
    return f'[[operations]]\ninclude-path-regex = "{paths}"\nparameters = {{ id = "{id_}" }}\n'


def extract(people: People) -> str:
    """One that is ready."""
    asked = people.server.get(V2, Prefer="respond-async")
    exchange = Exchange(people.engine, people.settings.home)
    assert take(people.engine, people.settings.home, Shift(), Extracting(partial(remake, exchange)))
    found: str = asked.json()["id"]
    return found


@pytest.mark.parametrize(
    ("who", "phases", "examples"), [("operator", "examples,coverage,fuzzing", 12), (None, "examples,fuzzing", 8)]
)
def test_every_answer_is_documented(
    people: People, tmp_path: Path, who: str | None, phases: str, examples: int
) -> None:
    people.worked(people.sent("city", publish="true"))
    in_review = people.sent("other city", publish="true")
    people.worked(in_review)
    config = tmp_path / "schemathesis.toml"
    # Half of the time a submission that is there.
    config.write_text("".join(pinned(*one) for one in (("submissions/", in_review), ("extracts/", extract(people)))))
    key = ["-H", f"Authorization: Bearer {people.keys[who]}"] if who else []
    command = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(config), "run"]
    # One worker: hypothesis parses sources as it goes, and CPython 3.11 cannot do that in two threads at once (SystemError).
    options = ["--checks", ",".join(CHECKS), "--phases", phases, "-n", str(examples), "--seed", "20261122", "-w", "1"]
    options += ["--generation-database", "none", "--suppress-health-check", "all", "--no-color", "--warnings", "off"]
    done = subprocess.run(
        [*command, f"{people.server.url}/openapi.json", *options, *key],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    # Bodies of a whole page of JSON hide what failed: each line by its head.
    told = "\n".join(line[:400] for line in (done.stdout[done.stdout.find("FAILURES") :] + done.stderr).splitlines())
    assert done.returncode == 0, told[-12_000:]
