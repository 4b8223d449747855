"""Sending a table with the form: what comes of it, and what is wrong told at its field."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from people import GOOD, MAPPING, People, people_at, sdmx_csv
from visit import Visit, hidden, words

from dataexchange.pipeline.mapping_file import parse_mapping
from dataexchange.store import files, submissions
from dataexchange.store.database import reading

BRISTOL = MAPPING.format(provider="BRISTOL", area="GB_BRS").encode()
TABLE = ("unemployment.csv", GOOD)
YAML = ("unemployment.yaml", BRISTOL)


def sent_to(answer) -> str:
    assert answer.status_code == 303, words(answer.text)
    return answer.headers["location"].removeprefix("/submissions/")


def fault(text: str) -> str:
    """What stands at a field, in words."""
    return words(text.split('class="fault"')[1].split("</p>")[0].partition(">")[2])


def test_a_new_table_with_its_mapping(people: People) -> None:
    visit = Visit(people, "city")
    made = sent_to(visit.upload({"file": TABLE, "mapping": YAML}))
    with reading(people.engine) as conn:
        submission = submissions.get(conn, made)
    assert (submission.file_name, submission.mapping_name) == ("unemployment.csv", "unemployment.yaml")
    assert (submission.provider, submission.dataset, submission.publish) == ("BRISTOL", "bristol/unemployment", False)
    assert submission.sent_by.startswith("BRISTOL/key ")
    assert files.path_of(submission.file_hash, people.settings.home).read_bytes() == GOOD


def test_an_sdmx_message_needs_no_mapping(people: People) -> None:
    visit, message = Visit(people, "city"), ("uem.csv", sdmx_csv("GB_BRS"))
    for _ in range(2):  # a newer one of the same name is that table's
        made = sent_to(visit.upload({"file": message}))
        with reading(people.engine) as conn:
            submission = submissions.get(conn, made)
        assert (submission.provider, submission.dataset, submission.mapping_name) == ("BRISTOL", "bristol/uem", None)
    office = Visit(people, "operator")
    page = office.upload({"file": message})
    assert page.status_code == 400
    assert "say whose figures they are" in fault(page.text)
    made = sent_to(office.upload({"file": message}, agreement="PA_BRISTOL_SDG_LOCAL"))
    with reading(people.engine) as conn:
        assert submissions.get(conn, made).provider == "BRISTOL"
    broken = visit.upload({"file": ("t.zip", b"PK\x03\x04" + bytes(50))})
    assert "the zip file is damaged" in fault(broken.text)


def test_an_earlier_table_needs_no_mapping(people: People) -> None:
    visit = Visit(people, "city")
    sent_to(visit.upload({"file": TABLE, "mapping": YAML}))
    assert "bristol/unemployment" in visit.get("/upload").text
    again = sent_to(visit.upload({"file": ("2027.csv", GOOD)}, table="bristol/unemployment", publish="yes"))
    with reading(people.engine) as conn:
        submission = submissions.get(conn, again)
    assert (submission.dataset, submission.mapping_name) == ("bristol/unemployment", "unemployment.yaml")
    assert submission.publish


def test_a_changed_mapping_stays_with_its_table(people: People) -> None:
    visit = Visit(people, "city")
    sent_to(visit.upload({"file": TABLE, "mapping": YAML}))
    new = {"file": TABLE, "mapping": ("mapping v2.yaml", BRISTOL + b"# changed\n")}
    made = sent_to(visit.upload(new, table="bristol/unemployment"))
    with reading(people.engine) as conn:
        assert submissions.get(conn, made).dataset == "bristol/unemployment"


def test_what_is_missing_is_told_and_what_came_is_kept(people: People) -> None:
    visit = Visit(people, "city")
    page = visit.upload({"file": TABLE}, publish="yes")
    assert page.status_code == 400
    assert "needs its mapping file" in fault(page.text)
    assert "Here already" in words(page.text)
    assert 'name="publish" value="yes" checked' in page.text
    kept = hidden(page.text)["kept_file"]
    made = sent_to(visit.upload({"mapping": YAML}, kept_file=kept, publish="yes"))
    with reading(people.engine) as conn:
        submission = submissions.get(conn, made)
    assert submission.file_name == "unemployment.csv"
    assert submission.publish


def test_nobody_names_bytes_that_are_not_theirs(people: People) -> None:
    """The hash of a published file is public; it opens nothing without this session's seal."""
    mine, other = Visit(people, "city"), Visit(people, "other city")
    kept = hidden(mine.upload({"file": TABLE}).text)["kept_file"]
    seal, rest = kept.split(":", 1)
    for stolen in (kept, f"{'0' * 64}:{rest}", f":{rest}", rest, seal, "é:" + rest):
        page = other.upload({"mapping": YAML}, kept_file=stolen)
        assert page.status_code == 400
        assert "Choose the file" in fault(page.text)


@pytest.mark.parametrize(
    ("mapping", "place", "said"),
    [
        (b"title: [", "mapping", "YAML"),
        (BRISTOL.replace(b"BRISTOL", b"AVON"), "mapping", "names the provider AVON"),
        (BRISTOL.replace(b"DF_SDG_LOCAL", b"DF_SDG_NATIONAL"), "mapping", "no provision agreement"),
        (b"\xff\xfe", "mapping", "UTF-8"),
        (b"x" * 2_000_001, "mapping", "2,000,000"),
    ],
)
def test_a_wrong_mapping_is_told_at_its_field(people: People, mapping: bytes, place: str, said: str) -> None:
    page = Visit(people, "city").upload({"file": TABLE, "mapping": ("m.yaml", mapping)})
    assert page.status_code in (400, 403, 413)
    assert f'id="{place}-fault"' in page.text
    assert said in fault(page.text)


