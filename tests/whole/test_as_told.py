"""One series has one verdict: on its page, beside the nation in the API, and counted among all, through what happens to it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from test_recheck import BRISTOL, KEY, LOCAL, OPERATOR, Exchange, exchange, furnished
from test_unmapped import checked, message, put, sent

from dataexchange.errors import InvalidRequest
from dataexchange.messages.overview_plot import as_svg
from dataexchange.model.finding import Comparison, Verdict
from dataexchange.model.justification import Statement
from dataexchange.model.overview import Line, Wanted
from dataexchange.store import submissions
from dataexchange.store.database import reading, writing
from dataexchange.workflow import justify, publish, review
from dataexchange.workflow.compare import compare_area, compare_key, portrait
from dataexchange.workflow.justified import told_report
from dataexchange.workflow.overview import overview
from dataexchange.workflow.rulebooks import load_rulebook

__all__ = ["exchange", "furnished"]

#: A share of more than everybody, which the nation's own table has too; and the nation's as it corrected them.
BEYOND, CORRECTED = ((2017, 104.0), (2018, 4.5), (2019, 5.0)), ((2017, 104.0), (2018, 4.5), (2019, 7.5))
WAIVER = Statement("RNG-PERCENT", "It counts commuters.")
REASON = Statement("COH-MIRROR", "The survey's sample was renewed.")


def released(exchange: Exchange, *rows: tuple[int, float], reasons: tuple[Statement, ...] = ()) -> int:
    """The release, in which the operator let pass what is beyond 100 %."""
    path = put(exchange.home / "uem.csv", message(*rows))
    received = sent(exchange.engine, exchange.home, path, BRISTOL)
    checked(exchange.engine, exchange.home, received)
    with writing(exchange.engine) as conn:
        justify.give_waivers(conn, received.id, [WAIVER], caller=OPERATOR)
        justify.give_reasons(conn, received.id, reasons, caller=BRISTOL)
        review.ask_for_publication(conn, received.id, caller=BRISTOL)
        release = publish.publish(conn, exchange.home, received.id, actor="test")
    assert release is not None
    with reading(exchange.engine) as conn:
        told = told_report(conn, submissions.get(conn, received.id)).comparisons
    assert [(one.verdict, one.reason) for one in told] == [(stands(exchange)[0].verdict, stands(exchange)[0].reason)]
    return release.number


def stands(exchange: Exchange) -> tuple[Comparison, Line]:
    """The same everywhere."""
    with reading(exchange.engine) as conn:
        one = compare_key(conn, LOCAL, KEY).comparison
        (beside,) = compare_area(conn, LOCAL, area="GB_BRS", indicator="SL_TLF_UEM")
        page, every = portrait(conn, LOCAL, KEY).comparison, overview(conn, Wanted())
    assert page == one == beside.comparison
    assert [dot.verdict for dot in every.dots] == [one.verdict]
    marked = {Verdict.EXPLAINED: "explained", Verdict.INCONSISTENT: "outlier"}.get(one.verdict)
    drawn = re.findall(r'<path class="(\w+)" .*?<title>([^,]+)', as_svg(every))
    assert drawn == ([(marked, "Bristol")] if marked else [])
    (line,) = every.lines
    assert line.verdicts == {one.verdict: 1}
    return one, line


def test_a_waived_error_explains_wherever_it_is_told(exchange: Exchange) -> None:
    exchange.national(*BEYOND)
    first = released(exchange, *BEYOND)
    one, line = stands(exchange)
    assert one.verdict is Verdict.EXPLAINED
    assert one.reason.endswith(
        "figures of the series itself are at fault (RNG-PERCENT) – waived by DX: It counts commuters."
    )
    assert (line.errors, line.worst) == (0, None), "what is answered wants nobody's look"

    # The nation changes its mind. Nobody has answered that; what was waived stays waived.
    exchange.national(*CORRECTED)
    one, line = stands(exchange)
    assert one.verdict is Verdict.INCONSISTENT
    assert "waived" not in one.reason
    assert (line.errors, line.warnings) == (0, 1)
    with reading(exchange.engine) as conn:
        past = portrait(conn, LOCAL, KEY, as_of=first).comparison
    assert past is not None
    assert past.verdict is Verdict.EXPLAINED, "as it was told then"

    # The same figures again, with the city's word on it: the series is of the first release, what is said of it of the second.
    released(exchange, *BEYOND, reasons=(REASON,))
    one, line = stands(exchange)
    assert one.verdict is Verdict.EXPLAINED
    assert one.reason.endswith("– reason given by BRISTOL: The survey's sample was renewed.")
    assert (line.errors, line.warnings, line.worst) == (0, 0, None)

    # Back to what was told at first: it is as it was answered then.
    exchange.national(*BEYOND)
    one, line = stands(exchange)
    assert one.verdict is Verdict.EXPLAINED
    assert one.reason.endswith("waived by DX: It counts commuters.")


def test_what_nobody_answered_is_inconsistent_wherever_it_is_told(exchange: Exchange) -> None:
    """Figures that came without a check, such as a replica's."""
    exchange.national(*BEYOND)
    exchange.stored("uem", *BEYOND)
    one, line = stands(exchange)
    assert one.verdict is Verdict.INCONSISTENT
    assert one.reason.endswith("but figures of the series itself are at fault (RNG-PERCENT)")
    assert line.errors == 1


