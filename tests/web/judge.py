"""What every page must stand in a real browser: axe, the console, other hosts, a phone, paper, a dark screen."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}

#: Pixels of a page that its picture shows: what is longer Chromium paints in minutes on a busy machine, if at all.
_TALLEST = 6000

#: What Chromium itself writes for an answer that we mean: a form with a fault, a page that is not there.
_MEANT = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


class Judge:
    """A context of a browser that takes down what goes wrong. `problems` must be empty at the end."""

    def __init__(self, browser: Browser, url: str, *, script: bool = True) -> None:
        self.context: BrowserContext = browser.new_context(
            base_url=url, viewport=DESK, java_script_enabled=script, accept_downloads=True
        )
        self.context.set_default_timeout(20_000)
        self.script = script
        self.problems: list[str] = []
        host = urlsplit(url).netloc

        def requested(address: str) -> None:
            if urlsplit(address).scheme not in ("data", "blob", "about") and urlsplit(address).netloc != host:
                self.problems.append(f"asked elsewhere: {address}")

        self.context.on("request", lambda request: requested(request.url))
        self.context.on("console", lambda said: self._said(said.type, said.text))
        self.context.on("weberror", lambda error: self.problems.append(f"script failed: {error.error}"))
        self.page: Page = self.context.new_page()

    def _said(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not _MEANT.match(text):
            self.problems.append(f"console: {text}")

    def look(self, name: str) -> None:
        """Judge the page as it stands, and keep pictures of it for people."""
        page = self.page
        page.wait_for_load_state()
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self._picture(name)
        if not self.script:
            return
        self._axe(name)
        page.emulate_media(color_scheme="dark")
        self._axe(f"{name}, dark")
        self._picture(f"{name}-dark")
        page.emulate_media(color_scheme="light", media="print")
        for hidden in ("header.site nav", ".actions", "button"):
            for shown in page.locator(hidden).all():
                assert not shown.is_visible(), f"{name}: {hidden} on paper"
        self._picture(f"{name}-print")
        page.emulate_media(media="screen")
        page.set_viewport_size(PHONE)
        width = page.evaluate("document.documentElement.scrollWidth")
        self._picture(f"{name}-phone")
        assert width <= PHONE["width"], f"{name}: the page scrolls sideways on a phone ({width} pixels)"
        page.set_viewport_size(DESK)

    def _picture(self, name: str) -> None:
        """For people to look at; no judgement, so it may take its time."""
        width, height = self.page.evaluate(
            "[document.documentElement.clientWidth, document.documentElement.scrollHeight]"
        )
        shown = {"x": 0, "y": 0, "width": width, "height": min(height, _TALLEST)}
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True, clip=shown, timeout=60_000)

    def _axe(self, name: str) -> None:
        found = Axe().run(self.page)
        assert not found.violations_count, f"{name}: {found.generate_report()}"

    def sign_in(self, key: str) -> None:
        self.page.goto("/sign-in")
        self.page.fill("#key", key)
        self.page.click("main button")
        self.page.wait_for_url(lambda url: "/sign-in" not in url)
