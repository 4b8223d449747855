"""Commands between exchanges: keep a replica of another one up to date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dataexchange.cli.progress import progress
from dataexchange.cli.sending import key_of

if TYPE_CHECKING:
    from dataexchange.workflow.pull import Pulled


def add_to(app: typer.Typer) -> None:
    app.command(
        "pull",
        epilog="Example: dataexchange pull https://data.example.org --into replica --dataflow 'DX:DF_SDG_LOCAL(1.0.0)'",
    )(pull)


def pull(
    url: Annotated[str, typer.Argument(help="address of the exchange to follow", show_default=False)],
    into: Annotated[
        Path, typer.Option("--into", help="folder of the replica; made where it is missing", show_default=False)
    ],
    dataflow: Annotated[
        list[str] | None,
        typer.Option("--dataflow", help="agency:id(version); again for more", show_default="all that have data"),
    ] = None,
    key_env: Annotated[
        str | None,
        typer.Option(
            "--key-env", help="environment variable with an API key; public data need none", show_default=False
        ),
    ] = None,
) -> None:
    """Keep a Parquet replica of another exchange up to date; fit for a cron job."""
    from dataexchange.remote.node import Node
    from dataexchange.workflow.follow import nothing_new
    from dataexchange.workflow.replica import folder_of, locked, read_replica

    flows = list(dict.fromkeys(dataflow or ()))
    for flow in flows:
        folder_of(into, flow)  # refuses what is no name of a dataflow, before anything is asked
    node = Node(url.rstrip("/"), key_of(key_env) if key_env else None)
    with locked(into), progress() as step:
        replica = read_replica(into, node.url)
        if nothing_new(into, node, replica, flows):
            release = max(replica.mark_of(flow).release for flow in flows or (None,))
            typer.echo(
                f"pulled {node.url}: nothing new since release {release}; replica holds {replica.rows:,} in {into}"
            )
            return
        from dataexchange.workflow.pull import pull as bring

        done = bring(into, node, replica, flows, progress=step)
    typer.echo(f"pulled {node.url}: {_told(done)}; replica holds {done.rows:,} in {into}{_passports(done, into)}")


def _told(done: Pulled) -> str:
    if done.after == done.before and not done.flows:
        return f"nothing new since release {done.after}" if done.after else "nothing is published there yet"
    span = f"release {done.before} → {done.after}" if done.before else f"up to release {done.after}"
    flows = "1 dataflow" if done.flows == 1 else f"{done.flows} dataflows"
    return f"{span}, {flows}, {done.came:,} observations came or changed, {done.went:,} went"


def _passports(done: Pulled, into: Path) -> str:
    """By whose word things stand that the checks of the source warned of; nothing where no passports are held."""
    held = done.passports
    explained, waived = sum(one.explained for one in held), sum(one.waived for one in held)
    left_out = sum(one.left_out for one in held)
    files = [str(into / one.file) for one in held if one.file]
    told = ""
    if files:
        warnings = f"{explained:,} warning{'' if explained == 1 else 's'} explained by their cities"
        errors = f", {waived:,} error{'' if waived == 1 else 's'} waived" if waived else ""
        told = f"; {warnings}{errors}, in {', '.join(files)}"
    if left_out:
        told += f"; {left_out:,} passport{'' if left_out == 1 else 's'} left out: not as the source lists them, or too large"
    return told
