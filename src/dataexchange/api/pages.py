"""The landing page: what this is, how much is here, where to go. Plain HTML, no script; pages proper are another room.

Everything from the database is escaped, and the policy would let nothing run anyway.
"""

from __future__ import annotations

from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dataexchange import __version__
from dataexchange.api.page import page
from dataexchange.door.exchange import Exchange
from dataexchange.model.query import StructureQuery
from dataexchange.model.structure import Dataflow, Kind
from dataexchange.store import releases, structures
from dataexchange.store.database import reading

router = APIRouter(include_in_schema=False)

_MOST_FLOWS = 200


@router.get("/", response_class=HTMLResponse)
def landing(request: Request) -> HTMLResponse:
    exchange: Exchange = request.app.state.exchange
    with reading(exchange.engine) as conn:
        last = releases.last_release(conn)
        query = StructureQuery(kinds=(Kind.DATAFLOW.value,))
        flows = [a for a in structures.find(conn, query) if isinstance(a, Dataflow)]
    return page("dataexchange", _main(flows, last.number if last else 0))


def _main(flows: list[Dataflow], release: int) -> str:
    rows = "".join(_row(flow) for flow in flows[:_MOST_FLOWS])
    return f"""<h1>dataexchange</h1>
<p>Statistical data exchange between city and national statistics offices. Version {escape(__version__)}.</p>
<p>{len(flows)} dataflow{"" if len(flows) == 1 else "s"}, {release} release{"" if release == 1 else "s"}.</p>
<table><caption>Dataflows</caption>
<thead><tr><th scope="col">Dataflow</th><th scope="col">Name</th><th scope="col">Data</th></tr></thead>
<tbody>{rows}</tbody></table>
<h2>For programs</h2>
<ul>
<li>SDMX REST API 2.x: <code>/sdmx/v2/</code>, 1.5: <code>/sdmx/v1/</code>;
<a href="/sdmx/v2/structure/dataflow">all dataflows</a></li>
<li><a href="/docs">All addresses and their parameters</a> (<a href="/openapi.json">OpenAPI</a>)</li>
<li><a href="/api/v1/releases">Releases</a>, newest first</li>
</ul>"""


def _row(flow: Dataflow) -> str:
    address = f"/sdmx/v2/data/dataflow/{flow.agency}/{flow.id}/{flow.version}/*"
    links = ", ".join(
        f'<a href="{escape(address)}?format={name}">{label}</a>'
        for name, label in (("csv", "CSV"), ("json", "JSON"), ("xml", "XML"))
    )
    return f"<tr><td><code>{escape(flow.ref.short)}</code></td><td>{escape(flow.name())}</td><td>{links}</td></tr>"
