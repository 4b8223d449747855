"""Reports: text against golden files, the ESS validation report against its schema, the document form without loss.

`UPDATE_GOLDEN=1 pytest tests/messages/test_report.py` writes the golden files anew.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataexchange.messages.language import spoken
from dataexchange.messages.report import as_document, as_json, as_text, from_document, summary, verdict_lines
from dataexchange.messages.report_document import as_answer, document_text
from dataexchange.messages.report_html import as_html
from dataexchange.model.finding import Comparison, Finding, Place, Report, Severity, Verdict
from dataexchange.model.rules import RULES
from dataexchange.model.rules import finding as found
from dataexchange.model.sentence import ENGLISH, Sentence, say

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
TIME = datetime(2026, 11, 22, 12, tzinfo=UTC)
TAIL = "._T._T._T._T._T._T._T._T._T._T._T"


def finding(rule: str, text: str, *place: Place, **more: Any) -> Finding:
    return found(rule, say(text), *place, **more)


def ward(n: int) -> str:
    return f"A.N._L_VC_SNS_WALN_DARK.GB_BRS_E050108{n}{TAIL}"


def faulty() -> Report:
    wrong = [
        finding(
            "STR-CODE",
            f"REF_AREA 'E050108{n}' is not in the code list DX:CL_AREA(1.0.0); did you mean 'GB_BRS_E050108{n}'?",
            Place("safety.csv", None, n, "Ward", f"E050108{n}"),
            key=ward(n),
            period="2018",
        )
        for n in range(85, 95)
    ]
    return Report(
        "safety.csv",
        (
            *wrong,
            finding(
                "RNG-EMPTY",
                "990 more observations from row 100 on: there is no OBS_VALUE",
                Place("safety.csv"),
                count=990,
            ),
            finding(
                "DUP-REPEATED",
                "this observation stands already in row 2",
                Place("safety.csv", "Wards", 7, "Value", "62.9"),
            ),
            finding("MAP-LEFT-OUT", "the sum of the rows above\x1b[31m", Place("safety.csv", None, 14)),
        ),
        counts={"rows": 1001, "observations": 1000, "blank_cells": 0},
        rules_run=("STR-CODE", "RNG-EMPTY", "DUP-REPEATED", "BND"),
        rules_skipped={"COH-MIRROR": say("no national series of these indicators are loaded")},
        reading="CSV, ',' separated, utf-8",
    )


def compared() -> Report:
    pm25 = f"A.N.EN_ATM_PM25.GB_BRS{TAIL}"
    differs = (
        "Annual mean levels of fine particulate matter in cities… (EN_ATM_PM25) in Bristol (GB_BRS): the national "
        "office's own values for Bristol differ in all 7 shared periods, "
        "at most by 2.5 (18 %) in 2010: 11.71 here, 14.21 there"
    )
    why = say("adapted indicator, proxy of VC_SNS_WALN")
    return Report(
        "pm25.csv",
        (finding("COH-MIRROR", differs, Place("pm25.csv", None, 4, "PM2.5", "11.711"), key=pm25, period="2010"),),
        (
            Comparison(
                "COH-MIRROR",
                pm25,
                pm25,
                Verdict.INCONSISTENT,
                say(differs),
                (("2010", 11.711, 14.21), ("2013", 11.4428, 12.81)),
                {"shared": 7.0, "differing": 7.0, "largest": 2.499},
                say("differs from the national office's own values for the same area"),
            ),
            *(
                Comparison(
                    "COH-GATE",
                    ward(n),
                    f"A.N.VC_SNS_WALN.GB{TAIL}",
                    Verdict.NOT_COMPARABLE,
                    say(
                        f"People who feel safe after dark (_L_VC_SNS_WALN_DARK) in Ward {n} (GB_BRS_E050108{n}) "
                        "is not comparable with the national series VC_SNS_WALN: it is adapted"
                    ),
                    kind=why,
                )
                for n in range(10, 44)
            ),
            *(
                Comparison(
                    "COH-REMAINDER",
                    f"A.N.SL_TLF_UEM.GB_BRS_E050108{n}{TAIL}",
                    f"A.N.SL_TLF_UEM.GB{TAIL}",
                    Verdict.CONSISTENT,
                    say(
                        f"Unemployment rate (SL_TLF_UEM) in Ward {n} (GB_BRS_E050108{n}): {n / 10} in 2018, below United Kingdom with 9"
                    ),
                    kind=say("a part of United Kingdom (GB), which it may differ from"),
                )
                for n in range(10, 15)
            ),
        ),
        counts={"rows": 10, "observations": 30},
        rules_run=("COH-GATE", "COH-MIRROR", "COH-REMAINDER", "STR-CODE"),
    )


REPORTS = {"faulty": faulty(), "compared": compared(), "empty": Report("empty.csv")}


@pytest.mark.parametrize("name", REPORTS)
def test_text_is_that_of_the_golden_file(name: str) -> None:
    path = GOLDEN / f"report_{name}.txt"
    text = as_text(REPORTS[name], limit=4) + "\n" + "\n".join(verdict_lines(REPORTS[name])) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [60, 100])
def test_text_keeps_its_width(width: int) -> None:
    longest = max(len(word) for report in REPORTS.values() for word in as_text(report, width=1000).split())
    for report in REPORTS.values():
        assert all(len(line) <= max(width, longest + 8) for line in as_text(report, width=width).splitlines())


def test_text_is_short_however_many_findings_there_are() -> None:
    many = Report("big.csv", tuple(finding("STR-CODE", f"wrong: {n}", Place(row=n)) for n in range(10_000)))
    text = as_text(many)
    assert len(text.splitlines()) < 40
    assert "10,000 errors" in text
    assert "and 9,980 more" in text


def test_places_name_their_file_where_it_is_not_that_of_the_report() -> None:
    one = finding("STR-CODE", "wrong", Place("17.6.1.xml", None, 49, "REF_AREA"), key=ward(10), period="2018")
    two = finding("STR-MISSING", "there is no UNIT_MULT", Place("2.1.1.xml"), key=ward(11))
    text = as_text(Report("2 messages", (one, two)), width=1000)
    assert "  - 17.6.1.xml, row 49, column 'REF_AREA': wrong." in text
    assert f"  - 2.1.1.xml, {ward(11)}: there is no UNIT_MULT." in text
    assert "ERROR STR-CODE: 17.6.1.xml, row 49, column" in verdict_lines(Report("2 messages", (one, two)))[0]
    assert "17.6.1.xml, row" in as_text(Report("2 messages", (one,)))
    assert "17.6.1.xml, row" not in as_text(Report("17.6.1.xml", (one,)))
    said = finding("FILE-READ", "a.csv: the file is empty", Place("a.csv"))
    assert "  - a.csv: the file is empty." in as_text(Report("2 tables", (said,)))


@pytest.mark.parametrize(
    ("name", "one", "many"),
    [
        ("rows", "1 row", "2 rows"),
        ("observations read", "1 observation read", "2 observations read"),
        ("blank_cells", "1 blank cell", "2 blank cells"),
        ("series", "1 series", "2 series"),
        ("left_out", "1 left out", "2 left out"),
    ],
)
def test_counts_are_said_as_people_say_them(name: str, one: str, many: str) -> None:
    assert f"Counted: {one}\n" in as_text(Report("a.csv", counts={name: 1}))
    assert f"Counted: {many}\n" in as_text(Report("a.csv", counts={name: 2}))


def test_two_hundred_equal_verdicts_are_one_paragraph() -> None:
    assert len(as_text(compared()).splitlines()) < 40


def test_nothing_in_a_file_steers_a_terminal() -> None:
    text = as_text(faulty())
    assert "\x1b" not in text
    assert all(character.isprintable() or character == "\n" for character in text)


def test_the_summary_says_whether_it_can_be_published() -> None:
    assert summary(faulty())[-1] == "It cannot be published: 1,000 errors to correct first."
    assert summary(compared())[-1] == "It can be published when its warning has a reason."
    assert "1 inconsistent, 5 consistent, 34 not comparable" in summary(compared())[0]
    spanish = spoken().languages["es"]()
    assert "1 incoherente, 5 coherentes, 34 no comparables" in summary(compared(), spanish)[0]
    assert '<html lang="es">' in as_html(compared(), spanish)


def test_the_summary_says_which_warnings_want_reasons() -> None:
    def warned(n: int) -> Report:
        warning = Finding("TS-HOLE", Severity.WARNING, say("no figure for 2019"), count=n)
        return Report("safety.csv", (warning, finding("COH-NESTED", "a remark")) if n else ())

    def last(n: int, code: str | None = None) -> str:
        return summary(warned(n), *([spoken().languages[code]()] if code else []))[-1]

    assert last(0) == "It can be published."
    assert last(1) == "It can be published when its warning has a reason."
    assert last(1_234) == "It can be published when its 1,234 warnings have reasons."
    assert summary(replace(warned(4), wants_reasons=False))[-1] == "It can be published.", "an office's own figures"
    assert last(4, "es") == "Se podrá publicar cuando sus 4 advertencias tengan motivo."
    assert last(4, "fr") == "Publication possible dès que ses 4 avertissements auront un motif."


@pytest.mark.parametrize("name", REPORTS)
def test_json_is_an_ess_validation_report(name: str, shared_data: Path) -> None:
    schema = json.loads((shared_data / "schemas" / "ess_validation_report_1.0.1.schema.json").read_text())
    validations = json.loads(as_json(REPORTS[name], time=TIME))
    jsonschema.Draft4Validator(schema).validate(validations)
    assert len({validation["id"] for validation in validations}) == len(validations)
    assert all(validation["event"]["time"] == "2026-11-22T12:00:00+00:00" for validation in validations)


def test_json_says_what_broke_what_held_and_what_was_not_asked() -> None:
    validations = json.loads(as_json(faulty(), time=TIME))
    values = {(v["rule"]["expression"], v["value"]) for v in validations}
    assert {("STR-CODE", "0"), ("BND", "1"), ("COH-MIRROR", "NA")} <= values
    first = validations[0]
    assert first["rule"]["severity"] == "error"
    assert first["data"]["target"] == [[*ward(85).split("."), "2018"]]
    assert len(first["data"]["target"][0]) == 16
    assert first["data"]["source"] == [["safety.csv", None, 85, "Ward", "E05010885", None]]


def test_json_has_every_comparison_once() -> None:
    validations = json.loads(as_json(compared(), time=TIME))
    rules = [(v["rule"]["expression"], v["value"]) for v in validations]
    assert rules.count(("COH-MIRROR", "0")) == 1
    assert rules.count(("COH-GATE", "NA")) == 34
    assert rules.count(("COH-REMAINDER", "1")) == 5
    assert rules.count(("STR-CODE", "1")) == 1


def test_several_reports_are_one_array() -> None:
    one, two = (json.loads(as_json(report, time=TIME)) for report in (faulty(), compared()))
    assert json.loads(as_json([faulty(), compared()], time=TIME)) == [*one, *two]


def test_reports_say_by_which_rules_and_beside_which_national_figure() -> None:
    fits = Comparison(
        "COH-REMAINDER",
        ward(1),
        ward(2),
        Verdict.CONSISTENT,
        say("7 of the 530 of United Kingdom in 2018"),
        kind=say("a part of GB that leaves room for the rest"),
        national=("2018", 530.0),
        vintage=8,
    )
    off = {"COH-MIRROR": say("switched off by the rulebook {book}", book="DX 1")}
    report = Report("a.csv", comparisons=(fits, replace(fits, key=ward(3))), rules_skipped=off, rulebook="DX 1")
    for text in (" ".join(as_text(report).split()), as_html(report)):
        assert (
            text.count(
                "7 of the 530 of United Kingdom in 2018 (national figure: 530 in 2018; its series last changed in release 8)"
            )
            == 2
        )
        assert "Rules: DX 1" in text
        assert "COH-MIRROR" in text
        assert "switched off by the rulebook DX 1" in text
    alone = replace(report, comparisons=(fits,))
    assert all("release 8" in told for told in (as_text(alone), as_html(alone)))
    french = as_text(report, language=spoken().languages["fr"]())
    assert "Règles" in french
    assert all(v["event"]["agent"] == "dataexchange, rules DX 1" for v in json.loads(as_json(report)))


def test_a_fault_stands_once_in_the_json() -> None:
    differs = Comparison("COH-MIRROR", ward(1), ward(2), Verdict.INCONSISTENT, say("differs"))
    found = replace(finding("COH-SCALE", "1,000 times as large"), key=ward(1))
    values = [v["rule"]["expression"] for v in json.loads(as_json(Report("a.csv", (found,), (differs,))))]
    assert values == ["COH-SCALE"]


def test_a_number_of_three_hundred_digits_is_not_written_out() -> None:
    for tag in ("en", "es", "fr"):
        assert say("{n}", n=1e300).said(spoken().languages[tag]()) == "1e+300"
        assert say("{n}", n=10**300).said(spoken().languages[tag]()) == "1e+300"


words = st.none() | st.text(max_size=8)
findings = st.builds(
    Finding,
    rule=st.sampled_from(sorted(RULES)),
    severity=st.sampled_from(Severity),
    sentence=st.text(max_size=20).map(say),
    place=st.builds(Place, file=words, sheet=words, row=st.none() | st.integers(1, 9), column=words, value=words),
    key=words,
    period=words,
    count=st.integers(1, 9),
)
numbers = st.floats(allow_nan=False, allow_infinity=False)
comparisons = st.builds(
    Comparison,
    rule=st.just("COH-MIRROR"),
    key=st.text(max_size=8),
    baseline_key=words,
    verdict=st.sampled_from(Verdict),
    sentence=st.text(max_size=8).map(say),
    points=st.lists(st.tuples(st.text(max_size=4), numbers, numbers), max_size=3).map(tuple),
    measures=st.dictionaries(st.text(max_size=4), numbers, max_size=2),
    kind=st.none() | st.text(min_size=1, max_size=4).map(say),
)
reports = st.builds(
    Report,
    subject=st.text(max_size=8),
    findings=st.lists(findings, max_size=3).map(tuple),
    comparisons=st.lists(comparisons, max_size=3).map(tuple),
    counts=st.dictionaries(st.text(max_size=4), st.integers(0, 9), max_size=2),
    rules_run=st.lists(st.text(max_size=4), max_size=2).map(tuple),
    rules_skipped=st.dictionaries(st.text(max_size=4), st.text(max_size=4).map(say), max_size=2),
    reading=st.text(max_size=8),
)


@settings(max_examples=60, deadline=None)
@given(reports)
def test_a_document_loses_nothing(report: Report) -> None:
    assert from_document(json.loads(json.dumps(as_document(report)))) == report
    as_text(report)


def alone(key: str, ground: Sentence) -> Comparison:
    words = say("{series}: {words}", series=key, words=ground)
    return Comparison("COH-GATE", key, None, Verdict.NO_BASELINE, words, kind=ground)


def test_a_ground_that_many_share_is_kept_as_if_each_had_its_own() -> None:
    shared = say("no series of {what}", what=say("indicator {n}", n="8.5.2"))
    own = [say("no series of {what}", what=say("indicator {n}", n="8.5.2")) for _ in range(3)]
    both = [
        Report("t.csv", (), tuple(alone(f"K{n}", g) for n, g in enumerate(grounds))) for grounds in ([shared] * 3, own)
    ]
    assert document_text(both[0]) == document_text(both[1])
    assert from_document(json.loads(document_text(both[0]))) == both[1]


def test_what_a_comparison_does_not_have_is_answered_but_not_kept() -> None:
    """Fifty thousand of them are kept; reports of before 2026-12 have the empty members, too."""
    report = Report("t.csv", (), (alone("K", say("no series")),))
    kept = as_document(report)
    assert kept["comparisons"][0].keys() == {"rule", "key", "verdict", "said", "said_ground"}
    empty: dict[str, Any] = {"baseline_key": None, "points": [], "measures": {}}
    assert as_answer(report, ENGLISH)["comparisons"][0].items() >= empty.items()
    kept["comparisons"][0] |= empty
    assert from_document(kept) == report
