"""Take published data out into a file, in any format that the service writes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
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
    format_: Annotated[
        str, typer.Option("--format", help="csv, json, xml, csvlabels, xlsx, parquet, or a media type with its version")
    ] = "csv",
    into: Annotated[
        Path | None, typer.Option("--into", help="file; default: standard output", show_default=False)
    ] = None,
) -> None:
    """Write a dataflow's present observations as SDMX-CSV, SDMX-JSON, SDMX-ML, Parquet, XLSX or a plain CSV with labels."""
    from dataexchange.messages.form import form_of
    from dataexchange.messages.media import DATA_V2
    from dataexchange.messages.negotiation import choose
    from dataexchange.messages.url_key import fit, read_keys
    from dataexchange.messages.write_data import WRITERS, WriteOptions
    from dataexchange.model.query import DataQuery
    from dataexchange.model.structure import Kind, parse_short
    from dataexchange.store import series, structures
    from dataexchange.store.database import reading

    choice = choose(None, format_, DATA_V2)
    form = asdict(form_of(choice.media, choice.parameters))
    flow = parse_short(dataflow, Kind.DATAFLOW)
    options = WriteOptions(message_id=uuid4().hex, prepared=datetime.now(UTC), **form)
    with session(there=True) as here, reading(here.engine) as conn:
        schema = structures.schema(conn, flow)
        keys = fit(read_keys(key), schema.structure.dimension_ids, exact=False)
        batches = series.batches(conn, DataQuery(keys=keys), schema, flow)
        with closing(batches):  # type: ignore[type-var]  # a generator; closed before its connection is
            first = next(batches, None)
            if first is None:
                raise NotFound(
                    f"{flow} holds nothing under the key {key!r}; a key such as '...GB_BRS' names codes by position."
                )
            _write(WRITERS[choice.media](schema, chain([first], batches), options), into)
    if into is not None:
        typer.echo(f"Written to {into}", err=True)


def _write(chunks: Iterator[bytes], into: Path | None) -> None:
    """A file is there whole or not at all; what is no plain file (a pipe, a device) is written to as it is."""
    if into is None:
        for chunk in chunks:
            sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
    elif into.exists() and not into.is_file():
        with into.open("wb") as stream:
            stream.writelines(chunks)
    else:
        target = into.resolve()
        part = target.with_name(target.name + ".part")
        with part.open("wb") as file:
            file.writelines(chunks)
        part.replace(target)