def test_other_figures_are_another_matter(exchange: Exchange) -> None:
    """What is said of one release of a series is not said of the next one."""
    exchange.national(*CORRECTED)
    released(exchange, *BEYOND, reasons=(REASON,))
    assert stands(exchange)[0].verdict is Verdict.EXPLAINED
    exchange.stored("uem", (2017, 4.0), (2018, 9.5), (2019, 5.0))
    one, line = stands(exchange)
    assert one.verdict is Verdict.INCONSISTENT
    assert line.errors + line.warnings > 0


def test_a_year_more_in_a_file_of_its_own_takes_no_reason_away(exchange: Exchange) -> None:
    """The files of each year are checked by themselves. What was said of the years before holds with the new one beside them."""
    exchange.national(*CORRECTED, (2020, 5.5), (2021, 9.0))
    released(exchange, *BEYOND, reasons=(REASON,))
    exchange.published("uem", (2020, 5.5))
    one, line = stands(exchange)
    assert one.verdict is Verdict.EXPLAINED
    assert (line.errors, line.warnings) == (0, 0)
    assert "differ in 1 of 4 shared periods" in one.reason
    assert one.reason.endswith("– reason given by BRISTOL: The survey's sample was renewed.")
    # Not so for a figure that nobody has answered for, whoever took it in.
    exchange.stored("uem", *BEYOND, (2020, 5.5), (2021, 6.0))
    one, line = stands(exchange)
    assert (one.verdict, line.warnings) == (Verdict.INCONSISTENT, 1)
    assert "differ in 2 of 5 shared periods" in one.reason
    # Nor where the nation has none: it is at fault by itself.
    exchange.stored("uem", *BEYOND, (2020, 5.5), (2022, 150.0))
    one, line = stands(exchange)
    assert (one.verdict, line.errors) == (Verdict.INCONSISTENT, 1)


def test_what_two_cities_come_to_together_is_a_finding_and_no_verdict_on_either(exchange: Exchange) -> None:
    """Each leaves room in its nation, as each was told. Both together are more than it: that is to be looked at."""
    homicides: Any = {"SERIES": "VC_IHR_PSRCN", "UNIT_MEASURE": "NUMBER"}
    exchange.national((2019, 10.0), area="GB", **homicides)
    exchange.published("bristol", (2019, 7.0), **homicides)
    exchange.published("bham", (2019, 7.0), area="GB_BHM", caller=replace(BRISTOL, organisation="OTHER"), **homicides)
    with reading(exchange.engine) as conn:
        every = overview(conn, Wanted())
        for dot in every.dots:
            assert compare_key(conn, LOCAL, dot.key).comparison.verdict is dot.verdict is Verdict.CONSISTENT
    (line,) = every.lines
    assert (line.verdicts, line.errors) == ({Verdict.CONSISTENT: 2}, 1)
    assert "the sum 14 of 2 areas is more than the whole, 10, by 4" in str(line.worst)


def checked_and_released(exchange: Exchange, *rows: tuple[int, float], reasons: tuple[Statement, ...] = ()) -> int:
    received = sent(exchange.engine, exchange.home, put(exchange.home / "uem.csv", message(*rows)), BRISTOL)
    checked(exchange.engine, exchange.home, received)
    with writing(exchange.engine) as conn:
        justify.give_reasons(conn, received.id, reasons, caller=BRISTOL)
        review.ask_for_publication(conn, received.id, caller=BRISTOL)
        release = publish.publish(conn, exchange.home, received.id, actor="test")
    assert release is not None, "it was not stopped"
    return release.number


