"""Many harvests of a service with random faults: each must end with the right vintage, or say why not and leave the old one."""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from harvest_words import changed, data_path, differences, served, source, truth
from replay import HARMLESS, LASTING, PASSING, Service

from dataexchange.door.harvesting import Manner, Run, harvest
from dataexchange.model.harvest import GOOD, Outcome
from dataexchange.model.source import Source
from dataexchange.store.database import Engine

ATTEMPTS = 3

#: Faults of a body: an answer without one, 304, does not have them.
OF_BODY = {"cut body", "too long said", "too short said", "gzip cut", "gzip damaged", "chunk cut", "stall"}


def new_seed() -> int:
    return int(os.environ.get("DATAEXCHANGE_TEST_SEED") or random.SystemRandom().randrange(10**9))


@dataclass
class Trial:
    """A service whose figures change from run to run, and an exchange that harvests it."""

    engine: Engine
    home: Path
    service: Service
    originals: dict[str, bytes]
    seed: int
    ends: Counter[str] = field(default_factory=Counter)
    #: By path: what the last good run was made from.
    in_place: dict[str, bytes] = field(default_factory=dict)
    #: Paths whose answer then had an ETag.
    tagged: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.paths = [data_path(key) for key in self.originals]
        self.service.pages = dict(zip(self.paths, self.originals.values(), strict=True))

    @property
    def source(self) -> Source:
        return source(self.service.url, self.originals, timeout=0.3, attempts=ATTEMPTS)

    def runs(self, count: int) -> None:
        for number in range(1, count + 1):
            self.one(number)

    def one(self, number: int) -> None:
        draw = random.Random(f"{self.seed}-{number}")
        where = f"run {number} of DATAEXCHANGE_TEST_SEED={self.seed}"
        for path, message in zip(self.paths, self.originals.values(), strict=True):
            if draw.random() < 0.3:
                self.service.pages[path] = changed(message, number)
        faults = {path: fault for path in self.paths if (fault := self._fault(draw))}
        self.service.fault = lambda path, n: faults[path][0] if path in faults and n <= faults[path][1] else None
        self.service.validators = draw.random() < 0.8
        self.service.compressed = draw.random() < 0.3
        self.service.forget()
        run = harvest(self.engine, self.home, self.source, asked_by="test", manner=Manner(sleep=lambda _seconds: None))
        fatal = {path: fault for path, fault in faults.items() if self._is_fatal(path, *fault)}
        self._judge(run, fatal, f"{where}: {faults}")

    def _fault(self, draw: random.Random) -> tuple[str, int] | None:
        """(fault, for how many requests)."""
        chance = draw.random() * len(self.paths) / 6
        if chance < 0.07:
            return draw.choice(LASTING), 99
        if chance < 0.12:
            return draw.choice(PASSING), 99
        if chance < 0.4:
            return draw.choice(PASSING), draw.randrange(1, ATTEMPTS)
        return (draw.choice(HARMLESS), 99) if chance < 0.5 else None

    def _is_fatal(self, path: str, fault: str, times: int) -> bool:
        """Whether it stands in the way of a vintage, judged from outside."""
        unchanged = self.in_place.get(path) == self.service.pages[path]
        if fault in OF_BODY and unchanged and self.service.validators and path in self.tagged:
            return False
        return fault in LASTING or (fault in PASSING and times >= ATTEMPTS)

    def _judge(self, run: Run, fatal: dict[str, tuple[str, int]], where: str) -> None:
        outcome = run.harvest.outcome
        assert (outcome in GOOD) is not bool(fatal), f"{where}: {outcome}, {run.harvest.message}"
        if fatal:
            assert outcome is Outcome.FAILED, where
            assert run.error is not None, where
            assert len(run.harvest.message) > 20, where
            assert run.harvest.release is None, where
            self.ends["failed"] += 1
        else:
            changed_since = self.in_place != self.service.pages
            assert (outcome is Outcome.PUBLISHED) is changed_since, f"{where}: {outcome}"
            self.in_place = dict(self.service.pages)
            self.tagged = {a.url.removeprefix(self.service.url) for a in run.harvest.answers if a.etag}
            self.ends[outcome.value] += 1
            self.ends["mended"] += run.harvest.facts["retries"] > 0
            self.ends["not modified"] += run.harvest.facts["not_modified"] > 0
        expected = truth(self.in_place[path] for path in self.paths) if self.in_place else {}
        there = served(self.engine)
        assert there == expected, f"{where}: {differences(there, expected)}"
