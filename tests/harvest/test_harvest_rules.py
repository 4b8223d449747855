"""What a new vintage may do to the one before, and who may run."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from harvest_words import FLOW, data_path, served, source, truth
from replay import Service

from dataexchange.door.harvesting import Manner, Run, harvest
from dataexchange.errors import Conflict, Forbidden, Unreachable
from dataexchange.model.harvest import Outcome
from dataexchange.model.structure import Kind, parse_short
from dataexchange.store import harvests, releases
from dataexchange.store.database import Engine, migrate, open_database, reading, writing
from dataexchange.workflow.baseline import withdraw_baseline
from dataexchange.workflow.harvest import begin

ROOT = Path(__file__).resolve().parents[2]
QUICK = Manner(sleep=lambda _seconds: None)


@pytest.fixture(autouse=True)
def _pages(service: Service, few: dict[str, bytes]) -> None:
    service.pages = {data_path(key): message for key, message in few.items()}


def run(engine: Engine, home: Path, service: Service, keys: object, *, manner: Manner = QUICK, **words: object) -> Run:
    return harvest(engine, home, source(service.url, keys, **words), asked_by="test", manner=manner)


def test_what_the_source_dropped_goes(engine: Engine, home: Path, service: Service, few: dict[str, bytes]) -> None:
    keys = list(few)
    assert run(engine, home, service, keys).harvest.outcome is Outcome.PUBLISHED
    after = run(engine, home, service, keys[:5])
    assert after.harvest.outcome is Outcome.PUBLISHED
    assert served(engine) == truth(list(few.values())[:5])


def test_a_vintage_that_lost_most_of_its_series_is_refused_unless_forced(
    engine: Engine, home: Path, service: Service, few: dict[str, bytes]
) -> None:
    keys = list(few)
    run(engine, home, service, keys)
    before = served(engine)
    refused = run(engine, home, service, keys[:1])
    assert refused.harvest.outcome is Outcome.FAILED
    assert isinstance(refused.error, Conflict)
    assert "--force" in refused.harvest.message
    assert served(engine) == before
    with reading(engine) as conn:
        assert len(releases.latest(conn)) == 1
    forced = run(engine, home, service, keys[:1], manner=Manner(force=True, sleep=lambda _s: None))
    assert forced.harvest.outcome is Outcome.PUBLISHED
    assert served(engine) == truth([few[keys[0]]])


def test_a_message_without_observations_is_refused(
    engine: Engine, home: Path, service: Service, few: dict[str, bytes]
) -> None:
    key = next(iter(few))
    text = few[key].decode()
    start = text.index("<Series")
    service.pages[data_path(key)] = (text[:start] + text[text.rindex("</Series>") + 9 :]).encode()
    empty = run(engine, home, service, [key])
    assert empty.harvest.outcome is Outcome.FAILED
    assert served(engine) == {}


def test_the_same_figures_in_new_bytes_make_no_release(
    engine: Engine, home: Path, service: Service, few: dict[str, bytes]
) -> None:
    run(engine, home, service, few)
    key = next(iter(few))
    service.pages[data_path(key)] = few[key].replace(b"<message:Prepared>2025", b"<message:Prepared>2026")
    assert service.pages[data_path(key)] != few[key]
    again = run(engine, home, service, few)
    assert (again.harvest.outcome, again.harvest.facts["not_modified"]) == (Outcome.UNCHANGED, 5)
    # And what was fetched then is what is asked for on condition the next time.
    assert run(engine, home, service, few).harvest.facts["not_modified"] == 6
    with reading(engine) as conn:
        assert len(releases.latest(conn)) == 1


def test_a_service_without_validators_is_read_once(
    engine: Engine, home: Path, service: Service, few: dict[str, bytes]
) -> None:
    service.validators = False
    assert run(engine, home, service, few).harvest.outcome is Outcome.PUBLISHED
    again = run(engine, home, service, few)
    assert (again.harvest.outcome, again.report) == (Outcome.UNCHANGED, None)


def test_304_to_nobody_who_asked_on_condition_is_an_error(engine: Engine, home: Path, service: Service) -> None:
    service.pages = {}
    service.fault = lambda _path, _n: "304"
    found = run(engine, home, service, ["A..........."])
    assert isinstance(found.error, Unreachable)
    assert "304" in found.harvest.message


def test_304_about_other_bytes_is_not_believed(
    engine: Engine, home: Path, service: Service, few: dict[str, bytes]
) -> None:
    """A cache in between that has the new answer and says "not modified" to whoever asks with the old ETag."""
    first = run(engine, home, service, few).harvest
    key = next(iter(few))
    service.pages[data_path(key)] = few[key].replace(b'OBS_VALUE="', b'OBS_VALUE="7')
    service.lying = True
    after = run(engine, home, service, few).harvest
    assert after.outcome is Outcome.PUBLISHED, after.message
    assert served(engine) == truth(service.pages[data_path(key)] for key in few)
    assert after.facts["requests"] == len(few) + 1
    assert (after.answers[0].status, after.answers[1].status) == (200, 304)
    assert after.answers[0].etag != first.answers[0].etag
    assert after.answers[1].etag == first.answers[1].etag


@pytest.mark.parametrize(
    ("declared", "other"), [("KG_NSC:SDG(1.8)", "KG_NSC:OTHER(1.8)"), ("KG_NSC:SDG(1.8)", "ZZ:SDG(9.0)")]
)
def test_an_answer_of_another_dataflow_is_refused(
    engine: Engine, home: Path, service: Service, few: dict[str, bytes], declared: str, other: str
) -> None:
    run(engine, home, service, few)
    before = served(engine)
    (agency, name), (key, message) = other.split("(")[0].split(":"), next(iter(few.items()))
    told = message.decode().replace(declared, other).replace('OBS_VALUE="', 'OBS_VALUE="7')
    told = told.replace('agencyID="KG_NSC" id="SDG" version="1.8"', f'agencyID="{agency}" id="{name}" version="1.8"')
    service.pages[data_path(key)] = told.encode()
    refused = run(engine, home, service, few)
    assert refused.harvest.outcome is Outcome.FAILED
    assert FLOW in refused.harvest.message
    assert f"{agency}:{name}" in refused.harvest.message
    assert served(engine) == before


def test_an_answer_of_another_version_is_a_remark(
    engine: Engine, home: Path, service: Service, few: dict[str, bytes]
) -> None:
    key, message = next(iter(few.items()))
    told = message.decode().replace("KG_NSC:SDG(1.8)", "KG_NSC:SDG(1.7)")
    service.pages[data_path(key)] = told.replace('id="SDG" version="1.8"', 'id="SDG" version="1.7"').encode()
    taken = run(engine, home, service, few)
    assert taken.harvest.outcome is Outcome.PUBLISHED, taken.harvest.message
    assert taken.report is not None
    assert "BAS-VERSION" in {f.rule for f in taken.report.findings}


def test_a_dataflow_that_was_not_asked_for_is_refused(engine: Engine, home: Path, service: Service) -> None:
    """On the same data structure: both are known here, and their figures would be taken for the nation's."""
    national = (ROOT / "examples/uk/national.xml").read_text()
    asked = {"dataflow": "DX:DF_SDG_NATIONAL(1.0.0)", "provider": "UK_ONS", "api": "3.0"}
    path = "/rest/data/dataflow/DX/DF_SDG_NATIONAL/1.0.0/*"
    service.pages = {path: national.replace("DF_SDG_NATIONAL", "DF_SDG_LOCAL").encode()}
    refused = run(engine, home, service, (), **asked)
    assert refused.harvest.outcome is Outcome.FAILED
    assert "asked for DX:DF_SDG_NATIONAL(1.0.0) and answered with" in refused.harvest.message
    assert "DX:DF_SDG_LOCAL(1.0.0)" in refused.harvest.message
    service.pages = {path: national.encode()}
    assert run(engine, home, service, (), **asked).harvest.outcome is Outcome.PUBLISHED


