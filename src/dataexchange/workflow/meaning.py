"""What a table, or a message, means for what is published: what it speaks of, what it deletes, and whether it says anything."""

from __future__ import annotations

from collections.abc import Iterator

from dataexchange.model.dataset import Dataset
from dataexchange.model.finding import Finding, Place
from dataexchange.model.mapping import Mapping
from dataexchange.model.rules import finding
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import say, says
from dataexchange.pipeline.mapping_by_status import BY_STATUS
from dataexchange.pipeline.mapping_deletions import DELETE
from dataexchange.pipeline.mapping_values import SKIP
from dataexchange.store.merge import count_named


def spoken_by(dataset: Dataset, mapping: Mapping, schema: Schema) -> frozenset[str]:
    """Attributes that the table says everything about: those it has a column or fixed value for, and OBS_STATUS where words or
    symbols in value cells give it. An empty cell of these means that there is none."""
    meanings = {*mapping.missing.values(), *mapping.missing_matching.values(), *mapping.flags.values()}
    worded = {"OBS_STATUS"} if meanings - {SKIP, DELETE, BY_STATUS} else set()
    named = {target.to for targets in mapping.columns.values() for target in targets} | set(mapping.fixed)
    attributes = {attribute.id for attribute in schema.structure.attributes}
    return frozenset(attributes & (named | worded | set(dataset.table.column_names)))


def given_and_deleted(dataset: Dataset, deleted: Dataset | None, schema: Schema, name: str) -> Iterator[Finding]:
    """A file that gives an observation and deletes it as well."""
    both = count_named(dataset.table, deleted.table, schema.structure) if deleted is not None and dataset.n else 0
    if both:
        sentence = says(
            "{n} observation stands in this file with a value, and is also named to be deleted: leave one of the two.",
            "{n} observations stand in this file with a value, and are also named to be deleted: leave one of the two.",
            both,
        )
        yield finding("REL-BOTH", sentence, Place(file=name), count=both)


def nothing_given(dataset: Dataset, deleted: Dataset | None, name: str, *, complete: bool = False) -> Iterator[Finding]:
    """A file of which nothing is left says nothing, least of all that what is published is to go."""
    if dataset.n or (deleted is not None and not complete):
        return
    sentence = say(
        "No observation comes of this file, so there is nothing to publish: look at what is skipped and left out, and why. To take away "
        "all that is published, withdraw it (`dataexchange withdraw`)."
    )
    yield finding("REL-NOTHING", sentence, Place(file=name))
