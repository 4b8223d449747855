"""`/api/v1/harvests`: an office asks for its own source, and reads what came of it."""

from __future__ import annotations

from people import People
from test_matrix import SOURCE

from dataexchange.model.harvest import Outcome
from dataexchange.store import harvests
from dataexchange.store.database import writing

HARVESTS = "/api/v1/harvests"


def test_a_wish_waits_once(people: People) -> None:
    (people.settings.home / "sources.toml").write_text(SOURCE)
    wanted = people.post("baseline", HARVESTS, json={"source": "uk"})
    assert wanted.status_code == 202
    assert (wanted.json()["outcome"], wanted.json()["facts"]["licence"]) == ("wanted", "OGL v3.0")
    assert people.post("baseline", HARVESTS, json={"source": "uk"}).json()["id"] == wanted.json()["id"]
    assert people.get("city", HARVESTS).json() == [wanted.json()]
    assert people.get("city", f"{HARVESTS}?outcome=published").json() == []
    assert people.get("city", f"{HARVESTS}/{wanted.json()['id']}").json() == wanted.json()
    with writing(people.engine) as conn:
        harvests.drop(conn, wanted.json()["id"], "the service was away")
    assert people.get("city", f"{HARVESTS}?source=uk").json()[0]["outcome"] == Outcome.FAILED


def test_sources_that_cannot_be_harvested(people: People) -> None:
    path = people.settings.home / "sources.toml"
    assert people.post("baseline", HARVESTS, json={"source": "uk"}).status_code == 404
    path.write_text("[uk")
    away = people.post("baseline", HARVESTS, json={"source": "uk"})
    assert away.status_code == 503
    assert str(people.settings.home) not in away.text
    path.write_text(SOURCE.replace("UK_ONS", "KG_NSC"))
    assert people.post("baseline", HARVESTS, json={"source": "uk"}).status_code == 403
    assert people.post("operator", HARVESTS, json={"source": "other"}).status_code == 404
    assert people.post("operator", HARVESTS, json={"source": "../uk"}).status_code == 400
