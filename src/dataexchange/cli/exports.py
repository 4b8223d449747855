"""Take published data out into a file, in any format that the service writes."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from dataexchange.cli.session import session
from dataexchange.errors import NotFound


def add_to(app: typer.Typer) -> None:
    app.command(
        "export", epilog="Example: dataexchange export 'DX:DF_SDG_LOCAL(1.0.0)' --key '...GB_BRS' --into bristol.csv"
    )(export)


def export(
    dataflow: Annotated[str, typer.Argument(help="agency:id(version)", show_default=False)],
    key: Annotated[
        str, typer.Option("--key", help="series key with wildcards, as in a URL; default: everything")
    ] = "all",
    format_: Annotated[str, typer.Option("--format", help="csv, json, xml, or a media type with its version")] = "csv",
    into: Annotated[
        Path | None, typer.Option("--into", help="file; default: standard output", show_default=False)
    ] = None,
) -> None:
    """Write a dataflow's present observations as SDMX-CSV, SDMX-JSON or SDMX-ML."""
    from dataexchange.messages.media import DATA_V2, negotiate
    from dataexchange.messages.url_key import read_keys
    from dataexchange.messages.write_data import WRITERS, WriteOptions
    from dataexchange.model.query import DataQuery
    from dataexchange.model.structure import Kind, parse_short
    from dataexchange.store import series, structures
    from dataexchange.store.database import reading

    media = negotiate(None, format_, DATA_V2, DATA_V2[0])
    flow = parse_short(dataflow, Kind.DATAFLOW)
    options = WriteOptions(message_id=uuid4().hex, prepared=datetime.now(UTC))
    with session() as here, reading(here.engine) as conn:
        schema = structures.schema(conn, flow)
        query = DataQuery(keys=read_keys(key))
        batches = series.batches(conn, query, schema, flow)
        first = next(batches, None)
        if first is None:
            raise NotFound(
                f"{flow} holds nothing under the key {key!r}: see what is there with `dataexchange releases`."
            )
        chunks = WRITERS[media](schema, chain([first], batches), options)
        if into is None:
            for chunk in chunks:
                sys.stdout.buffer.write(chunk)
            return
        part = into.with_name(into.name + ".part")
        with part.open("wb") as file:
            file.writelines(chunks)
        part.replace(into)
    typer.echo(f"Written to {into}", err=True)
