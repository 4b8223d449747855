"""A warning wants its city's word, an error its office's; both stay with the release. On SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from forked import ROOT

from dataexchange.errors import Conflict, Forbidden, InvalidRequest, NotFound
from dataexchange.messages.statements_csv import read_statements
from dataexchange.model.access import Caller, Scope
from dataexchange.model.finding import Verdict
from dataexchange.model.justification import Origin, Side, Statement
from dataexchange.model.structure import Item, Kind, Ref
from dataexchange.model.submission import Release, Status, Submission
from dataexchange.store import audit, passports, releases, submissions
from dataexchange.store.database import Engine, migrate, open_database, reading, writing
from dataexchange.workflow import agreements, baseline, compare, justify, passport, publish, review, submit
from dataexchange.workflow.justified import Standing, standing_of, told_report
from dataexchange.workflow.permission import operator
from dataexchange.workflow.structures import register_shipped

CITY = Caller("BRISTOL", frozenset({Scope.SUBMIT}), "key city")
OFFICE = Caller("UK_ONS", frozenset({Scope.REVIEW}), "key office")
OPERATOR = operator("tests")
LOCAL = Ref(Kind.DATAFLOW, "DX", "DF_SDG_LOCAL", "1.0.0")

#: The share of people without work; a comment beside each figure.
MAPPING = (
    (ROOT / "tests/api/people.py")
    .read_text()
    .split('MAPPING = """')[1]
    .split('"""')[0]
    .format(provider="BRISTOL", area="GB_BRS")
    .replace("  Value: OBS_VALUE\n", "  Value: OBS_VALUE\n  Comment: COMMENT_OBS\n")
)
#: One for each table that a test publishes from: a series stands in one table only.
AGES = (
    *(
        "Y0T4",
        "Y0T14",
        "Y0T17",
        "Y1T14",
        "Y1T17",
        "Y5T14",
        "Y5T15",
        "Y5T17",
        "Y6T14",
        "Y6T17",
        "Y7T14",
        "Y7T17",
        "Y10T14",
    ),
    *("Y10T17", "Y10T24", "Y10T74", "Y12T14", "Y12T17", "Y12T30", "Y16T17", "Y16T64", "Y50T64", "Y_GE65"),
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def held(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Path]]:
    """An empty exchange and its folder."""
    home = tmp_path_factory.mktemp("exchange")
    postgresql = request.param == "postgresql"
    url = request.getfixturevalue("file_postgresql_url") if postgresql else f"sqlite:///{home}/exchange.db"
    engine = open_database(url)
    migrate(engine)
    with writing(engine) as conn:
        register_shipped(conn)
    yield engine, home
    engine.dispose()


