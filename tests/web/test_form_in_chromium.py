"""The upload form and the list of submissions in a real browser: what is dropped, what is too long, a session that ended."""

from __future__ import annotations

import os

import pytest
from people import GOOD, MAPPING, People
from playwright.sync_api import Browser, Page, expect
from visit import Visit

DROP = """names => {
  const carried = new DataTransfer();
  for (const name of names) carried.items.add(new File(["Year,Area,Value\\n2019,,4.5\\n"], name));
  document.querySelector(".drop").dispatchEvent(new DragEvent("drop", {dataTransfer: carried, bubbles: true, cancelable: true}));
}"""


def page_of(browser: Browser, people: People, *, script: bool = True) -> Page:
    size = {"width": 1000, "height": 800}
    page = browser.new_context(base_url=people.server.url, viewport=size, java_script_enabled=script).new_page()
    page.goto("/sign-in")
    page.fill("#key", people.keys["city"])
    page.click("main button")
    page.wait_for_url("**/submissions")
    return page


def test_one_file_is_taken_and_no_other_kind(browser: Browser, people: People) -> None:
    people.sent("city")
    page = page_of(browser, people)
    page.goto("/upload?table=bristol/unemployment")
    page.evaluate(DROP, ["one.csv", "two.csv"])
    expect(page.locator("[data-taken]")).to_have_text("Only one.csv was taken: send the other one afterwards.")
    page.evaluate(DROP, ["notes.pdf"])
    assert "notes.pdf is no table" in page.locator("#file").evaluate("input => input.validationMessage")
    expect(page.locator("[data-taken]")).to_be_hidden()
    page.evaluate(DROP, ["ONE.CSV", "two.csv", "three.csv"])
    page.click("text=Send and check")
    page.wait_for_url("**/submissions/*")
    expect(page.locator("h1")).to_have_text("ONE.CSV")
    page.context.close()


def test_a_long_name_leaves_the_other_columns_in_sight(browser: Browser, people: People) -> None:
    mapping = ("m" * 150 + ".yaml", MAPPING.format(provider="BRISTOL", area="GB_BRS").encode())
    Visit(people, "city").upload({"file": ("n" * 190 + ".csv", GOOD), "mapping": mapping})
    page = page_of(browser, people)
    wide = "box => box.scrollWidth - box.clientWidth"
    assert page.locator(".scroll").evaluate(wide) == 0
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.locator("html").evaluate(wide) == 0
    page.click("tbody a")
    page.wait_for_url("**/submissions/*")
    assert page.locator("html").evaluate(wide) == 0
    page.context.close()


@pytest.mark.parametrize("script", [True, False])
def test_a_proposed_mapping_is_what_is_seen_next(browser: Browser, people: People, script: bool) -> None:
    page = page_of(browser, people, script=script)
    table = {"name": "wards.csv", "mimeType": "text/csv", "buffer": b"Year,Ward,Value\n2019,Ashley,4\n2020,Cotham,5\n"}
    for width in (1000, 360):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto("/upload")
        button = page.get_by_role("button", name="Propose a mapping")
        file, box = page.locator("#mapping").bounding_box(), button.bounding_box()
        assert box["y"] - file["y"] - file["height"] >= 8
        page.set_input_files("#file", table)
        button.click()
        expect(page.locator("#proposal")).to_have_text("A mapping is proposed for wards.csv")
        expect(page.locator("#proposal")).to_be_in_viewport()
        expect(page.get_by_text("Download wards.yaml")).to_be_in_viewport()
        if script:
            expect(page.locator("#proposal")).to_be_focused()
        assert page.locator("html").evaluate("box => box.scrollWidth - box.clientWidth") == 0
        if os.environ.get("SHOT"):
            page.screenshot(path=f"{os.environ['SHOT']}/proposal-{width}-{script}.png")
    page.context.close()


def test_a_session_that_ended_is_told(browser: Browser, people: People) -> None:
    people.sent("city")
    page = page_of(browser, people)
    for size in (30, 20_000_000):
        page.goto("/upload?table=bristol/unemployment")
        page.set_input_files("#file", {"name": "one.csv", "mimeType": "text/csv", "buffer": b"x" * size})
        page.context.clear_cookies(name="dx_session")
        page.click("text=Send and check")
        expect(page.get_by_role("alert")).to_contain_text("You were signed out; nothing was sent")
        page.fill("#key", people.keys["city"])
        page.click("main button")
        page.wait_for_url("**/upload")
    page.context.close()


def test_what_has_no_place_shows_no_empty_place_on_a_phone(browser: Browser, people: People) -> None:
    wide = MAPPING.format(provider="BRISTOL", area="GB_BRS").replace("  SEX: _T\n", "", 1)
    wide += "unpivot: {columns: [Men, Women], names_to: Who, values_to: Value}\n"
    wide = wide.replace("columns:\n", "columns:\n  Who: {to: SEX, codes: {Men: M}}\n", 1)
    table = b"Year,Area,Men,Women\n2019,,many,5\n"
    sent = Visit(people, "city").upload({"file": ("wide.csv", table), "mapping": ("wide.yaml", wide.encode())})
    made = sent.headers["location"].rpartition("/")[2]
    people.worked(made)
    page = page_of(browser, people)
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"/submissions/{made}")
    cells = page.locator("table.findings tbody td[data-label]")
    assert cells.filter(visible=True).count() > 0
    assert [cell.inner_text() for cell in cells.filter(visible=True).all() if cell.inner_text() in ("", "–")] == []
    page.context.close()
