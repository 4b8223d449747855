"""Opening a submission: what its table may be called, what a repeated request is, and a wish that comes while a worker works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from running_exchange import ROOT

from dataexchange.errors import Conflict, Forbidden, InvalidRequest, Unauthenticated
from dataexchange.model.access import Caller, Scope
from dataexchange.model.structure import Item
from dataexchange.model.submission import Status, Submission
from dataexchange.store import submissions
from dataexchange.store.database import Engine, migrate, open_database, reading, writing
from dataexchange.workflow import agreements, keys, publish, review, submit
from dataexchange.workflow.permission import operator
from dataexchange.workflow.structures import register_shipped

BRISTOL = Caller("BRISTOL", frozenset({Scope.SUBMIT}), "test")
TABLE, MAPPING = ROOT / "examples/bristol/pm25.csv", ROOT / "mappings/bristol/pm25.yaml"


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    postgresql = request.param == "postgresql"
    url = request.getfixturevalue("own_postgresql_url") if postgresql else f"sqlite:///{tmp_path}/exchange.db"
    engine = open_database(url)
    migrate(engine)
    with writing(engine) as conn:
        register_shipped(conn)
    yield engine
    engine.dispose()


@pytest.fixture
def parcel(tmp_path: Path) -> submit.Parcel:
    return submit.keep_parcel(tmp_path, TABLE, MAPPING)


def sent(engine: Engine, home: Path, parcel: submit.Parcel, key: str | None = None) -> Submission:
    with reading(engine) as conn:
        announced = submit.read_parcel(conn, home, parcel, caller=BRISTOL)
    with writing(engine) as conn:
        return submit.accept_parcel(conn, announced, caller=BRISTOL, idempotency_key=key)


@pytest.mark.parametrize("name", ["../../etc", "a\nb", "a\x00b", "/a", "a/", "a/./b", "x" * 201])
def test_a_table_is_not_called_just_anything(engine: Engine, tmp_path: Path, parcel: submit.Parcel, name: str) -> None:
    with pytest.raises(InvalidRequest, match="such as bristol/pm25"):
        sent(engine, tmp_path, replace(parcel, dataset=name))


def test_a_repeated_request_says_the_same_or_is_refused(engine: Engine, tmp_path: Path, parcel: submit.Parcel) -> None:
    first = sent(engine, tmp_path, parcel, "monday")
    assert sent(engine, tmp_path, parcel, "monday") == first
    for other in (replace(parcel, mapping_name="other.yaml"), replace(parcel, publish=True)):
        with pytest.raises(Conflict, match="'monday' stood for another"):
            sent(engine, tmp_path, other, "monday")
    with reading(engine) as conn:
        assert len(submissions.latest(conn)) == 1


def test_a_wish_that_comes_when_the_check_ends_is_not_lost(
    engine: Engine, tmp_path: Path, parcel: submit.Parcel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker concludes its check between the wish being read and written."""
    submission = sent(engine, tmp_path, parcel)
    with writing(engine) as conn:
        submissions.set_status(conn, submission.id, Status.CHECKED)
    stale, get = [replace(submission, status=Status.RECEIVED)], submissions.get
    monkeypatch.setattr(review.submissions, "get", lambda conn, id: stale.pop() if stale else get(conn, id))
    with writing(engine) as conn:
        assert review.ask_for_publication(conn, submission.id, caller=BRISTOL).status is Status.ACCEPTED


@pytest.mark.parametrize("reason", ["", "  ", "a\x00b", "x" * 2001])
def test_a_reason_is_text_for_people(reason: str) -> None:
    with pytest.raises(InvalidRequest, match="say why"):
        review.require_reason(reason)


@pytest.mark.parametrize("text", ["", "dx", "dx_", "dx_\x00_secret", "dx_a b_secret", "xd_abc_secret"])
def test_what_is_no_key_never_reaches_the_database(text: str) -> None:
    with pytest.raises(Unauthenticated):
        keys.read_key(text)


