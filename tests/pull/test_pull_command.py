"""`dataexchange pull` as cron runs it: the real command in a process of its own."""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path

import forked
import pytest
from pulling import Source, held, small

from dataexchange.model.period import format_period, parse_period

F1 = "T:F1(1.0.0)"
MONTHS = [format_period(parse_period(f"{year}-{month:02}")) for year in range(2200, 2700) for month in range(1, 13)]


def start(*words: object, **environment: str) -> forked.Started:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("DATAEXCHANGE_")}
    return forked.start(*words, env={**kept, **environment}, cwd=Path.cwd())


def run(*words: object, **environment: str) -> tuple[int, str, str]:
    process = start(*words, **environment)
    out, err = process.communicate(timeout=120)
    return process.wait(), out, err


def release(source: Source, offset: float) -> None:
    source.publish([small(area, month, n % 90 + offset) for area in ("GB", "KG") for n, month in enumerate(MONTHS)])


def test_the_summary_lines(source: Source, tmp_path: Path) -> None:
    folder = tmp_path / "replica"
    source.publish([small("GB", "2018", 1.0), small("GB", "2019", 2.0)])
    code, out, err = run("pull", source.url + "/", "--into", folder)
    assert (code, out) == (
        0,
        f"pulled {source.url}: up to release 1, 1 dataflow, 2 observations came or changed, 0 went; "
        f"replica holds 2 in {folder}\n",
    )
    assert f"Pulling {F1}" in err
    source.publish([small("GB", "2018", 1.5), small("GB", "2020", 2.0)])
    assert run("pull", source.url, "--into", folder)[1] == (
        f"pulled {source.url}: release 1 → 2, 1 dataflow, 2 observations came or changed, 1 went; "
        f"replica holds 2 in {folder}\n"
    )
    assert run("pull", source.url, "--into", folder) == (
        0,
        f"pulled {source.url}: nothing new since release 2; replica holds 2 in {folder}\n",
        "",
    )
    assert held(folder) == source.observations(F1)


@pytest.mark.parametrize("source", ["sqlite"], indirect=True)
def test_exit_codes(source: Source, tmp_path: Path) -> None:
    folder = tmp_path / "replica"
    source.publish([small("GB", "2018", 1.0)])
    assert run("pull", source.url, "--into", folder, "--dataflow", F1)[0] == 0
    for words, code, said in (
        ((source.url, "--into", folder, "--dataflow", "../../x(1)"), 2, "write agency:id(version)"),
        ((source.url, "--into", folder, "--dataflow", "T:NO(1.0.0)"), 2, "has no dataflow T:NO(1.0.0)"),
        (("http://localhost:1", "--into", folder), 2, f"holds a replica of {source.url}"),
        (("ftp://example.org", "--into", tmp_path / "b"), 2, "write the address of an exchange"),
        (("notaurl", "--into", tmp_path / "b"), 2, "url 'notaurl': write the address of an exchange alone"),
        ((source.url + "/sdmx/v2", "--into", tmp_path / "b"), 2, "with nothing of its API behind it"),
        ((source.url + "?x=1", "--into", tmp_path / "b"), 2, "with nothing of its API behind it"),
        ((source.url + "/nowhere", "--into", tmp_path / "c"), 2, "There is nothing at /nowhere"),
        ((source.url, "--into", tmp_path / "d", "--key-env", "NO_SUCH_KEY"), 2, "NO_SUCH_KEY"),
    ):
        answer = run("pull", *words)
        assert (answer[0], answer[1]) == (code, ""), answer
        assert said in answer[2]
        assert answer[2].strip().splitlines()[-1].startswith("dataexchange: ")
    assert held(folder) == source.observations(F1)


def test_a_password_in_an_address_is_refused_and_not_repeated(tmp_path: Path) -> None:
    code, out, err = run("pull", "http://user:s3cret@127.0.0.1:9", "--into", tmp_path / "replica")
    assert code == 2
    assert "leave user and password out of the address" in err
    assert "s3cret" not in out + err


def test_a_source_that_does_not_answer(tmp_path: Path) -> None:
    code, out, err = run("pull", "http://127.0.0.1:9", "--into", tmp_path / "replica")
    assert (code, out) == (3, "")
    assert "try again later" in err
    assert not list((tmp_path / "replica").glob("*.json")), "a wrong address leaves nothing behind"


@pytest.mark.parametrize("source", ["sqlite"], indirect=True)
def test_killed_at_any_moment(source: Source, tmp_path: Path) -> None:
    """Old or new, never in between; the next pull repairs."""
    folder = tmp_path / "replica"
    release(source, 0.25)
    started = time.monotonic()
    assert run("pull", source.url, "--into", folder)[0] == 0
    whole = time.monotonic() - started
    before = source.observations(F1)
    for n in range(3):
        release(source, n + 0.5)
        after = source.observations(F1)
        process = start("pull", source.url, "--into", folder)
        time.sleep(whole * (n + random.random()) / 3)
        process.kill_all()
        process.communicate()
        assert held(folder) in (before, after)
        assert run("pull", source.url, "--into", folder)[0] == 0
        assert held(folder) == after
        assert len(list(folder.rglob("*.parquet"))) == 1
        assert not list(folder.rglob("*.part"))
        before = after


@pytest.mark.parametrize("source", ["sqlite"], indirect=True)
def test_killed_before_it_held_anything(source: Source, tmp_path: Path) -> None:
    folder = tmp_path / "replica"
    release(source, 0.25)
    for _ in range(3):
        process = start("pull", source.url, "--into", folder)
        while process.poll() is None and not list(folder.rglob("*.part")):
            time.sleep(0.005)
        process.kill_all()
        process.communicate()
        state = folder / "replica.json"
        assert not state.exists() or json.loads(state.read_text())["dataflows"] == {} or held(folder)
    assert run("pull", source.url, "--into", folder)[0] == 0
    assert held(folder) == source.observations(F1)