class City:
    """Sends one table under a name of its own, so that tests do not meet."""

    def __init__(self, held: tuple[Engine, Path], name: str) -> None:
        self.engine, self.home = held
        self.age = AGES[len(list(self.home.glob("*/*/table.csv")))]
        self.key = f"A.N.SL_TLF_UEM.GB_BRS._T.{self.age}._T._T._T._T._T._T._T._T._T"
        self.folder = self.home / name / name
        self.folder.mkdir(parents=True)

    def send(self, *rows: str, wish: bool = False, mapping: str = MAPPING) -> Submission:
        """Checked."""
        table, file = self.folder / "table.csv", self.folder / f"{self.folder.name}.yaml"
        table.write_text("\n".join(["Year,Area,Value,Comment", *rows]))
        file.write_text(mapping.replace("AGE: _T", f"AGE: {self.age}"))
        return self.sent(table, file, wish=wish)

    def sent(self, table: Path, mapping: Path, *, wish: bool = False) -> Submission:
        parcel = submit.keep_parcel(self.home, table, mapping)
        parcel = replace(parcel, publish=wish, dataset=f"bristol/{self.folder.name}")
        with writing(self.engine) as conn:
            announced = submit.read_parcel(conn, self.home, parcel, caller=CITY)
            received = submit.accept_parcel(conn, announced, caller=CITY)
        with reading(self.engine) as conn:
            assessment = submit.examine(conn, self.home, received)
        with writing(self.engine) as conn:
            return submit.conclude(conn, received.id, assessment, actor="worker")

    def say(self, submission: Submission, *given: Statement, caller: Caller = CITY) -> Standing:
        with writing(self.engine) as conn:
            return justify.give_reasons(conn, submission.id, given, caller=caller)

    def waive(self, submission: Submission, *given: Statement, caller: Caller = OFFICE) -> Standing:
        with writing(self.engine) as conn:
            return justify.give_waivers(conn, submission.id, given, caller=caller)

    def ask(self, submission: Submission) -> Submission:
        with writing(self.engine) as conn:
            return review.ask_for_publication(conn, submission.id, caller=CITY)

    def publish(self, submission: Submission) -> Release | None:
        with writing(self.engine) as conn:
            return publish.publish(conn, self.home, submission.id, actor="worker")

    def standing(self, submission: Submission) -> Standing:
        with reading(self.engine) as conn:
            return standing_of(conn, submissions.get(conn, submission.id))

    def status(self, submission: Submission) -> Status:
        return self.standing(submission).submission.status


def wanting(found: Standing) -> dict[str, int]:
    return {group.rule: group.open for group in found.wanting}


def texts(found: Standing) -> Sequence[tuple[str, str | None, str | None, str]]:
    return [(*one.statement.place, one.statement.text) for one in found.said.all]


def test_each_warning_wants_a_reason_and_the_narrowest_holds(held: tuple[Engine, Path]) -> None:
    city = City(held, "narrow")
    sent = city.send("2019,,4.5,", "2031,,5,", "2032,,6,", "2033,,7,")
    assert sent.status is Status.CHECKED
    with pytest.raises(
        Conflict, match=r"3 of 3 warnings without a reason \(RNG-FUTURE 3\).*reasons give .* --rule RNG-FUTURE"
    ):
        city.ask(sent)
    city.say(sent, Statement("RNG-FUTURE", "a forecast of ours", city.key, "2031"))
    assert wanting(city.standing(sent)) == {"RNG-FUTURE": 2}
    city.say(sent, Statement("RNG-FUTURE", "planned", period="2032"), Statement("RNG-FUTURE", "a plan"))
    found = city.standing(sent)
    assert wanting(found) == {}
    said = {f.period: found.said.of(f).statement.text for f in found.report.findings if found.said.of(f)}
    assert said == {"2031": "a forecast of ours", "2032": "planned", "2033": "a plan"}
    city.say(sent, Statement("RNG-FUTURE", "in other words", city.key, "2031"))
    assert ("RNG-FUTURE", city.key, "2031", "in other words") in texts(city.standing(sent))
    with reading(city.engine) as conn:
        told = [entry.detail["said"] for entry in audit.entries(conn, subject=sent.id) if entry.action == "reason.give"]
    assert told[-1] == [["RNG-FUTURE", city.key, "2031", "a forecast of ours"]], "what was replaced is not forgotten"

    assert city.ask(sent).status is Status.ACCEPTED
    with pytest.raises(Conflict, match="before it is published"):
        city.say(sent, Statement("RNG-FUTURE", "too late"))
    release = city.publish(sent)
    assert release is not None
    with reading(city.engine) as conn:
        kept = passports.get(conn, release.number).document
    assert kept["hashes"]["report"] == release.report_hash
    assert [(f["rule"], f["count"], f["answered"]) for f in kept["findings"] if f["severity"] == "warning"] == [
        ("RNG-FUTURE", 3, 3)
    ]
    assert {one["text"] for one in kept["reasons"]} == {"in other words", "planned", "a plan"}
    assert {one["by"] for one in kept["reasons"]} == {"BRISTOL"}


