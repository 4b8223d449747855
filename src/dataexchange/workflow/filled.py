"""A template that comes back filled: whose it is, and the mapping that it stands for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dataexchange.model.mapping import Mapping
from dataexchange.model.template import FORM
from dataexchange.pipeline.mapping_file import parse_mapping
from dataexchange.pipeline.mapping_text import mapping_text
from dataexchange.pipeline.template import form_flow, form_mapping, is_template, read_form
from dataexchange.store import structures
from dataexchange.store.database import Connection

__all__ = ["Filled", "filled", "is_template"]


@dataclass(frozen=True, slots=True)
class Filled:
    """`text` is the mapping file that `mapping` is read from: what is kept of it."""

    dataset: str
    mapping: Mapping
    text: bytes


def filled(conn: Connection, path: Path, name: str) -> Filled:
    """Raises Unreadable where its hidden sheet was changed, NotFound where its dataflow is none of this exchange."""
    form = read_form(path, name)
    made = form_mapping(form, structures.schema(conn, form_flow(form)), name)
    text = mapping_text(made).encode()
    return Filled(form.dataset, parse_mapping(text, FORM), text)
