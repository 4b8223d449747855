"""Rulebooks of national offices at work: versions, whose holds where, what reports say of it, and what publication rests on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event
from test_unmapped import FLOW, checked, message, put, sent

from dataexchange.errors import Forbidden, InvalidRequest, NotFound
from dataexchange.messages.report_document import as_document, from_document
from dataexchange.model.access import Caller, Scope
from dataexchange.model.series_notes import SeriesKind
from dataexchange.model.structure import Item, Kind, parse_short
from dataexchange.model.submission import Status
from dataexchange.store import audit, rulebooks, structures, submissions
from dataexchange.store.database import Engine, migrate, open_database, reading, writing
from dataexchange.workflow import publish, review, submit
from dataexchange.workflow.agreements import add_agreement, add_organisation
from dataexchange.workflow.permission import operator
from dataexchange.workflow.rulebook import rulebook_of
from dataexchange.workflow.rulebooks import left_out, load_rulebook, rulebook_text, unmet
from dataexchange.workflow.structures import register_shipped

LOCAL = parse_short(FLOW, Kind.DATAFLOW)
OPERATOR = operator("test")
OFFICES = ("AA_NSO", "BB_NSO")
CITY = Caller("BRISTOL", frozenset({Scope.SUBMIT}), "test")
OSLO = Caller("AA_OSLO", frozenset({Scope.SUBMIT}), "test")


def office(name: str, *scopes: Scope) -> Caller:
    return Caller(name, frozenset(scopes or {Scope.REVIEW}), "test")


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("furnished") / "exchange.db"
    furnish(f"sqlite:///{place}")
    return place


def furnish(url: str) -> None:
    """Two offices, each with a city that it reviews; BRISTOL is reviewed by nobody."""
    engine = open_database(url)
    migrate(engine)
    with writing(engine) as conn:
        register_shipped(conn)
        for name in OFFICES:
            add_organisation(conn, Item(id=name, names={"en": name}), caller=OPERATOR)
        for provider, reviewer in (("AA_OSLO", "AA_NSO"), ("BB_BERN", "BB_NSO")):
            add_agreement(conn, Item(id=provider), LOCAL, caller=OPERATOR, reviewer=reviewer)
    engine.dispose()


@pytest.fixture
def engine(furnished: Path, tmp_path: Path) -> Iterator[Engine]:
    (tmp_path / "exchange.db").write_bytes(furnished.read_bytes())
    engine = open_database(f"sqlite:///{tmp_path}/exchange.db")
    yield engine
    engine.dispose()


def load(engine: Engine, text: str, caller: Caller | None = None) -> str:
    """The name of what holds then."""
    agency = text.split("\n")[0].removeprefix("agency: ")
    with writing(engine) as conn:
        made = load_rulebook(conn, text.encode(), "book.yaml", caller=caller or office(agency))
    return f"{made.loaded.agency} {made.loaded.version}{'' if made.new else ' as before'}"


def holding(engine: Engine, provider: str | None) -> str:
    with reading(engine) as conn:
        return rulebook_of(conn, structures.schema(conn, LOCAL), provider).name


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_versions_are_kept_for_ever(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = f"sqlite:///{tmp_path}/own.db" if database == "sqlite" else request.getfixturevalue("own_postgresql_url")
    engine = open_database(url)
    migrate(engine)
    first, second = "agency: K\nrules: []\n", "agency: K\nrules: []\n# żółw\n"
    with writing(engine) as conn:
        assert rulebooks.last(conn, "K") is None
        made = [rulebooks.keep(conn, "K", text, loaded_by="me") for text in (first, first, second, first)]
        rulebooks.keep(conn, "L", first, loaded_by="me")
    assert [one.version if one else None for one in made] == [1, None, 2, 3]
    with reading(engine) as conn:
        assert [(one.version, one.text, one.loaded_by) for one in rulebooks.history(conn, "K")] == [
            (3, first, "me"),
            (2, second, "me"),
            (1, first, "me"),
        ]
        assert rulebooks.last(conn, "K") == (3, made[0].hash)
        assert [(one.agency, one.version) for one in rulebooks.newest(conn)] == [("K", 3), ("L", 1)]
        with pytest.raises(NotFound, match="K has no version 4"):
            rulebooks.get(conn, "K", 4)
    engine.dispose()


def test_offices_do_not_touch_each_others_cities(engine: Engine) -> None:
    everybody = ("AA_OSLO", "BB_BERN", "BRISTOL", None)
    assert {holding(engine, provider) for provider in everybody} == {"DX 0"}
    assert load(engine, "agency: AA_NSO\nrules: [{rule: RNG-COUNT, on: no}]\n") == "AA_NSO 1"
    assert [holding(engine, p) for p in everybody] == ["AA_NSO 1", "DX 0", "DX 0", "DX 0"]
    assert load(engine, "agency: BB_NSO\nrules: []\n") == "BB_NSO 1"
    assert load(engine, "agency: DX\nrules: [{rule: RNG-COUNT, severity: error}]\n", OPERATOR) == "DX 1"
    assert [holding(engine, p) for p in everybody] == ["AA_NSO 1", "BB_NSO 1", "DX 1", "DX 1"]
    with reading(engine) as conn:
        schema = structures.schema(conn, LOCAL)
        assert not rulebook_of(conn, schema, "AA_OSLO").runs("RNG-COUNT")
        assert rulebook_of(conn, schema, "BB_BERN").runs("RNG-COUNT")
    # Another office reviews from now on.
    with writing(engine) as conn:
        add_agreement(conn, Item(id="AA_OSLO"), LOCAL, caller=OPERATOR, reviewer="BB_NSO")
    assert holding(engine, "AA_OSLO") == "BB_NSO 1"


def test_asking_again_reads_two_small_rows(engine: Engine) -> None:
    load(engine, "agency: AA_NSO\nrules: [{rule: RNG-COUNT, on: no}]\n")
    with reading(engine) as conn:
        schema = structures.schema(conn, LOCAL)
        rulebook_of(conn, schema, "AA_OSLO")
        with statements(engine) as seen:
            rulebook_of(conn, schema, "AA_OSLO")
        assert len(seen) == 2


def test_kinds_of_an_office_come_before_those_that_ship(engine: Engine) -> None:
    load(engine, "agency: AA_NSO\nkinds:\n  SL_TLF_UEM: G\n  AA_OWN: {kind: R, weight: population}\n")
    with reading(engine) as conn:
        schema = structures.schema(conn, LOCAL)
        book = rulebook_of(conn, schema, "AA_OSLO")
        item = schema.codes["SERIES"]["SL_TLF_UEM"]
        assert book.nature("SL_TLF_UEM", item).kind is SeriesKind.GROWTH
        assert book.nature("AA_OWN", None).weight == "population"
        assert book.nature("VC_IHR_PSRCN", None).kind is SeriesKind.COUNT
        assert rulebook_of(conn, schema, "BB_BERN").nature("SL_TLF_UEM", item).kind is SeriesKind.RATIO


def test_who_may_load(engine: Engine) -> None:
    text = b"agency: AA_NSO\nrules: []\n"
    with writing(engine) as conn:
        for caller in (office("BB_NSO"), office("AA_NSO", Scope.SUBMIT, Scope.STRUCTURES, Scope.BASELINE)):
            with pytest.raises(Forbidden):
                load_rulebook(conn, text, "x", caller=caller)
        with pytest.raises(InvalidRequest, match="write BB_NSO, whose rulebook this is to be"):
            load_rulebook(conn, text, "x", caller=OPERATOR, agency="BB_NSO")
        with pytest.raises(NotFound, match="no organisation 'CC_NSO'"):
            load_rulebook(conn, b"agency: CC_NSO", "x", caller=OPERATOR)
        made = load_rulebook(conn, text, "x", caller=office("AA_NSO"))
        entry = audit.entries(conn, subject="AA_NSO")[0]
        assert (entry.action, entry.actor, entry.detail["hash"]) == ("rulebook.load", "AA_NSO/test", made.loaded.hash)
        assert rulebook_text(conn, "AA_NSO", 1) == text.decode()
        assert rulebook_text(conn, "AA_NSO") == text.decode()
        assert "COH-MIRROR" in rulebook_text(conn, "AA_NSO", 0)


def test_what_holds_for_nothing_is_remarked(engine: Engine) -> None:
    text = (
        "agency: AA_NSO\nrules:\n"
        '  - {rule: RNG-COUNT, on: no, where: {dataflow: "AA:NONE(1.0)"}}\n'
        '  - {rule: RNG-COUNT, on: no, where: {dataflow: "DX:DF_SDG_LOCAL(*)", series: "SL_*"}}\n'
        "  - {rule: RNG-COUNT, on: no, where: {agreement: AA_OSL}}\n"
        "  - {rule: RNG-COUNT, on: no, where: {agreement: PA_AA_OSLO_DF_SDG_LOCAL}}\n"
        '  - {rule: RNG-COUNT, on: no, where: {series: "ZZ_*"}}\nkinds: {ZZ_OWN: C}\n'
    )
    with writing(engine) as conn:
        made = load_rulebook(conn, text.encode(), "x", caller=office("AA_NSO"))
    assert made.remarks == (
        "no dataflow here is AA:NONE(1.0)",
        "no agreement or provider here is AA_OSL",
        "no code list of SERIES here has ZZ_*",
        "no code list of SERIES here has ZZ_OWN",
    )


def test_a_rule_is_as_grave_as_the_office_says_and_the_report_names_the_rulebook(
    engine: Engine, tmp_path: Path
) -> None:
    def report(name: str):
        submission = sent(
            engine, tmp_path, put(tmp_path / name, message((2018, 150.0), area="GB_BRS")), OSLO, provider="AA_OSLO"
        )
        return checked(engine, tmp_path, submission)

    found = report("a.csv")
    assert (found.rulebook, found.publishable) == ("DX 0", False)
    assert [f.severity for f in found.findings if f.rule == "RNG-PERCENT"] == ["error"]
    load(engine, "agency: AA_NSO\nrules: [{rule: RNG-PERCENT, severity: warning, where: {series: SL_TLF_UEM}}]\n")
    found = report("b.csv")
    assert (found.rulebook, found.publishable) == ("AA_NSO 1", True)
    assert [f.severity for f in found.findings if f.rule == "RNG-PERCENT"] == ["warning"]
    assert from_document(as_document(found)).rulebook == "AA_NSO 1"
    load(engine, "agency: AA_NSO\nrules: [{rule: RNG-PERCENT, on: no, where: {agreement: AA_OSLO}}]\n")
    found = report("c.csv")
    assert "RNG-PERCENT" not in {f.rule for f in found.findings}
    assert "RNG-PERCENT" not in found.rules_run
    assert str(found.rules_skipped["RNG-PERCENT"]) == "switched off by the rulebook AA_NSO 2"
    load(engine, "agency: AA_NSO\nrules: [{rule: RNG-PERCENT, on: no, where: {series: EN_*}}]\n")
    found = report("d.csv")
    assert not found.publishable
    assert "RNG-PERCENT" in found.rules_run
    assert str(found.rules_skipped["RNG-PERCENT"]) == "switched off by the rulebook AA_NSO 3 for EN_*"
    some = "{rule: RNG-PERCENT, on: no}, {rule: RNG-PERCENT, on: yes, where: {series: SL_*}}"
    load(engine, f"agency: AA_NSO\nrules: [{some}]\n")
    skipped = report("e.csv").rules_skipped["RNG-PERCENT"]
    assert str(skipped) == "switched off by the rulebook AA_NSO 4 except for SL_*"


def test_publication_notices_that_the_rulebook_changed(engine: Engine, tmp_path: Path) -> None:
    load(engine, "agency: DX\nrules: [{rule: RNG-PERCENT, on: no}]\n", OPERATOR)
    submission = sent(engine, tmp_path, put(tmp_path / "a.csv", message((2018, 150.0))), CITY)
    assert checked(engine, tmp_path, submission).publishable
    with writing(engine) as conn:
        review.ask_for_publication(conn, submission.id, caller=CITY)
        made_before = submit.examine(conn, tmp_path, submission)
    load(engine, "agency: DX\nrules: []\n", OPERATOR)
    with writing(engine) as conn:
        assert publish.publish(conn, tmp_path, submission.id, actor="test", assessment=made_before) is None
        returned = submissions.get(conn, submission.id)
    assert returned.status is Status.RETURNED
    assert "rulebook" in (returned.reason or "")


def test_a_rulebook_of_an_earlier_version_of_the_exchange_still_holds(engine: Engine) -> None:
    with writing(engine) as conn:
        text = "agency: AA_NSO\nrules:\n  - {rule: OLD-RULE, on: no}\n  - {rule: RNG-COUNT, on: no}\n"
        held = rulebooks.keep(conn, "AA_NSO", text, loaded_by="long ago")
        book = rulebook_of(conn, structures.schema(conn, LOCAL), "AA_OSLO")
        assert (book.name, [choice.rule for choice in book.choices]) == ("AA_NSO 1", ["RNG-COUNT"])
        assert len(left_out(held)) == 1
        assert list(unmet(conn, book)) == []
