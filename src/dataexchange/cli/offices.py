"""Commands around structures, agreements and national series."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dataexchange.cli.progress import progress
from dataexchange.cli.session import session
from dataexchange.cli.tables import ReportOption, _released, _show, _table, _write


def add_to(app: typer.Typer) -> None:
    structures = typer.Typer(help="Structural metadata: load it, see what is there.", no_args_is_help=True)
    structures.command("load", epilog="Example: dataexchange structures load structures-KG_NSC-SDG-1.8.xml")(
        load_structures
    )
    structures.command("list", epilog="Example: dataexchange structures list --kind codelist")(list_structures)
    app.add_typer(structures, name="structures")
    agreements = typer.Typer(help="Provision agreements: who sends what.", no_args_is_help=True)
    agreements.command("list", epilog="Example: dataexchange agreements list")(list_agreements)
    app.add_typer(agreements, name="agreements")
    baseline = typer.Typer(help="National series that local data are compared with.", no_args_is_help=True)
    baseline.command("load", epilog="Example: dataexchange baseline load national/*.xml --provider UK_ONS")(
        load_baseline
    )
    app.add_typer(baseline, name="baseline")


def load_structures(
    files: Annotated[
        list[Path], typer.Argument(help="SDMX-ML 2.1, 3.x or SDMX-JSON 2.0 structure messages", show_default=False)
    ],
) -> None:
    """Register the structures of SDMX messages, all or none."""
    from dataexchange.store.database import writing
    from dataexchange.workflow.structures import load_structures as load

    with session() as here:
        with progress() as step, writing(here.engine) as conn:
            step(f"Loading {len(files)} structure message(s)")
            loaded = load(conn, files, actor=here.actor)
        for message in loaded:
            counts = (
                ", ".join(f"{n} {kind}" for kind, n in sorted(message.artefacts.items()))
                or "nothing the exchange holds"
            )
            typer.echo(f"{message.file}: {counts}")
            for kind, n in sorted(message.skipped.items()):
                typer.echo(f"  left out: {n} {kind} (a kind of artefact that the exchange does not hold)")


def list_structures(
    kind: Annotated[
        str, typer.Option("--kind", help="such as dataflow, datastructure, codelist; * for all")
    ] = "dataflow",
) -> None:
    """Artefacts that are registered."""
    from dataexchange.model.query import StructureQuery
    from dataexchange.store import structures
    from dataexchange.store.database import reading

    with session() as here, reading(here.engine) as conn:
        found = structures.find(conn, StructureQuery(kinds=() if kind == "*" else (kind,), versions=("*",)))
        _table(("kind", "artefact", "name"), [(a.kind.value, str(a.ref), a.name()) for a in found])


def list_agreements() -> None:
    """Provision agreements: provider and dataflow."""
    from dataexchange.model.query import StructureQuery
    from dataexchange.model.structure import ProvisionAgreement
    from dataexchange.store import structures
    from dataexchange.store.database import reading

    with session() as here, reading(here.engine) as conn:
        found = structures.find(conn, StructureQuery(kinds=("provisionagreement",), versions=("*",)))
        rows = [(str(a.ref), a.provider.id, str(a.dataflow)) for a in found if isinstance(a, ProvisionAgreement)]
    _table(("agreement", "provider", "dataflow"), rows)


def load_baseline(
    files: Annotated[
        list[Path], typer.Argument(help="SDMX data messages; together they are one vintage", show_default=False)
    ],
    dataflow: Annotated[
        str | None,
        typer.Option("--dataflow", help="agency:id(version); needed where the messages do not say", show_default=False),
    ] = None,
    provider: Annotated[
        str | None, typer.Option("--provider", help="who sends them; default: the sender they name", show_default=False)
    ] = None,
    report: ReportOption = None,
) -> None:
    """Load national series as one release: what messages repeat is merged, what they contradict is reported."""
    from dataexchange.model.structure import Kind, parse_short
    from dataexchange.store.database import writing
    from dataexchange.workflow import baseline

    flow = parse_short(dataflow, Kind.DATAFLOW) if dataflow else None
    with session() as here:
        with progress() as step, writing(here.engine) as conn:
            vintage = baseline.load_baseline(
                conn, files, dataflow=flow, provider=provider, actor=here.actor, progress=step
            )
        _show(vintage.report)
        _write([vintage.report], report)
        if vintage.release is None:
            typer.echo("\nNothing was loaded: the errors above must be mended first.")
            raise typer.Exit(1)
        typer.echo("\n" + _released(vintage.release))
