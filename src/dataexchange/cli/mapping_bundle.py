"""`dataexchange mapping bundle`: a mapping and the tables it takes from other files as one file, which can be sent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add_to(group: typer.Typer) -> None:
    """`group`: the commands under `dataexchange mapping`."""
    group.command("bundle", epilog="Example: dataexchange mapping bundle mappings/bristol/pm25.yaml > pm25.yaml")(
        bundle
    )


def bundle(
    file: Annotated[Path, typer.Argument(help="mapping file whose tables stand in other files", show_default=False)],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="write here instead of the terminal", show_default=False)
    ] = None,
) -> None:
    """Write a mapping with the tables it takes from other files put into it, to send it by itself."""
    from dataexchange.pipeline.mapping_bundle import bundled
    from dataexchange.pipeline.mapping_file import load_mapping

    load_mapping(file)
    text = bundled(file)
    if output is None:
        typer.echo(text.decode("utf-8-sig"), nl=False)
    else:
        output.write_bytes(text)
        typer.echo(f"Written to {output}.")