@pytest.mark.parametrize(
    ("given", "match"),
    [
        (Statement("COH-MIRROR", "so it is"), "has no warning of this rule; it has those of RNG-FUTURE"),
        (Statement("RNG-FUTURE", "so it is", period="2019"), "has no warning of this rule about 2019"),
        (Statement("RNG-FUTURE", "  "), "say why"),
        (Statement("RNG-FUTURE", "x" * 2001), "up to 2000 characters"),
        (Statement("RNG-FUTURE", "a\x00b"), "plain text"),
    ],
)
def test_a_reason_is_about_something_and_says_something(
    held: tuple[Engine, Path], given: Statement, match: str
) -> None:
    city = City(held, f"about{len(list(held[1].iterdir()))}")
    sent = city.send("2019,,4.5,", "2031,,5,")
    with pytest.raises(InvalidRequest, match=match):
        city.say(sent, Statement("RNG-FUTURE", "good"), given)
    assert texts(city.standing(sent)) == [], "all or none"
    with pytest.raises(Forbidden):
        city.say(sent, Statement("RNG-FUTURE", "good"), caller=OFFICE)


def test_what_was_said_holds_again_for_the_same(held: tuple[Engine, Path]) -> None:
    city = City(held, "again")
    first = city.send("2031,,5,", "2032,,6,")
    city.say(first, Statement("RNG-FUTURE", "the city's plan"))
    second = city.send("2019,,4,", "2031,,5.5,", "2032,,6,")
    found = city.standing(second)
    assert wanting(found) == {}
    (one,) = found.said.all
    assert (one.origin, one.taken_from, one.statement.place) == (Origin.CARRIED, first.id, ("RNG-FUTURE", None, None))
    # A year that was not told of before wants a word of its own; those before it keep theirs, however often they are sent.
    third = city.send("2031,,5.5,", "2032,,6,", "2033,,6,")
    found = city.standing(third)
    assert wanting(found) == {"RNG-FUTURE": 1}
    assert {(one.statement.period, one.taken_from) for one in found.said.all} == {
        ("2031", first.id),
        ("2032", first.id),
    }
    other = City(held, "elsewhere").send("2031,,5,")
    assert wanting(city.standing(other)) == {"RNG-FUTURE": 1}, "another table is another matter"


def test_a_comment_beside_the_figure_says_why(held: tuple[Engine, Path]) -> None:
    city = City(held, "comment")
    sent = city.send("2019,,4.5,not about a warning", "2031,,5,a forecast", "2032,,6,")
    found = city.standing(sent)
    assert wanting(found) == {"RNG-FUTURE": 1}
    (one,) = found.said.all
    assert (one.origin, one.statement) == (Origin.DATA, Statement("RNG-FUTURE", "a forecast", city.key, "2031"))
    # It is gone with the comment, and is not taken for a reason that was given.
    assert wanting(city.standing(city.send("2031,,5,"))) == {"RNG-FUTURE": 1}


def test_a_wish_waits_for_reasons(held: tuple[Engine, Path]) -> None:
    city = City(held, "wish")
    assert city.send("2019,,4.5,", wish=True).status is Status.ACCEPTED
    waits = city.send("2019,,4.5,", "2031,,5,", wish=True)
    assert waits.status is Status.CHECKED
    assert waits.reason is None
    with writing(city.engine) as conn:
        justify.give_same_reason(conn, waits.id, "ours", caller=CITY)
    assert city.ask(waits).status is Status.ACCEPTED


