"""The page of a submission, its lists, and what its sender and its reviewer do there."""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path

import forked
import pytest
from people import BROKEN, GOOD, OPERATOR, People, people_at
from playwright.sync_api import Browser
from visit import Visit, words

from dataexchange.model.access import Scope
from dataexchange.model.submission import Status
from dataexchange.store import submissions
from dataexchange.store.database import reading, writing
from dataexchange.workflow.keys import create_key


def status(people: People, submission: str) -> Status:
    with reading(people.engine) as conn:
        return submissions.get(conn, submission).status


def test_it_waits_without_any_script(people: People) -> None:
    made = people.sent("city")
    page = Visit(people, "city").get(f"/submissions/{made}").text
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    told = Visit(people, "city").get(f"/submissions/{made}/progress").json()
    assert told == {"status": "received", "step": None, "waiting": True}
    people.worked(made)
    assert "http-equiv" not in Visit(people, "city").get(f"/submissions/{made}").text


def test_findings_name_the_cell_and_the_remedy(people: People) -> None:
    made = people.sent("city", BROKEN)
    assert people.worked(made) == "returned"
    said = words(Visit(people, "city").get(f"/submissions/{made}").text)
    assert "Returned by the checks: 1 error" in said
    assert "Cell Column In the cell What is wrong C2 Value many" in said
    assert "What to do: Correct the cell" in said
    assert "Send a corrected file" in said


