"""SIGKILL at any point of submit or publish: the release is wholly there or not at all, and the next run goes on."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from exchange import Exchange

ROWS = 24_000
#: Half a unit more where the figure was a quarter is a large revision, which wants one.
REASON = ("--reason", "The survey was weighted anew.")


def table(path: Path, offset: float) -> None:
    lines = ["Year,Area,Value"]
    areas = ["", *(f"GB_BRS_E050108{n}" for n in range(85, 100)), *(f"GB_BRS_E050109{n:02}" for n in range(19))]
    years = range(1500, 1500 + ROWS // len(areas) // 2)
    lines += [f"{year},{area},{(year % 90) + offset}" for area in areas for year in years if year <= 2700]
    path.write_text("\n".join(lines) + "\n")


def observations(exchange: Exchange) -> list[str]:
    """What is served, as SDMX-CSV lines; empty where nothing is."""
    answer = exchange("export", "DX:DF_SDG_LOCAL(1.0.0)")
    assert answer.code == 0 or "holds nothing" in answer.err, answer
    return sorted(answer.out.splitlines()[1:])


@pytest.mark.parametrize("verb", ["submit", "publish"])
def test_killed_and_started_again(verb: str, exchange: Exchange, mapping: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    table(first, 0.25)
    table(second, 0.75)

    started = time.monotonic()
    assert exchange("submit", first, "--mapping", mapping, "--publish").code == 0
    whole_run = time.monotonic() - started
    before = observations(exchange)
    assert before

    seen = set()
    for step in range(1, 9):
        words: tuple[object, ...] = ("submit", second, "--mapping", mapping, "--publish", *REASON)
        if verb == "publish":
            answer = exchange("submit", second, "--mapping", mapping)
            assert answer.code == 0, answer
            words = ("publish", answer.out.split("Submission ")[1].split(":")[0], *REASON)
        process = exchange.start(*words)
        time.sleep(whole_run * (step - random.random()) / 8)
        process.kill_all()
        process.communicate()
        now = observations(exchange)
        assert len(now) == len(before), "half a release"
        changed = now != before
        assert not changed or not set(now) & set(before), "a mix of two releases"
        seen.add(changed)
        if changed:
            break
    answer = exchange("submit", second, "--mapping", mapping, "--publish", *REASON)
    assert answer.code == 0, answer
    after = observations(exchange)
    assert len(after) == len(before)
    assert not set(after) & set(before)
