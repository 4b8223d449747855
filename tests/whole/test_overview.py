"""Everything that is stored beside the nation: counted by country and series, drawn, and told in files."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from lxml import etree
from test_recheck import LOCAL, NATIONAL, OWN, Exchange, furnish

from dataexchange.cli import main
from dataexchange.errors import NotFound, NotSupported
from dataexchange.messages.overview_document import as_csv, as_html, as_json, as_text
from dataexchange.messages.overview_plot import NARROW, WIDE, as_svg
from dataexchange.model.finding import Verdict
from dataexchange.model.overview import Dot, Overview, Wanted
from dataexchange.store.database import reading
from dataexchange.workflow.compare import compare_key
from dataexchange.workflow.overview import overview

SVG = "{http://www.w3.org/2000/svg}"
WRONG = ((2017, 4.0), (2018, 4.5), (2019, 50.0))


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """Bristol agrees on unemployment, Birmingham does not, and poverty has nothing beside it; and Bishkek is in another country."""
    home = tmp_path_factory.mktemp("overview")
    made = Exchange(furnish(f"sqlite:///{home}/exchange.db"), home)
    made.national(*OWN)
    made.national(*OWN, area="GB_BHM")
    made.published("uem", *OWN)
    made.stored("bhm", *WRONG, area="GB_BHM")
    made.stored("poor", (2019, 10.0), SERIES="SI_POV_NAHC")
    yield made
    made.engine.dispose()


def look(exchange: Exchange, **named: str) -> Overview:
    with reading(exchange.engine) as conn:
        return overview(conn, Wanted(**named))


def test_lines_are_by_country_and_series(exchange: Exchange) -> None:
    found = look(exchange)
    assert [(line.country, line.series, line.areas, line.n_series) for line in found.lines] == [
        ("GB", "SI_POV_NAHC", 1, 1),
        ("GB", "SL_TLF_UEM", 2, 2),
    ]
    uem = found.lines[1]
    assert uem.indicators == ("8.5.2",)
    assert uem.verdicts == {Verdict.CONSISTENT: 1, Verdict.INCONSISTENT: 1}
    assert uem.errors + uem.warnings > 0
    assert uem.worst_key is not None
    assert "GB_BHM" in uem.worst_key
    assert found.observations == 7
    # Each verdict is the one that the page of the series has.
    with reading(exchange.engine) as conn:
        for dot in found.dots:
            beside = compare_key(conn, LOCAL, dot.key).comparison
            assert (dot.verdict, (dot.period, dot.local, dot.national)) == (beside.verdict, beside.points[-1])
    assert [(d.area, d.period, d.local, d.national, d.mirror) for d in found.outliers] == [
        ("GB_BHM", "2019", 50.0, 5.0, True)
    ]


def test_only_what_is_asked_for(exchange: Exchange) -> None:
    assert [line.areas for line in look(exchange, area="GB_BRS", series="SL_TLF_UEM").lines] == [1]
    assert look(exchange, indicator="8.5.2").lines == look(exchange, country="GB", indicator="8.5.2").lines
    assert [line.series for line in look(exchange, indicator="1.2.1").lines] == ["SI_POV_NAHC"]
    for nothing in ({"country": "KG"}, {"series": "EN_ATM_PM25"}, {"indicator": "16.1.1"}, {"area": "GB_CDF"}):
        with pytest.raises(NotFound):
            look(exchange, **nothing)
    with reading(exchange.engine) as conn, pytest.raises(NotSupported, match="compared with nothing"):
        overview(conn, Wanted(NATIONAL))


def test_every_form_says_the_same(exchange: Exchange) -> None:
    found = look(exchange)
    text = as_text(found)
    assert re.search(r"8\.5\.2 +SL_TLF_UEM +2 +2 +1 +0 +1 +0 +0", text)
    rows = list(csv.DictReader(io.StringIO(as_csv(found).decode("utf-8-sig"))))
    told = orjson.loads(as_json(found))
    assert [row["series"] for row in rows] == [line["series"] for line in told["lines"]]
    assert [int(row["inconsistent"]) for row in rows] == [line["verdicts"]["inconsistent"] for line in told["lines"]]
    assert told["outliers"][0]["area_name"] == "Birmingham"
    page = as_html(found)
    assert page.count("<svg") == 2
    assert "Birmingham" in page


@pytest.mark.parametrize("form", [WIDE, NARROW])
def test_the_same_ratio_is_the_same_distance(exchange: Exchange, form: object) -> None:
    drawn = etree.fromstring(as_svg(look(exchange), form=form))
    same = drawn.find(f"{SVG}line[@class='same']")
    assert same is not None
    x1, y1, x2, y2 = (float(same.get(name)) for name in ("x1", "y1", "x2", "y2"))

    def above(x: float, y: float) -> float:
        """How many powers of ten above the line where both are the same; the axes go from 1 to 100."""
        return (y1 + (x - x1) / (x2 - x1) * (y2 - y1) - y) / (y1 - y2) * 2

    dots = [(float(c.get("cx")), float(c.get("cy"))) for c in drawn.iter(f"{SVG}circle")]
    assert [above(*dot) for dot in dots] == pytest.approx([0.0], abs=0.02)
    marks = drawn.findall(f"{SVG}path[@class='outlier']")
    x, top = map(float, re.match(r"M([\d.]+) ([\d.]+)", marks[0].get("d")).groups())
    assert above(x, top + 5.5) == pytest.approx(math.log10(50.0 / 5.0), abs=0.02)
    assert "Birmingham" in marks[0].find(f"{SVG}title").text
    assert drawn.findall(f"{SVG}text[@class='name']")
    assert "2 series" in drawn.find(f"{SVG}desc").text


def test_values_without_a_logarithm_stand_at_the_edge() -> None:
    dot = Dot(LOCAL, "GB", "S", "A<&", "k", "2020", 0.0, 10.0, Verdict.INCONSISTENT, True)
    drawn = as_svg(Overview(dots=(dot,), names={"A<&": "<b>&"}))
    assert "≤ 0" in drawn
    assert "<b>" not in drawn
    etree.fromstring(drawn)
    etree.fromstring(as_svg(Overview()))


def test_the_command(
    exchange: Exchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATAEXCHANGE_HOME", str(exchange.home))

    def run(*arguments: str) -> int:
        try:
            main([*arguments])
        except SystemExit as ended:
            return int(ended.code or 0)
        return 0

    errors = look(exchange).errors
    files = [tmp_path / name for name in ("r.csv", "p.svg")]
    code = run("check", "--stored", "--indicator", "8.5.2", "--report", str(files[0]), "--plot", str(files[1]))
    assert code == (1 if errors else 0)
    assert "SL_TLF_UEM" in capsys.readouterr().out
    assert all(file.stat().st_size for file in files)
    assert run("check", "--stored", "--series", "SI_POV_NAHC") == 0
    assert run("check", "--stored", "--plot", "x.png") == 2
    assert run("check", "--stored", "x.csv") == 2
    assert run("check", "--country", "GB") == 2
    assert run("check") == 2
    assert run("rechecks", "list") == 0
    assert run("rechecks", "run") == 0
