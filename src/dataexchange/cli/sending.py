"""`submit`, `publish` and `withdraw` at another exchange, named by `--to`: what is printed and the exit codes are the same."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dataexchange.cli.language import language_of
from dataexchange.cli.marking import write_marked
from dataexchange.cli.progress import progress
from dataexchange.errors import InvalidRequest

#: What `submit` says of a table with warnings, below how it is published.
WARNINGS_FIRST = (
    "Its warnings want reasons first: add --reason TEXT, or answer them one by one with dataexchange reasons give."
)

if TYPE_CHECKING:
    from dataexchange.model.finding import Report
    from dataexchange.remote.exchange_documents import SubmissionDocument
    from dataexchange.remote.node import Node

#: Where a key is looked for, unless another variable is named. On a command line it would stand in process lists and histories.
KEY_VARIABLE = "DATAEXCHANGE_KEY"

ToOption = Annotated[
    str | None,
    typer.Option("--to", help="address of another exchange that this goes to", show_default="the exchange here"),
]
KeyOption = Annotated[
    str, typer.Option("--key-env", help="environment variable with the API key for --to", metavar="NAME")
]


def node_at(url: str, variable: str) -> Node:
    """The other exchange, with the key that the environment holds for it."""
    from dataexchange.remote.node import Node

    return Node(url.rstrip("/"), key_of(variable))


def key_of(variable: str) -> str:
    key = os.environ.get(variable, "").strip()
    if not key:
        raise InvalidRequest("put the API key into this environment variable", parameter=variable)
    return key


@dataclass(frozen=True, slots=True)
class Named:
    """What is told of a file: a mapping file or the id of one that is there; of an SDMX message none, and what it does not say."""

    mapping: Path | None = None
    mapping_id: str | None = None
    provider: str | None = None
    dataflow: str | None = None


def submit_to(
    node: Node,
    file: Path,
    named: Named,
    report: Path | None,
    marked: Path | None = None,
    *,
    publish: bool,
    wait: bool,
) -> None:
    from dataexchange.cli.tables import exit_code
    from dataexchange.workflow import send as sending

    with progress() as step:
        step(f"Sending {file.name} to {node.url}")
        sent = sending.send(
            node,
            file,
            named.mapping,
            named.mapping_id,
            publish=publish,
            provider=named.provider,
            dataflow=named.dataflow,
        )
        if wait:
            sent = sending.wait_for(node, sent.id, progress=step)
    if not wait:
        typer.echo(f"Submission {sent.id} received by {node.url}, which checks it.")
        return
    found = _reported(node, sent, report)
    if found is not None:
        write_marked(file, named.mapping, found, marked, language_of())
    code = 0 if found is None else exit_code(found)
    typer.echo(f"\nSubmission {sent.id}: {_became(sent, found, f' --to {node.url}')}.")
    if sent.status == "checked":
        typer.echo(f"Publish it with: dataexchange publish {sent.id} --to {node.url}")
        if found is not None and found.warnings:
            typer.echo(WARNINGS_FIRST)
    if code or sent.status == "returned":
        raise typer.Exit(code or 1)


def publish_at(node: Node, submission: str, reasons: Sequence[str] = ()) -> None:
    from dataexchange.cli.justifying import short_reasons
    from dataexchange.model.justification import Side, Statement
    from dataexchange.remote.exchange_statements import give, standing_at
    from dataexchange.remote.exchange_submissions import ask_for_publication
    from dataexchange.workflow.send import wait_for

    named, rest = short_reasons(reasons)
    with progress() as step:
        if named:
            give(node, submission, Side.REASON, named)
        if rest is not None:
            open_ = [g for g in standing_at(node, submission, Side.REASON).groups if g.answered < g.count]
            give(node, submission, Side.REASON, [Statement(group.rule, rest) for group in open_])
        ask_for_publication(node, submission)
        found = wait_for(node, submission, progress=step)
    if found.status == "checked":
        typer.echo(new_warnings(found.id, f" --to {node.url}"))
        raise typer.Exit(1)
    typer.echo(f"Submission {found.id}: {_became(found)}.")
    if found.status == "returned":
        raise typer.Exit(1)


def new_warnings(submission: str, to: str = "") -> str:
    """Why one that was to be published waits for its sender again."""
    return (
        f"Submission {submission} is not published: it has new warnings, since national series have changed or it was checked just now. "
        f"`dataexchange reasons list {submission}{to}` shows them; give reasons and publish it again."
    )


def returned(report: Report | None, submission: str, to: str = "") -> str:
    """What a sender does about errors: correct the table, or ask that those pass which an office may let pass."""
    from dataexchange.model.justification import unwaivable

    if report is None or not report.errors or unwaivable(report):
        return "returned, correct the file and submit again"
    return (
        "returned, correct the file and submit again. Or, if the figures are right: the reviewing office may let these errors pass, and "
        f"`dataexchange publish {submission}{to}` asks it to; where no office reviews, the operator may"
    )


def withdraw_at(node: Node, submission: str, reason: str) -> None:
    from dataexchange.remote.exchange_submissions import withdraw
    from dataexchange.workflow.reason import require_reason

    found = withdraw(node, submission, require_reason(reason))
    typer.echo(f"Submission {found.id}: {found.status.replace('_', ' ')}.")


def _reported(node: Node, sent: SubmissionDocument, path: Path | None) -> Report | None:
    """Print the report, where there is one."""
    from dataexchange.cli.tables import _show, _write
    from dataexchange.workflow.send import report_of

    found = report_of(node, sent.id)
    if found is not None:
        _show(found)
        _write([found], path)
    return found


def _became(found: SubmissionDocument, report: Report | None = None, to: str = "") -> str:
    told = {
        "returned": returned(report, found.id, to),
        "in_review": f"lies before {found.reviewer}, which accepts or returns it",
        "published": f"published in release {found.release}" if found.release else "published",
    }.get(found.status, found.status.replace("_", " "))
    return f"{told} ({found.reason.rstrip('.')})" if found.reason and found.status == "returned" else told
