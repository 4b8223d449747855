"""A city sends its table over HTTP, an office reviews it: every step as a client sees it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import httpx
import pytest
from openpyxl import load_workbook
from people import BROKEN, GOOD, MAPPING, People, sdmx_csv

from dataexchange.store.database import reading
from dataexchange.store.releases import latest

SUBMISSIONS = "/api/v1/submissions"


def test_from_file_to_data(people: People) -> None:
    answer = people.send("city", publish="true")
    assert answer.status_code == 202
    sent = answer.json()
    assert sent["status"] == "received"
    assert sent["publish"] is True
    assert answer.headers["location"] == sent["links"]["self"] == f"{people.server.url}{SUBMISSIONS}/{sent['id']}"
    assert sent["links"]["page"] == f"{people.server.url}/submissions/{sent['id']}"
    waiting = people.get("city", f"{SUBMISSIONS}/{sent['id']}")
    assert waiting.headers["retry-after"] == "1"
    assert people.worked(sent["id"]) == "published"
    # Anybody may see it now.
    published = people.get(None, f"{SUBMISSIONS}/{sent['id']}")
    assert "retry-after" not in published.headers
    assert published.json()["release"] == 3
    data = people.get(None, "/sdmx/v2/data/dataflow/DX/DF_SDG_LOCAL/1.0.0/A.N.SL_TLF_UEM.GB_BRS._T?format=csv")
    assert "5.25" in data.text


def test_an_sdmx_message_needs_no_mapping(people: People) -> None:
    files = {"file": ("uem.csv", sdmx_csv("GB_BRS"))}
    answer = people.post("city", SUBMISSIONS, files=files, data={"publish": "true"})
    assert answer.status_code == 202, answer.text
    sent = answer.json()
    assert (sent["provider"], sent["dataset"], sent["mapping_hash"]) == ("BRISTOL", "bristol/uem", None)
    assert people.worked(sent["id"]) == "published"
    data = people.get(None, "/sdmx/v2/data/dataflow/DX/DF_SDG_LOCAL/1.0.0/A.N.SL_TLF_UEM.GB_BRS._T?format=csv")
    assert "7.75" in data.text
    asked = people.post("operator", SUBMISSIONS, files=files)
    assert asked.status_code == 400
    assert asked.json()["detail"].startswith("provider: uem.csv has no mapping")
    assert people.post("operator", SUBMISSIONS, files=files, data={"provider": "BRISTOL"}).status_code == 202
    assert people.post("other city", SUBMISSIONS, files=files, data={"provider": "BRISTOL"}).status_code == 403
    unmapped = people.post("city", SUBMISSIONS, files={"file": ("a.csv", GOOD)})
    assert unmapped.status_code == 400
    assert unmapped.json()["detail"].startswith("mapping: a.csv is no SDMX message")


def test_the_mapping_of_an_earlier_submission_is_named_by_its_id(people: People) -> None:
    people.worked(people.sent("city"))
    (known,) = people.get("city", "/api/v1/mappings").json()
    assert known["id"] == "bristol/unemployment"
    assert people.get("city", "/api/v1/mappings/bristol/unemployment").text == MAPPING.format(
        provider="BRISTOL", area="GB_BRS"
    )
    for name in (known["id"], known["hash"]):
        again = people.send("city", GOOD + b"2021,,5\n", mapping_id=name)
        assert again.status_code == 202
        assert again.json()["mapping_hash"] == known["hash"]
    assert people.send("city", mapping_id="bristol/other").status_code == 404
    assert people.get("other city", "/api/v1/mappings").json() == []
    assert people.get("other city", "/api/v1/mappings/bristol/unemployment").status_code == 404
    assert people.send("other city", mapping_id=known["id"]).status_code == 404


def test_a_report_in_each_form(people: People) -> None:
    sent = people.sent("city", BROKEN)
    path = f"{SUBMISSIONS}/{sent}/report"
    assert people.get("city", path).status_code == 404  # not checked yet
    assert people.worked(sent) == "returned"
    document = people.get("city", path)
    assert document.headers["cache-control"] == "private, no-cache"
    assert document.json()["errors"] >= 1
    assert document.json()["publishable"] is False
    ess = people.get("city", f"{path}?format=ess").json()
    assert {"MAP-NUMBER"} <= {v["rule"]["expression"] for v in ess}
    assert all(v["type"] == "validation" and v["event"]["actor"] == "DX" for v in ess)
    for text in (
        people.get("city", f"{path}?format=text"),
        people.get("city", path, headers={"Accept": "text/plain"}),
    ):
        assert text.headers["content-type"].startswith("text/plain")
        assert "It cannot be published" in text.text
    tag = document.headers["etag"]
    assert people.get("city", path, headers={"If-None-Match": tag}).status_code == 304
    for whatever in (path, path.removesuffix("/report")):
        assert people.get("city", whatever, headers={"If-None-Match": "*"}).status_code == 304
    assert people.get(None, path).status_code == 401
    assert people.get("other city", path).status_code == 403


def test_asking_for_publication_and_withdrawing(people: People) -> None:
    sent = people.sent("city")
    path = f"{SUBMISSIONS}/{sent}"
    assert people.worked(sent) == "checked"
    asked = people.post("city", f"{path}/publication")
    assert (asked.status_code, asked.json()["status"]) == (202, "accepted")
    assert people.post("city", f"{path}/publication").status_code == 409
    assert "It can be published." in people.get("city", f"{path}/report?format=text").text
    assert people.worked(sent) == "published"
    release = people.get(None, path).json()["release"]
    report = people.get(None, f"{path}/report?format=html")
    assert f"It is published, in release {release}." in report.text
    assert "can be published" not in report.text
    assert people.post("other city", f"{path}/withdrawal", json={"reason": "not ours"}).status_code == 403
    withdrawn = people.post("city", f"{path}/withdrawal", json={"reason": "wrong year"})
    assert withdrawn.status_code == 200
    assert (withdrawn.json()["status"], withdrawn.json()["reason"]) == ("withdrawn", "wrong year")
    after = people.get(None, f"{path}/report?format=html", headers={"If-None-Match": report.headers["etag"]})
    assert f"It was published in release {release}, and withdrawn since." in after.text
    assert people.post("city", f"{path}/withdrawal", json={"reason": "again"}).status_code == 409


def test_an_office_accepts_one_and_returns_another(people: People) -> None:
    first = people.sent("other city", publish="true")
    second = people.sent("other city", GOOD + b"2021,,6\n", publish="true", dataset="avon/second")
    assert people.worked(first) == people.worked(second) == "in_review"
    queue = people.get("office", "/api/v1/reviews").json()
    assert [s["id"] for s in queue] == [first, second]
    assert queue[0]["reviewer"] == "UK_ONS"
    # The office sees what lies before it, and changes nothing in what does not.
    assert people.get("office", f"{SUBMISSIONS}/{first}/report").status_code == 200
    ours = people.sent("city")
    people.worked(ours)
    assert people.get("office", f"{SUBMISSIONS}/{ours}").status_code == 403
    assert people.post("office", f"{SUBMISSIONS}/{ours}/acceptance").status_code == 403
    assert people.post("other city", f"{SUBMISSIONS}/{first}/acceptance").status_code == 403
    assert people.post("office", f"{SUBMISSIONS}/{second}/return", json={"reason": ""}).status_code == 400
    returned = people.post("office", f"{SUBMISSIONS}/{second}/return", json={"reason": "2021 is a forecast"})
    assert (returned.status_code, returned.json()["reason"]) == (200, "2021 is a forecast")
    assert people.post("office", f"{SUBMISSIONS}/{first}/acceptance").status_code == 202
    assert people.worked(first) == "published"
    assert people.get("office", "/api/v1/reviews").json() == []
    assert people.get("city", "/api/v1/reviews").status_code == 403


def test_an_office_is_told_why_it_cannot_decide_yet(people: People) -> None:
    theirs = people.sent("other city")
    assert people.worked(theirs) == "checked"
    for verb, body in (("acceptance", None), ("return", {"reason": "too early"})):
        answer = people.post("office", f"{SUBMISSIONS}/{theirs}/{verb}", json=body)
        assert answer.status_code == 409
        assert "comes there when AVON asks for its publication" in answer.json()["detail"]
    hidden = people.get("office", f"{SUBMISSIONS}/{theirs}")
    assert (hidden.status_code, "once it lies before that office" in hidden.json()["detail"]) == (403, True)


def test_remedies_are_such_as_the_caller_has(people: People) -> None:
    for who, method, path in (
        ("city", "GET", f"{SUBMISSIONS}/zzz"),
        ("operator", "DELETE", "/api/v1/keys/zzz"),
    ):
        answer = people.call(who, method, path)
        assert answer.status_code == 404
        assert "`dataexchange" not in answer.json()["detail"]
        assert "'zzz'" in answer.json()["detail"]
    mapping = MAPPING.format(provider="BRISTOL", area="GB_BRS")
    for flow, status, said in (
        ("DX:DF_NOPE(1.0.0)", 404, "DX:DF_NOPE(1.0.0)"),
        ("DX:DF_SDG_NATIONAL(1.0.0)", 403, "have the exchange's operator make an agreement"),
    ):
        text = mapping.replace("DX:DF_SDG_LOCAL(1.0.0)", flow).encode()
        answer = people.post("city", SUBMISSIONS, files={"file": ("a.csv", GOOD), "mapping": ("a.yaml", text)})
        assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.text


def test_each_sees_their_own(people: People) -> None:
    ours, theirs = people.sent("city"), people.sent("other city", publish="true")
    people.worked(theirs)

    def listed(who: str, query: str = "") -> set[str]:
        return {s["id"] for s in people.get(who, f"{SUBMISSIONS}?{query}").json()}

    assert listed("city") == {ours}
    assert listed("other city") == listed("office") == {theirs}
    assert listed("baseline") == set()
    assert listed("auditor") == listed("operator") == {ours, theirs}
    assert listed("operator", "status=received") == {ours}
    assert listed("operator", "provider=AVON") == {theirs}
    assert listed("operator", "limit=1&offset=1") == {ours}


def test_idempotency(people: People) -> None:
    key = {"Idempotency-Key": "march, first try"}
    first = people.send("city", headers=key)
    again = people.send("city", headers=key)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["id"] == again.json()["id"]
    assert people.send("city", GOOD + b"2021,,7\n", headers=key).status_code == 409
    assert people.send("city", headers=key, publish="true").status_code == 409
    # Another organisation's key of the same text is another one.
    assert people.send("other city", headers=key).json()["id"] != first.json()["id"]
    for bad in ("", "x" * 201, "tab\there"):
        assert people.send("city", headers={"Idempotency-Key": bad}).status_code == 400


def test_repeated_at_once_is_one_submission(people: People) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: people.send("city", headers={"Idempotency-Key": "at once"}), range(8)))
    accepted = {a.json()["id"] for a in answers if a.status_code == 202}
    assert {a.status_code for a in answers} <= {202, 409}
    assert len(accepted) == 1
    assert len(people.get("city", SUBMISSIONS).json()) == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"agreement": "PA_OTHER"}, "agreement"),
        ({"publish": "perhaps"}, "publish"),
        ({"dataset": "two\nlines"}, "dataset"),
        ({"dataset": "x" * 301}, "dataset"),
        ({"color": "blue"}, "color"),
        ({"mapping_id": ""}, "mapping"),
        ({"dataset": "AVON/unemployment"}, "would be taken for one of AVON"),
    ],
)
def test_fields_that_are_refused(crowd: People, fields: dict[str, str], said: str) -> None:
    answer = crowd.send("city", **fields)
    assert answer.status_code == 400
    assert said in answer.json()["detail"]


def test_what_is_published_is_seen_without_a_key_and_not_with_a_wrong_one(people: People) -> None:
    made = people.sent("city", publish="true")
    people.worked(made)
    address = f"{people.server.url}{SUBMISSIONS}/{made}/report"
    assert httpx.get(address).status_code == 200
    assert httpx.get(address, headers={"Authorization": "Bearer dx_no_key"}).status_code == 401


def test_a_city_writes_under_its_own_agreement_only(people: People) -> None:
    files = {
        "file": ("a.csv", GOOD),
        "mapping": ("a.yaml", MAPPING.format(provider="AVON", area="GB_BRS_E05010885").encode()),
    }
    assert people.post("city", SUBMISSIONS, files=files).status_code == 403
    files["mapping"] = ("a.yaml", MAPPING.format(provider="NOBODY", area="GB_BRS").encode())
    assert people.post("operator", SUBMISSIONS, files=files).status_code == 403
    files["mapping"] = ("a.yaml", b"title: [")
    answer = people.post("city", SUBMISSIONS, files=files)
    assert answer.status_code == 400
    assert "a.yaml" in answer.json()["detail"]
    # The area of another agreement is found by the check.
    outside = people.sent("city", GOOD + b"2020,GB,4\n")
    assert people.worked(outside) == "returned"
    with reading(people.engine) as conn:
        assert len(latest(conn)) == 2


def test_a_queue_that_fails_does_not_fail_the_request(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    queue = people.settings.home / "queue.db"
    queue.unlink(missing_ok=True)
    queue.mkdir()
    answer = people.send("city")
    assert answer.status_code == 202
    assert people.worked(answer.json()["id"]) == "checked"


def test_a_template_comes_back_without_a_mapping(people: People) -> None:
    path = "/api/v1/agreements/PA_BRISTOL_SDG_LOCAL/template"
    answer = people.get(None, f"{path}?period=2030", headers={"Accept-Language": "fr"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''BRISTOL-figures.xlsx"
    assert (answer.headers["content-language"], answer.headers["vary"]) == ("fr", "Accept-Language, Authorization")
    book = load_workbook(BytesIO(answer.content))
    heads = {str(cell.value).rpartition("(")[2].rstrip(")"): cell.column for cell in book["Data"][1]}
    for row in range(2, 5):  # the fifth is of a series that was published in a wrong unit
        book["Data"].cell(row, heads["OBS_VALUE"], 4.75)
    book.save(stream := BytesIO())
    files = {"file": ("figures.xlsx", stream.getvalue())}
    sent = people.post("city", SUBMISSIONS, files=files, data={"publish": "true"})
    assert sent.status_code == 202, sent.text
    assert (sent.json()["provider"], sent.json()["dataset"]) == ("BRISTOL", "BRISTOL/figures")
    assert people.worked(sent.json()["id"]) == "checked", "2030 is to come: its warnings want a reason"
    open_ = people.get("city", f"{SUBMISSIONS}/{sent.json()['id']}/reasons").json()["groups"]
    said = {"statements": [{"rule": group["rule"], "reason": "A plan of the city"} for group in open_]}
    assert people.post("city", f"{SUBMISSIONS}/{sent.json()['id']}/reasons", json=said).status_code == 200
    assert people.post("city", f"{SUBMISSIONS}/{sent.json()['id']}/publication").status_code == 202
    assert people.worked(sent.json()["id"]) == "published"
    data = people.get(None, "/sdmx/v2/data/dataflow/DX/DF_SDG_LOCAL/1.0.0/*?c[TIME_PERIOD]=2030&format=csv")
    assert data.text.count(",4.75,") == 3
    assert "made by the exchange, of the workbook itself" in people.get(None, f"/submissions/{sent.json()['id']}").text
    refused = people.post("other city", SUBMISSIONS, files=files)
    assert refused.status_code == 403
    assert "is a template of BRISTOL" in refused.json()["detail"]
    for wrong, status in (("?period=2030-13", 400), ("?table=../x", 400), ("?filled=maybe", 400)):
        assert people.get(None, path + wrong).status_code == status, wrong
    assert people.get(None, path.replace("BRISTOL", "OSLO")).status_code == 404
