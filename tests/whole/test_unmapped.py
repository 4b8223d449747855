"""What needs no mapping: SDMX messages, Parquet of components, and zips of them, from the sending to the release."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from forked import ROOT

from dataexchange.errors import Forbidden, InvalidRequest
from dataexchange.model.access import Caller, Scope
from dataexchange.model.structure import Item, Kind, parse_short
from dataexchange.model.submission import Release, Status, Submission
from dataexchange.store import submissions
from dataexchange.store.database import Engine, migrate, open_database, reading, writing
from dataexchange.workflow import justify, publish, review, submit
from dataexchange.workflow.agreements import add_agreement
from dataexchange.workflow.permission import operator
from dataexchange.workflow.structures import register_shipped

BRISTOL = Caller("BRISTOL", frozenset({Scope.SUBMIT}), "test")
FLOW = "DX:DF_SDG_LOCAL(1.0.0)"
_OWN = {
    "FREQ": "A", "REPORTING_TYPE": "N", "SERIES": "SL_TLF_UEM", "REF_AREA": "GB_BRS", "SEX": "_T", "AGE": "_T",
    "URBANISATION": "_T", "INCOME_WEALTH_QUANTILE": "_T", "EDUCATION_LEV": "_T", "OCCUPATION": "_T",
    "CUST_BREAKDOWN": "_T", "COMPOSITE_BREAKDOWN": "_T", "DISABILITY_STATUS": "_T", "ACTIVITY": "_T", "PRODUCT": "_T",
    "OBS_STATUS": "A", "UNIT_MEASURE": "PT", "UNIT_MULT": "0", "NATURE": "C",
}  # fmt: skip


def message(
    *rows: tuple[int | str, float | str], area: str = "GB_BRS", flow: str = FLOW, action: str = "I", **said: str
) -> bytes:
    columns = {**_OWN, "REF_AREA": area, **said}
    header = ["STRUCTURE", "STRUCTURE_ID", "ACTION", *columns, "TIME_PERIOD", "OBS_VALUE"]
    lines = [",".join(["dataflow", flow, action, *columns.values(), str(year), str(value)]) for year, value in rows]
    return "\n".join([",".join(header), *lines, ""]).encode()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with structures, copied for each test."""
    place = tmp_path_factory.mktemp("made") / "exchange.db"
    engine = open_database(f"sqlite:///{place}")
    migrate(engine)
    with writing(engine) as conn:
        register_shipped(conn)
        flow = parse_short(FLOW, Kind.DATAFLOW)
        add_agreement(conn, Item(id="OSLO", names={"en": "Oslo"}), flow, caller=operator("test"))
    engine.dispose()
    return place


@pytest.fixture
def engine(made: Path, tmp_path: Path) -> Iterator[Engine]:
    (tmp_path / "exchange.db").write_bytes(made.read_bytes())
    engine = open_database(f"sqlite:///{tmp_path}/exchange.db")
    yield engine
    engine.dispose()


def sent(engine: Engine, home: Path, path: Path, caller: Caller = BRISTOL, **told: str) -> Submission:
    parcel = submit.keep_parcel(home, path, None, **told)
    with reading(engine) as conn:
        announced = submit.read_parcel(conn, home, parcel, caller=caller)
    with writing(engine) as conn:
        return submit.accept_parcel(conn, announced, caller=caller)


