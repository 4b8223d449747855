"""Load national series: many SDMX data messages become one vintage of the baseline.

National offices publish one message per indicator, and the same observation may stand in several of them. What they
repeat is merged and counted; what they contradict is a finding that names both messages, and the later one wins. Messages
written for an earlier version of a data structure are read with the one that the dataflow has now; the findings say so.
A national office's figures are not ours to refuse: what the checks find in them is reported as warnings. Only observations that
cannot be read at all stop the load, all of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dataexchange.errors import InvalidRequest
from dataexchange.messages.data_message import DataMessage
from dataexchange.messages.merge_data import merge
from dataexchange.messages.read_data import read_data
from dataexchange.messages.report_document import document_text
from dataexchange.model.dataset import Action
from dataexchange.model.finding import Finding, Report, Severity
from dataexchange.model.query import StructureQuery
from dataexchange.model.rules import finding
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Dataflow, Kind, Ref
from dataexchange.model.submission import Release
from dataexchange.pipeline.validation import validate
from dataexchange.store import audit, reports, series, structures
from dataexchange.store.database import Connection
from dataexchange.workflow.agreements import require_agreement
from dataexchange.workflow.assess import Progress, schema_for, silent


@dataclass(frozen=True, slots=True)
class Vintage:
    """The release that a load made (None where errors forbade it), and what was found on the way."""

    release: Release | None
    report: Report
    dataflow: Ref
    provider: str


def load_baseline(
    conn: Connection,
    paths: Sequence[Path],
    *,
    dataflow: Ref | None = None,
    provider: str | None = None,
    actor: str,
    progress: Progress = silent,
) -> Vintage:
    """Read all messages, then publish them as one release, or none of them when a single observation is in error."""
    messages = []
    for number, path in enumerate(paths, 1):
        progress(f"Reading {path.name} ({number} of {len(paths)})")
        messages.append(read_data(path, lambda declared: _schema(conn, declared, dataflow)))
    flow = dataflow or _dataflow_of(conn, messages)
    sender = provider or _sender_of(messages)
    if flow.agency != sender:  # an office needs nobody's leave to fill a dataflow of its own
        require_agreement(conn, sender, flow)
    schema = structures.schema(conn, flow)
    progress("Merging")
    merged, repeated, contradictions = merge(
        [dataset for message in messages for dataset in message.datasets], schema.structure
    )
    progress("Checking")
    findings = (
        *(f for message in messages for f in message.findings),
        *_older_versions(messages, schema),
        *contradictions,
        *_reported(validate(merged, schema)),
    )
    counts = {
        "messages": len(messages),
        "observations read": sum(d.n for m in messages for d in m.datasets),
        "observations": merged.n,
        "repeated": repeated,
    }
    report = Report(subject=_subject(paths), findings=findings, counts=counts)
    if not report.publishable:
        return Vintage(None, report, flow, sender)
    progress("Publishing")
    release = series.publish(
        conn,
        merged,
        schema,
        dataflow=flow,
        provider=sender,
        dataset_id=f"{sender}/{flow.id}",
        action=Action.MERGE,
        report_hash=reports.keep(conn, document_text(report)),
    )
    audit.record(
        conn, actor=actor, action="baseline.load", subject=str(flow), detail={"release": release.number, **counts}
    )
    return Vintage(release, report, flow, sender)


def _reported(findings: Iterable[Finding]) -> list[Finding]:
    """Findings about a national office's own figures: told, never in the way."""
    return [replace(f, severity=Severity.WARNING) if f.severity is Severity.ERROR else f for f in findings]


def _schema(conn: Connection, declared: Ref, dataflow: Ref | None) -> Schema:
    """The schema to read a message with: of the dataflow that was asked for, else of what the message declares."""
    return structures.schema(conn, dataflow) if dataflow is not None else schema_for(conn, declared)


def _dataflow_of(conn: Connection, messages: Sequence[DataMessage]) -> Ref:
    """The one dataflow the messages belong to: named in them, or the only one on their data structure."""
    named = {d.dataflow for m in messages for d in m.datasets if d.dataflow}
    if len(named) == 1:
        return named.pop()
    used = {d.structure for m in messages for d in m.datasets}
    flows = [
        f.ref
        for f in structures.find(conn, StructureQuery(kinds=(Kind.DATAFLOW.value,), versions=("*",)))
        if _on(f, used)
    ]
    if len(flows) != 1:
        there = ", ".join(str(f) for f in flows) or "none"
        raise InvalidRequest(
            f"the messages do not say which dataflow they belong to (there is: {there}); name it with --dataflow"
        )
    return flows[0]


def _on(artefact: object, used: Iterable[Ref]) -> bool:
    return isinstance(artefact, Dataflow) and artefact.structure is not None and artefact.structure in set(used)


def _sender_of(messages: Sequence[DataMessage]) -> str:
    senders = {m.sender for m in messages if m.sender}
    if len(senders) != 1:
        there = ", ".join(sorted(senders)) or "none"
        raise InvalidRequest(
            f"the messages do not agree on a sender (there is: {there}); name the provider with --provider"
        )
    return senders.pop()


def _older_versions(messages: Sequence[DataMessage], schema: Schema) -> list[Finding]:
    """One remark per version of the structure that messages declare and that is not the one they were read with."""
    own = (schema.structure.ref, schema.dataflow.ref if schema.dataflow else None)
    declared = Counter(m.declared for m in messages if m.declared and m.declared not in own)
    return [
        finding(
            "BAS-VERSION",
            f"{ref} is what {n} of {len(messages)} messages were written for; read with {schema.structure.ref}.",
            severity=Severity.INFORMATION,
            count=n,
        )
        for ref, n in sorted(declared.items())
    ]


def _subject(paths: Sequence[Path]) -> str:
    return paths[0].name if len(paths) == 1 else f"{len(paths)} messages"
