"""Reports as they are kept: the same whether one is still in hand or read again, and of one that is read no more than is asked for."""

from __future__ import annotations

import gc
from pathlib import Path

import orjson
import pytest

from dataexchange.messages.report_document import as_document
from dataexchange.model.finding import Comparison, Finding, Report, Severity, Verdict
from dataexchange.model.justification import UTC, Justification, Justified, Side, Statement, datetime
from dataexchange.model.sentence import say, says
from dataexchange.model.structure import Kind, Ref
from dataexchange.model.submission import Status, Submission
from dataexchange.store import reports
from dataexchange.store.database import migrate, open_database, reading, writing
from dataexchange.workflow.justified import Standing, explained
from dataexchange.workflow.kept_report import KeptReport, keep_report, kept_report

VERDICTS = (Verdict.CONSISTENT, Verdict.INCONSISTENT, Verdict.NOT_COMPARABLE, Verdict.INCONSISTENT, Verdict.CONSISTENT)
REASON = Justification(Side.REASON, Statement("COH-MIRROR", "a flood", key="K1"), "BRISTOL/key", datetime.now(UTC))


def made() -> Report:
    return Report(
        "made.csv",
        tuple(
            Finding("COH-MIRROR", Severity.WARNING, says("{n} year", "{n} years", n + 1), key=f"K{n}") for n in range(5)
        ),
        tuple(
            Comparison(
                "COH-MIRROR",
                f"K{n}",
                "N",
                verdict,
                say("no. {n}", n=n),
                [("2019", n + 0.5, 2.0)],
                national=("2019", 2.0),
            )
            for n, verdict in enumerate(VERDICTS)
        ),
        {"observations": 5},
        ("COH-MIRROR",),
        rulebook="DX 0",
    )


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[KeptReport, KeptReport]:
    """In hand, and read."""
    engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('kept')}/exchange.db")
    migrate(engine)
    report = made()
    with writing(engine) as conn:
        digest = keep_report(conn, report)
        in_hand = kept_report(conn, digest)
        assert in_hand.found is report, "nothing is read of what is in hand"
        in_hand = KeptReport(made())
        del report
        gc.collect()
        read = kept_report(conn, digest)
    engine.dispose()
    assert read.found.comparisons == ()
    return in_hand, read


def test_what_is_read_is_what_was_in_hand(both: tuple[KeptReport, KeptReport]) -> None:
    in_hand, read = both
    assert as_document(read.whole) == as_document(in_hand.whole)
    assert (
        read.verdicts == in_hand.verdicts == {Verdict.CONSISTENT: 2, Verdict.INCONSISTENT: 2, Verdict.NOT_COMPARABLE: 1}
    )
    for asked in ({"key": "K1"}, {"verdict": Verdict.INCONSISTENT}, {"key": "K0", "verdict": Verdict.INCONSISTENT}, {}):
        keys = [[one.key for one in kept.comparisons(**asked)] for kept in both]  # type: ignore[arg-type]
        assert (
            keys[0]
            == keys[1]
            == [
                f"K{n}"
                for n, verdict in enumerate(VERDICTS)
                if asked.get("key", f"K{n}") == f"K{n}" and asked.get("verdict", verdict) is verdict
            ]
        )
    for limit, offset in ((2, 0), (2, 4), (100, 0), (1, 9)):
        pages = [as_document(kept.page(limit, offset)) for kept in both]
        assert pages[0] == pages[1]
        assert [one["key"] for one in pages[0]["comparisons"]] == ["K0", "K1", "K2", "K3", "K4"][
            offset : offset + limit
        ]


def test_verdicts_are_counted_as_they_are_explained(both: tuple[KeptReport, KeptReport]) -> None:
    flow = Ref(Kind.DATAFLOW, "DX", "DF_SDG_LOCAL", "1.0.0")
    sent = Submission(
        id="1", status=Status.PUBLISHED, received_at=datetime.now(UTC), file_name="made.csv", file_hash="0", mapping_name=None,
        mapping_hash=None, provider="BRISTOL", dataflow=flow, dataset="bristol/made", sent_by="BRISTOL/key", publish=False,
    )  # fmt: skip
    for said, expected in ((Justified(), 0), (Justified((REASON,)), 1)):
        told = explained(made(), said).comparisons
        assert sum(one.verdict is Verdict.EXPLAINED for one in told) == expected
        for kept in both:
            counts = Standing(sent, kept, said).verdicts
            assert {verdict: n for verdict, n in counts.items() if n} == {
                verdict: n for verdict in Verdict if (n := sum(one.verdict is verdict for one in told))
            }


def test_no_more_is_read_than_is_asked_for(tmp_path: Path) -> None:
    """Comparisons of which nothing but key, rule and verdict could be read do no harm as long as nobody asks for them."""
    document = as_document(made())
    for found in document["comparisons"]:
        if found["key"] != "K3":
            found["said"] = ["no sentence"]
    engine = open_database(f"sqlite:///{tmp_path}/exchange.db")
    migrate(engine)
    with writing(engine) as conn:
        digest = reports.keep(conn, orjson.dumps(document).decode())
    with reading(engine) as conn:
        kept = kept_report(conn, digest)
    engine.dispose()
    assert kept.found.warnings == 5
    assert kept.verdicts.total() == 5
    assert [one.reason for one in kept.comparisons(key="K3")] == ["no. 3"]
    assert [one.reason for one in kept.page(1, 3).comparisons] == ["no. 3"]
    with pytest.raises((TypeError, ValueError)):
        list(kept.comparisons(key="K2"))
