"""Another exchange as we know it: its address, our key, and the addresses of what it answers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from dataexchange.errors import InvalidRequest
from dataexchange.model.address import keeps_secrets
from dataexchange.remote.address import shown

#: Changes asked for at once. Part of what an ETag stands for, so always the same.
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Node:
    """`url` without a slash at its end. A key goes into a header, to that address alone, and never over plain http to another machine."""

    url: str
    key: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if "@" in urlsplit(self.url).netloc:
            # Said without repeating it: addresses are printed, and mailed by cron.
            raise InvalidRequest("leave user and password out of the address", parameter="url")
        if not _is_root(self.url):
            raise InvalidRequest(
                "write the address of an exchange alone, such as https://data.example.org, with nothing of its API behind it",
                parameter="url",
                value=shown(self.url),
            )
        if self.key and not keeps_secrets(self.url):
            raise InvalidRequest("a key is sent over https only: write https://, or go without a key", parameter="url")

    def headers(self, accept: str, *, tag: str | None = None) -> dict[str, str]:
        found = {"Accept": accept}
        if self.key:
            found["Authorization"] = f"Bearer {self.key}"
        if tag:
            found["If-None-Match"] = tag
        return found

    def changes(self, cursor: str, flow: str | None = None) -> str:
        """What happened after the cursor, of one dataflow or of all."""
        address = f"{self.url}/api/v1/changes?after={quote(cursor, safe='')}&limit={_PAGE}"
        return address if flow is None else f"{address}&dataflow={quote(flow, safe='')}"

    def structure(self, flow: str) -> str:
        """A dataflow with its data structure, code lists and concepts."""
        return f"{self.url}/sdmx/v2/structure/dataflow/{_path(flow)}?references=descendants"

    def data(self, flow: str, as_of: datetime, updated_after: datetime | None) -> str:
        """All observations as they stood at a moment, or what became of them between two."""
        address = f"{self.url}/sdmx/v2/data/dataflow/{_path(flow)}/*?asOf={_moment(as_of)}"
        return address if updated_after is None else f"{address}&updatedAfter={_moment(updated_after)}"

    def passports(self, flow: str, after: int) -> str:
        """The passports of what stands of a dataflow, of later releases than that one."""
        return f"{self.url}/api/v1/passports?dataflow={quote(flow, safe='')}&after={after}&limit={_PAGE}"

    def passport(self, release: int) -> str:
        """One of them; of its verdicts series by series, which are no part of what is hashed, as few as can be asked for."""
        return f"{self.url}/api/v1/releases/{release}/passport?limit=1"

    def extract(self, extract_id: str) -> str:
        """An answer that is made as a file."""
        return f"{self.url}/api/v1/extracts/{quote(extract_id, safe='')}"


def _is_root(url: str) -> bool:
    """Whether it can be the address of an exchange as a whole; that may stand below a path of a host."""
    parts = urlsplit(url)
    api = re.search(r"/(api|sdmx)(/|$)", parts.path)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not (api or parts.query or parts.fragment)


def _path(flow: str) -> str:
    """`DX:DF_SDG_LOCAL(1.0.0)` as it stands in a URL: DX/DF_SDG_LOCAL/1.0.0."""
    return "/".join(quote(part, safe="") for part in re.split(r"[:()]", flow) if part)


def _moment(moment: datetime) -> str:
    return quote(moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"), safe="")
