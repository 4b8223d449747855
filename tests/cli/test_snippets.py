"""What the documents show is what happens: their examples are taken out of the text and run."""

from __future__ import annotations

import re
import shlex
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from exchange import COMMAND, ROOT, Exchange


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demonstration, served; its address."""
    exchange = Exchange(tmp_path_factory.mktemp("snippets") / "home")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = exchange.start("demo", "--port", port)
    address = f"http://127.0.0.1:{port}"
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=1).close()
            break
        except OSError:
            time.sleep(0.2)
    else:
        process.kill()
        pytest.fail(str(process.communicate()))
    yield address
    process.terminate()
    process.communicate(timeout=30)


@pytest.fixture(scope="module")
def pulled(served: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a replica of the demonstration in `replica`."""
    folder = tmp_path_factory.mktemp("pulled")
    subprocess.run([COMMAND, "pull", served, "--into", folder / "replica"], check=True, capture_output=True, timeout=60)
    return folder


@pytest.mark.parametrize("number", range(len(blocks("pull-data.md", "sh"))))
def test_shell_examples_of_pull_data(number: int, served: str, pulled: Path) -> None:
    script = blocks("pull-data.md", "sh")[number].replace("http://127.0.0.1:8000", served)
    # "Since then" is a date of the document; the demonstration of this test is younger.
    script = re.sub(r"updatedAfter=[^&']+", "updatedAfter=2026-01-01T00:00:00Z", script)
    told = script.replace("curl ", "curl -sS --fail ").replace("dataexchange ", f"{COMMAND} ")
    answer = subprocess.run(["bash", "-euc", told], capture_output=True, text=True, timeout=60, cwd=pulled)
    assert answer.returncode == 0, answer.stderr
    if "dataexchange pull" in script:
        assert answer.stdout.count("replica holds") == script.count("dataexchange pull")
    elif "/registration/" in script:
        assert answer.stdout.count("QueryRegistrationResponse>") == 2 * script.count("curl ")
        assert "PA_BRISTOL_SDG_LOCAL" in answer.stdout
    else:
        assert answer.stdout.count("STRUCTURE,STRUCTURE_ID") == script.count("curl ") + ("for flow" in script)
        assert "GB_BRS" in answer.stdout


@pytest.mark.parametrize("number", range(len(blocks("pull-data.md", "python"))))
def test_python_examples_of_pull_data(number: int, served: str, pulled: Path) -> None:
    script = blocks("pull-data.md", "python")[number].replace("http://127.0.0.1:8000", served)
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, cwd=pulled)
    assert answer.returncode == 0, answer.stderr
    assert {"SERIES", "rule"} & set(re.findall(r"\w+", answer.stdout)), answer.stdout


def test_the_example_of_a_mapping_maps_its_table(tmp_path: Path) -> None:
    exchange = Exchange(tmp_path / "home")
    table, mapping = tmp_path / "safety.csv", tmp_path / "bristol" / "safety.yaml"
    mapping.parent.mkdir()
    text = (ROOT / "docs" / "map-a-table.md").read_text()
    table.write_text(re.findall(r"```\n(Survey.*?)```", text, re.DOTALL)[0])
    mapping.write_text(blocks("map-a-table.md", "yaml")[0])
    answer = exchange("check", table, "--mapping", mapping)
    assert answer.code == 0, answer
    assert "3 observations" in answer.out


def test_the_made_up_city_is_reconciled(tmp_path: Path) -> None:
    exchange = Exchange(tmp_path / "home")
    (script,) = (block for block in blocks("reconcile.md", "sh") if "codes add" in block)
    for line in script.strip().splitlines():
        answer = exchange(*shlex.split(line.replace("examples/", f"{ROOT}/examples/"))[1:])
        assert answer.code == 0, (line, answer)
    assert re.findall(r"EX_([ABC])\S+ +2020 +(\d+) +(\d+) +1\.100000 +110 ", answer.out) == [
        ("A", "30", "33"), ("B", "50", "55"), ("C", "20", "22"),
    ]  # fmt: skip


def test_a_new_city_joins(tmp_path: Path, mapping: Path) -> None:
    exchange = Exchange(tmp_path / "home")
    for line in blocks("check-and-publish.md", "sh")[0].strip().splitlines():
        script = line.replace("dataexchange", str(COMMAND), 1)
        answer = subprocess.run(["bash", "-euc", script], env=exchange.environment, capture_output=True, text=True)
        assert answer.returncode == 0, answer.stderr
    table = tmp_path / "table.csv"
    table.write_text("Year,Area,Value\n2018,KE_NBO_WESTLANDS,4.1\n")
    text = mapping.read_text()
    mapping.write_text(text.replace("BRISTOL", "LEEDS"))
    answer = exchange("submit", table, "--mapping", mapping)
    assert answer.code == 2
    assert "LEEDS" in answer.err
    assert "agreements add" in answer.err
    mapping.write_text(text.replace("BRISTOL", "KE_NBO"))
    assert exchange("submit", table, "--mapping", mapping, "--publish").code == 0
    assert "KE_NBO_WESTLANDS" in exchange("export", "DX:DF_SDG_LOCAL(1.0.0)").out
