"""A submission's table with its cells marked, the same from every door."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO
from urllib.parse import quote

from dataexchange.door.exchange import Exchange
from dataexchange.errors import NotFound
from dataexchange.model.finding import Report
from dataexchange.model.reading import Reading
from dataexchange.model.sentence import Language
from dataexchange.model.submission import Submission
from dataexchange.pipeline.mapping_file import parse_mapping
from dataexchange.store import files, submissions
from dataexchange.store.database import Connection
from dataexchange.workflow.justified import told_report
from dataexchange.workflow.marked import Form, Source, ending, marked_name, send_back

MEDIA = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
    ".csv": "text/csv; charset=utf-8",
    ".zip": "application/zip",
}
_PORTION = 1 << 18
#: A large workbook takes much memory while it is marked: one after the other.
_ONE = threading.Lock()


@dataclass(frozen=True, slots=True)
class Marked:
    """What goes back. `name` is of the file as it is downloaded."""

    source: Source
    report: Report
    form: Form
    name: str
    media: str

    @property
    def disposition(self) -> str:
        return f"attachment; filename*=UTF-8''{quote(self.name, safe='')}"

    def portions(self, language: Language) -> Iterator[bytes]:
        """Made before the first of them is asked for, so that what cannot be marked is still an error."""
        out = tempfile.TemporaryFile()  # noqa: SIM115 -- closed when it is sent
        try:
            with _ONE:
                send_back(self.source, self.report, out, language, self.form)
            out.seek(0)
        except BaseException:
            out.close()
            raise
        return _sent(out)


def marked_of(exchange: Exchange, conn: Connection, submission: Submission, form: Form) -> Marked:
    """Raises NotFound before its first check."""
    digest = submissions.report_hash(conn, submission.id)
    if digest is None:
        raise NotFound(f"Submission {submission.id} has no report yet: ask again when it has been checked.")
    report = told_report(conn, submission)
    reading = Reading()
    if submission.mapping_hash is not None:
        mapping = files.path_of(submission.mapping_hash, exchange.home).read_bytes()
        reading = parse_mapping(mapping, submission.mapping_name or "mapping").read
    source = Source(files.path_of(submission.file_hash, exchange.home), submission.file_name, reading)
    suffix = ending(source, form)
    return Marked(source, report, form, marked_name(submission.file_name, suffix), MEDIA[suffix])


def _sent(out: IO[bytes]) -> Iterator[bytes]:
    with out:
        yield from iter(lambda: out.read(_PORTION), b"")
