"""The work of a city and of an office in a real browser, from an empty home, with `serve` and `worker` as people run them.

Pictures of every page are in build/screenshots.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from forked import ROOT
from judge import Judge
from playwright.sync_api import Browser, expect
from running_exchange import LOCAL, Running, running

TABLE = ROOT / "examples/bristol/unemployment.xlsx"
MAPPINGS = ROOT / "mappings/bristol"


@pytest.fixture(scope="module")
def exchange(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Nothing but what `serve` makes of an empty home, and the national series to compare with."""
    with running(tmp_path_factory.mktemp("empty") / "home") as here:
        here.command("baseline", "load", ROOT / "examples/uk/national.xml")
        yield here


@pytest.fixture
def judge(browser: Browser, exchange: Running) -> Iterator[Judge]:
    made = Judge(browser, exchange.url)
    yield made
    made.context.close()
    assert not made.problems, made.problems


def first_key(exchange: Running) -> str:
    """The administrator's key, as `serve` printed it."""
    printed = (exchange.home.parent / f"{exchange.home.name}.log").read_text()
    return re.search(r"^  (dx_\S+)$", printed, re.MULTILINE)[1]


def broken(folder: Path) -> Path:
    """Bristol's table with a figure that is none, a year missing and a word for a figure."""
    book = openpyxl.load_workbook(TABLE)
    sheet = book["Unemployment"]
    sheet["B5"], sheet["A7"], sheet["D8"] = "c. 6", None, "n/k"
    path = folder / "unemployment.xlsx"
    book.save(path)
    book.close()
    return path


def test_a_city_sends_mends_publishes_and_downloads(exchange: Running, judge: Judge, tmp_path: Path) -> None:
    page = judge.page
    page.goto("/sign-in")
    judge.look("sign-in")
    judge.sign_in(exchange.key("BRISTOL", "submit"))
    judge.look("submissions-none")

    page.click("text=Send the first table")
    judge.look("upload")
    page.set_input_files("#file", broken(tmp_path))
    page.click("text=Send and check")
    expect(page.get_by_role("alert")).to_contain_text("1 field below needs another look")
    judge.look("upload-fault")
    page.set_input_files("#mapping", MAPPINGS / "unemployment.yaml")
    page.click("text=Send and check")
    page.wait_for_url("**/submissions/*")

    expect(page.get_by_role("heading", name="What the checks found")).to_be_visible()
    rows = [row.inner_text().split("\t") for row in page.locator("table.findings tbody tr").all()]
    assert [row[:4] for row in rows] == [
        ["Unemployment", "B5", "Everyone", "c. 6"],
        ["Unemployment", "D8", "Men", "n/k"],
        ["Unemployment", "A7", "Year", ""],
    ]
    judge.look("submission-returned")

    page.click("text=Send a corrected file")
    assert page.input_value("#table") == "bristol/unemployment"
    page.set_input_files("#file", TABLE)
    page.click("text=Send and check")
    publish = page.get_by_role("button", name="Publish", exact=True)
    expect(publish).to_be_visible()
    judge.look("submission-checked")
    publish.click()
    expect(page.get_by_role("heading", name="Published from it")).to_be_visible()
    judge.look("submission-published")

    page.get_by_role("link", name="Unemployment rate").click()
    expect(page.locator("figure svg").first).to_be_visible()
    judge.look("series")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="CSV", exact=True).click()
    text = Path(downloading.value.path()).read_text()
    values = {row["TIME_PERIOD"]: row["OBS_VALUE"] for row in csv.DictReader(io.StringIO(text))}
    assert (values["2010"], values["2012"]) == ("7.7", "8.6")

    page.goto("/submissions")
    judge.look("submissions")
    page.goto("/")
    judge.look("catalogue")
    page.click("text=Sign out")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_the_operator_signs_in_with_the_first_key(exchange: Running, judge: Judge) -> None:
    page = judge.page
    page.goto("/review")
    page.fill("#key", "dx_0000000000_wrong")
    page.click("main button")
    expect(page.locator(".fault")).to_contain_text("The key is not known")
    judge.look("sign-in-wrong")
    page.fill("#key", first_key(exchange))
    page.click("main button")
    page.wait_for_url("**/review")
    judge.look("review-none")
    for path, name in (("/docs", "docs"), ("/nowhere", "missing"), ("/upload", "upload-operator")):
        page.goto(path)
        judge.look(name)