def test_kept_bytes_that_are_gone_are_fetched_again(
    engine: Engine, home: Path, service: Service, few: dict[str, bytes]
) -> None:
    first = run(engine, home, service, few).harvest
    (home / "files" / first.answers[0].sha256[:2] / first.answers[0].sha256).unlink()
    service.pages[data_path(list(few)[1])] = list(few.values())[1].replace(b'OBS_VALUE="', b'OBS_VALUE="3')
    after = run(engine, home, service, few).harvest
    assert (after.outcome, after.facts["not_modified"]) == (Outcome.PUBLISHED, 4)
    assert served(engine) == truth(service.pages[data_path(key)] for key in few)


def test_withdrawn_and_harvested_again(engine: Engine, home: Path, service: Service, few: dict[str, bytes]) -> None:
    run(engine, home, service, few)
    flow = parse_short(FLOW, Kind.DATAFLOW)
    with writing(engine) as conn:
        withdraw_baseline(conn, flow, "KG_NSC", actor="test", reason="wrong year", source="kyrgyzstan")
    assert served(engine) == {}
    assert run(engine, home, service, few).harvest.outcome is Outcome.PUBLISHED
    assert served(engine) == truth(few.values())


def test_one_run_of_a_source_at_a_time(engine: Engine, home: Path, service: Service, few: dict[str, bytes]) -> None:
    one = source(service.url, few)
    with writing(engine) as conn:
        held = begin(conn, one, timedelta(seconds=60), asked_by="other")
    with pytest.raises(Conflict, match="by another process"):
        run(engine, home, service, few)
    assert not service.asked
    with reading(engine) as conn:
        assert [h.id for h in harvests.latest(conn)] == [held.id]