def test_many_findings_are_pages_and_files(people: People) -> None:
    rows = b"".join(b"%d,,x<i>%d\n" % (1950 + i % 70, i) for i in range(25_000))
    made = people.sent("city", b"Year,Area,Value\n" + rows)
    people.worked(made)
    visit = Visit(people, "city")
    page = visit.get(f"/submissions/{made}")
    assert len(page.content) < 60_000
    assert "25,000 errors" in words(page.text)
    assert "<i>" not in page.text
    report = json.loads(visit.get(f"/submissions/{made}/report.json").content)
    last = -(-len(report["findings"]) // 100)
    assert report["errors"] == 25_000
    assert last > 50
    # The same number everywhere, and no promise of a list that nobody has.
    listed = len(report["findings"])
    assert 20 < listed < 25_000
    assert sum(finding.get("count", 1) for finding in report["findings"]) == 25_000
    assert "(25,000 times)" in words(page.text)
    assert "All 25,000 findings of this kind" in words(page.text)
    told = words(visit.get(f"/submissions/{made}/findings?rule=MAP-NUMBER&severity=error").text)
    assert "25,000 errors" in told
    short = people.get("city", f"/api/v1/submissions/{made}/report?format=text").text
    assert f"and 24,980 more, of which the report as JSON lists {listed - 20:,} and counts the others" in words(short)
    more = visit.get(f"/submissions/{made}/findings?rule=MAP-NUMBER&severity=error&page={last - 10}")
    assert more.text.count("<tr>") == 101
    assert f"Page {last - 10} of {last}" in words(more.text)
    for wrong in (f"page={last + 1}&rule=MAP-NUMBER", "rule=NOT-THERE", "page=0&rule=MAP-NUMBER", "page=1"):
        assert visit.get(f"/submissions/{made}/findings?{wrong}").status_code in (400, 404)
    assert len(json.loads(visit.get(f"/submissions/{made}/report.ess.json").content)) >= len(report["findings"])
    text = visit.get(f"/submissions/{made}/report.txt")
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert "row 5001" in text.text


def test_what_is_listed_wholly_says_all(people: People) -> None:
    made = people.sent("city", b"Year,Area,Value\n" + b"".join(b"%d,,x%d\n" % (1950 + i, i) for i in range(25)))
    people.worked(made)
    visit = Visit(people, "city")
    page = words(visit.get(f"/submissions/{made}").text)
    assert "(25 times)" in page
    assert "All 25 findings of this kind" in page
    assert "25 errors . What to do" in words(visit.get(f"/submissions/{made}/findings?rule=MAP-NUMBER").text)
    text = words(people.get("city", f"/api/v1/submissions/{made}/report?format=text").text)
    assert "and 5 more, which the report as JSON lists" in text


def test_findings_are_told_in_the_language_of_the_reader(people: People) -> None:
    made = people.sent("city", BROKEN)
    people.worked(made)
    visit = Visit(people, "city")
    page = visit.get(f"/submissions/{made}", **{"Accept-Language": "fr-CH, en;q=0.5"}).text
    assert "Que faire" in page
    assert "Corrigez la cellule" in page
    told = page[page.index('<div lang="fr">') :]
    assert not [word for word in ("What ", "In the cell", ">Cell<", "comparison", "The file", ">rows<") if word in told]
    assert "Corrija la celda" in visit.get(f"/submissions/{made}", **{"Accept-Language": "es"}).text
    assert "Correct the cell" in visit.get(f"/submissions/{made}").text
    path = f"/api/v1/submissions/{made}/report"
    answers = {tag: people.get("city", path, headers={"Accept-Language": tag}) for tag in ("es", "fr", "de")}
    assert [answer.headers["content-language"] for answer in answers.values()] == ["es", "fr", "en"]
    assert all("Accept-Language" in answer.headers["vary"] for answer in answers.values())
    assert len({answer.headers["etag"] for answer in answers.values()}) == 3
    found = answers["es"].json()["findings"][0]
    assert found["remedy"].startswith("Corrija la celda")
    assert found["place"]["cell"] == "C2"
    ess = people.get("city", f"{path}?format=ess", headers={"Accept-Language": "fr"}).json()
    assert ess[0]["rule"]["description"].startswith("Une cellule n’est pas un nombre. Corrigez")
    text = people.get("city", f"{path}?format=text", headers={"Accept-Language": "es"}).text
    assert "No se puede publicar: antes hay que corregir 1 error." in text


def test_equal_findings_are_one_line_with_their_rows(people: People) -> None:
    made = people.sent("city", b"Year,Area,Value\n" + b"".join(b"%d,,x\n" % (1950 + i) for i in range(25)))
    people.worked(made)
    assert "(25 times: C2:C26)" in words(Visit(people, "city").get(f"/submissions/{made}").text)
    text = words(people.get("city", f"/api/v1/submissions/{made}/report?format=text").text)
    assert "(25 cells: C2:C26)" in text


def test_a_note_is_told_as_a_note_and_has_no_place(people: People) -> None:
    office = Visit(people, "office")
    first = people.sent("other city", publish="true")
    people.worked(first)
    assert "nothing found" in words(office.get("/review").text)
    office.post(f"/submissions/{first}/accept")
    people.worked(first)
    again = people.sent("other city", publish="true")
    assert people.worked(again) == "in_review"
    queue = words(office.get("/review").text)
    assert "1 note" in queue
    assert "nothing found" not in queue
    page = words(office.get(f"/submissions/{again}").text)
    assert "Note Nothing in this table differs from what is published" in page
    for heading in ("What is wrong", "In the cell"):
        assert heading not in page


def test_of_a_file_that_cannot_be_read_nothing_was_read(people: People) -> None:
    made = people.sent("city", b"")
    assert people.worked(made) == "returned"
    page = words(Visit(people, "city").get(f"/submissions/{made}").text)
    assert "What is wrong" in page
    assert "What was read" not in page
    assert "The report as a file: text" in page
    good = people.sent("city")
    people.worked(good)
    assert "What was read The file " in words(Visit(people, "city").get(f"/submissions/{good}").text)


def test_publish_then_withdraw(people: People) -> None:
    made = people.sent("city")
    assert people.worked(made) == "checked"
    visit = Visit(people, "city")
    assert "Publish" in visit.get(f"/submissions/{made}").text
    assert visit.post(f"/submissions/{made}/publish").headers["location"] == f"/submissions/{made}"
    assert people.worked(made) == "published"
    anybody = Visit(people).get(f"/submissions/{made}")
    assert anybody.status_code == 200
    assert "Published as release" in words(anybody.text)
    series = re.search(r'href="(/series/[^"]+)"', anybody.text)[1]
    assert Visit(people).get(series).status_code == 200
    assert "<form" not in anybody.text.split("</header>")[1]
    assert visit.post(f"/submissions/{made}/withdraw", reason="  ").status_code == 400
    assert visit.post(f"/submissions/{made}/withdraw", reason="Counted twice").status_code == 303
    assert status(people, made) is Status.WITHDRAWN
    assert "Counted twice" in words(Visit(people).get(f"/submissions/{made}").text)


def test_take_back(people: People) -> None:
    made = people.sent("city")
    assert Visit(people, "city").post(f"/submissions/{made}/withdraw", reason="The wrong file").status_code == 303
    assert status(people, made) is Status.TAKEN_BACK
    assert "The wrong file" in words(Visit(people, "city").get(f"/submissions/{made}").text)


def test_the_office_accepts_one_and_returns_the_other(people: People) -> None:
    first, second = people.sent("other city", publish="true"), people.sent("other city", publish="true")
    assert people.worked(first) == people.worked(second) == "in_review"
    office = Visit(people, "office")
    queue = words(office.get("/review").text)
    assert "2 submissions wait for a decision" in queue
    assert "Avonmouth" in queue
    assert office.post(f"/submissions/{first}/return", reason="").status_code == 400
    reason = "2019 is a <b>forecast</b>"
    assert office.post(f"/submissions/{first}/return", reason=reason).status_code == 303
    assert status(people, first) is Status.RETURNED
    page = Visit(people, "other city").get(f"/submissions/{first}").text
    assert reason in words(page)
    assert reason not in page
    assert office.post(f"/submissions/{second}/accept").status_code == 303
    assert people.worked(second) == "published"
    assert office.post(f"/submissions/{second}/accept").status_code == 409
    assert "Nothing waits" in words(office.get("/review").text)


def test_deciding_twice_is_told_on_the_page(people: People) -> None:
    made = people.sent("other city", publish="true")
    people.worked(made)
    office = Visit(people, "office")
    office.post(f"/submissions/{made}/return", reason="No")
    late = office.post(f"/submissions/{made}/accept")
    assert late.status_code == 409
    assert 'role="alert"' in late.text
    assert "is returned: only one that is in review can be decided" in words(late.text)
    for verb in ("accept", "return", "publish", "withdraw"):
        again = office.get(f"/submissions/{made}/{verb}")
        assert (again.status_code, again.headers["location"]) == (303, f"/submissions/{made}")


def test_where_it_stands_is_told_in_words(people: People) -> None:
    made = people.sent("city")
    visit = Visit(people, "city")
    visit.post(f"/submissions/{made}/withdraw", reason="The wrong file")
    late = words(visit.post(f"/submissions/{made}/publish").text)
    assert "is taken back: only a checked one can be published" in late
    assert "taken_back" not in late


SEEN = {"city": 403, "other city": 200, "office": 200, "auditor": 200, "operator": 200}


@pytest.mark.parametrize("part", ["", "/progress", "/report.txt", "/report.json", "/file", "/findings?rule=MAP-NUMBER"])
def test_who_sees_what_is_not_published(people: People, part: str) -> None:
    table = BROKEN if "findings" in part else GOOD
    made = people.sent("other city", table, publish="true")
    people.worked(made)
    path = f"/submissions/{made}{part}"
    expected = dict(SEEN)
    if "findings" in part:  # it never came before the office
        expected["office"] = 403
    for who, code in expected.items():
        assert Visit(people, who).get(path).status_code == code, who
    assert Visit(people).get(path).headers["location"].startswith("/sign-in?next=/submissions/")


def test_the_file_itself_is_never_public(people: People) -> None:
    made = people.sent("city", publish="true")
    assert people.worked(made) == "published"
    path = f"/submissions/{made}/file"
    assert Visit(people).get(path).status_code == 303
    assert Visit(people, "other city").get(path).status_code == 403
    answer = Visit(people, "city").get(path)
    assert answer.content == GOOD
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''unemployment.csv"


@pytest.mark.parametrize(
    ("verb", "may"),
    [("publish", {"city", "operator"}), ("withdraw", {"city", "operator"}), ("accept", set()), ("return", set())],
)
def test_who_may_do_what(people: People, verb: str, may: set[str]) -> None:
    for who in ("city", "other city", "office", "auditor", "operator"):
        made = people.sent("city")
        people.worked(made)
        answer = Visit(people, who).post(f"/submissions/{made}/{verb}", reason="Because")
        if who in may:
            assert answer.status_code == 303, who
        else:
            assert answer.status_code in (403, 409), who
            assert status(people, made) is Status.CHECKED


def test_lists_have_what_the_key_may_see(people: People) -> None:
    own, other = people.sent("city"), people.sent("other city", publish="true")
    people.worked(other)
    expected = {
        "city": {own},
        "other city": {other},
        "office": {other},
        "auditor": {own, other},
        "operator": {own, other},
    }
    for who, seen in expected.items():
        page = Visit(people, who).get("/submissions").text
        assert {made for made in (own, other) if made in page} == seen, who
    assert Visit(people, "city").get("/review").status_code == 403


def test_the_page_lists_what_the_api_lists(people: People) -> None:
    own, other = people.sent("city"), people.sent("other city", publish="true")
    people.worked(other)
    with writing(people.engine) as conn:
        scopes = (Scope.SUBMIT, Scope.REVIEW)
        people.keys["both"] = create_key(conn, "UK_ONS", scopes, caller=OPERATOR)[1]
    for who in ("both", "city", "other city", "office", "baseline", "auditor", "operator"):
        listed = {s["id"] for s in people.get(who, "/api/v1/submissions").json()}
        page = Visit(people, who).get("/submissions").text
        assert {made for made in (own, other) if made in page} == listed, who
        assert listed == {other} or who != "both"


def test_the_queue_is_the_same_through_every_door(people: People) -> None:
    made = [people.sent("other city", publish="true") for _ in range(3)]
    for submission in reversed(made):
        people.worked(submission)
    # Its times of receipt decide, and not the order of the checks.
    for who in ("office", "auditor", "operator"):
        page = Visit(people, who).get("/review").text
        assert "3 submissions wait for a decision" in words(page)
        assert re.findall(r'href="/submissions/([0-9a-f]{12})"', page) == made
        assert ("Read and decide" in page) == (who != "auditor")
        assert [s["id"] for s in people.get(who, "/api/v1/reviews").json()] == made
    environment = {**os.environ, "DATAEXCHANGE_HOME": str(people.settings.home)}
    told = forked.run("review", "list", env=environment).stdout
    assert re.findall(r"^[0-9a-f]{12}", told, re.MULTILINE) == made


def test_the_validation_report_is_the_one_of_the_api(tmp_path: Path) -> None:
    with people_at(tmp_path, sender="UK_ONS") as people:
        made = people.sent("city")
        people.worked(made)
        checked = people.get("city", f"/api/v1/submissions/{made}").json()["changed_at"]
        time.sleep(1)
        people.post("city", f"/api/v1/submissions/{made}/withdrawal", json={"reason": "Counted twice"})
        page = Visit(people, "city").get(f"/submissions/{made}/report.ess.json").json()
        assert page == people.get("city", f"/api/v1/submissions/{made}/report?format=ess").json()
        event = page[0]["event"]
        assert (event["actor"], event["trigger"]) == ("UK_ONS", "submission")
        assert event["time"][:19] == checked[:19]


def test_values_from_the_file_are_text(people: People) -> None:
    table = b"Year,Area,Value\n2019,,\"<script>alert('1')</script>\"\n"
    made = people.sent("city", table)
    people.worked(made)
    page = Visit(people, "city").get(f"/submissions/{made}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_city_says_why_without_a_script(people: People) -> None:
    future = b"Year,Area,Value\n2019,,4.5\n2031,,5\n2032,,6\n"
    made = people.sent("city", future)
    assert people.worked(made) == "checked"
    visit = Visit(people, "city")
    page = visit.get(f"/submissions/{made}").text
    assert "0 of 2 warnings answered" in words(page)
    assert f'action="/submissions/{made}/publish"' not in page
    refused = visit.post(f"/submissions/{made}/reasons", rule="RNG-FUTURE", reason=" ")
    assert refused.status_code == 400
    assert "say why, in plain text" in words(refused.text)
    unknown = visit.post(f"/submissions/{made}/reasons", rule="RNG-JUMP", reason="so it is")
    assert unknown.status_code == 400
    assert visit.post(f"/submissions/{made}/reasons", rule="RNG-FUTURE", reason="our <i>plan</i>").status_code == 303
    page = visit.get(f"/submissions/{made}").text
    assert "2 of 2 warnings answered" in words(page)
    assert "our &lt;i&gt;plan&lt;/i&gt;" in page
    assert "Said why: RNG-FUTURE" in words(page)
    assert visit.post(f"/submissions/{made}/publish").status_code == 303
    assert people.worked(made) == "published"
    anybody = people.get(None, f"/submissions/{made}").text
    assert "our &lt;i&gt;plan&lt;/i&gt;" in anybody
    assert "Give this reason" not in anybody


def test_an_office_waives_on_the_page(people: People) -> None:
    made = people.sent("other city", b"Year,Area,Value\n2019,,150\n")
    assert people.worked(made) == "returned"
    city, office = Visit(people, "other city"), Visit(people, "office")
    page = city.get(f"/submissions/{made}").text
    assert "may let its errors pass" in words(page)
    assert "to waive the errors" in words(page)
    assert city.post(f"/submissions/{made}/publish").status_code == 303
    assert f"/submissions/{made}" in office.get("/review").text
    page = office.get(f"/submissions/{made}").text
    assert "1 error not waived" in words(page)
    assert "Accept and publish" not in page
    assert office.post(f"/submissions/{made}/waivers", rule="RNG-PERCENT", reason="commuters").status_code == 303
    assert "Accept and publish" in office.get(f"/submissions/{made}").text
    assert office.post(f"/submissions/{made}/accept").status_code == 303
    assert people.worked(made) == "published"


def test_a_reason_is_given_in_a_browser(people: People, browser: Browser) -> None:
    """With scripts off, as everything on this page."""
    made = people.sent("city", b"Year,Area,Value\n2019,,4.5\n2031,,5\n")
    assert people.worked(made) == "checked"
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{people.server.url}/sign-in")
    page.get_by_label("Key").fill(people.keys["city"])
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{people.server.url}/submissions/{made}")
    assert page.get_by_role("button", name="Publish").count() == 0
    page.get_by_label("Why it is right all the same").fill("A plan of the city")
    page.get_by_role("button", name="Give this reason").click()
    assert "1 of 1 warning answered" in page.inner_text("main")
    assert "A plan of the city" in page.inner_text("main")
    page.get_by_role("button", name="Publish").click()
    context.close()
    assert status(people, made) is Status.ACCEPTED
