"""A browser in its plainest form: keeps cookies, fills in the forms of the pages it reads."""

from __future__ import annotations

import html
import re
from typing import Any

import httpx
from people import People


class Visit:
    """`Visit(people, "city")` has signed in with the city's key; None has not."""

    def __init__(self, people: People, who: str | None = None) -> None:
        # Connections are not kept: nobody has to close a visit.
        self.http = httpx.Client(
            base_url=people.server.url, timeout=30, limits=httpx.Limits(max_keepalive_connections=0)
        )
        if who is not None:
            answer = self.sign_in(people.keys[who])
            assert answer.status_code == 303, answer.text

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.http.get(path, headers=headers)

    def sign_in(self, key: str, wanted: str = "") -> httpx.Response:
        page = self.get(f"/sign-in?next={wanted}" if wanted else "/sign-in")
        fields = {name: value for name, value in hidden(page.text).items() if name in ("form_word", "next")}
        return self.http.post("/sign-in", data={**fields, "key": key})

    def word(self) -> str:
        """What a form of this session carries."""
        return hidden(self.get("/docs").text)["form_word"]

    def post(self, path: str, **fields: str) -> httpx.Response:
        return self.http.post(path, data={"form_word": self.word(), **fields})

    def upload(self, files: dict[str, Any], **fields: str) -> httpx.Response:
        return self.http.post("/upload", data={"form_word": self.word(), **fields}, files=files)


def hidden(text: str) -> dict[str, str]:
    """Hidden fields of a page."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', text)
    return {name: html.unescape(value) for name, value in found}


def words(text: str) -> str:
    """What a page says, without its markup."""
    bare = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(bare))