def test_each_difference_is_explained_by_the_word_that_was_given_for_it(exchange: Exchange) -> None:
    exchange.national((2017, 4.0), (2018, 4.5), (2019, 5.0), (2020, 6.0))
    checked_and_released(exchange, (2017, 3.0), (2018, 4.5), reasons=(Statement("COH-MIRROR", "first"),))
    checked_and_released(exchange, (2019, 9.0), (2020, 8.0), reasons=(Statement("COH-MIRROR", "second"),))
    one, line = stands(exchange)
    assert one.verdict is Verdict.EXPLAINED
    assert one.reason.endswith(
        "– reason given by BRISTOL for 2017: first – reason given by BRISTOL for 2019 and 2020: second"
    )
    assert (line.errors, line.warnings) == (0, 0)
    # What was corrected needs no word.
    checked_and_released(exchange, (2017, 4.0))
    assert stands(exchange)[0].reason.endswith(" – reason given by BRISTOL: second")


def test_a_difference_that_became_smaller_stays_explained(exchange: Exchange) -> None:
    exchange.national((2017, 4.0), (2018, 4.5), (2019, 5.0))
    checked_and_released(exchange, (2017, 3.0), (2018, 6.5), (2019, 5.0), reasons=(REASON,))

    def nation_says(*rows: tuple[int, float]) -> tuple[Verdict, dict[tuple[str, str], int]]:
        """How it stands then, and what the re-check tells of it."""
        exchange.national(*rows)
        assert exchange.run() == 1
        return stands(exchange)[0].verdict, dict(exchange.found()[0].turns)

    assert nation_says((2017, 3.0), (2018, 5.5), (2019, 5.0)) == (Verdict.EXPLAINED, {})
    assert nation_says((2017, 3.0), (2018, 3.5), (2019, 5.0)) == (
        Verdict.INCONSISTENT,
        {("explained", "inconsistent"): 1},
    ), "it grew"
    assert nation_says((2017, 3.0), (2018, 6.5), (2019, 5.0)) == (
        Verdict.CONSISTENT,
        {("inconsistent", "consistent"): 1},
    )
    assert nation_says((2017, 3.0), (2018, 6.5), (2019, 7.5)) == (
        Verdict.INCONSISTENT,
        {("consistent", "inconsistent"): 1},
    ), "another period differs"
    assert nation_says((2017, 4.0), (2018, 4.5), (2019, 5.0)) == (
        Verdict.EXPLAINED,
        {("inconsistent", "explained"): 1},
    ), "as it was answered"


def test_a_rule_made_milder_leaves_nothing_to_be_answered(exchange: Exchange) -> None:
    exchange.national((2017, 4.0), (2018, 4.5), (2019, 5.0))
    checked_and_released(exchange, (2017, 4.0), (2018, 6.5), (2019, 5.0), reasons=(REASON,))
    book = "agency: DX\nrules:\n  - {rule: COH-MIRROR, severity: information}\n"
    with writing(exchange.engine) as conn:
        load_rulebook(conn, book.encode(), "book.yaml", caller=OPERATOR)
    assert exchange.run() == 1
    one, line = stands(exchange)
    assert (one.verdict, line.warnings, exchange.found()[0].turns) == (Verdict.EXPLAINED, 0, {})
    assert "differ in 1 of 3 shared periods" in one.reason
    checked_and_released(exchange, (2017, 4.0), (2018, 6.6), (2019, 5.0))
    assert stands(exchange)[0].verdict is Verdict.EXPLAINED


def test_a_reason_may_name_any_period_that_the_finding_is_about(exchange: Exchange) -> None:
    exchange.national((2017, 4.0), (2018, 4.5), (2019, 5.0))
    received = sent(
        exchange.engine,
        exchange.home,
        put(exchange.home / "uem.csv", message((2017, 3.0), (2018, 6.5), (2019, 5.0))),
        BRISTOL,
    )
    checked(exchange.engine, exchange.home, received)
    with (
        writing(exchange.engine) as conn,
        pytest.raises(InvalidRequest, match="about 2019; it can be given for 2017, 2018, or for every period"),
    ):
        justify.give_reasons(conn, received.id, [replace(REASON, period="2019")], caller=BRISTOL)
    with writing(exchange.engine) as conn:
        found = justify.give_reasons(conn, received.id, [replace(REASON, period="2017")], caller=BRISTOL)
        assert found.wanting == []
        review.ask_for_publication(conn, received.id, caller=BRISTOL)
        assert publish.publish(conn, exchange.home, received.id, actor="test") is not None
        told = told_report(conn, submissions.get(conn, received.id)).comparisons
    assert told[0].reason.endswith(f"– reason given by BRISTOL for 2017: {REASON.text}")
