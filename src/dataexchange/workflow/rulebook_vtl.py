"""An office's rulebook as VTL for one dataflow."""

from __future__ import annotations

from dataclasses import replace

from dataexchange.errors import InvalidRequest
from dataexchange.messages.read_rulebook import kept_rulebook
from dataexchange.messages.vtl import vtl_text
from dataexchange.model.rulebook import Rulebook
from dataexchange.model.structure import Kind, Ref
from dataexchange.store import rulebooks, structures
from dataexchange.store.database import Connection
from dataexchange.workflow.rulebook import office_rulebook, shipped_natures
from dataexchange.workflow.rulebooks import require_office

#: Where cities send SDG indicators.
_LOCAL = Ref(Kind.DATAFLOW, "DX", "DF_SDG_LOCAL", "1.0.0")


def rulebook_vtl(conn: Connection, agency: str, dataflow: Ref | None = None, version: int | None = None) -> str:
    """What the office has set for one agreement alone is left out: the text is for all who send to the dataflow."""
    require_office(conn, agency)
    schema = structures.schema(conn, dataflow or _LOCAL)
    if schema.dataflow is None:
        raise InvalidRequest("name a dataflow", parameter="dataflow", value=str(dataflow))
    book = office_rulebook(conn, agency) if version is None else _version(conn, agency, version)
    return vtl_text(book.within(schema.dataflow.ref.short), schema)


def _version(conn: Connection, agency: str, version: int) -> Rulebook:
    if version == 0:
        return Rulebook(agency, kinds=shipped_natures())
    held = rulebooks.get(conn, agency, version)
    book, _ = kept_rulebook(held.text, f"{agency} {version}", version)
    return replace(book, kinds={**shipped_natures(), **book.kinds})