def checked(engine: Engine, home: Path, submission: Submission):
    with reading(engine) as conn:
        assessment = submit.examine(conn, home, submission)
    with writing(engine) as conn:
        submit.conclude(conn, submission.id, assessment, actor="test")
    return assessment.report


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def zipped(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        for name, data in files.items():
            package.writestr(f"{name}.csv", data)
    return path


def as_parquet(path: Path, flow: str | None) -> Path:
    columns = {name: [text, text] for name, text in _OWN.items()} | {
        "TIME_PERIOD": [2018, 2019],
        "OBS_VALUE": [4.5, 5.0],
    }
    table = pa.table(columns)
    pq.write_table(table.replace_schema_metadata({"sdmx.dataflow": flow}) if flow else table, path)
    return path


@pytest.mark.parametrize("form", ["csv", "parquet", "zip"])
def test_a_message_goes_from_the_city_to_a_release(engine: Engine, tmp_path: Path, form: str) -> None:
    path = {
        "csv": lambda: put(tmp_path / "uem.csv", message((2018, 4.5), (2019, 5.0))),
        "parquet": lambda: as_parquet(tmp_path / "uem.parquet", FLOW),
        "zip": lambda: zipped(tmp_path / "uem.zip", a=message((2018, 4.5)), b=message((2018, 4.5), (2019, 5.0))),
    }[form]()
    submission = sent(engine, tmp_path, path)
    assert (submission.provider, submission.dataflow.short, submission.dataset) == ("BRISTOL", FLOW, "bristol/uem")
    assert (submission.mapping_hash, submission.mapping_name) == (None, None)
    report = checked(engine, tmp_path, submission)
    assert report.publishable, [f.message for f in report.findings]
    assert report.counts["observations"] == 2
    with writing(engine) as conn:
        justify.give_same_reason(conn, submission.id, "As it was counted", caller=BRISTOL)
        review.ask_for_publication(conn, submission.id, caller=BRISTOL)
        release = publish.publish(conn, tmp_path, submission.id, actor="test")
    assert release is not None
    assert (release.series_added, release.observations, release.mapping_hash) == (1, 2, None)


def test_faults_of_a_message_return_it(engine: Engine, tmp_path: Path) -> None:
    submission = sent(engine, tmp_path, put(tmp_path / "a.csv", message((2018, 4.5), area="KG11")))
    report = checked(engine, tmp_path, submission)
    assert "AREA" in " ".join(f.rule for f in report.findings if f.severity == "error")
    with reading(engine) as conn:
        assert submissions.get(conn, submission.id).status is Status.RETURNED
    mixed = zipped(tmp_path / "b.zip", a=message((2018, 4.5)), b=message((2018, 4.5), flow="DX:DF_SDG_NATIONAL(1.0.0)"))
    (found,) = checked(engine, tmp_path, sent(engine, tmp_path, mixed)).findings
    assert found.rule == "FILE-READ"
    assert found.message.startswith("b.zip/b.csv: the message is of DX:DF_SDG_NATIONAL(1.0.0), and it was sent to")


def test_what_a_message_does_not_say_is_asked_for(engine: Engine, tmp_path: Path) -> None:
    plain = as_parquet(tmp_path / "a.parquet", None)
    with pytest.raises(InvalidRequest, match="does not say which dataflow") as asked:
        sent(engine, tmp_path, plain)
    assert asked.value.parameter == "dataflow"
    assert sent(engine, tmp_path, plain, dataflow=FLOW).dataflow.short == FLOW
    csv = put(tmp_path / "a.csv", message((2018, 4.5)))
    with pytest.raises(InvalidRequest, match="say whose figures they are") as asked:
        sent(engine, tmp_path, csv, operator("test"))
    assert asked.value.parameter == "provider"
    assert sent(engine, tmp_path, csv, operator("test"), provider="OSLO").provider == "OSLO"
    with pytest.raises(Forbidden, match="name BRISTOL as `provider`, or send it with a key of OSLO"):
        sent(engine, tmp_path, csv, provider="OSLO")
    with pytest.raises(InvalidRequest, match="is no SDMX message, so it needs one") as asked:
        sent(engine, tmp_path, ROOT / "examples/bristol/pm25.csv")
    assert asked.value.parameter == "mapping"
    with pytest.raises(InvalidRequest, match=r"a.zip/b.csv is no SDMX message"):
        sent(engine, tmp_path, zipped(tmp_path / "a.zip", a=message((2018, 1)), b=b"Year,Value\n2018,1\n"))


#: A key alone.
BARE = {"OBS_STATUS": "", "UNIT_MEASURE": "", "UNIT_MULT": "", "NATURE": ""}


def published(engine: Engine, home: Path, data: bytes) -> tuple[dict[str, str], Release | None]:
    """(what the check says, by rule, with the release of the table `uem` where nothing stands in the way)."""
    submission = sent(engine, home, put(home / "uem.csv", data))
    report = checked(engine, home, submission)
    told = {f.rule: f.message for f in report.findings}
    if not report.publishable:
        return told, None
    with writing(engine) as conn:
        justify.give_same_reason(conn, submission.id, "As it was counted", caller=BRISTOL)
        review.ask_for_publication(conn, submission.id, caller=BRISTOL)
        return told, publish.publish(conn, home, submission.id, actor="test")


def test_a_message_must_not_contradict_itself(engine: Engine, tmp_path: Path) -> None:
    told, release = published(engine, tmp_path, message((2018, 4.5), (2019, 5.0), (2018, 7.0)))
    assert release is None
    assert told["DUP-CONTRADICTION"].endswith("2018: OBS_VALUE is 4.5 in line 2 but 7 in line 4: leave one of the two.")
    two = zipped(tmp_path / "two.zip", a=message((2018, 4.5)), b=message((2018, 7.0)))
    (found,) = [f for f in checked(engine, tmp_path, sent(engine, tmp_path, two)).findings if f.severity == "error"]
    assert "is 4.5 in two.zip/a.csv (line 2) but 7 in two.zip/b.csv (line 2)" in found.message


def test_a_message_deletes_what_it_names(engine: Engine, tmp_path: Path) -> None:
    published(engine, tmp_path, message((2017, 4.0), (2018, 4.5), (2019, 5.0)))
    told, release = published(engine, tmp_path, message((2018, ""), (2031, ""), action="D", **BARE))
    assert told["REL-KEEPS"].endswith("name them in a message with the action Delete.")
    assert release is not None
    assert (release.series_revised, release.observations) == (1, 2)
    both = message((2019, 5.5)) + message((2019, ""), action="D").split(b"\n", 1)[1]
    told, release = published(engine, tmp_path, both)
    assert release is None
    assert "REL-BOTH" in told
    told, release = published(engine, tmp_path, message(("", ""), action="D", **BARE))
    assert told["REL-DELETES"].startswith("2 published observations of bristol/uem are deleted")
    assert release is not None
    assert (release.series_closed, release.observations) == (1, 0)


@pytest.mark.parametrize("vague", [{"SEX": ""}, {"OBS_STATUS": "A"}], ids=["several series", "an attribute"])
def test_what_goes_is_named_as_a_whole(engine: Engine, tmp_path: Path, vague: dict[str, str]) -> None:
    published(engine, tmp_path, message((2018, 4.5)))
    told, release = published(engine, tmp_path, message((2018, ""), action="D", **{**BARE, **vague}))
    assert release is None
    assert "MSG-DELETE" in told


def test_a_name_that_is_not_published_deletes_nothing(engine: Engine, tmp_path: Path) -> None:
    published(engine, tmp_path, message((2018, 4.5)))
    told, _ = published(engine, tmp_path, message((2031, ""), action="D", **BARE))
    assert told["REL-DELETES"].startswith("1 observation or series that the file names to be deleted is not published")


def test_replace_takes_attributes_away_and_nothing_else(engine: Engine, tmp_path: Path) -> None:
    published(engine, tmp_path, message((2018, 4.5), (2019, 5.0), COMMENT_OBS="provisional"))
    merged, _ = published(engine, tmp_path, message((2018, 4.5), COMMENT_OBS="", action="M"))
    assert "REL-SAME" in merged
    submission = sent(engine, tmp_path, put(tmp_path / "uem.csv", message((2018, 4.5), COMMENT_OBS="", action="R")))
    with reading(engine) as conn:
        difference = submit.examine(conn, tmp_path, submission).difference
    assert difference is not None
    told = difference.observations
    assert (told.attributes, told.deleted, told.kept) == (1, 0, 1)
