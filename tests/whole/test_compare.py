"""What is published is compared as it was at upload: the same verdict, for the same reason."""

from __future__ import annotations

import os
from collections.abc import Iterator

import forked
import pytest
from running_exchange import LOCAL

from dataexchange.errors import NotFound
from dataexchange.model.finding import Verdict
from dataexchange.model.structure import Kind, parse_short
from dataexchange.store import releases, submissions
from dataexchange.store.database import Engine, open_database, reading
from dataexchange.workflow.compare import compare_area, compare_key, portrait
from dataexchange.workflow.justified import told_report

FLOW = parse_short(LOCAL, Kind.DATAFLOW)
PM25 = "A.N.EN_ATM_PM25.GB_BRS" + "._T" * 11
DARK = "A.N._L_VC_SNS_WALN_DARK.GB_BRS" + "._T" * 11


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    home = tmp_path_factory.mktemp("demonstration")
    environment = {**os.environ, "DATAEXCHANGE_HOME": str(home)}
    forked.run("demo", "--no-serve", env=environment).check_returncode()
    engine = open_database(f"sqlite:///{home}/exchange.db")
    yield engine
    engine.dispose()


def test_every_verdict_of_the_reports_holds_for_what_is_published(engine: Engine) -> None:
    seen: list[Verdict] = []
    with reading(engine) as conn:
        for release in releases.latest(conn, dataflow=FLOW):
            assert release.submission
            report = told_report(conn, submissions.get(conn, release.submission))
            for told in report.comparisons:
                if told.baseline_key is None and told.verdict is not Verdict.NO_BASELINE:
                    continue
                found = compare_key(conn, FLOW, told.key).comparison
                assert (found.verdict, found.reason, found.points) == (told.verdict, told.reason, told.points)
                assert (found.vintage is None) == (told.baseline_key is None), "which release the national value is of"
                if found.vintage is not None:
                    assert releases.get(conn, found.vintage).dataflow.id == "DF_SDG_NATIONAL"
                seen.append(told.verdict)
    assert {Verdict.CONSISTENT, Verdict.EXPLAINED, Verdict.NOT_COMPARABLE} <= set(seen)


def test_an_area_and_an_indicator_are_compared_breakdown_by_breakdown(engine: Engine) -> None:
    with reading(engine) as conn:
        found = compare_area(conn, FLOW, area="GB_BRS", indicator="EN_ATM_PM25")
        assert [c.local.key for c in found] == sorted(c.local.key for c in found)
        assert len(found) == 3
        assert compare_area(conn, FLOW, area="GB_BRS", indicator="EN_ATM_PM25", offset=1, limit=1) == found[1:2]
        total = next(c for c in found if c.local.key == PM25)
        assert total.baseline is not None
        assert total.baseline.area == "GB_BRS"
        assert total.baseline.provider == "UK_ONS"
        values = dict(zip(total.local.periods, total.local.values, strict=True))
        nation = dict(zip(total.baseline.periods, total.baseline.values, strict=True))
        assert total.comparison.points == tuple((p, values[p], nation[p]) for p, _, _ in total.comparison.points)
        assert values["2010"] == 11.711
        with pytest.raises(NotFound, match="no series EN_ATM_PM25 of GB_NIR"):
            compare_area(conn, FLOW, area="GB_NIR", indicator="EN_ATM_PM25")


def test_a_portrait_has_the_districts_beside_the_average(engine: Engine) -> None:
    with reading(engine) as conn:
        found = portrait(conn, FLOW, DARK)
        assert len(found.parts) == 34
        assert {part.codes["REF_AREA"].rpartition("_")[0] for part in found.parts} == {"GB_BRS"}
        assert found.within is not None
        assert found.within.verdict is Verdict.CONSISTENT
        assert found.line.attributes["ADAPTATION_TYPE"] == "PROXY"
        assert found.release is not None
        assert found.release.dataset == "bristol/safety-after-dark"
        assert DARK not in found.siblings
        assert portrait(conn, FLOW, PM25).parts == ()


@pytest.mark.parametrize("key", ["A.N", "A.N.X" + ".Y" * 12, "A.N..GB_BRS" + "._T" * 11, "%00", ""])
def test_a_key_that_is_none_is_not_found(engine: Engine, key: str) -> None:
    with reading(engine) as conn, pytest.raises(NotFound):
        portrait(conn, FLOW, key)
