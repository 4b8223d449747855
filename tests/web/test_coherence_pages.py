"""Over HTTP: what a new vintage turned is told to the city that it concerns and to its office, to harvesters, and on nobody else's page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

import pytest
from judge import Judge
from people import LOCAL, People, people_at
from playwright.sync_api import Browser
from small_exchange import NATIONAL, dataset
from visit import Visit, words

from dataexchange.store import series, structures
from dataexchange.store.database import writing
from dataexchange.worker.recheck import take_due
from dataexchange.workflow.recheck_marks import mark_after

WARD = "GB_BRS_E05010885"
KEY = f"A.N.SL_TLF_UEM.{WARD}" + "._T" * 11


@dataclass(frozen=True)
class Told:
    """A vintage has turned a series of AVON's, which UK_ONS reviews; and one of BRISTOL's waits unpublished."""

    people: People
    start: str
    waiting: str


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with people_at(tmp_path_factory.mktemp("told")) as people:
        put(people, NATIONAL, {(WARD, "SL_TLF_UEM", "_T"): [5.0, 5.5, 6.0]}, "ONS")
        put(people, NATIONAL, {("GB_BRS", "SL_TLF_UEM", "_T"): [None, None, None, None, 4.5, 5.25]}, "ONS")
        put(people, LOCAL, {(WARD, "SL_TLF_UEM", "_T"): [5.0, 5.5, 6.0]}, "AVON")
        waiting = people.sent("city")
        people.worked(waiting)
        start = people.get(None, "/api/v1/changes").json()["next"]
        put(people, NATIONAL, {(WARD, "SL_TLF_UEM", "_T"): [2.0, 2.5, 3.0]}, "ONS")
        put(people, NATIONAL, {("GB_BRS", "SL_TLF_UEM", "_T"): [None, None, None, None, 14.5, 15.25]}, "ONS")
        yield Told(people, start, waiting)


def put(people: People, flow: Any, figures: dict[Any, Any], provider: str) -> None:
    area, _, _ = next(iter(figures))
    with writing(people.engine) as conn:
        schema = structures.schema(conn, flow)
        data = dataset(schema, figures, provider)
        release = series.publish(
            conn, data, schema, dataflow=flow, provider=provider, dataset_id=f"{provider.lower()}/{area}"
        )
        mark_after(conn, release)


def test_it_is_told_to_whom_it_concerns(told: Told) -> None:
    people = told.people
    listed = people.get(None, "/api/v1/rechecks?state=due").json()
    assert {(one["provider"], one["submission"]) for one in listed} >= {("AVON", None)}
    assert all(one["submission"] is None for one in listed)
    assert "To be compared again" in words(Visit(people, "city").get(f"/submissions/{told.waiting}").text)
    take_due(people.engine, people.settings.home)
    done = people.get(None, "/api/v1/rechecks?provider=AVON&changed=true").json()
    assert [(one["dataset"], one["office"], one["turns"]) for one in done] == [
        (f"avon/{WARD}", "UK_ONS", [{"before": "consistent", "after": "inconsistent", "series": 1}])
    ]
    whole = people.get(None, f"/api/v1/rechecks/{done[0]['id']}").json()
    assert [turn["key"] for turn in whole["series"]] == [KEY]
    answer = people.get(None, f"/api/v1/rechecks/{done[0]['id']}", headers={"Accept-Language": "fr"})
    assert answer.headers["Content-Language"] == "fr"
    french, english = answer.json()["series"][0]["after_reason"], whole["series"][0]["after_reason"]
    assert " valeur" in french
    assert " valeur" not in english
    page = Visit(people, None).get(f"/rechecks/{done[0]['id']}", **{"Accept-Language": "fr"})
    assert f'<span lang="fr">{escape(french)}</span>' in page.text
    sentence = f"1 of {{}}1 series stands otherwise to the national values of release {done[0]['vintage_after']}."
    for who, page, seen in (
        ("other city", "/submissions", sentence.format("your ")),
        ("office", "/review", sentence.format("")),
    ):
        assert seen in words(Visit(people, who).get(page).text), who
    assert "avon/" not in Visit(people, "city").get("/submissions").text
    # Its own, which is not published, nobody else sees.
    own = people.get("city", "/api/v1/rechecks?provider=BRISTOL").json()
    mine = next(one for one in own if one["submission"] == told.waiting)
    assert mine["turns"] == [{"before": "consistent", "after": "inconsistent", "series": 1}]
    for who, status in ((None, 401), ("other city", 403), ("city", 200), ("auditor", 200)):
        assert people.get(who, f"/api/v1/rechecks/{mine['id']}").status_code == status, who
    for who in (None, "other city", "office"):
        assert mine["id"] not in people.get(who, "/api/v1/rechecks").text, who
    assert "stands otherwise" in words(Visit(people, "city").get(f"/submissions/{told.waiting}").text)
    page = Visit(people, None).get(f"/rechecks/{done[0]['id']}")
    assert page.status_code == 200
    assert KEY in page.text
    assert Visit(people, None).get(f"/rechecks/{mine['id']}").status_code == 303


def test_the_feed_tells_each_once(told: Told) -> None:
    people = told.people
    take_due(people.engine, people.settings.home)
    cursor, seen = told.start, []
    for _ in range(20):
        answer = people.get(None, f"/api/v1/changes?after={cursor}&limit=1")
        page = answer.json()
        seen += [one["id"] for one in page["rechecks"]]
        if not (page["changes"] or page["rechecks"]):
            break
        cursor = page["next"]
    published = [one["id"] for one in people.get(None, "/api/v1/rechecks?state=done").json()]
    assert sorted(seen) == sorted(published)
    assert len(seen) == len(set(seen)) > 0
    assert not page["more"]
    held = people.get(
        None, f"/api/v1/changes?after={cursor}&limit=1", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert held.status_code == 304


def test_the_overview_is_never_stale(told: Told) -> None:
    people = told.people
    first = people.get(None, "/api/v1/coherence?country=GB&indicator=8.5.2")
    line = first.json()["lines"][0]
    assert (line["country_name"], line["series"]) == ("United Kingdom", "SL_TLF_UEM")
    assert line["verdicts"]["inconsistent"] == 1
    assert [one["key"] for one in first.json()["outliers"]] == [KEY]
    tagged = {"If-None-Match": first.headers["ETag"]}
    assert people.get(None, "/api/v1/coherence?country=GB&indicator=8.5.2", headers=tagged).status_code == 304
    assert people.get(None, "/api/v1/coherence?country=KG").json()["lines"] == []
    nothing = Visit(people).get("/coherence?country=KG").text
    assert '<option value="KG" selected>KG</option>' in nothing, "the filter says what was asked for"
    page = Visit(people).get("/coherence?indicator=8.5.2").text
    assert f'href="/series/DX/DF_SDG_LOCAL/1.0.0/{KEY}"' in page
    assert re.search(r'<path class="outlier"', page)
    put(people, NATIONAL, {(WARD, "SL_TLF_UEM", "_T"): [5.0, 5.5, 6.0]}, "ONS")
    again = people.get(None, "/api/v1/coherence?country=GB&indicator=8.5.2", headers=tagged)
    assert again.status_code == 200
    assert again.json()["outliers"] == []
    put(people, NATIONAL, {(WARD, "SL_TLF_UEM", "_T"): [2.0, 2.5, 3.0]}, "ONS")


def test_the_pages_in_a_browser(told: Told, browser: Browser) -> None:
    take_due(told.people.engine, told.people.settings.home)
    changed = told.people.get(None, "/api/v1/rechecks?changed=true").json()[0]
    judge = Judge(browser, told.people.server.url)
    for path, name in (("/coherence", "coherence"), (f"/rechecks/{changed['id']}", "recheck")):
        judge.page.goto(path)
        judge.look(name)
    judge.context.close()
    assert not judge.problems, judge.problems