def test_a_table_of_somebody_else_cannot_be_named(people: People) -> None:
    people.sent("other city")
    visit = Visit(people, "city")
    assert "avon/" not in visit.get("/upload").text
    page = visit.upload({"file": TABLE}, table="avon/unemployment")
    assert page.status_code == 404
    assert 'id="table-fault"' in page.text


def test_a_file_that_is_too_large_is_told_on_the_form(tmp_path: Path) -> None:
    with people_at(tmp_path, max_upload_bytes=100_000) as people:
        visit = Visit(people, "city")
        for size in (100_001, 6_000_000):
            page = visit.upload({"file": ("big.csv", b"x" * size), "mapping": YAML})
            assert page.status_code == 413
            assert "100,000 bytes" in fault(page.text)
            assert 'id="file-fault"' in page.text


def test_hostile_names_are_text(people: People) -> None:
    visit = Visit(people, "city")
    name = "<img src=x onerror=alert(1)>\"'&.csv"
    made = sent_to(visit.upload({"file": (name, GOOD), "mapping": YAML}))
    for path in ("/submissions", f"/submissions/{made}"):
        page = visit.get(path).text
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page


def test_who_may_send(people: People) -> None:
    assert Visit(people).get("/upload").status_code == 303
    for who in ("office", "auditor"):
        visit = Visit(people, who)
        assert visit.get("/upload").status_code == 403
        assert visit.upload({"file": TABLE, "mapping": YAML}).status_code == 403
    assert Visit(people, "operator").upload({"file": TABLE, "mapping": YAML}).status_code == 303


def test_the_agreement_is_shown(people: People) -> None:
    said = words(Visit(people, "other city").get("/upload").text)
    assert "Avonmouth" in said
    assert "accepts or returns" in said
    assert "PA_AVON" in said
    assert "PA_BRISTOL" not in said


def test_a_new_table_replaces_no_published_one(people: People) -> None:
    people.worked(people.sent("city", publish="true"))
    visit = Visit(people, "city")
    page = visit.upload({"file": TABLE, "mapping": YAML})
    assert page.status_code == 400
    assert fault(page.text).startswith("You have a table bristol/unemployment already: choose it above")
    assert 'id="mapping-fault"' in page.text
    with reading(people.engine) as conn:
        assert len(submissions.latest(conn, parties=None)) == 1
    kept = {name: sealed for name, sealed in hidden(page.text).items() if name.startswith("kept_")}
    assert kept.keys() == {"kept_file", "kept_mapping"}
    sent_to(visit.upload({"file": ("", b"")}, table="bristol/unemployment", **kept))
    sent_to(visit.upload({"file": TABLE, "mapping": ("rate.yaml", BRISTOL)}))


def test_the_example_mapping_is_one_to_begin_with(people: People) -> None:
    visit = Visit(people, "city")
    address = re.search(r'href="(/static/example-mapping[^"]+)" download', visit.get("/upload").text)[1]
    example = visit.get(address)
    assert example.headers["content-type"].startswith("application/yaml")
    assert parse_mapping(example.content, "example").provider == "MY_CITY"
    own = example.content.replace(b"MY_CITY", b"BRISTOL")
    table = b"Year,Area,Value\n2023,Whole city,4.1\n2024,Whole city,3.9\n"
    made = sent_to(visit.upload({"file": ("rate.csv", table), "mapping": ("rate.yaml", own)}))
    assert people.worked(made) == "checked"


def test_a_mapping_is_proposed_for_a_table_that_has_none(people: People) -> None:
    """Shown with its questions and there to download; the table stays chosen. Nothing is submitted."""
    visit = Visit(people, "city")
    before = visit.get("/submissions").text.count("ward-safety.csv")
    table = ("ward-safety.csv", b"Year,Ward,Value\n2019,Ashley,<5\n2020,Cotham,5.25\n")
    page = visit.upload({"file": table}, suggest="yes")
    assert page.status_code == 200
    assert "# QUESTION: what is SERIES?" in words(page.text)
    assert "Ashley: GB_BRS_E05010885" in words(page.text)
    link = re.search(r'href="(/upload/mapping\?file=[^"]+)"', page.text)
    assert link
    file = visit.get(link[1])
    assert file.headers["content-disposition"].endswith("ward-safety.yaml")
    assert "Cotham: GB_BRS_E05010895" in file.text
    french = visit.get(link[1], **{"Accept-Language": "fr"})
    assert french.headers["content-language"] == "fr"
    assert "# QUESTION : " not in french.text
    assert "quel est SERIES" in french.text or "qu’est-ce que SERIES" in french.text, french.text
    assert Visit(people, "other city").get(link[1]).status_code == 404
    assert hidden(page.text)["kept_file"]
    assert visit.get("/submissions").text.count("ward-safety.csv") == before


def test_a_mapping_is_not_proposed_for_what_is_no_table(people: People) -> None:
    page = Visit(people, "city").upload({"file": ("empty.csv", b"\xff\xfe\x00")}, suggest="yes")
    assert page.status_code == 422
    assert fault(page.text)
