"""What the nation, or another release, changed between the check of a table and its publication is in its report and passport."""

from __future__ import annotations

from test_as_told import message
from test_recheck import BRISTOL, KEY, LOCAL, Exchange, exchange, furnished
from test_unmapped import checked, put, sent

from dataexchange.model.finding import Verdict
from dataexchange.model.justification import Statement
from dataexchange.model.overview import Wanted
from dataexchange.model.submission import Release, Status, Submission
from dataexchange.store import passports, releases, submissions
from dataexchange.store.database import reading, writing
from dataexchange.workflow import justify, publish, review
from dataexchange.workflow.compare import compare_key
from dataexchange.workflow.justified import Standing, standing_of
from dataexchange.workflow.overview import overview

__all__ = ["exchange", "furnished"]

CITY = ((2017, 4.0), (2018, 4.5), (2019, 5.0))
THEN, SINCE = ((2017, 4.0), (2018, 4.5), (2019, 7.5)), ((2017, 4.0), (2018, 9.5), (2019, 7.5))


def accepted(exchange: Exchange, *reasons: Statement) -> Submission:
    """Checked beside what the nation says then, which changes its mind afterwards; a worker has told of it."""
    exchange.national(*THEN)
    received = sent(exchange.engine, exchange.home, put(exchange.home / "uem.csv", message(*CITY)), BRISTOL)
    checked(exchange.engine, exchange.home, received)
    with writing(exchange.engine) as conn:
        justify.give_reasons(conn, received.id, reasons, caller=BRISTOL)
    exchange.national(*SINCE)
    assert exchange.run() == 1
    return received


def published(exchange: Exchange, submission: Submission) -> Release | None:
    with writing(exchange.engine) as conn:
        review.ask_for_publication(conn, submission.id, caller=BRISTOL)
        return publish.publish(conn, exchange.home, submission.id, actor="test")


def standing(exchange: Exchange, submission: Submission) -> Standing:
    with reading(exchange.engine) as conn:
        return standing_of(conn, submissions.get(conn, submission.id))


def test_a_reason_for_all_of_a_rule_counts_and_what_is_told_is_of_today(exchange: Exchange) -> None:
    submission = accepted(exchange, Statement("COH-MIRROR", "Another survey."))
    assert "differ in 1 of 3" in standing(exchange, submission).report.findings[0].message
    release = published(exchange, submission)
    assert release is not None
    found = standing(exchange, submission)
    (told,) = found.kept.comparisons()
    assert "differ in 2 of 3" in told.reason
    with reading(exchange.engine) as conn:
        passport = passports.get(conn, release.number).document
        vintage = releases.last_number(conn, "DX:DF_SDG_NATIONAL(1.0.0)")
        now, every = compare_key(conn, LOCAL, KEY).comparison, overview(conn, Wanted())
    assert told.vintage == vintage
    assert passport["hashes"]["report"] == release.report_hash
    assert passport["verdicts"] == {"explained": 1}
    assert now.verdict is Verdict.EXPLAINED
    assert now.reason == f"{told.reason} – reason given by BRISTOL: Another survey."
    assert (every.lines[0].verdicts, every.lines[0].warnings) == ({Verdict.EXPLAINED: 1}, 0)


def test_a_reason_for_a_series_is_asked_for_again_where_the_figures_are_others(exchange: Exchange) -> None:
    submission = accepted(exchange, Statement("COH-MIRROR", "Another survey.", KEY))
    assert published(exchange, submission) is None
    found = standing(exchange, submission)
    assert found.submission.status is Status.CHECKED
    assert "tell other figures than those that a reason was given for (COH-MIRROR 1)" in (found.submission.reason or "")
    assert [(group.rule, group.open) for group in found.wanting] == [("COH-MIRROR", 1)]
    with writing(exchange.engine) as conn:
        justify.give_reasons(conn, submission.id, [Statement("COH-MIRROR", "It is so.", KEY)], caller=BRISTOL)
    assert published(exchange, submission) is not None
    with reading(exchange.engine) as conn:
        assert compare_key(conn, LOCAL, KEY).comparison.reason.endswith("– reason given by BRISTOL: It is so.")
    assert standing(exchange, submission).submission.reason is None


def test_a_reason_for_a_series_counts_where_nothing_changed(exchange: Exchange) -> None:
    submission = accepted(exchange, Statement("COH-MIRROR", "Another survey.", KEY))
    exchange.national(*THEN)
    assert published(exchange, submission) is not None