def test_without_an_office_the_operator_alone_waives(held: tuple[Engine, Path]) -> None:
    city = City(held, "operator")
    sent = city.send("2019,,4.5,", "2020,,150,", "2031,,7,")
    assert sent.status is Status.RETURNED
    with pytest.raises(Conflict, match="1 of 1 warnings"):
        city.ask(sent)
    city.say(sent, Statement("RNG-FUTURE", "a plan"))
    with pytest.raises(Conflict, match=r"not waived \(RNG-PERCENT 1\): the operator"):
        city.ask(sent)
    for nobody in (CITY, OFFICE, Caller("BRISTOL", frozenset({Scope.SUBMIT, Scope.REVIEW}), "key")):
        with pytest.raises(Forbidden):
            city.waive(sent, Statement("RNG-PERCENT", "we like it"), caller=nobody)
    city.waive(sent, Statement("RNG-PERCENT", "it counts commuters", city.key, "2020"), caller=OPERATOR)
    assert city.ask(sent).status is Status.ACCEPTED
    release = city.publish(sent)
    assert release is not None
    assert release.observations == 3
    with reading(city.engine) as conn:
        kept = passports.get(conn, release.number).document
    assert [(one["by"], one["period"], one["text"]) for one in kept["waivers"]] == [
        ("DX", "2020", "it counts commuters")
    ]


def test_no_office_waives_what_has_a_wrong_form(held: tuple[Engine, Path]) -> None:
    city = City(held, "form")
    sent = city.send("2019,,many,", "2020,,150,")
    assert sent.status is Status.RETURNED
    rules = r"\([A-Z-]+ 1\); the others may then be waived \(RNG-PERCENT 1\)\.$"
    with pytest.raises(
        Conflict, match=rf"only a checked one can be published\. Correct the table .* contradiction {rules}"
    ):
        city.ask(sent)
    with pytest.raises(Conflict, match="errors of form"):
        city.waive(sent, Statement("RNG-PERCENT", "it counts commuters"), caller=OPERATOR)


def test_the_office_waives_what_lies_before_it(held: tuple[Engine, Path]) -> None:
    city = City(held, "office")
    with writing(city.engine) as conn:
        bristol = Item(id="BRISTOL", names={"en": "Bristol"})
        agreements.add_agreement(conn, bristol, LOCAL, caller=OPERATOR, areas=["GB_BRS"], reviewer="UK_ONS")
    try:
        sent = city.send("2019,,4.5,", "2020,,150,", "2021,,160,")
        with pytest.raises(Conflict, match=r"is returned: .* comes there when BRISTOL asks for its publication"):
            city.waive(sent, Statement("RNG-PERCENT", "not asked for"))
        for other in (CITY, Caller("DE_DESTATIS", frozenset({Scope.REVIEW}), "key")):
            with pytest.raises(Forbidden):
                city.waive(sent, Statement("RNG-PERCENT", "not asked for"), caller=other)
        assert (city.ask(sent).status, city.status(sent)) == (Status.IN_REVIEW, Status.IN_REVIEW)
        with (
            writing(city.engine) as conn,
            pytest.raises(Conflict, match=r"not waived \(RNG-PERCENT 2\): UK_ONS waives"),
        ):
            review.accept(conn, sent.id, caller=OFFICE)
        city.waive(sent, Statement("RNG-PERCENT", "a share of those of the year before", city.key, "2020"))
        with writing(city.engine) as conn, pytest.raises(Conflict, match=r"RNG-PERCENT 1\)"):
            review.accept(conn, sent.id, caller=OFFICE)
        city.waive(sent, Statement("RNG-PERCENT", "and the same of this one"))
        with writing(city.engine) as conn:
            assert review.accept(conn, sent.id, caller=OFFICE).status is Status.ACCEPTED
        release = city.publish(sent)
        assert release is not None
        with reading(city.engine) as conn:
            kept = passports.get(conn, release.number).document
        assert kept["review"]["office"] == "UK_ONS"
        assert {one["by"] for one in kept["waivers"]} == {"UK_ONS"}
        # What the office returns stays returned, whatever can be waived of it.
        again = city.send("2019,,4.5,", "2020,,150,")
        assert city.standing(again).given(Side.WAIVER) == (), "an office looks anew"
        city.ask(again)
        with writing(city.engine) as conn:
            review.send_back(conn, again.id, caller=OFFICE, reason="not this time")
        with pytest.raises(Conflict, match="is returned"):
            city.ask(again)
    finally:
        with writing(city.engine) as conn:
            agreements.add_agreement(conn, bristol, LOCAL, caller=OPERATOR, reviewer="")


