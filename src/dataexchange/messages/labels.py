"""Names of codes, for tables that show them."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from dataexchange.model.structure import Item, Languages


def names_of(codes: Mapping[str, Item], texts: pa.Array, languages: Languages) -> pa.Array:
    """The name of every code; null for a code that is not in the list, and for null."""
    encoded = texts.dictionary_encode()
    known = [codes.get(text) for text in encoded.dictionary.to_pylist()]
    return pa.array([item and item.name(languages) for item in known], pa.string()).take(encoded.indices)
