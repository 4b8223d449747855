"""Addresses of pages for readers."""

from __future__ import annotations

from urllib.parse import quote

from dataexchange.model.structure import Ref


def series_path(flow: Ref, key: str, release: int | None = None) -> str:
    """`/series/DX/DF_SDG_LOCAL/1.0.0/A.N.…`, as it stood after a release where one is named."""
    path = "/".join(quote(part, safe="") for part in (flow.agency, flow.id, flow.version, key))
    return f"/series/{path}" + (f"?release={release}" if release else "")
