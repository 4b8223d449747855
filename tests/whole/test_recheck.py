"""A new vintage of national series is found to make a city's figures inconsistent, by a worker, and told to whom it concerns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import text
from test_unmapped import FLOW, checked, message, put, sent

from dataexchange.model.access import Caller, Scope
from dataexchange.model.finding import Verdict
from dataexchange.model.recheck import Recheck, State
from dataexchange.model.structure import Item, Kind, parse_short
from dataexchange.model.submission import Status, Submission
from dataexchange.store import audit, passports, rechecks, releases, reports, series, structures, submissions
from dataexchange.store.database import Engine, migrate, open_database, reading, writing
from dataexchange.worker import recheck as worker
from dataexchange.worker.shift import Shift
from dataexchange.workflow import publish, recheck, review
from dataexchange.workflow.agreements import add_agreement, add_organisation
from dataexchange.workflow.baseline import load_baseline, withdraw_baseline
from dataexchange.workflow.permission import operator, parties
from dataexchange.workflow.rulebooks import load_rulebook
from dataexchange.workflow.structures import register_shipped
from dataexchange.workflow.vintage import lay_together

LOCAL = parse_short(FLOW, Kind.DATAFLOW)
NATIONAL = parse_short("DX:DF_SDG_NATIONAL(1.0.0)", Kind.DATAFLOW)
OPERATOR = operator("test")
BRISTOL = Caller("BRISTOL", frozenset({Scope.SUBMIT}), "test")
KEY = "A.N.SL_TLF_UEM.GB_BRS" + "._T" * 11

#: Unemployment of Bristol: the city's own figures, and the office's, which agree with them.
OWN = ((2017, 4.0), (2018, 4.5), (2019, 5.0))


@dataclass
class Exchange:
    engine: Engine
    home: Path
    loads: int = 0

    def national(self, *rows: tuple[int, float], area: str = "GB_BRS", **said: str) -> int:
        """The release of a vintage."""
        self.loads += 1
        text = message(*rows, area=area, flow=NATIONAL.short, **said)
        path = put(self.home / f"national{self.loads}.csv", text)
        with writing(self.engine) as conn:
            loaded = load_baseline(conn, [path], provider="UK_ONS", actor="test")
        assert loaded.release is not None, loaded.report.findings
        return loaded.release.number

    def checked(self, name: str, *rows: tuple[int, float], caller: Caller = BRISTOL, **said: str) -> Submission:
        path = put(self.home / f"{name}.csv", message(*rows, **said))
        received = sent(self.engine, self.home, path, caller)
        report = checked(self.engine, self.home, received)
        assert (report.errors, report.warnings) == (0, 0), report.findings
        return received

    def published(self, name: str, *rows: tuple[int, float], caller: Caller = BRISTOL, **said: str) -> int:
        submission = self.checked(name, *rows, caller=caller, **said)
        with writing(self.engine) as conn:
            review.ask_for_publication(conn, submission.id, caller=OPERATOR)
            if submissions.get(conn, submission.id).status is Status.IN_REVIEW:
                review.accept(conn, submission.id, caller=OPERATOR)
            release = publish.publish(conn, self.home, submission.id, actor="test")
        assert release is not None
        return release.number

    def stored(self, name: str, *rows: tuple[int, float], **said: str) -> None:
        """As `published`, whatever the checks say: it was right when it was published."""
        path = put(self.home / f"{name}.csv", message(*rows, **said))
        with reading(self.engine) as conn:
            dataset = lay_together(conn, [path], dataflow=LOCAL).dataset
        with writing(self.engine) as conn:
            schema = structures.schema(conn, LOCAL)
            series.publish(conn, dataset, schema, dataflow=LOCAL, provider="BRISTOL", dataset_id=f"bristol/{name}")

    def run(self) -> int:
        return worker.take_due(self.engine, self.home)

    def found(self, state: State | None = None, provider: str | None = None) -> list[Recheck]:
        with reading(self.engine) as conn:
            return rechecks.latest(conn, state=state, provider=provider)


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("furnished") / "exchange.db"
    furnish(f"sqlite:///{place}").dispose()
    return place


def furnish(url: str) -> Engine:
    """Two cities; the second is reviewed by an office of its own."""
    engine = open_database(url)
    migrate(engine)
    with writing(engine) as conn:
        register_shipped(conn)
        add_organisation(conn, Item(id="AA_NSO", names={"en": "AA"}), caller=OPERATOR)
        add_agreement(conn, Item(id="OTHER"), LOCAL, caller=OPERATOR, reviewer="AA_NSO")
    return engine


@pytest.fixture
def exchange(furnished: Path, tmp_path: Path) -> Iterator[Exchange]:
    (tmp_path / "exchange.db").write_bytes(furnished.read_bytes())
    engine = open_database(f"sqlite:///{tmp_path}/exchange.db")
    yield Exchange(engine, tmp_path)
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Exchange]:
    if request.param == "sqlite":
        yield request.getfixturevalue("exchange")
        return
    engine = furnish(request.getfixturevalue("own_postgresql_url"))
    yield Exchange(engine, tmp_path)
    engine.dispose()


def test_a_vintage_that_contradicts_a_city_is_found_and_told(either: Exchange) -> None:
    exchange = either
    first = exchange.national(*OWN)
    release = exchange.published("uem", *OWN)
    with reading(exchange.engine) as conn:
        passport = passports.get(conn, release)
    assert exchange.found() == []
    second = exchange.national((2017, 6.0), (2018, 7.5), (2019, 9.0))
    due = exchange.found(State.DUE)
    assert [(d.mark.provider, d.mark.dataset, d.mark.submission) for d in due] == [("BRISTOL", "bristol/uem", None)]
    assert due[0].mark.vintages == (first, second)
    assert exchange.run() == 1
    done = exchange.found(State.DONE)[0]
    assert done.turns == {("consistent", "inconsistent"): 1}
    assert (done.compared, done.changed, done.number) == (1, 1, 1)
    with reading(exchange.engine) as conn:
        turn = rechecks.turns(conn, done.id)[0]
        assert (turn.key, turn.before, turn.after) == (KEY, Verdict.CONSISTENT, Verdict.INCONSISTENT)
        assert "2019" in str(turn.after_reason) or "9" in str(turn.after_reason)
        assert turn.after_reason.values, "kept so that it can be said in any language"
        assert done.report_hash
        kept = orjson.loads(reports.get(conn, done.report_hash))
        assert [(c["key"], c["verdict"]) for c in kept["comparisons"]] == [(KEY, "inconsistent")]
        # What was published stands as it stood.
        assert passports.get(conn, release) == passport
        assert releases.newest_of(conn, LOCAL, "BRISTOL", "bristol/uem").number == release
        assert [e.action for e in audit.entries(conn, subject="bristol/uem")] == ["recheck.done"]
    assert exchange.run() == 0
    # And back again.
    exchange.national(*OWN)
    assert exchange.run() == 1
    assert exchange.found()[0].turns == {("inconsistent", "consistent"): 1}


def test_reasons_that_were_kept_in_english_are_read_as_they_stand(exchange: Exchange) -> None:
    """As before 2026-12."""
    exchange.national(*OWN)
    exchange.published("uem", *OWN)
    exchange.national((2019, 8.0))
    assert exchange.run() == 1
    (done,) = exchange.found()
    former = [
        [KEY, False, "consistent", "inconsistent", "as {then}", "off by 2"],
        [KEY, True, "explained", "consistent"],
    ]
    with writing(exchange.engine) as conn:
        conn.execute(text("UPDATE rechecks SET turns = :turns"), {"turns": orjson.dumps(former).decode()})
        first, second = rechecks.turns(conn, done.id)
    assert (str(first.before_reason), str(first.after_reason)) == ("as {then}", "off by 2")
    assert (second.within, str(second.before_reason)) == (True, "")


def test_vintages_that_come_before_a_worker_are_one_look(either: Exchange) -> None:
    first = either.national(*OWN)
    either.published("uem", *OWN)
    either.national((2019, 8.0))
    third = either.national(*OWN)
    due = either.found(State.DUE)
    assert [d.mark.vintages for d in due] == [(first, third)]
    assert either.run() == 1
    assert either.found()[0].turns == {}


def test_what_is_of_others_marks_nothing(exchange: Exchange) -> None:
    exchange.national(*OWN)
    exchange.published("uem", *OWN)
    # Another indicator, another country, nothing new, and another dataflow.
    exchange.national(*OWN, SERIES="EN_ATM_PM25", UNIT_MEASURE="MGM3")
    exchange.national(*OWN, area="KG")
    exchange.national(*OWN)
    exchange.published("other", *OWN, AGE="Y16T64")
    assert exchange.found() == []
    # The nation that the city lies in.
    exchange.national(*OWN, area="GB")
    assert sorted(d.mark.dataset for d in exchange.found()) == ["bristol/other", "bristol/uem"]


def test_a_withdrawn_baseline_leaves_nothing_to_compare_with(exchange: Exchange) -> None:
    exchange.national(*OWN)
    exchange.published("uem", *OWN)
    with writing(exchange.engine) as conn:
        withdraw_baseline(conn, NATIONAL, "UK_ONS", actor="test", reason="wrong")
    assert exchange.run() == 1
    assert exchange.found()[0].turns == {("consistent", "no_baseline"): 1}


def test_other_rules_are_another_look(exchange: Exchange) -> None:
    exchange.national(*OWN)
    exchange.published("uem", *OWN)
    exchange.stored("wrong", (2017, 40.0), (2018, 45.0), (2019, 50.0), AGE="Y16T64")
    exchange.national(*OWN, AGE="Y16T64")
    exchange.run()

    def load(rule: str) -> list[tuple[str, str]]:
        """What is due then, by rulebook."""
        book = f"agency: DX\nrules:\n  - {{rule: {rule}, on: no}}\n"
        with writing(exchange.engine) as conn:
            load_rulebook(conn, book.encode(), "book.yaml", caller=OPERATOR)
        return sorted((d.mark.dataset, *d.mark.rulebooks) for d in exchange.found(State.DUE))

    # Rules that compare nothing with the nation change no verdict.
    assert load("RNG-COUNT") == []
    assert load("COH-SCALE") == [("bristol/uem", "DX 1", "DX 2"), ("bristol/wrong", "DX 1", "DX 2")]
    assert exchange.run() == 2
    assert {d.mark.vintages[0] - d.mark.vintages[1] for d in exchange.found(State.DONE)[:2]} == {0}


def test_a_worker_that_dies_leaves_it_due(either: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    either.national(*OWN)
    either.published("uem", *OWN)
    either.national((2019, 9.0))

    def die(*_: object, **__: object) -> bool:
        raise KeyboardInterrupt

    for step in ("look_again", "conclude"):
        with monkeypatch.context() as patched:
            patched.setattr(recheck, step, die)
            with pytest.raises(KeyboardInterrupt):
                either.run()
        assert [d.state for d in either.found()] == [State.DUE]
    # One that was killed outright lets go when its lease is over.
    with writing(either.engine) as conn:
        assert rechecks.claim(conn, timedelta(seconds=0.3)) is not None
    assert either.run() == 0
    with writing(either.engine) as conn:
        assert rechecks.claim(conn, timedelta(seconds=20)) is None
    _sleep(0.35)
    assert either.run() == 1
    assert either.found()[0].turns == {("consistent", "inconsistent"): 1}


def _sleep(seconds: float) -> None:
    Shift().stopping.wait(seconds)


def test_a_vintage_that_comes_meanwhile_is_not_lost(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    exchange.national(*OWN)
    exchange.published("uem", *OWN)
    exchange.national((2019, 9.0))
    look, looks = recheck.look_again, []

    def look_and_load(*given: object) -> object:
        found = look(*given)  # type: ignore[arg-type]
        if not looks:
            looks.append(exchange.national(*OWN))
        return found

    monkeypatch.setattr(recheck, "look_again", look_and_load)
    assert exchange.run() == 1
    done = exchange.found()
    assert [(d.state, d.mark.vintages[1], d.turns) for d in done] == [(State.DONE, looks[0], {})]


def test_a_submission_that_waits_says_so(exchange: Exchange) -> None:
    exchange.national(*OWN)
    waiting = exchange.checked("uem", *OWN)
    exchange.national((2019, 9.0))
    due = exchange.found(State.DUE)
    assert [d.mark.submission for d in due] == [waiting.id]
    before = due[0]
    assert exchange.run() == 1
    done = exchange.found()[0]
    assert (done.id, done.turns) == (before.id, {("consistent", "inconsistent"): 1})
    with reading(exchange.engine) as conn:
        assert submissions.get(conn, waiting.id).status is Status.CHECKED
        assert rechecks.told_after(conn, 0) == []


def test_an_office_is_shown_no_submission_that_it_may_not_open(exchange: Exchange) -> None:
    office = parties(Caller("AA_NSO", frozenset({Scope.REVIEW}), "test"))

    def shown() -> list[str | None]:
        with reading(exchange.engine) as conn:
            return [one.mark.submission for one in rechecks.latest(conn, parties=office)]

    exchange.national(*OWN)
    other = Caller("OTHER", frozenset({Scope.SUBMIT}), "test")
    waiting = exchange.checked("uem", *OWN, caller=other)
    exchange.national((2018, 4.6))
    assert [(one.mark.submission, one.mark.office) for one in exchange.found()] == [(waiting.id, "AA_NSO")]
    assert shown() == [], "it was not laid before the office yet"
    with writing(exchange.engine) as conn:
        review.ask_for_publication(conn, waiting.id, caller=other)
    assert shown() == [waiting.id]


def test_what_cannot_be_done_is_not_tried_for_ever(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    exchange.national(*OWN)
    exchange.published("uem", *OWN)
    exchange.national((2019, 9.0))

    def fail(*_: object) -> None:
        raise ValueError("odd")

    monkeypatch.setattr(recheck, "look_again", fail)
    assert exchange.run() == 1
    done = exchange.found()[0]
    assert done.state is State.DONE
    assert "name error" in (done.message or "")
