"""Runs the real command in a process of its own, in a home of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

#: The command as people have it.
COMMAND = Path(sys.executable).with_name("dataexchange")
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Exchange:
    """`exchange("submit", file, "--mapping", mapping)` is the command line, its home a temporary folder."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("DATAEXCHANGE_")}
        return {**kept, "DATAEXCHANGE_HOME": str(self.home)}

    def start(self, *words: object) -> subprocess.Popen[str]:
        command = [str(COMMAND), *map(str, words)]
        return subprocess.Popen(
            command,
            env=self.environment,
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def __call__(self, *words: object) -> Answer:
        process = self.start(*words)
        out, err = process.communicate(timeout=120)
        return Answer(process.returncode, out, err)
