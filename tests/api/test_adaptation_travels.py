"""An adaptation record travels with the release: data, page, comparison, reference metadata; and goes with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_exchange import Server, new_exchange, serve

from dataexchange.messages.metadata import read_metadata
from dataexchange.model.access import Caller, Scope
from dataexchange.store.database import open_database, reading, writing
from dataexchange.workflow import publish, review, submit
from dataexchange.workflow.metadata import check_metadata

ROOT = Path(__file__).resolve().parents[2]
CITY = Caller("BRISTOL", frozenset({Scope.ADMIN}), "key")
REPORTS = "/sdmx/v2/metadata/metadataflow/DX/MDF_ADAPTATION/1.0.0"
KEY = "A.N._L_VC_SNS_WALN_DARK.GB_BRS._T._T._T._T._T._T._T._T._T._T._T"
DIFFERENCE = "People who feel safe outdoors after dark instead of walking alone around the area they live in"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """Bristol's table on safety after dark, sent with its mapping and published."""
    home = tmp_path_factory.mktemp("adaptations")
    own = {"database_url": request.getfixturevalue("file_postgresql_url")} if request.param == "postgresql" else {}
    told = new_exchange(home, **own)
    engine = open_database(told.database_url)
    table = ROOT / "examples/bristol/safety-after-dark.csv"
    parcel = submit.keep_parcel(home, table, ROOT / "mappings/bristol/safety-after-dark.yaml")
    with writing(engine) as conn:
        received = submit.accept_parcel(conn, submit.read_parcel(conn, home, parcel, caller=CITY), caller=CITY)
    with reading(engine) as conn:
        assessment = submit.examine(conn, home, received)
    assert not [f for f in assessment.report.findings if f.rule.startswith("ADAPT")]
    with writing(engine) as conn:
        submit.conclude(conn, received.id, assessment, actor=CITY.actor)
        review.ask_for_publication(conn, received.id, caller=CITY)
        publish.publish(conn, home, received.id, actor=CITY.actor, assessment=assessment)
    engine.dispose()
    for running in serve(told):
        yield running, received.id


def test_the_record_is_served_and_withdrawn_with_the_data(server: tuple[Server, str], tmp_path: Path) -> None:
    exchange, submission = server
    data = exchange.get(f"/sdmx/v2/data/dataflow/DX/DF_SDG_LOCAL/1.0.0/{KEY}?format=csv")
    assert DIFFERENCE in data.text
    compared = exchange.get(f"/api/v1/comparisons?key={KEY}").json()[0]
    assert compared["local"]["attributes"]["ADAPTATION_TYPE"] == "PROXY"
    page = exchange.get(f"/series/DX/DF_SDG_LOCAL/1.0.0/{KEY}").text
    assert "Adapted indicator: a different measure of the same concept." in page

    answer = exchange.get(f"{REPORTS}/BRISTOL", Accept="application/vnd.sdmx.metadata+json;version=2.0.0")
    assert answer.status_code == 200, answer.text
    file = tmp_path / "reports.json"
    file.write_bytes(answer.content)
    (report,) = read_metadata(file)
    assert [urn.rpartition("=")[2] for urn in report.targets] == [
        "DX:CL_SERIES(1.0.0)._L_VC_SNS_WALN_DARK",
        "DX:CL_AREA(1.0.0).GB_BRS",
    ]
    said = {one.id: one.value or one.texts["en"] for one in report.attributes}
    assert (said["ADAPTATION_TYPE"], said["GLOBAL_SERIES"], said["DIFF_NUMERATOR"]) == (
        "PROXY",
        "VC_SNS_WALN",
        DIFFERENCE,
    )
    with reading(exchange.engine) as conn:
        assert check_metadata(conn, report) == [], "it keeps to its metadata structure"
    about_areas = exchange.get("/sdmx/v2/metadata/structure/codelist/DX/CL_AREA/1.0.0")
    assert "_L_VC_SNS_WALN_DARK" in about_areas.text
    stamp = answer.headers["etag"]

    with writing(exchange.engine) as conn:
        publish.withdraw(conn, submission, caller=CITY, reason="Sent by mistake")
    gone = exchange.get(f"{REPORTS}/BRISTOL", **{"If-None-Match": stamp})
    assert gone.status_code == 404