def test_the_office_reads_and_decides(exchange: Running, judge: Judge) -> None:
    exchange.command("codes", "add", "CL_AREA", "GB_LDS", "Leeds", "--parent", "GB")
    exchange.command(
        "agreements", "add", "LEEDS", LOCAL, "--name", "Leeds", "--area", "GB_LDS", "--review-by", "UK_ONS"
    )
    key = exchange.key("LEEDS", "submit")
    mapping = exchange.home.parent / "pm25.yaml"
    text = (MAPPINGS / "pm25.yaml").read_text()
    mapping.write_text(text.replace("provider: BRISTOL", "provider: LEEDS").replace("GB_BRS", "GB_LDS"))
    sent = [exchange.submit(key, ROOT / "examples/bristol/pm25.csv", mapping) for _ in range(2)]
    for one in sent:
        exchange.wait(key, one, "in_review")

    page = judge.page
    judge.sign_in(exchange.key("UK_ONS", "review"))
    page.click("text=Review queue")
    expect(page.locator("tbody tr")).to_have_count(2)
    judge.look("review")
    page.locator("tbody tr").first.get_by_role("link").click()
    judge.look("submission-in-review")
    page.click("text=Return it with a reason")
    page.fill("#return-reason", "The years before 2012 were measured at two stations only: say so in a note.")
    page.get_by_role("button", name="Return", exact=True).click()
    expect(page.get_by_role("heading", name="Why it was returned")).to_be_visible()
    judge.look("submission-returned-by-office")
    page.click("text=Review queue")
    page.locator("tbody tr").first.get_by_role("link").click()
    page.click("text=Accept and publish")
    expect(page.get_by_role("heading", name="Published from it")).to_be_visible()
    assert {exchange.call("GET", f"/api/v1/submissions/{one}", key).json()["status"] for one in sent} == {
        "returned",
        "published",
    }


def test_all_of_it_without_any_script(exchange: Running, browser: Browser, tmp_path: Path) -> None:
    judge = Judge(browser, exchange.url, script=False)
    page = judge.page
    judge.sign_in(exchange.key("BRISTOL", "submit"))
    page.click("text=Send a table")
    page.set_input_files("#file", ROOT / "examples/bristol/broken/safety-after-dark.csv")
    page.set_input_files("#mapping", MAPPINGS / "safety-after-dark.yaml")
    page.click("text=Send and check")
    expect(page.get_by_role("heading", name="What the checks found")).to_be_visible()
    expect(page.locator("table.findings tbody tr")).to_have_count(4)
    judge.look("plain-returned")
    with page.expect_download() as coming:
        page.click("text=Download the marked table")
    sheet = openpyxl.load_workbook(io.BytesIO(coming.value.path().read_bytes()))["safety-after-dark"]
    assert coming.value.suggested_filename == "safety-after-dark-marked.xlsx"
    assert "'Cliftn'" in sheet["B4"].comment.text
    assert [c.coordinate for row in sheet.iter_rows() for c in row if c.comment] == ["B4", "A5", "D6", "D8"]
    page.click("text=Send a corrected file")
    page.set_input_files("#file", ROOT / "examples/bristol/safety-after-dark.csv")
    page.check("input[name=publish]")
    page.click("text=Send and check")
    expect(page.get_by_role("heading", name="Published from it")).to_be_visible()
    page.locator("section[aria-labelledby=series] a").first.click()
    expect(page.locator("figure svg").first).to_be_visible()
    judge.look("plain-series")
    judge.context.close()
    assert not judge.problems, judge.problems
