"""Reports as they are kept, by the hash of their text, and as little of them read as is asked for.

Of a million rows, a report may hold fifty thousand comparisons and take longer to read than the table to publish. So one that is still
in hand here, since it was checked a moment ago, is not read again; and of any other only what is wanted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakValueDictionary

import orjson

from dataexchange.messages.report_document import (
    as_document,
    comparisons_in,
    document_text,
    from_document,
    verdicts_in,
    without_comparisons,
)
from dataexchange.model.finding import Comparison, Report, Verdict
from dataexchange.store import reports
from dataexchange.store.database import Connection

#: By hash, those that somebody holds: a hash is of one report, in whatever database it is kept.
_in_hand: WeakValueDictionary[str, Report] = WeakValueDictionary()


@dataclass(frozen=True, slots=True)
class KeptReport:
    """`found` is what was found and counted, without comparisons unless they were at hand."""

    found: Report
    _document: Mapping[str, Any] | None = None

    @property
    def whole(self) -> Report:
        return self.found if self._document is None else from_document(self._document)

    @property
    def document(self) -> Mapping[str, Any]:
        """As the store keeps it."""
        return as_document(self.found) if self._document is None else self._document

    @property
    def verdicts(self) -> Counter[Verdict]:
        """How many comparisons came to which."""
        if self._document is None:
            return Counter(one.verdict for one in self.found.comparisons)
        return verdicts_in(self._document)

    def comparisons(self, *, key: str | None = None, verdict: Verdict | None = None) -> Iterator[Comparison]:
        """Of one series, or of one verdict."""
        if self._document is None:
            listed = self.found.comparisons
            return (one for one in listed if key in (None, one.key) and verdict in (None, one.verdict))
        return comparisons_in(
            self._document,
            lambda one: key in (None, one["key"]) and verdict in (None, Verdict(one["verdict"])),
        )

    def page(self, limit: int, offset: int) -> Report:
        """With some of its comparisons, in their order."""
        if self._document is None:
            some = self.found.comparisons[offset : offset + limit]
        else:
            listed = self._document.get("comparisons", ())[offset : offset + limit]
            some = tuple(comparisons_in({**self._document, "comparisons": listed}))
        return replace(self.found, comparisons=tuple(some))


def keep_report(conn: Connection, report: Report) -> str:
    """Its hash."""
    digest = reports.keep(conn, document_text(report))
    _in_hand[digest] = report
    return digest


def kept_report(conn: Connection, digest: str) -> KeptReport:
    """Raises NotFound where there is no such report."""
    report = _in_hand.get(digest)
    if report is not None:
        return KeptReport(report)
    document = orjson.loads(reports.get(conn, digest))
    return KeptReport(without_comparisons(document), document)
