"""A key opens a session: the cookie, the way back, revocation, signing out."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from people import OPERATOR, People, people_at
from visit import Visit, hidden, words

from dataexchange.store.database import reading, writing
from dataexchange.web.sign_in import local
from dataexchange.workflow import keys


def cookies(answer: httpx.Response) -> dict[str, str]:
    """Name -> what is said of it, small."""
    told = [header.partition("=") for header in answer.headers.get_list("set-cookie")]
    return {name: rest.lower() for name, _, rest in told}


def test_the_session_is_for_the_browser_alone(people: People) -> None:
    answer = Visit(people).sign_in(people.keys["city"])
    assert answer.status_code == 303
    assert answer.headers["location"] == "/submissions"
    said = cookies(answer)["dx_session"]
    assert "httponly" in said
    assert "samesite=lax" in said
    assert "path=/" in said
    assert "max-age=" in said
    assert "secure" not in said
    assert people.keys["city"] not in str(answer.headers)


def test_behind_https_the_cookie_is_secure(tmp_path: Path) -> None:
    with people_at(tmp_path, base_url="https://data.example.org") as people:
        visit = Visit(people)
        page = visit.get("/sign-in")
        assert "secure" in cookies(page)["dx_form"]
        cookie = page.headers["set-cookie"].partition(";")[0]
        data = {**hidden(page.text), "key": people.keys["city"]}
        answer = httpx.post(people.server.url + "/sign-in", data=data, headers={"Cookie": cookie})
        assert "secure" in cookies(answer)["dx_session"]


def test_back_to_where_one_wanted_to_go(people: People) -> None:
    visit = Visit(people)
    led = visit.get("/submissions?page=2")
    assert led.status_code == 303
    assert led.headers["location"] == "/sign-in?next=/submissions%3Fpage%3D2"
    answer = visit.sign_in(people.keys["city"], wanted="/submissions%3Fpage%3D2")
    assert answer.headers["location"] == "/submissions?page=2"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:1",
        "/\t/evil.example",
        "",
        "x",
    ],
)
def test_nobody_is_led_to_another_site(elsewhere: str) -> None:
    assert local(elsewhere) == "/submissions"


@pytest.mark.parametrize("key", ["", "nonsense", "dx_0000000000_wrong", "revoked", "expired", "wrong secret"])
def test_what_is_no_good_key_opens_nothing(people: People, key: str) -> None:
    given = people.keys["city"][:-1] + "~" if key == "wrong secret" else people.keys.get(key, key)
    answer = Visit(people).sign_in(given)
    assert answer.status_code == 401
    assert "dx_session" not in cookies(answer)
    assert 'aria-invalid="true"' in answer.text
    assert given == "" or given not in answer.text


def test_signing_in_needs_the_form_of_this_browser(people: People) -> None:
    data = {**hidden(Visit(people).get("/sign-in").text), "key": people.keys["city"]}
    other = Visit(people)
    assert other.http.post("/sign-in", data=data).status_code == 403
    other.get("/sign-in")
    assert other.http.post("/sign-in", data=data).status_code == 403


def test_a_revoked_key_ends_its_sessions(people: People) -> None:
    visit = Visit(people, "city")
    assert visit.get("/submissions").status_code == 200
    key_id = people.keys["city"].split("_")[1]
    with writing(people.engine) as conn:
        keys.revoke_key(conn, key_id, caller=OPERATOR)
    assert visit.get("/submissions").status_code == 303
    assert "Sign in" in words(visit.get("/docs").text)


def test_signing_out_ends_the_session_for_good(people: People) -> None:
    visit = Visit(people, "city")
    token = visit.http.cookies["dx_session"]
    answer = visit.post("/sign-out")
    assert answer.status_code == 303
    assert "dx_session" not in visit.http.cookies
    with reading(people.engine) as conn:
        assert keys.session_key(conn, token) is None
    again = httpx.get(people.server.url + "/submissions", headers={"Cookie": f"dx_session={token}"})
    assert again.status_code == 303


def test_each_sign_in_is_another_session(people: People) -> None:
    first, second = Visit(people, "city"), Visit(people, "city")
    assert first.http.cookies["dx_session"] != second.http.cookies["dx_session"]
    assert first.word() != second.word()


def test_forms_are_short_and_plain(people: People) -> None:
    visit = Visit(people, "city")
    long = visit.http.post("/sign-out", data={"form_word": visit.word(), "more": "x" * 70_000})
    assert long.status_code == 413
    other = visit.http.post("/sign-out", json={"form_word": visit.word()})
    assert other.status_code == 400
    assert visit.get("/submissions").status_code == 200


def test_an_office_that_only_reviews_begins_with_its_queue(people: People) -> None:
    assert Visit(people).sign_in(people.keys["office"]).headers["location"] == "/review"
    assert Visit(people).sign_in(people.keys["office"], "/submissions").headers["location"] == "/submissions"
    assert Visit(people).sign_in(people.keys["operator"]).headers["location"] == "/submissions"


def test_a_form_sent_after_the_session_is_said_to_have_gone_nowhere(people: People) -> None:
    forms = {"/upload": "/upload", "/submissions/3f2a9c81d04e/accept": "/submissions/3f2a9c81d04e"}
    for path, page in forms.items():
        visit = Visit(people)
        sent = {"files": {"file": ("a.csv", b"a")}} if path == "/upload" else {"data": {"reason": "No"}}
        answer = visit.http.post(path, **sent)
        assert answer.status_code == 303
        shown = visit.get(answer.headers["location"])
        assert "You were signed out; nothing was sent" in words(shown.text)
        fields = {**hidden(shown.text), "key": people.keys["city"]}
        assert visit.http.post("/sign-in", data=fields).headers["location"] == page
    assert "signed out" not in words(visit.get("/sign-in").text)
