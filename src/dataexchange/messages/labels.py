"""Names of codes and of columns, for tables that show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from dataexchange.messages.form import Labels
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Component, Item, Languages


def names_of(codes: Mapping[str, Item], texts: pa.Array, languages: Languages) -> pa.Array:
    """The name of every code; null for a code that is not in the list, and for null."""
    encoded = texts.dictionary_encode()
    known = [codes.get(text) for text in encoded.dictionary.to_pylist()]
    return pa.array([item and item.name(languages) for item in known], pa.string()).take(encoded.indices)


def plain_titles(components: Sequence[Component], schema: Schema, labels: Labels, languages: Languages) -> list[str]:
    """Titles of the columns of a plain table: every component by its id, and beside codes the name of the component.

    No two are the same, whatever the concepts are called: programs find columns by their titles.
    """
    taken = {component.id for component in components}
    titles = []
    for component in components:
        name = schema.component_name(component, languages)
        if labels == "both":
            titles.append(f"{component.id}: {name}")
            continue
        titles.append(component.id)
        if labels == "name" and component.id in schema.codes:
            title = name if name not in taken else f"{name} ({component.id})"
            taken.add(title)
            titles.append(title)
    return titles
