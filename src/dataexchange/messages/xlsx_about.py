"""The sheets beside the observations: what they are and where they are from, and what their codes mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa

from dataexchange.messages.columns import as_bytes, concatenate
from dataexchange.messages.write_options import WriteOptions
from dataexchange.messages.xlsx_cells import texts
from dataexchange.model.schema import Schema
from dataexchange.model.structure import best_text

_CODE_TITLES = ("Component", "Name of component", "Code", "Name", "Description")


def row(cells: Sequence[str | None], style: int = 0) -> str:
    """A row of text."""
    written = as_bytes(texts(pa.array(cells, pa.string()))).decode()
    return "<row>" + (written.replace("<c t=", f'<c s="{style}" t=') if style else written) + "</row>"


def about_rows(schema: Schema, options: WriteOptions, rows: int) -> str:
    artefact = schema.dataflow or schema.structure
    facts: list[tuple[str, str | None]] = [
        ("Data", artefact.name(options.languages)),
        ("Dataflow" if schema.dataflow else "Data structure", artefact.ref.short),
    ]
    if schema.dataflow:
        facts.append(("Data structure", schema.structure.ref.short))
    facts += [
        ("Description", best_text(artefact.descriptions, options.languages)),
        ("Provision agreement", options.agreement.short if options.agreement else None),
        ("Data provider", options.provider.id if options.provider else None),
        *(("Source and licence", source) for source in options.sources),
        ("Sent by", options.sender),
        ("As of", options.prepared.isoformat()),
        ("Query", options.address),
        ("Rows", f"{rows:,}"),
    ]
    return "".join(row(fact) for fact in facts if fact[1])


def code_rows(schema: Schema, options: WriteOptions, met: Mapping[str, Iterable[str]]) -> bytes:
    """Every code that occurs, in the order of its list."""
    columns: list[list[str | None]] = [[] for _ in _CODE_TITLES]
    for component in schema.structure.components():
        codes, here = schema.codes.get(component.id, {}), set(met.get(component.id, ()))
        name = schema.component_name(component, options.languages)
        for code in (*(c for c in codes if c in here), *sorted(here - set(codes))):
            item = codes.get(code)
            meaning = item.name(options.languages) if item else None
            more = best_text(item.descriptions, options.languages) if item else None
            for column, text in zip(columns, (component.id, name, code, meaning, more), strict=True):
                column.append(text)
    cells = (texts(pa.array(column, pa.string())) for column in columns)
    return row(_CODE_TITLES, style=1).encode() + as_bytes(concatenate("<row>", *cells, "</row>"))
