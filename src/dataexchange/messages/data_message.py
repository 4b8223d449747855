"""What a data message says, whatever its format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dataexchange.errors import Unreadable
from dataexchange.model.dataset import Action, Dataset
from dataexchange.model.finding import Finding
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import say
from dataexchange.model.structure import Kind, Ref

#: Answers the schema to read a dataset with, from the dataflow, structure or agreement that the message names. It may be
#: another version than the one named: the caller compares `DataMessage.declared` and says so.
SchemaOf = Callable[[Ref], Schema]

_ACTIONS = {
    "append": Action.MERGE,
    "information": Action.MERGE,
    "merge": Action.MERGE,
    "replace": Action.REPLACE,
    "delete": Action.DELETE,
    "a": Action.MERGE,
    "i": Action.MERGE,
    "m": Action.MERGE,
    "r": Action.REPLACE,
    "d": Action.DELETE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DataMessage:
    """`declarations`: what each dataset is said to be of, in the order of `datasets`; `findings` are faults in the data."""

    file: str
    id: str | None = None
    sender: str | None = None
    prepared: str | None = None
    #: What the header says of where the figures come from, and of their licence.
    source: str | None = None
    declarations: tuple[Ref, ...] = ()
    datasets: tuple[Dataset, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def declared(self) -> Ref | None:
        """What the first dataset is said to be of; None in a message without any."""
        return self.declarations[0] if self.declarations else None


def action_of(text: str | None, name: str) -> Action:
    """Action of a dataset by its word (2.1, 3.x) or letter (CSV); none is a merge."""
    if not text:
        return Action.MERGE
    action = _ACTIONS.get(text.strip().lower())
    if action is None:
        raise Unreadable(
            say(
                "{file}: the action {action} is not one of Append, Merge, Replace, Delete, Information: correct it.",
                file=name,
                action=repr(text[:60]),
            )
        )
    return action


def dataflow_of(schema: Schema, *named: Ref | None) -> Ref | None:
    """The dataflow of a dataset: the schema's, else one that the message names."""
    if schema.dataflow:
        return schema.dataflow.ref
    return next((ref for ref in named if ref and ref.kind is Kind.DATAFLOW), None)
