"""SDMX data messages laid together as one vintage: what checking messages and loading national series have in common.

National offices publish one message per indicator, and the same observation may stand in several of them. What they repeat is merged
and counted; what they contradict is a finding that names both messages, and the later one wins. Messages written for an
earlier version of a data structure are read with the one that is registered now; the findings say so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dataexchange.errors import InvalidRequest, NotFound, Unreadable
from dataexchange.messages.data_message import DataMessage
from dataexchange.messages.delete_data import Parted, part
from dataexchange.messages.merge_data import merge
from dataexchange.messages.read_data import read_data
from dataexchange.model.dataset import Action, Dataset
from dataexchange.model.finding import Finding, Report, Severity, Verdict
from dataexchange.model.query import StructureQuery
from dataexchange.model.rules import finding
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import say, says
from dataexchange.model.structure import Dataflow, Kind, Ref
from dataexchange.pipeline import coherence
from dataexchange.pipeline.validation import rules, validate
from dataexchange.store import structures
from dataexchange.store.database import Connection
from dataexchange.workflow.progress import Progress, silent
from dataexchange.workflow.rulebook import rulebook_of, settled

#: Rules about wholes and their parts, which need no other nation.
_AMONG_PARTS = ("COH-KIND", "COH-SUM", "COH-POOL", "COH-CONVEX", "COH-REMAINDER")


@dataclass(frozen=True, slots=True)
class Vintage:
    """All observations of the messages. `senders` are those that the messages name; `report` says what reading found."""

    dataset: Dataset
    schema: Schema
    dataflow: Ref
    senders: tuple[str, ...]
    #: What the headers of the messages say of source and licence, each once.
    sources: tuple[str, ...]
    report: Report
    #: Of a city's own messages: what they delete, and the attributes of which they say everything.
    deleted: Dataset | None = None
    spoken: frozenset[str] = frozenset()


def lay_together(
    conn: Connection,
    paths: Sequence[Path],
    *,
    names: Sequence[str] = (),
    dataflow: Ref | None = None,
    agree: Callable[[str, Ref], None] | None = None,
    own: Callable[[Schema], bool] = lambda _: False,
    progress: Progress = silent,
) -> Vintage:
    """Read every message and merge them in the order given. `names` are what people call the files, where not as they are stored;
    `agree` is told what each dataset of a message says it is of, before it is read, and raises where that will not do. `own`:
    whether they are what one city sends of the schema's dataflow: that must not contradict itself, and it may delete."""
    names = names or [path.name for path in paths]
    messages = []
    for number, (path, name) in enumerate(zip(paths, names, strict=True), 1):
        progress(f"Reading {name} ({number} of {len(paths)})")
        messages.append(_read(conn, path, name, dataflow, agree))
    datasets = [dataset for message in messages for dataset in message.datasets]
    if not datasets:
        raise Unreadable(say("{file}: no message holds data; send one with observations.", file=_subject(names)))
    flow = dataflow or _dataflow_of(conn, messages)
    schema = structures.schema(conn, flow)
    progress("Merging")
    settled = not own(schema)
    parted = Parted(tuple(datasets), None, ()) if settled else part(datasets, schema.structure)
    merged, repeated, contradictions = merge(parted.given, schema.structure, settled=settled)
    findings = (
        *(f for message in messages for f in message.findings),
        *_older_versions(messages, schema),
        *parted.findings,
        *contradictions,
    )
    counts = {
        "messages": len(messages),
        "observations read": sum(d.n for d in parted.given),
        "observations": merged.n,
        "repeated": repeated,
    }
    if parted.deleted is not None:
        counts["deleted"] = parted.deleted.n
    senders = tuple(sorted({m.sender for m in messages if m.sender}))
    report = Report(_subject(names), findings, counts=counts, reading=say("read as SDMX"))
    sources = tuple(dict.fromkeys(m.source for m in messages if m.source))
    spoken = frozenset[str]() if settled else _spoken(parted.given, schema)
    return Vintage(merged, schema, flow, senders, sources, report, parted.deleted, spoken)


def _spoken(given: Sequence[Dataset], schema: Schema) -> frozenset[str]:
    """The action Replace puts whole observations in the place of those of the same key and period: an attribute that they lack goes."""
    replacing = all(dataset.action is Action.REPLACE for dataset in given)
    return frozenset(attribute.id for attribute in schema.structure.attributes) if replacing else frozenset()


def as_reported(conn: Connection, vintage: Vintage, provider: str | None = None) -> Report:
    """The checks over a national office's own figures, by its own rulebook: what they find is told, and never in the way.

    Its wholes are laid beside their parts; there is no other nation to lay them beside.
    """
    schema, report, dataset = vintage.schema, vintage.report, vintage.dataset
    book = rulebook_of(conn, schema, provider)
    nothing = Dataset(schema.structure.ref, dataset.table.slice(0, 0))
    comparisons, coherent = coherence.compare(dataset, nothing, schema, book)
    found = [
        replace(f, severity=Severity.WARNING) if f.severity is Severity.ERROR else f
        for f in settled(book, (*validate(dataset, schema, book=book), *coherent), schema)
    ]
    (run, skipped), (beside, alone) = rules(schema, book), coherence.rules(schema, None, dataset, book)
    return replace(
        report,
        findings=(*report.findings, *found),
        comparisons=tuple(c for c in comparisons if c.verdict is not Verdict.NO_BASELINE),
        rules_run=(*run, *(rule for rule in beside if rule in _AMONG_PARTS)),
        rules_skipped={**skipped, **{rule: why for rule, why in alone.items() if rule in _AMONG_PARTS}},
        rulebook=book.name,
        wants_reasons=False,
    )


def _read(
    conn: Connection, path: Path, name: str, dataflow: Ref | None, agree: Callable[[str, Ref], None] | None
) -> DataMessage:
    def schema_of(declared: Ref) -> Schema:
        if agree is not None:
            agree(name, declared)
        return _schema(conn, declared, dataflow)

    return read_data(path, schema_of, name, dataflow)


def _schema(conn: Connection, declared: Ref, dataflow: Ref | None) -> Schema:
    """Of the dataflow that was asked for, else of what the message declares, else of the latest version of that."""
    if dataflow is not None:
        return structures.schema(conn, dataflow)
    try:
        return structures.schema(conn, declared)
    except NotFound:
        query = StructureQuery((declared.kind.value,), (declared.agency,), (declared.id,), ("~",))
        found = structures.find(conn, query)
        if not found:
            raise NotFound(
                f"{declared} is not registered, nor any other version of it: load its structure first with "
                "`dataexchange structures load FILE`."
            ) from None
        return structures.schema(conn, found[0].ref)


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


def _older_versions(messages: Sequence[DataMessage], schema: Schema) -> list[Finding]:
    """One remark per version of the structure that messages declare and that is not the one they were read with."""
    own = (schema.structure.ref, schema.dataflow.ref if schema.dataflow else None)
    declared = Counter(m.declared for m in messages if m.declared and m.declared not in own)
    return [
        finding(
            "BAS-VERSION",
            says(
                "{version} is what {count} of {n} message was written for; read with {structure}.",
                "{version} is what {count} of {n} messages were written for; read with {structure}.",
                len(messages),
                version=str(ref),
                count=n,
                structure=str(schema.structure.ref),
            ),
            severity=Severity.INFORMATION,
            count=n,
        )
        for ref, n in sorted(declared.items())
    ]


def _subject(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} messages"
