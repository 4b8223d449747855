"""How a worker takes a submission: once, to an end, whatever goes wrong on the way."""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import timedelta
from io import BytesIO
from threading import Thread

import pytest
from place import WARDS, Place, table, until

from dataexchange.errors import Unreachable
from dataexchange.model.submission import Status
from dataexchange.store import audit, files, releases, submissions
from dataexchange.store.claims import Claim
from dataexchange.store.database import Engine, reading, writing
from dataexchange.worker import take, take_waiting
from dataexchange.worker.shift import Shift
from dataexchange.worker.take import ATTEMPTS
from dataexchange.worker.tidy import tidy
from dataexchange.workflow import submit

SOON = timedelta(milliseconds=1)


def test_two_workers_take_it_once(place: Place, engine: Engine) -> None:
    one = place.receive(engine, "a", table(*WARDS[:3]))
    moved: list[bool] = []
    threads = [Thread(target=lambda: moved.append(take(engine, place.home, one.id))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    take_waiting(engine, place.home)
    with reading(engine) as conn:
        assert submissions.get(conn, one.id).status is Status.PUBLISHED
        assert [r.submission for r in releases.latest(conn)] == [one.id]
        actions = [entry.action for entry in audit.entries(conn, subject=one.id)]
    assert sorted(actions) == [
        "submission.accepted",
        "submission.checked",
        "submission.published",
        "submission.receive",
    ]


def test_what_a_worker_holds_no_other_takes(place: Place, engine: Engine) -> None:
    one = place.receive(engine, "a", table(WARDS[0]))
    with writing(engine) as conn:
        held = submissions.claim(conn, one.id, timedelta(minutes=1))
        assert held is not None
    assert not take(engine, place.home, one.id)
    assert take_waiting(engine, place.home) == 0
    with writing(engine) as conn:
        submissions.put_back(conn, held)
    assert take_waiting(engine, place.home) == 1


def test_a_lost_claim_takes_nothing_from_the_next_holder(place: Place, engine: Engine) -> None:
    """A worker that stood still for longer than its lease comes back."""
    one = place.receive(engine, "a", table(WARDS[0]))
    with writing(engine) as conn:
        slow = submissions.claim(conn, one.id, SOON)
    assert slow is not None
    second = until(lambda: _claimed(engine, one.id))
    with writing(engine) as conn:
        assert submissions.renew(conn, slow, timedelta(hours=1)) == slow
        submissions.put_back(conn, slow)
        assert submissions.claim(conn, one.id, SOON) is None
        assert submissions.renew(conn, second, timedelta(hours=1)).until > second.until


def test_who_comes_late_frees_nobody_elses_claim(place: Place, engine: Engine) -> None:
    """Two threads of one worker: the lease of the first ran out under it, and the second took the same submission."""
    one, shift = place.receive(engine, "a", table(WARDS[0])), Shift()
    first, second = ExitStack(), ExitStack()
    with writing(engine) as conn:
        slow = submissions.claim(conn, one.id, SOON)
    assert slow is not None
    first.enter_context(shift.hold(engine, slow))
    second.enter_context(shift.hold(engine, until(lambda: _claimed(engine, one.id))))
    first.close()
    assert _claimed(engine, one.id) is None
    assert len(shift.held) == 1
    second.close()
    assert _claimed(engine, one.id) is not None


def test_a_note_of_progress_that_nobody_can_write_stops_no_check(
    place: Place, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = place.receive(engine, "a", table(WARDS[0]))

    def busy(*_: object) -> None:
        raise Unreachable("The database does not answer (database is locked).")

    monkeypatch.setattr(submissions, "set_step", busy)
    assert take_waiting(engine, place.home) == 1
    assert place.status(engine, one.id) == "published"


def test_what_nothing_names_goes_at_night(place: Place, engine: Engine) -> None:
    """Files of refused requests once they are a day old, unless somebody sends them again just now, and old Idempotency-Keys."""
    one = place.receive(engine, "a", table(WARDS[0]))
    refused, again, fresh = (files.keep(BytesIO(text), place.home) for text in (b"refused", b"again", b"fresh"))
    for digest in (one.file_hash, str(one.mapping_hash), refused, again):
        os.utime(files.path_of(digest, place.home), (0, 0))
    files.keep(BytesIO(b"again"), place.home)
    with writing(engine) as conn:
        submissions.remember(conn, "BRISTOL", "old", "digest", one.id)
        conn.exec_driver_sql("UPDATE idempotency SET created_at = '2020-01-01T00:00:00.000000Z'")
        submissions.remember(conn, "BRISTOL", "new", "digest", one.id)
    tidy(engine, place.home)
    assert set(files.kept(place.home)) == {one.file_hash, one.mapping_hash, again, fresh}
    with reading(engine) as conn:
        assert [submissions.repeated(conn, "BRISTOL", key) is None for key in ("old", "new")] == [True, False]


def _claimed(engine: Engine, name: str) -> Claim | None:
    with writing(engine) as conn:
        return submissions.claim(conn, name, timedelta(minutes=1))


@pytest.mark.parametrize("publish", [True, False])
@pytest.mark.parametrize(
    "fault", [ZeroDivisionError("an index of ours is secret"), OSError(36, "secret name too long")]
)
def test_a_file_that_breaks_the_check_is_returned_at_once(
    place: Place,
    engine: Engine,
    publish: bool,
    fault: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    one = place.receive(engine, "a", table(WARDS[0]), publish=publish)

    def broken(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(submit, "assess", broken)
    assert take_waiting(engine, place.home) == 1
    assert take_waiting(engine, place.home) == 0
    with reading(engine) as conn:
        after = submissions.get(conn, one.id)
    assert after.status is Status.RETURNED
    assert after.reason is not None
    assert "secret" not in after.reason
    logged = [record.fields["error_id"] for record in caplog.records if hasattr(record, "fields")]
    assert logged
    assert logged[0] in after.reason


def test_a_file_that_kills_workers_is_returned(place: Place, engine: Engine) -> None:
    one = place.receive(engine, "a", table(WARDS[0]))
    for _ in range(ATTEMPTS):
        until(lambda: _taken_and_died(engine, one.id))
    until(lambda: take_waiting(engine, place.home))
    with reading(engine) as conn:
        after = submissions.get(conn, one.id)
    assert after.status is Status.RETURNED
    assert "name error" in str(after.reason)


def _taken_and_died(engine: Engine, name: str) -> bool:
    with writing(engine) as conn:
        return submissions.claim(conn, name, SOON) is not None


def test_being_stopped_is_no_failed_attempt(place: Place, engine: Engine) -> None:
    one = place.receive(engine, "a", table(WARDS[0]))
    for _ in range(ATTEMPTS * 2):
        with writing(engine) as conn:
            held = submissions.claim(conn, one.id, timedelta(minutes=1))
            assert held is not None
            submissions.put_back(conn, held)
    assert take_waiting(engine, place.home) == 1
    assert place.status(engine, one.id) == "published"


@pytest.mark.parametrize("trouble", [Unreachable("The database is busy."), OSError(28, "No space left on device")])
def test_passing_trouble_is_waited_for(
    place: Place, engine: Engine, trouble: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = place.receive(engine, "a", table(WARDS[0]))

    def not_now(*_: object, **__: object) -> None:
        raise trouble

    with monkeypatch.context() as patched:
        patched.setattr(submit, "assess", not_now)
        for _ in range(ATTEMPTS + 1):
            assert take_waiting(engine, place.home) == 0
        assert place.status(engine, one.id) == "received"
    assert take_waiting(engine, place.home) == 1
    assert place.status(engine, one.id) == "published"


def test_a_kept_file_that_is_gone(place: Place, engine: Engine) -> None:
    one = place.receive(engine, "a", table(WARDS[0]))
    os.unlink(files.path_of(str(one.mapping_hash), place.home))
    assert take_waiting(engine, place.home) == 1
    with reading(engine) as conn:
        after = submissions.get(conn, one.id)
    assert (after.status, after.reason) == (Status.RETURNED, "Its file is no longer kept here: send it again.")


def test_taken_back_during_the_check(place: Place, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its sender is quicker: nothing is published, and nothing is tried again."""
    one = place.receive(engine, "a", table(WARDS[0]))
    real = submit.assess

    def meanwhile(*words: object, **more: object) -> object:
        with writing(engine) as conn:
            submissions.set_status(conn, one.id, Status.TAKEN_BACK)
        return real(*words, **more)

    monkeypatch.setattr(submit, "assess", meanwhile)
    assert take_waiting(engine, place.home) == 0
    assert place.status(engine, one.id) == "taken_back"


def test_nothing_is_begun_once_told_to_stop(place: Place, engine: Engine) -> None:
    one = place.receive(engine, "a", table(WARDS[0]))
    shift = Shift()
    shift.stopping.set()
    assert take_waiting(engine, place.home, shift) == 0
    assert not take(engine, place.home, one.id, shift)
    assert place.status(engine, one.id) == "received"
