"""What every page has: one policy, our own files, nothing kept of what is private, an error page for people."""

from __future__ import annotations

import re

import pytest
from people import People
from visit import Visit, words

from dataexchange.web.page import PageRoute
from dataexchange.web.routes import ROUTERS

HTML = "text/html,application/xhtml+xml"


@pytest.mark.parametrize("path", ["/", "/sign-in", "/docs", "/upload", "/submissions", "/review", "/nowhere"])
def test_policy_and_own_files_only(people: People, path: str) -> None:
    visit = Visit(people, "operator")
    page = visit.get(path, Accept=HTML)
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["cache-control"] == "private, no-store"
    assert not re.search(r'\sstyle="|\son[a-z]+="|<script(?![^>]*\ssrc="/static/)|<style', page.text)
    for address in re.findall(r'(?:src|href|action)="([^"#?]+)', page.text):
        assert address.startswith("/"), address
    for address in set(re.findall(r'"(/static/[^"]+)"', page.text)):
        kept = visit.get(address)
        assert kept.status_code == 200
        assert "immutable" in kept.headers["cache-control"]


def test_pages_are_not_other_sites_to_read(people: People) -> None:
    """Public data are for any page; what a signed-in officer sees is not."""
    for path in ("/", "/sign-in", "/submissions"):
        answer = Visit(people, "city").get(path, Origin="https://elsewhere.example")
        assert "access-control-allow-credentials" not in answer.headers


def test_errors_are_pages_for_people_and_documents_for_programs(people: People) -> None:
    visit = Visit(people)
    page = visit.get("/no<b>where", Accept=HTML)
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "no&lt;b&gt;where" in page.text
    assert "no<b>where" not in page.text
    assert visit.get("/nowhere", Accept="*/*").headers["content-type"] == "application/problem+json"
    for path in ("/api/v1/nowhere", "/sdmx/v9/data"):
        assert "html" not in visit.get(path, Accept=HTML).headers["content-type"]
    missing = visit.get("/submissions/none")
    assert missing.status_code == 404
    assert "There is no submission" in words(missing.text)
    assert visit.http.delete("/docs", headers={"Accept": HTML}).status_code == 405
    assert visit.get("/static/style.000000000000.css").status_code == 404


def test_a_fault_of_ours_is_told_with_its_id(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dataexchange.web.submissions.organisation_names", lambda *_: 1 / 0)
    page = Visit(people, "city").get("/submissions", **{"X-Request-ID": "looked-for-id"})
    assert page.status_code == 500
    assert page.headers["content-type"].startswith("text/html")
    assert "looked-for-id" in page.text
    assert "ZeroDivision" not in page.text


def test_navigation_has_what_the_key_may(people: People) -> None:
    offered = {
        who: set(re.findall(r'<a href="(/[a-z]*)"', Visit(people, who).get("/docs").text.split("</nav>")[0]))
        for who in (None, "city", "office", "auditor", "operator")
    }
    assert offered[None] == {"/", "/docs"}
    assert offered["city"] == {"/", "/docs", "/upload", "/submissions"}
    assert offered["office"] == {"/", "/docs", "/submissions", "/review"}
    assert offered["auditor"] == {"/", "/docs", "/submissions"}
    assert offered["operator"] == {"/", "/docs", "/upload", "/submissions", "/review"}


def test_head_answers_as_get(people: People) -> None:
    visit = Visit(people)
    for path in ("/", "/docs", "/sign-in"):
        assert visit.http.head(path).status_code == visit.get(path).status_code == 200


def test_every_form_that_changes_something_is_guarded(people: People) -> None:
    """With a session but without its word, whatever the path, nothing is done."""
    visit = Visit(people, "operator")
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, PageRoute)]
    changing = [route.path for route in routes if "POST" in route.methods]
    assert len(changing) >= 7
    for path in changing:
        address = path.replace("{id}", "3f2a9c81d04e")
        for data in ({"form_word": ""}, {"form_word": "0" * 64}, {"form_word": "ü" * 70}):
            if address == "/upload":
                answer = visit.http.post(address, data=data, files={"file": ("a.csv", b"a")})
            else:
                answer = visit.http.post(address, data=data)
            assert answer.status_code == 403, (address, data)
        foreign = visit.http.post(address, data={"form_word": visit.word()}, headers={"Sec-Fetch-Site": "cross-site"})
        assert foreign.status_code in (400, 403, 415), address
    assert not re.search("Sign in", Visit(people, "operator").get("/docs").text.split("</header>")[0])
