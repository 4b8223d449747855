"""The commands of a city and a national office, one after the other, in a home of their own."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import jsonschema
import openpyxl
import pytest
from exchange import COMMAND, ROOT, Exchange
from small_exchange import free_port


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "unemployment.csv"
    path.write_text("Year,Area,Value\n2018,,4.1\n2019,,3.9\n2018,GB_BRS_E05010885,5.25\n")
    return path


def submission_id(text: str) -> str:
    return text.split("Submission ")[1].split(":")[0].split(" ")[0]


def test_a_table_is_written_with_its_cells_marked(
    exchange: Exchange, mapping: Path, table: Path, tmp_path: Path
) -> None:
    table.write_text("Year,Area,Value\n2018,,4.1\n2019,,many\n")
    marked, page = tmp_path / "out.xlsx", tmp_path / "report.html"
    answer = exchange("check", table, "-m", mapping, "--marked", marked, "--report", page, "--language", "es")
    assert answer.code == 1, answer
    assert "fila 3, columna 'Value', celda C3" in answer.out
    sheet = openpyxl.load_workbook(marked)["unemployment"]
    assert sheet["C3"].comment.text.startswith("ERROR MAP-NUMBER")
    assert "<td>C3</td>" in page.read_text()
    answer = exchange("submit", table, "-m", mapping, "--marked", tmp_path / "out.csv")
    assert answer.code == 1, answer
    assert "ERROR C3: " in (tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()[2]
    answer = exchange("check", table, "-m", mapping, "--marked", tmp_path / "out.pdf")
    assert answer.code == 2
    assert "name it out.xlsx" in " ".join(answer.err.split())


def test_submit_publish_correct_withdraw(exchange: Exchange, mapping: Path, table: Path, tmp_path: Path) -> None:
    answer = exchange("submit", table, "--mapping", mapping)
    assert answer.code == 0, answer
    first = submission_id(answer.out)
    assert exchange("export", "DX:DF_SDG_LOCAL(1.0.0)").code == 2, "nothing is served before it is published"

    answer = exchange("publish", first)
    assert answer.code == 0, answer
    assert "2 series added" in answer.out
    answer = exchange("publish", first)
    assert answer.code == 2
    assert "published" in answer.err

    table.write_text("Year,Area,Value\n2018,,4.1\n2019,,3.8\n")
    mapping.write_text(mapping.read_text().replace("columns:", "complete: true\ncolumns:", 1))
    answer = exchange("submit", table, "--mapping", mapping, "--publish", "--reason", "the year was wrong")
    assert "1 revised, 1 closed" in answer.out, answer
    second = submission_id(answer.out)
    served = exchange("export", "DX:DF_SDG_LOCAL(1.0.0)", "--key", "...GB_BRS").out.splitlines()
    assert len(served) == 3

    answer = exchange("withdraw", first, "--reason", "it is not the one that is served")
    assert answer.code == 2
    assert "is replaced" in answer.err
    answer = exchange("withdraw", second, "--reason", "for the test")
    assert answer.code == 0, answer
    assert exchange("export", "DX:DF_SDG_LOCAL(1.0.0)").code == 2
    statuses = {line.split()[0]: line.split()[1] for line in exchange("submissions").out.splitlines()[1:]}
    assert statuses == {first: "replaced", second: "withdrawn"}
    assert len(exchange("releases").out.splitlines()) == 4


def test_an_older_submission_does_not_overwrite_a_newer_one(exchange: Exchange, mapping: Path, table: Path) -> None:
    older = submission_id(exchange("submit", table, "--mapping", mapping).out)
    table.write_text("Year,Area,Value\n2018,,9.9\n")
    newer = submission_id(exchange("submit", table, "--mapping", mapping, "--publish").out)
    answer = exchange("publish", older)
    assert answer.code == 2
    assert newer in answer.err
    assert "9.9" in exchange("export", "DX:DF_SDG_LOCAL(1.0.0)").out


def test_nobody_publishes_in_another_name_or_place(exchange: Exchange, mapping: Path, table: Path) -> None:
    text = mapping.read_text()
    for wrong in (text.replace("BRISTOL", "UK_ONS"), text.replace("DF_SDG_LOCAL", "DF_SDG_NATIONAL")):
        mapping.write_text(wrong)
        for verb in ("check", "submit"):
            answer = exchange(verb, table, "--mapping", mapping)
            assert answer.code == 2
            assert "provision agreement" in answer.err
    assert "None yet." in exchange("submissions").out


def test_a_message_is_checked_without_a_mapping(exchange: Exchange, table: Path) -> None:
    answer = exchange("check", ROOT / "examples" / "uk" / "national.xml")
    assert answer.code == 0, answer
    assert "4,306 observations" in answer.out
    for command in ("check", "diff"):
        answer = exchange(command, table)
        assert answer.code == 2
        assert "--mapping" in answer.err


def test_output_that_nobody_reads_to_the_end(exchange: Exchange) -> None:
    assert exchange("demo", "--no-serve").code == 0
    script = f"{COMMAND} export 'DX:DF_SDG_NATIONAL(1.0.0)' | head -1"
    answer = subprocess.run(
        ["bash", "-c", script], env=exchange.environment, capture_output=True, text=True, timeout=60
    )
    assert answer.stdout.startswith("STRUCTURE")
    assert answer.stderr == ""


def test_the_demonstration_keeps_out_of_a_real_exchange(exchange: Exchange, mapping: Path, table: Path) -> None:
    assert exchange("submit", table, "--mapping", mapping, "--publish").code == 0
    answer = exchange("demo", "--no-serve")
    assert answer.code == 2
    assert "town/unemployment" in answer.err


def test_version_and_bare_call(exchange: Exchange) -> None:
    assert exchange("--version").out.strip()[0].isdigit()
    assert "Usage" in exchange().out


def test_errors_are_exit_1_and_named(
    exchange: Exchange, mapping: Path, table: Path, tmp_path: Path, shared_data: Path
) -> None:
    table.write_text("Year,Area,Value\n2018,,4.1\n20x9,,3.9\n2018,GB_BRS_E0501088,n/a\n")
    report = tmp_path / "report.json"
    answer = exchange("submit", table, "--mapping", mapping, "--report", report)
    assert answer.code == 1
    assert "row 3" in answer.out
    assert "20x9" in answer.out
    assert "row 4" in answer.out
    assert "n/a" in answer.out
    validations = json.loads(report.read_text())
    schema = json.loads((shared_data / "schemas" / "ess_validation_report_1.0.1.schema.json").read_text())
    jsonschema.Draft4Validator(schema).validate(validations)
    refused = exchange("publish", submission_id(answer.out))
    assert refused.code == 2
    assert "returned" in refused.err


def test_all_that_is_wrong_in_a_row_is_told_at_once(exchange: Exchange, mapping: Path, table: Path) -> None:
    text = (
        mapping.read_text()
        .replace("  UNIT_MEASURE: PT\n", "")
        .replace("  Value: OBS_VALUE", "  Unit: UNIT_MEASURE\n  Value: OBS_VALUE")
    )
    mapping.write_text(text)
    table.write_text("Year,Area,Unit,Value\n20x8,,ZZ,144\n2018,,PT,4\n")
    answer = exchange("check", table, "--mapping", mapping)
    assert answer.code == 1
    for wrong in ("20x8", "'ZZ'", "144"):
        assert wrong in answer.out, answer.out


def test_check_stores_nothing(exchange: Exchange, mapping: Path, table: Path) -> None:
    for words in (("check", table, "--mapping", mapping), ("submit", table, "--mapping", mapping, "--dry-run")):
        answer = exchange(*words)
        assert answer.code == 0, answer
    assert "None yet." in exchange("submissions").out
    assert not list((exchange.home / "files").rglob("*.*"))


def test_the_worker_checks_what_waits(exchange: Exchange, mapping: Path, table: Path) -> None:
    answer = exchange("submit", table, "--mapping", mapping, "--no-wait")
    assert answer.code == 0, answer
    waiting = submission_id(answer.out)
    assert exchange("worker", "--ping").code == 3, "none runs yet"
    worker = exchange.start("worker")
    try:
        for _ in range(60):
            if f"{waiting}  checked" in exchange("submissions").out:
                break
            time.sleep(0.3)
        else:
            pytest.fail("the worker did not check the submission")
        assert exchange("worker", "--ping").out.strip() == "ok"
        later = submission_id(exchange("submit", table, "--mapping", mapping, "--no-wait").out)
        for _ in range(60):
            if f"{later}  checked" in exchange("submissions").out:
                break
            time.sleep(0.3)
        else:
            pytest.fail("the worker did not take the queued job")
    finally:
        worker.terminate()
        worker.communicate(timeout=20)
    assert exchange("publish", waiting).code == 0


def test_the_demonstration_tells_its_story(exchange: Exchange) -> None:
    answer = exchange("demo", "--no-serve")
    assert answer.code == 0, answer
    out = " ".join(answer.out.split())
    assert (
        "Explained: Annual mean levels of fine particulate matter in cities… (EN_ATM_PM25) in Bristol (GB_BRS)" in out
    )
    assert "reason given by BRISTOL: The city takes modelled concentrations" in out
    assert "Consistent: Internet users per 100 inhabitants (IT_USE_II99) in Bristol (GB_BRS)" in out
    assert "from 27.5 (Hartcliffe and Withywood) to 88.9 (Clifton Down) across 34 areas. Difference 61.4" in out
    assert "differs by a factor of about 100" in out
    assert "with the national series Number of victims of intentional homicide per 100,000… (VC_IHR_PSRC)" in out
    assert "proxy of VC_SNS_WALN" in out
    assert answer.out.count("Published as release") == 7
    assert "Traceback" not in answer.err
    served = exchange("export", "DX:DF_SDG_LOCAL(1.0.0)", "--key", "A.N._L_VC_SNS_WALN_DARK.GB_BRS").out.splitlines()
    assert len(served) > 4
    status = served[0].split(",").index("OBS_STATUS")
    assert {line.split(",")[status] for line in served[1:]} == {"D"}
    again = exchange("demo", "--no-serve")
    assert again.code == 0, "may be run twice on one home"


@pytest.mark.parametrize("suffix", ["json", "xml", "csv", "csvlabels"])
def test_export_formats(suffix: str, exchange: Exchange, mapping: Path, table: Path, tmp_path: Path) -> None:
    assert exchange("submit", table, "--mapping", mapping, "--publish").code == 0
    into = tmp_path / f"out.{suffix}"
    assert exchange("export", "DX:DF_SDG_LOCAL(1.0.0)", "--format", suffix, "--into", into).code == 0
    assert b"5.25" in into.read_bytes()
    assert sorted(p.name for p in tmp_path.glob("out*")) == [into.name]


@pytest.mark.parametrize(("word", "start"), [("xlsx", b"PK"), ("parquet", b"PAR1"), ("csvexcel", b"\xef\xbb\xbf")])
def test_export_of_tables(
    word: str, start: bytes, exchange: Exchange, mapping: Path, table: Path, tmp_path: Path
) -> None:
    assert exchange("submit", table, "--mapping", mapping, "--publish").code == 0
    into = tmp_path / "out"
    assert exchange("export", "DX:DF_SDG_LOCAL(1.0.0)", "--format", word, "--into", into).code == 0
    assert into.read_bytes().startswith(start)


def test_structures_are_removed_where_nobody_uses_them(exchange: Exchange, tmp_path: Path) -> None:
    message = tmp_path / "codes.json"
    codes = [{"id": code, "name": code} for code in ("A", "B")]
    lists = [{"id": "CL_X", "agencyID": "BRISTOL", "version": v, "name": "x", "codes": codes} for v in ("0.1", "1.0.0")]
    message.write_text(json.dumps({"data": {"codelists": lists}}))
    assert exchange("structures", "load", message).code == 0
    answer = exchange("structures", "remove", "codelist", "BRISTOL:CL_X(0.1)", "--item", "B")
    assert (answer.code, "has B no more" in answer.out) == (0, True), answer
    assert exchange("structures", "remove", "codelist", "BRISTOL:CL_X(0.1)").code == 0
    answer = exchange("structures", "remove", "codelist", "BRISTOL:CL_X(1.0.0)")
    assert (answer.code, "is final" in answer.err) == (2, True), answer
    assert exchange("structures", "remove", "codelist", "BRISTOL:CL_X(1.0.0)", "--final").code == 0
    assert "BRISTOL" not in exchange("structures", "list", "--kind", "codelist").out
    answer = exchange("structures", "remove", "dataflow", "DX:DF_SDG_LOCAL(1.0.0)", "--final")
    assert (answer.code, "ships with the exchange" in answer.err) == (2, True), answer


def test_a_final_list_that_a_file_has_otherwise_is_named(exchange: Exchange, tmp_path: Path) -> None:
    message = tmp_path / "codes.json"
    for name, said in (("Red", False), ("Red", False), ("Scarlet", True)):
        lists = [
            {"id": "CL_Y", "agencyID": "BRISTOL", "version": v, "name": "y", "codes": [{"id": "R", "name": name}]}
            for v in ("0.1", "1.0.0")
        ]
        message.write_text(json.dumps({"data": {"codelists": lists}}))
        answer = exchange("structures", "load", message)
        assert answer.code == 0, answer
        assert ("Codelist BRISTOL:CL_Y(1.0.0) is not as this file has it" in answer.out) is said
        assert "CL_Y(0.1)" not in answer.out


def test_structures_and_agreements_are_listed(exchange: Exchange) -> None:
    assert "DX:DF_SDG_LOCAL(1.0.0)" in exchange("structures", "list").out
    assert "BRISTOL" in exchange("agreements", "list").out
    assert (ROOT / "examples").is_dir()


def test_an_agreement_keeps_the_terms_that_are_not_named(exchange: Exchange) -> None:
    def add(*named: str) -> str:
        answer = exchange("agreements", "add", "LEEDS", "DX:DF_SDG_LOCAL(1.0.0)", *named)
        assert answer.code == 0, answer
        return " ".join(answer.out.split("LEEDS may send data ")[1].split())

    flow = "to DX:DF_SDG_LOCAL(1.0.0)"
    reviewed = "UK_ONS reviews them before they are published."
    assert add("--name", "Leeds", "--area", "GB_BRS_E05010885") == (
        f"of GB_BRS_E05010885 and all below {flow}; nobody reviews them before they are published."
    )
    assert add("--review-by", "UK_ONS") == f"of GB_BRS_E05010885 and all below {flow}; {reviewed}"
    assert add("--area", "GB_BRS") == f"of GB_BRS and all below {flow}; {reviewed}"
    assert add("--any-area") == f"of any area {flow}; {reviewed}"
    assert add("--no-review") == f"of any area {flow}; nobody reviews them before they are published."
    answer = exchange("agreements", "add", "LEEDS", "DX:DF_SDG_LOCAL(1.0.0)", "--no-review", "--review-by", "UK_ONS")
    assert answer.code == 2
    assert "they say the opposite" in " ".join(answer.err.split())


@pytest.mark.parametrize(
    "words",
    [
        ("submissions",),
        ("releases",),
        ("review", "list"),
        ("keys", "list"),
        ("keys", "revoke", "abc"),
        ("publish", "abc"),
        ("withdraw", "abc", "--reason", "x"),
        ("export", "DX:DF_SDG_LOCAL(1.0.0)"),
    ],
)
def test_a_home_that_was_mistyped_stays_empty(words: tuple[str, ...], tmp_path: Path) -> None:
    answer = Exchange(tmp_path / "nowhere")(*words)
    assert answer.code == 2
    assert "There is no exchange here: check DATAEXCHANGE_HOME" in answer.err
    assert not (tmp_path / "nowhere").exists()


def test_the_first_hint_leads_to_the_same_database(tmp_path: Path, own_postgresql_url: str) -> None:
    """The line that a first start prints, in a shell without its environment."""
    port = free_port()
    environment = {"DATAEXCHANGE_HOME": str(tmp_path / "home"), "DATAEXCHANGE_DATABASE_URL": own_postgresql_url}
    plain = {k: v for k, v in os.environ.items() if not k.startswith("DATAEXCHANGE_")}
    log = tmp_path / "log"
    with log.open("w") as out:
        serving = subprocess.Popen(
            [COMMAND, "serve", "--no-worker", "--port", str(port)], env={**plain, **environment}, stdout=out, stderr=out
        )
    try:
        while (hint := re.search(r"^  (DATAEXCHANGE_HOME=.* keys create BRISTOL .*)$", log.read_text(), re.M)) is None:
            assert serving.poll() is None, log.read_text()
            time.sleep(0.1)
    finally:
        serving.terminate()
        serving.wait()
    done = subprocess.run(hint[1], shell=True, env=plain, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert own_postgresql_url in done.stderr
    assert not (tmp_path / "home" / "exchange.db").exists()


def test_local_data_are_not_loaded_as_a_baseline(
    exchange: Exchange, mapping: Path, table: Path, tmp_path: Path
) -> None:
    assert exchange("submit", table, "--mapping", mapping, "--publish").code == 0
    out = tmp_path / "local.csv"
    assert exchange("export", "DX:DF_SDG_LOCAL(1.0.0)", "--into", out).code == 0
    answer = exchange("baseline", "load", out, "--provider", "BRISTOL")
    assert answer.code == 2
    assert "submitted and not loaded" in answer.err


def test_a_loaded_baseline_keeps_its_source_and_licence(exchange: Exchange) -> None:
    national = ROOT / "examples" / "uk" / "national.xml"
    assert exchange("baseline", "load", national).code == 0
    assert exchange("baseline", "load", national, "--note", "Ours, CC BY 4.0").code == 0
    with closing(sqlite3.connect(exchange.home / "exchange.db")) as conn:
        (first,), (later,) = conn.execute("SELECT note FROM releases ORDER BY number")
    assert later == "Ours, CC BY 4.0"
    assert "Open Government Licence v3.0. Source: ONSdigital/sdg-data" in first


def test_a_wrong_baseline_is_withdrawn(exchange: Exchange) -> None:
    assert exchange("baseline", "load", ROOT / "examples" / "uk" / "national.xml").code == 0
    answer = exchange(
        "baseline", "withdraw", "DX:DF_SDG_NATIONAL(1.0.0)", "--provider", "UK_ONS", "--reason", "for the test"
    )
    assert "277 series closed" in answer.out, answer
    assert exchange("export", "DX:DF_SDG_NATIONAL(1.0.0)").code == 2


def test_messages_are_checked_together_as_they_are_loaded(exchange: Exchange, shared_data: Path) -> None:
    folder = shared_data / "kyrgyzstan"
    assert exchange("structures", "load", folder / "structures-KG_NSC-SDG-1.8.xml").code == 0
    answer = exchange("check", *sorted(folder.glob("1*.xml")))
    assert answer.code == 0, answer
    assert answer.out.count("Report on") == 1
    assert "It can be published.\n" in answer.out, "national series want no reasons"
    assert "BAS-CONTRADICT" in answer.out
    assert "BAS-VERSION" in answer.out


def test_looking_does_not_wait_for_a_writer(exchange: Exchange) -> None:
    assert exchange("structures", "list").code == 0
    with closing(sqlite3.connect(exchange.home / "exchange.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        assert exchange("releases").code == 0
        assert time.monotonic() - started < 10
        other.execute("ROLLBACK")


def test_the_examples_of_the_page_on_reports_can_be_loaded(
    exchange: Exchange, tmp_path: Path, shared_data: Path
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference-metadata.md").read_text()
    flow, report = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", page, re.DOTALL))
    for name, content in (("metadataflow.json", flow), ("reports.json", report)):
        (tmp_path / name).write_text(json.dumps(content))
    structure = shared_data / "sdg" / "metadatastructure-IAEG-SDGs-SDG_MSD-1.0.xml"
    answer = exchange("structures", "load", structure, tmp_path / "metadataflow.json")
    assert answer.code == 0, answer
    answer = exchange("metadata", "load", tmp_path / "reports.json")
    assert answer.code == 0, answer
    assert "BRISTOL:PM25(1.0.0)" in exchange("metadata", "list").out


def test_metadata_reports_are_loaded_listed_and_removed(exchange: Exchange, tmp_path: Path) -> None:
    kinds = "urn:sdmx:org.sdmx.infomodel.metadatastructure."
    data = {
        "metadataStructures": [
            {
                "id": "MSD",
                "agencyID": "BRISTOL",
                "version": "1.0.0",
                "name": "m",
                "metadataStructureComponents": {
                    "metadataAttributeList": {
                        "metadataAttributes": [
                            {
                                "id": "SOURCE",
                                "conceptIdentity": "urn:sdmx:org.sdmx.infomodel.conceptscheme.Concept=DX:CONCEPTS(1.0.0).SEX",
                            }
                        ]
                    }
                },
            }
        ],
        "metadataflows": [
            {
                "id": "MDF",
                "agencyID": "BRISTOL",
                "version": "1.0.0",
                "name": "f",
                "structure": f"{kinds}MetadataStructure=BRISTOL:MSD(1.0.0)",
                "targets": ["urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=*:*(*)"],
            }
        ],
    }
    structures = tmp_path / "structures.json"
    structures.write_text(json.dumps({"data": data}))
    assert exchange("structures", "load", structures).code == 0
    report = {
        "id": "PM25",
        "agencyID": "BRISTOL",
        "version": "1.0.0",
        "name": "Fine particles",
        "metadataflow": f"{kinds}Metadataflow=BRISTOL:MDF(1.0.0)",
        "targets": ["urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=DX:DF_SDG_LOCAL(1.0.0)"],
        "attributes": [{"id": "COLOUR", "value": "red"}],
    }
    message = tmp_path / "reports.json"
    message.write_text(json.dumps({"data": {"metadataSets": [report]}}))
    answer = exchange("metadata", "load", message)
    assert answer.code == 1, answer
    assert "COLOUR is no attribute" in answer.out
    assert "SOURCE is missing." in answer.out
    assert "PM25" not in exchange("metadata", "list").out
    message.write_text(
        json.dumps({"data": {"metadataSets": [{**report, "attributes": [{"id": "SOURCE", "value": "council"}]}]}})
    )
    assert exchange("metadata", "load", message).code == 0
    assert "DX:DF_SDG_LOCAL(1.0.0)" in exchange("metadata", "list").out
    assert exchange("structures", "remove", "metadataflow", "BRISTOL:MDF(1.0.0)", "--final").code == 2
    assert exchange("metadata", "remove", "BRISTOL:PM25(1.0.0)").code == 0
    answer = exchange("metadata", "remove", "BRISTOL:PM25(1.0.0)")
    assert (answer.code, "no report" in answer.err) == (2, True), answer
    assert exchange("structures", "remove", "metadataflow", "BRISTOL:MDF(1.0.0)", "--final").code == 0


def test_a_mapping_is_proposed_and_says_what_is_missing(exchange: Exchange, tmp_path: Path) -> None:
    table = tmp_path / "8-5-2.csv"
    table.write_text("Year,Sex,Unemployment rate (%)\n2019,Women,4.5\n2019,Men,5.25\n")
    made = tmp_path / "city" / "unemployment.yaml"
    told = exchange("mapping", "suggest", table, "--output", made)
    assert told.code == 0
    assert "questions to answer" in told.out
    assert "dataexchange check" in told.out
    assert "# PREGUNTA: " in exchange("mapping", "suggest", table, "--language", "es").out
    missing = exchange("check", table, "--mapping", made)
    assert missing.code == 2
    assert "source" in missing.err
    answered = made.read_text().replace("  # name:", "  name: Labour force survey")
    made.write_text(answered.replace("  # OBS_STATUS: A", "  OBS_STATUS: A"))
    assert exchange("check", table, "--mapping", made).code == 0
    again = exchange("mapping", "suggest", table, "--output", made)
    assert again.code == 2
    assert "is there already" in again.err
