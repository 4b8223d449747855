"""schemathesis over /openapi.json, against a real server: whatever is sent, the answer is a documented one and never our fault."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from people import People

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


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
    config.write_text(f'[[operations]]\ninclude-path-regex = "submissions/"\nparameters = {{ id = "{in_review}" }}\n')
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
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
