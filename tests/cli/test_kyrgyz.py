"""The national data of Kyrgyzstan: 195 real messages, written for three versions of a structure, as one baseline."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path

import pytest
from exchange import Exchange
from lxml import etree


def value(text: str) -> float | None:
    """12 observations say NaN: an observation without a value, which SDMX-CSV leaves blank."""
    return None if text in ("", "NaN") else float(text)


def truth(files: list[Path], dimensions: list[str]) -> dict[tuple[str, ...], float | None]:
    """Key and period -> value, the later file winning: read with nothing but lxml."""
    found = {}
    for path in files:
        for series in etree.parse(path).iter("Series"):
            key = tuple(series.get(d) for d in dimensions)
            for obs in series:
                found[(*key, obs.get("TIME_PERIOD"))] = value(obs.get("OBS_VALUE"))
    return found


@pytest.fixture(scope="module")
def dimensions() -> list[str]:
    text = (
        "FREQ REPORTING_TYPE SERIES REF_AREA SEX AGE URBANISATION INCOME_WEALTH_QUANTILE EDUCATION_LEV OCCUPATION "
        "CUST_BREAKDOWN COMPOSITE_BREAKDOWN DISABILITY_STATUS ACTIVITY PRODUCT"
    )
    return text.split()


def test_all_messages_become_one_baseline(shared_data: Path, tmp_path: Path, dimensions: list[str]) -> None:
    exchange = Exchange(tmp_path / "home")
    folder = shared_data / "kyrgyzstan"
    files = sorted(p for p in folder.glob("*.xml") if not p.name.startswith("structures"))
    assert len(files) == 195
    started = time.monotonic()

    loaded = exchange("structures", "load", folder / "structures-KG_NSC-SDG-1.8.xml")
    assert loaded.code == 0, loaded
    answer = exchange(
        "baseline", "load", *files, "--dataflow", "KG_NSC:DF_SDG_KG(1.8)", "--report", tmp_path / "report.txt"
    )
    assert answer.code == 0, answer
    report = (tmp_path / "report.txt").read_text()
    assert "1.7" in answer.out, "says that messages were written for another version"
    assert "25349 observations" in answer.out
    contradictions = [line for line in report.splitlines() if "1.5.1.xml" in line and "11.5.1.xml" in line]
    assert contradictions, "names both messages"

    exported = exchange("export", "KG_NSC:DF_SDG_KG(1.8)")
    assert exported.code == 0, exported
    elapsed = time.monotonic() - started
    rows = list(csv.DictReader(io.StringIO(exported.out)))
    served = {(*(r[d] for d in dimensions), r["TIME_PERIOD"]): value(r["OBS_VALUE"]) for r in rows}
    assert len(rows) == len(served) == 25_349
    assert served == truth(files, dimensions)
    assert elapsed < 60

    third = exchange("structures", "load", shared_data / "sdg" / "metadatastructure-IAEG-SDGs-SDG_MSD-1.0.xml")
    assert third.code == 0, third


def test_a_3_0_message_after_195_of_2_1_in_one_process(shared_data: Path) -> None:
    """The readers keep no state: sdmx1 fails here."""
    from dataexchange.messages.read_data import read_data
    from dataexchange.messages.read_structures import read_structures
    from dataexchange.model.schema import Schema
    from dataexchange.model.structure import DataStructure

    folder = shared_data / "kyrgyzstan"
    held = read_structures(folder / "structures-KG_NSC-SDG-1.8.xml").artefacts
    structure = next(a for a in held if isinstance(a, DataStructure))
    schema = Schema.assemble(structure, None, {a.ref: a for a in held})
    total = 0
    for path in sorted(folder.glob("*.xml")):
        if not path.name.startswith("structures"):
            total += sum(d.n for d in read_data(path, lambda _ref: schema).datasets)
    assert total == 26_523
    later = read_structures(shared_data / "sdg" / "metadatastructure-IAEG-SDGs-SDG_MSD-1.0.xml")
    assert len(later.artefacts) >= 1