def test_of_several_processes_that_begin_at_once_one_runs(own_postgresql_url: str, few: dict[str, bytes]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    engine = open_database(own_postgresql_url)
    migrate(engine)
    one = source("http://127.0.0.1:1", few)

    def attempt(_n: int) -> bool:
        try:
            with writing(engine) as conn:
                begin(conn, one, timedelta(seconds=60), asked_by="other")
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(16))) == 1
    engine.dispose()


def test_a_run_that_was_taken_for_dead_publishes_nothing(
    engine: Engine, home: Path, service: Service, few: dict[str, bytes]
) -> None:
    def declared_dead(_step: str) -> None:
        with writing(engine) as conn:
            conn.exec_driver_sql("UPDATE harvests SET ended_at = '2026-01-01T00:00:00.000000Z'")
            harvests.interrupt(conn)

    with pytest.raises(Conflict, match="taken for dead"):
        run(engine, home, service, few, manner=Manner(progress=declared_dead))
    assert served(engine) == {}


def test_nobody_harvests_into_what_another_provides(
    engine: Engine, home: Path, service: Service, few: dict[str, bytes]
) -> None:
    refused = run(engine, home, service, few, provider="UK_ONS")
    assert isinstance(refused.error, Forbidden)
    assert "agreement" in refused.harvest.message
    local = run(engine, home, service, few, into="DX:DF_SDG_LOCAL(1.0.0)")
    assert isinstance(local.error, Conflict)


def test_structures_that_are_not_there_are_named(engine: Engine, home: Path, service: Service) -> None:
    flow = "KG_NSC:DF_OTHER(1.0)"
    answered = run(engine, home, service, ["A.N"], dataflow=flow)
    assert answered.harvest.outcome is Outcome.FAILED
    fetched = run(engine, home, service, ["A.N"], dataflow=flow, structure="fetched", attempts=1)
    assert isinstance(fetched.error, Unreachable)
    assert "DF_OTHER" in fetched.harvest.message