def test_a_nation_that_came_since_is_answered_before_publication(held: tuple[Engine, Path]) -> None:
    city = City(held, "nation")
    table, mapping = ROOT / "examples/bristol/pm25.csv", ROOT / "mappings/bristol/pm25.yaml"
    sent = city.sent(table, mapping)
    assert city.ask(sent).status is Status.ACCEPTED, "nothing to compare with, so no warning"
    with writing(city.engine) as conn:
        loaded = baseline.load_baseline(conn, [ROOT / "examples/uk/national.xml"], actor="tests")
    assert loaded.release is not None
    assert city.publish(sent) is None
    assert city.status(sent) is Status.CHECKED
    assert wanting(city.standing(sent)) == {"COH-MIRROR": 1}
    with pytest.raises(NotFound, match="has no validation passport"), reading(city.engine) as conn:
        passports.get(conn, loaded.release.number)

    (given,) = read_statements((ROOT / "examples/bristol/reasons/pm25.csv").read_bytes(), "pm25.csv")
    city.say(sent, given)
    with reading(city.engine) as conn:
        verdicts = {one.verdict for one in told_report(conn, submissions.get(conn, sent.id)).comparisons}
    assert Verdict.INCONSISTENT in verdicts, "nobody has accepted the reason yet"
    city.ask(sent)
    release = city.publish(sent)
    assert release is not None
    with reading(city.engine) as conn:
        told = told_report(conn, submissions.get(conn, sent.id)).comparisons
        kept = passports.get(conn, release.number)
        total, some = passport.verdicts(conn, kept, limit=2, offset=0)
    (one,) = (c for c in told if c.verdict is Verdict.EXPLAINED)
    assert one.reason.endswith(f"reason given by BRISTOL: {given.text}")
    assert one.key.startswith("A.N.EN_ATM_PM25.GB_BRS")
    with reading(city.engine) as conn:
        now = compare.compare_key(conn, LOCAL, one.key).comparison
    assert (now.verdict, now.reason) == (Verdict.EXPLAINED, one.reason), "as the page of the series tells it"
    assert kept.document["verdicts"] == {"explained": 1, "not_comparable": 2}
    assert (total, len(some)) == (3, 2)


def test_a_release_comes_with_its_passport_or_not_at_all(
    held: tuple[Engine, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    city = City(held, "fault")
    sent = city.send("2019,,4.5,")
    city.ask(sent)
    with reading(city.engine) as conn:
        before = releases.last_release(conn)

    def broken(*_: object) -> str:
        raise OSError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(passport.passports, "keep", broken)
        with pytest.raises(OSError, match="full"):
            city.publish(sent)
    with reading(city.engine) as conn:
        assert releases.last_release(conn) == before
    assert city.status(sent) is Status.ACCEPTED
    assert city.publish(sent) is not None


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"rule,why\nA,b\n", "its first line has to be rule,key,period,reason"),
        (b"rule,reason\nA,\n", "reasons.csv, line 2: it has no reason"),
        (b"rule,reason\nA,b,c\n", "line 2: it has more values"),
        (b'rule,reason\n"A,b\n', "no CSV"),
        ("rule,reason\nA,é\n".encode("latin-1"), "UTF-8"),
        (b"", "its first line"),
    ],
)
def test_a_file_of_reasons_says_where_it_is_wrong(data: bytes, match: str) -> None:
    with pytest.raises(InvalidRequest, match=match):
        read_statements(data, "reasons.csv")
    assert read_statements(b'\xef\xbb\xbfRule,Key,Period,Reason\r\nA,,2019,"b, c"\r\n,,,\r\n', "r.csv") == [
        Statement("A", "b, c", None, "2019")
    ]
