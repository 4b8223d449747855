"""What is sent to another exchange: a table with its mapping, and words about what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from dataexchange.remote.exchange import good
from dataexchange.remote.exchange_documents import SubmissionDocument, read
from dataexchange.remote.http import Answer, Patience, call
from dataexchange.remote.node import Node

_JSON = "application/json"
#: A large file over a slow line.
_PATIENT = Patience(timeout=120.0, deadline=3600.0)
_LARGEST_REPORT = 1 << 28


def send(
    node: Node, file: Path, mapping: tuple[str, bytes] | None, fields: Mapping[str, str], *, idempotency_key: str
) -> SubmissionDocument:
    """The table is streamed from the disk; `mapping` is a name and a text.

    Sent again under the same key where an answer got lost, it opens no second submission.
    """
    headers = {**node.headers(_JSON), "Idempotency-Key": idempotency_key}
    with file.open("rb") as table:
        parts: dict[str, Any] = {"file": (file.name, table, "application/octet-stream")}
        if mapping is not None:
            parts["mapping"] = (*mapping, "application/yaml")
        answer = call(
            "POST",
            f"{node.url}/api/v1/submissions",
            headers=headers,
            patience=_PATIENT,
            files=parts,
            data=dict(fields),
        )
    return read(SubmissionDocument, good(answer, (HTTPStatus.ACCEPTED,)))


def submission(node: Node, id_: str) -> tuple[SubmissionDocument, float | None]:
    """Where it stands, and after how many seconds it is worth asking again, where the exchange says so."""
    answer = good(call("GET", _address(node, id_), headers=node.headers(_JSON)))
    wait = answer.headers.get("retry-after", "")
    return read(SubmissionDocument, answer), float(wait) if wait.isdecimal() and len(wait) < 5 else None


def report(node: Node, id_: str) -> Answer | None:
    """The report of the checks; None where there is none yet."""
    answer = call("GET", f"{_address(node, id_)}/report", headers=node.headers(_JSON), limit_bytes=_LARGEST_REPORT)
    return None if answer.status == HTTPStatus.NOT_FOUND else good(answer)


def ask_for_publication(node: Node, id_: str) -> SubmissionDocument:
    answer = call("POST", f"{_address(node, id_)}/publication", headers=node.headers(_JSON), patience=_once())
    return read(SubmissionDocument, good(answer, (200, 202)))


def withdraw(node: Node, id_: str, reason: str) -> SubmissionDocument:
    answer = call(
        "POST",
        f"{_address(node, id_)}/withdrawal",
        headers=node.headers(_JSON),
        patience=_once(),
        json={"reason": reason},
    )
    return read(SubmissionDocument, good(answer, (200, 202)))


def _once() -> Patience:
    """What has no Idempotency-Key is not sent again on its own."""
    return Patience(attempts=1)


def _address(node: Node, id_: str) -> str:
    return f"{node.url}/api/v1/submissions/{quote(id_, safe='')}"
