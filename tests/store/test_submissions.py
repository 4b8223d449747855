from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from uuid import uuid4

import pytest
from store_words import flow_ref

from dataexchange.errors import Conflict, NotFound
from dataexchange.model.submission import TRANSITIONS, Status, Submission
from dataexchange.store import audit, reports, submissions
from dataexchange.store.database import Connection, Engine, reading, writing


def one(**words: object) -> Submission:
    submission = Submission(
        id=uuid4().hex[:12],
        status=Status.RECEIVED,
        received_at=datetime(2026, 11, 22, 16, 20, 0, 123456, tzinfo=UTC),
        file_name="pm25 – Überblick.csv",
        file_hash="f" * 64,
        mapping_name="pm25.yaml",
        mapping_hash=None,
        provider="BRISTOL",
        dataflow=flow_ref("DF"),
        dataset="bristol/pm25",
    )
    return replace(submission, **words)  # type: ignore[arg-type]


def put(conn: Connection, submission: Submission) -> str:
    submissions.insert(conn, submission)
    return submission.id


def test_a_submission_comes_back_as_it_was(engine: Engine) -> None:
    with writing(engine) as conn:
        submissions.insert(conn, sent := one())
    with reading(engine) as conn:
        assert submissions.get(conn, sent.id) == sent
        assert submissions.report_hash(conn, sent.id) is None
        with pytest.raises(NotFound, match="no submission 'nowhere'"):
            submissions.get(conn, "nowhere")


@pytest.mark.parametrize(("before", "after"), list(product(Status, Status)))
def test_a_status_moves_only_as_the_table_says(engine: Engine, before: Status, after: Status) -> None:
    with writing(engine) as conn:
        name = put(conn, one(status=before))
        if after in TRANSITIONS[before]:
            submissions.set_status(conn, name, after)
            assert submissions.get(conn, name).status is after
        else:
            with pytest.raises(Conflict, match=f"is {before}.*{after}"):
                submissions.set_status(conn, name, after)
            assert submissions.get(conn, name).status is before


def test_nothing_becomes_of_what_is_not_there(engine: Engine) -> None:
    with writing(engine) as conn, pytest.raises(NotFound):
        submissions.set_status(conn, "nowhere", Status.CHECKED)


def test_the_latest_stand_first_and_can_be_narrowed(engine: Engine) -> None:
    provider = uuid4().hex
    with writing(engine) as conn:
        early = put(conn, one(provider=provider, received_at=datetime(2026, 1, 1, tzinfo=UTC)))
        late = put(conn, one(provider=provider, received_at=datetime(2026, 1, 2)))
        submissions.set_status(conn, early, Status.CHECKED, report_hash="r" * 64)
    with reading(engine) as conn:
        assert [s.id for s in submissions.latest(conn, provider=provider)] == [late, early]
        assert [s.id for s in submissions.latest(conn, provider=provider, offset=1)] == [early]
        assert [s.id for s in submissions.latest(conn, provider=provider, status=Status.RECEIVED)] == [late]
        assert submissions.report_hash(conn, early) == "r" * 64


def test_reports_are_kept_once_under_their_hash(engine: Engine) -> None:
    with writing(engine) as conn:
        digest = reports.keep(conn, '{"findings": []}')
        assert reports.keep(conn, '{"findings": []}') == digest
        assert reports.get(conn, digest) == '{"findings": []}'
        with pytest.raises(NotFound, match="no report"):
            reports.get(conn, "0" * 64)


def test_the_audit_only_grows(engine: Engine) -> None:
    subject = uuid4().hex
    with writing(engine) as conn:
        audit.record(conn, actor="ann", action="submission.receive", subject=subject, detail={"file": "a.csv"})
        audit.record(conn, actor="bob", action="submission.checked", subject=subject)
    with reading(engine) as conn:
        assert [(e.actor, e.action, e.detail) for e in audit.entries(conn, subject=subject)] == [
            ("bob", "submission.checked", {}),
            ("ann", "submission.receive", {"file": "a.csv"}),
        ]
    assert [name for name in dir(audit) if name.startswith(("update", "delete", "remove"))] == []
