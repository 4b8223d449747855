"""Opening a submission: what its table may be called, what a repeated request is, and a wish that comes while a worker works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from forked import ROOT

from dataexchange.cli.failing import returned_where_it_fails
from dataexchange.errors import Conflict, Forbidden, InvalidRequest, Unauthenticated
from dataexchange.model.access import Caller, Scope
from dataexchange.model.structure import Item
from dataexchange.model.submission import Status, Submission
from dataexchange.store import releases, submissions
from dataexchange.store.database import Engine, migrate, open_database, reading, writing
from dataexchange.workflow import agreements, justify, keys, publish, review, submit
from dataexchange.workflow.changes import changes_of
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
        justify.give_same_reason(conn, submission.id, "As it was counted", caller=BRISTOL)
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


def variant(home: Path, name: str, lines: list[bytes], complete: bool, more: str = "") -> submit.Parcel:
    """The same table with other lines, under the same name; its mapping says that it is complete, or does not."""
    (home / name).mkdir()
    table, mapping = home / name / "pm25.csv", home / name / "pm25.yaml"
    table.write_bytes(b"".join(lines))
    text = MAPPING.read_text()
    assert "complete: true\n" in text
    kept = "complete: true\n" if complete else "" if more else "missing: {weg: delete}\n"
    text = text.replace("complete: true\n", kept + more)
    mapping.write_text(text)
    return replace(submit.keep_parcel(home, table, mapping), dataset="bristol/pm25")


def test_absence_deletes_nothing_and_words_do(engine: Engine, tmp_path: Path, parcel: submit.Parcel) -> None:
    """What a later table lacks stays, with the submission that it came from, until a complete table comes."""
    first = published(engine, tmp_path, parcel)
    lines = TABLE.read_bytes().splitlines(keepends=True)
    last = lines[-1].rstrip().split(b";")
    cells = [*lines[:3], b";".join([last[0], b"99,5", b"weg", last[3]]) + b"\r\n"]
    partial = variant(tmp_path, "partial", cells, complete=False)
    assert set(said(engine, tmp_path, partial)) == {"REL-DELETES", "REL-KEEPS"}
    second = published(engine, tmp_path, partial)
    with reading(engine) as conn:
        changes = changes_of(conn, tmp_path, submissions.get(conn, second.id))
        assert changes is not None
        assert not changes.outdated
        told = changes.difference.observations
        assert (told.added, told.revised, told.deleted, told.kept) == (0, 1, 1, 3 * (len(lines) - 4))
        assert submissions.get(conn, first.id).status is Status.PUBLISHED
        newest = releases.newest_of(conn, second.dataflow, "BRISTOL", "bristol/pm25")
        assert newest is not None
        assert newest.observations == 3 * (len(lines) - 3) - 1
    whole = published(engine, tmp_path, variant(tmp_path, "whole", lines, complete=True))
    with reading(engine) as conn:
        statuses = [submissions.get(conn, one.id).status for one in (first, second, whole)]
        assert statuses == [Status.REPLACED, Status.REPLACED, Status.PUBLISHED]


@pytest.mark.parametrize("complete", [True, False])
def test_a_table_that_says_nothing_takes_nothing_away(
    engine: Engine, tmp_path: Path, parcel: submit.Parcel, complete: bool
) -> None:
    published(engine, tmp_path, parcel)
    lines = TABLE.read_bytes().splitlines(keepends=True)
    empty = [*lines[:3], lines[-1].split(b";")[0] + b";;;\r\n"]
    told = said(engine, tmp_path, variant(tmp_path, "empty", empty, complete, 'missing: {"": skip}\n'))
    assert list(told) == ["REL-NOTHING"]


def test_what_a_complete_table_leaves_out_is_not_absent(engine: Engine, tmp_path: Path, parcel: submit.Parcel) -> None:
    lines = TABLE.read_bytes().splitlines(keepends=True)
    typo = [*lines[:-1], lines[-1].replace(b";", b" ?;", 1)]
    for complete in (True, False):
        made = variant(tmp_path, f"typo{complete}", typo, complete, "unfit: leave_out\n")
        with reading(engine) as conn:
            report = submit.examine(conn, tmp_path, sent(engine, tmp_path, made)).report
        errors = {f.rule: f.count for f in report.findings if f.severity == "error"}
        assert errors == ({"MAP-INCOMPLETE": 3} if complete else {})


def test_a_submission_whose_check_breaks_off_does_not_wait_for_ever(
    engine: Engine, tmp_path: Path, parcel: submit.Parcel, capsys: pytest.CaptureFixture[str]
) -> None:
    here: Any = SimpleNamespace(engine=engine, actor="test")
    received = sent(engine, tmp_path, parcel)
    with pytest.raises(KeyError), returned_where_it_fails(here, received):
        raise KeyError("series")
    with reading(engine) as conn:
        returned = submissions.get(conn, received.id)
    assert returned.status is Status.RETURNED
    assert f"Submission {received.id} is kept and was returned" in capsys.readouterr().err
    done = published(engine, tmp_path, parcel)
    with pytest.raises(Conflict), returned_where_it_fails(here, done):
        raise Conflict("another worker was quicker")
    with reading(engine) as conn:
        assert submissions.get(conn, done.id).status is Status.PUBLISHED


def test_a_withdrawal_takes_all_that_a_table_rests_on(engine: Engine, tmp_path: Path, parcel: submit.Parcel) -> None:
    first = published(engine, tmp_path, parcel)
    lines = TABLE.read_bytes().splitlines(keepends=True)
    more = variant(tmp_path, "more", [*lines[:3], b"1999;10,5;9,5;1,0\r\n"], complete=False)
    waiting = sent(engine, tmp_path, variant(tmp_path, "waiting", lines, complete=False))
    with reading(engine) as conn:
        assessment = submit.examine(conn, tmp_path, waiting)
    with writing(engine) as conn:
        submit.conclude(conn, waiting.id, assessment, actor="test")
    second = published(engine, tmp_path, more)
    with reading(engine) as conn:
        found = changes_of(conn, tmp_path, waiting)
        assert found is not None
        assert found.outdated, "it was compared with an earlier release"
    with writing(engine) as conn:
        publish.withdraw(conn, second.id, caller=BRISTOL, reason="sensor fault")
        assert {submissions.get(conn, one.id).status for one in (first, second)} == {Status.WITHDRAWN}


def test_an_observation_is_given_or_deleted(engine: Engine, tmp_path: Path, parcel: submit.Parcel) -> None:
    lines = TABLE.read_bytes().splitlines(keepends=True)
    both = [*lines, lines[-1].split(b";")[0] + b";weg;weg;weg\r\n"]
    assert list(said(engine, tmp_path, variant(tmp_path, "both", both, complete=False))) == ["REL-BOTH"]


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
    def terms(reviewer: str) -> None:
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
    terms("")
    with reading(engine) as conn:
        assert submissions.get(conn, first.id).status is Status.ACCEPTED


def test_a_later_edition_is_judged_by_what_is_published(engine: Engine, tmp_path: Path, parcel: submit.Parcel) -> None:
    """A figure of 2010 revised from 11.711 to 17.111, and a table of one year whose decimal point was lost."""

    def course(text: bytes) -> list[tuple[str, str, str | None]]:
        table = tmp_path / "later.csv"
        table.write_bytes(text)
        submission = sent(engine, tmp_path, submit.keep_parcel(tmp_path, table, MAPPING))
        with reading(engine) as conn:
            found = submit.examine(conn, tmp_path, submission).report.findings
        return [(f.rule, str(f.severity), f.period) for f in found if f.rule in ("REV-LARGE", "TS-SCALE")]

    revised = TABLE.read_bytes().replace(b"2010;11,711;", b"2010;17,111;")
    lost = b"".join(TABLE.read_bytes().splitlines(keepends=True)[:3]) + b"2020;9342;8766;575\n"
    assert course(revised) == []
    assert course(lost) == []
    published(engine, tmp_path, parcel)
    assert course(revised) == [("REV-LARGE", "warning", "2010")]
    assert ("TS-SCALE", "error", "2020") in course(lost)
