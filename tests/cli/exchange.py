"""Runs the real command in a process of its own, in a home of its own."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import forked
from forked import COMMAND, ROOT

__all__ = ["COMMAND", "ROOT", "Answer", "Exchange"]


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

    def start(self, *words: object) -> forked.Started:
        return forked.start(*words, env=self.environment)

    def __call__(self, *words: object, **more: str) -> Answer:
        """`more`: of the environment."""
        done = forked.run(*words, env={**self.environment, **more})
        return Answer(done.returncode, done.stdout, done.stderr)
