"""Areas on the command line: a list is looked over, loaded and shown; what is wrong in one is told by row and column."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dataexchange.cli import app


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str = ""


def exchange(*words: object) -> Answer:
    """The command in this process: seven of their own would take half a minute on a busy machine."""
    answer = CliRunner().invoke(app, [str(word) for word in words])
    return Answer(answer.exit_code, answer.stdout, answer.stderr)


def test_a_list_of_areas_is_checked_loaded_and_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATAEXCHANGE_HOME", str(tmp_path / "home"))
    path = tmp_path / "areas.csv"
    header = "area,parent,level,partition,valid_from,valid_to,boundary\n"
    path.write_text(f"{header}KE_NBO,KE,city,cities,,2019-13,\nKE_NBX,KE,city,cities,,,\n")
    refused = exchange("areas", "load", path)
    assert refused.code == 1
    assert "areas.csv, row 2, valid_to: '2019-13' is no date" in refused.out
    assert "areas.csv, row 3, area: the code list has no 'KE_NBX': write KE_NBO if that is meant" in refused.out
    assert "Nothing was loaded" in refused.out

    path.write_text(f"{header}KE_NBO,KE,city,cities,,,\nKE_MBA,KE,city,cities,,2018,\n")
    checked = exchange("areas", "check", path)
    assert checked.code == 0
    assert "KE: cities, 2 areas, exhaustive" in checked.out
    assert "cities" not in exchange("areas", "show", "KE").out, "a check changes nothing"
    loaded = exchange("areas", "load", path)
    assert (loaded.code, loaded.out.splitlines()[0]) == (0, "DX:H_DX_CL_AREA(1.0): 3 areas in 2 rows")

    beside = exchange("codes", "add", "CL_AREA", "GB_BRS_CENTRE", "City centre", "--parent", "GB_BRS")
    assert (beside.code, beside.out) == (0, "DX:CL_AREA(1.0.0) has the code GB_BRS_CENTRE, City centre.\n")
    assert "The areas below GB_BRS are declared to be all of it" in beside.err
    assert "they are added up only where GB_BRS_CENTRE has a figure, too" in beside.err
    assert "`dataexchange areas load`" in beside.err
    assert exchange("codes", "add", "CL_AREA", "KE_NBO_WESTLANDS", "Westlands", "--parent", "KE_NBO").err == ""
    assert exchange("codes", "add", "CL_AREA", "GB_BRS_U", "Bristol, unknown", "--parent", "GB_BRS").err == ""

    path.write_text("area,scheme,code\nKE_MBA,UN/LOCODE,KEMBA\n")
    assert "DX:RM_DX_CL_AREA_UNLOCODE(1.0): 1 code" in exchange("areas", "aliases", path).out
    shown = exchange("areas", "show", "404").out
    assert "KE Kenya, also KEN 404" in shown
    assert "  [cities: 2, exhaustive]" in shown
    assert "    KE_MBA Mombasa, city, also KEMBA (to 2018-12-31)" in shown