def published(engine: Engine, home: Path, parcel: submit.Parcel) -> Submission:
    """Sent, checked and published."""
    submission = sent(engine, home, parcel)
    with reading(engine) as conn:
        assessment = submit.examine(conn, home, submission)
    with writing(engine) as conn:
        submit.conclude(conn, submission.id, assessment, actor="test")
        review.ask_for_publication(conn, submission.id, caller=BRISTOL)
        assert publish.publish(conn, home, submission.id, actor="test") is not None
    return submission


def said(engine: Engine, home: Path, parcel: submit.Parcel) -> dict[str, str]:
    """Rule -> sentence, of what the check says about the release."""
    submission = sent(engine, home, parcel)
    with reading(engine) as conn:
        report = submit.examine(conn, home, submission).report
    return {f.rule: f.message for f in report.findings if f.rule.startswith("REL-")}


def test_what_publishing_would_remove_is_said_before(engine: Engine, tmp_path: Path, parcel: submit.Parcel) -> None:
    assert said(engine, tmp_path, parcel) == {}
    published(engine, tmp_path, parcel)
    assert list(said(engine, tmp_path, parcel)) == ["REL-SAME"]
    lines = TABLE.read_bytes().splitlines(keepends=True)
    newest = tmp_path / "pm25.csv"
    newest.write_bytes(b"".join([*lines[:3], lines[-1]]))
    only = submit.keep_parcel(tmp_path, newest, MAPPING)
    told = said(engine, tmp_path, only)
    assert list(told) == ["REL-REMOVES"]
    assert told["REL-REMOVES"].startswith("27 published observations of bristol/pm25 are not in this table: ")
    more = tmp_path / "more.csv"
    more.write_bytes(TABLE.read_bytes() + b"1999;10,5;9,5;1,0\r\n")
    assert said(engine, tmp_path, submit.keep_parcel(tmp_path, more, MAPPING)) == {}


def test_a_series_of_another_table_is_an_error_at_the_check(
    engine: Engine, tmp_path: Path, parcel: submit.Parcel
) -> None:
    published(engine, tmp_path, parcel)
    other = replace(parcel, dataset="bristol/pm25 (1)")
    told = said(engine, tmp_path, other)
    assert list(told) == ["REL-CLASH"]
    assert "published already in dataset bristol/pm25 of BRISTOL" in told["REL-CLASH"]


def test_the_mapping_of_a_table_is_the_one_it_was_published_with(
    engine: Engine, tmp_path: Path, parcel: submit.Parcel
) -> None:
    first = published(engine, tmp_path, parcel)
    tried = tmp_path / "tried.yaml"
    tried.write_text(MAPPING.read_text().replace("title:", "# another try\ntitle:"))
    sent(engine, tmp_path, replace(submit.keep_parcel(tmp_path, TABLE, tried), dataset=first.dataset))
    with reading(engine) as conn:
        assert [(m.id, m.hash) for m in submissions.known_mappings(conn)] == [(first.dataset, first.mapping_hash)]


def test_new_terms_move_what_waits_for_a_review(engine: Engine, tmp_path: Path, parcel: submit.Parcel) -> None:
    def terms(reviewer: str | None) -> None:
        with writing(engine) as conn:
            agreements.add_agreement(
                conn, Item(id="BRISTOL"), first.dataflow, caller=operator("test"), areas=["GB_BRS"], reviewer=reviewer
            )

    first = sent(engine, tmp_path, parcel)
    terms("UK_ONS")
    with reading(engine) as conn:
        assessment = submit.examine(conn, tmp_path, first)
    with writing(engine) as conn:
        submit.conclude(conn, first.id, assessment, actor="test")
        review.ask_for_publication(conn, first.id, caller=BRISTOL)
    terms("KG_NSC")
    with writing(engine) as conn, pytest.raises(Forbidden):
        review.accept(conn, first.id, caller=Caller("UK_ONS", frozenset({Scope.REVIEW}), "test"))
    terms(None)
    with reading(engine) as conn:
        assert submissions.get(conn, first.id).status is Status.ACCEPTED
