"""Commands around structures, agreements and national series."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dataexchange.cli.progress import progress
from dataexchange.cli.session import session
from dataexchange.cli.tables import ReportOption, _released, _show, _table, _write

if TYPE_CHECKING:
    from dataexchange.model.structure import Ref


def add_to(app: typer.Typer) -> None:
    structures = typer.Typer(
        help="Structural metadata: load it, see what is there, remove what nobody uses.", no_args_is_help=True
    )
    structures.command("load", epilog="Example: dataexchange structures load structures-KG_NSC-SDG-1.8.xml")(
        load_structures
    )
    structures.command("list", epilog="Example: dataexchange structures list --kind codelist")(list_structures)
    structures.command("remove", epilog="Example: dataexchange structures remove codelist 'KG_NSC:CL_WARDS(0.1)'")(
        remove_structure
    )
    app.add_typer(structures, name="structures")
    agreements = typer.Typer(help="Provision agreements: who sends what.", no_args_is_help=True)
    agreements.command("list", epilog="Example: dataexchange agreements list")(list_agreements)
    agreements.command(
        "add",
        epilog="Example: dataexchange agreements add KE_NBO 'DX:DF_SDG_LOCAL(1.0.0)' --name Nairobi --area KE_NBO --review-by KE_KNBS",
    )(add_agreement)
    app.add_typer(agreements, name="agreements")
    codes = typer.Typer(help="Codes of a code list: see them, add one.", no_args_is_help=True)
    codes.command("list", epilog="Example: dataexchange codes list CL_AREA --find bristol")(list_codes)
    codes.command("add", epilog="Example: dataexchange codes add CL_AREA KE_NBO_WESTLANDS Westlands --parent KE_NBO")(
        add_code
    )
    app.add_typer(codes, name="codes")
    baseline = typer.Typer(help="National series that local data are compared with.", no_args_is_help=True)
    baseline.command("load", epilog="Example: dataexchange baseline load national/*.xml --provider UK_ONS")(
        load_baseline
    )
    baseline.command(
        "withdraw",
        epilog="Example: dataexchange baseline withdraw 'DX:DF_SDG_NATIONAL(1.0.0)' --provider UK_ONS --reason 'wrong files'",
    )(withdraw_baseline)
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
            for ref in message.kept:
                typer.echo(f"  {ref.kind.urn_class} {ref} is not as this file has it: what it said before stays")


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


def remove_structure(
    kind: Annotated[str, typer.Argument(help="such as codelist, datastructure, dataflow", show_default=False)],
    artefact: Annotated[str, typer.Argument(help="agency:id(version)", show_default=False)],
    item: Annotated[
        str | None, typer.Option("--item", help="this item of it only: a code, a concept", show_default="the whole")
    ] = None,
    final: Annotated[bool, typer.Option("--final", help="also where its version is final")] = False,
) -> None:
    """Remove an artefact that nothing refers to and no data stand under."""
    from dataexchange.errors import Conflict, InvalidRequest
    from dataexchange.model.structure import Kind, parse_short
    from dataexchange.model.upkeep import Result
    from dataexchange.store.database import writing
    from dataexchange.workflow.upkeep import remove_structure as remove

    if kind not in set(Kind):
        raise InvalidRequest(f"write one of {', '.join(Kind)}", parameter="kind", value=kind)
    ref = parse_short(artefact, Kind(kind))
    with session() as here:
        with writing(here.engine) as conn:
            outcome = remove(conn, ref, item=item, caller=here.caller, even_final=final)
        if outcome.result is Result.FAILURE:
            raise Conflict(outcome.text)
        typer.echo(outcome.text)


def list_agreements() -> None:
    """Provision agreements in force: provider, dataflow, areas, and who reviews."""
    from dataexchange.model.provision import areas_of, reviewer_of
    from dataexchange.store.database import reading
    from dataexchange.workflow.agreements import agreements

    with session() as here, reading(here.engine) as conn:
        rows = [
            (str(a.ref), a.provider.id, str(a.dataflow), " ".join(areas_of(a)) or "any", reviewer_of(a) or "nobody")
            for a in agreements(conn)
        ]
    _table(("agreement", "provider", "dataflow", "areas", "reviewed by"), rows)


def add_agreement(
    provider: Annotated[str, typer.Argument(help="id of the provider, such as KE_NBO", show_default=False)],
    dataflow: Annotated[str, typer.Argument(help="agency:id(version)", show_default=False)],
    name: Annotated[
        str | None, typer.Option("--name", help="the provider's name, where it is new", show_default=False)
    ] = None,
    area: Annotated[
        list[str] | None,
        typer.Option(
            "--area",
            help="it may send this area and all below it; again for more",
            show_default="as agreed; any, if nothing is",
        ),
    ] = None,
    any_area: Annotated[bool, typer.Option("--any-area", help="it may send any area")] = False,
    review_by: Annotated[
        str | None,
        typer.Option(
            "--review-by",
            help="office that accepts or returns before publication",
            show_default="as agreed; nobody, if nothing is",
        ),
    ] = None,
    no_review: Annotated[bool, typer.Option("--no-review", help="nobody reviews")] = False,
) -> None:
    """Let a provider send data to a dataflow, or change terms on which it does: those that are named. One that is new is registered."""
    from dataexchange.errors import InvalidRequest
    from dataexchange.model.provision import areas_of, reviewer_of
    from dataexchange.model.structure import Item, Kind, parse_short
    from dataexchange.store.database import writing
    from dataexchange.workflow import agreements

    if any_area and area:
        raise InvalidRequest("leave out --area or --any-area: they say the opposite", parameter="--any-area")
    if no_review and review_by is not None:
        raise InvalidRequest("leave out --review-by or --no-review: they say the opposite", parameter="--no-review")
    flow = parse_short(dataflow, Kind.DATAFLOW)
    areas, reviewer = () if any_area else area or None, "" if no_review else review_by
    with session() as here:
        with writing(here.engine) as conn:
            named = Item(id=provider, names={"en": name} if name else {})
            made = agreements.add_agreement(conn, named, flow, caller=here.caller, areas=areas, reviewer=reviewer)
        where = f"of {', '.join(areas_of(made))} and all below" if areas_of(made) else "of any area"
        office = f"{reviewer_of(made)} reviews them" if reviewer_of(made) else "nobody reviews them"
        typer.echo(f"{made.ref}: {provider} may send data {where} to {flow}; {office} before they are published.")


def list_codes(
    codelist: Annotated[str, typer.Argument(help="id of a list of DX, or agency:id(version)", show_default=False)],
    find: Annotated[
        str, typer.Option("--find", help="only codes with this in their id or name", show_default=False)
    ] = "",
) -> None:
    """The codes of a code list, with their names and parents."""
    from dataexchange.model.structure import Codelist
    from dataexchange.store import structures
    from dataexchange.store.database import reading

    with session() as here, reading(here.engine) as conn:
        held = structures.get(conn, _codelist(codelist))
        assert isinstance(held, Codelist)
        wanted = find.lower()
        rows = [(c.id, c.name(), c.parent or "") for c in held.items if wanted in f"{c.id} {c.name()}".lower()]
    _table(("code", "name", "parent"), rows)


def add_code(
    codelist: Annotated[str, typer.Argument(help="id of a list of DX, or agency:id(version)", show_default=False)],
    code: Annotated[str, typer.Argument(help="the new code", show_default=False)],
    name: Annotated[str, typer.Argument(help="its name in English", show_default=False)],
    parent: Annotated[str | None, typer.Option("--parent", help="code it is part of", show_default=False)] = None,
) -> None:
    """Add a code to a code list: an area, a local series, an age that the list lacks."""
    from dataexchange.model.structure import Item
    from dataexchange.store.database import writing
    from dataexchange.workflow.structures import add_code as add

    ref = _codelist(codelist)
    with session() as here:
        with writing(here.engine) as conn:
            besides = add(conn, ref, Item(id=code, names={"en": name}, parent=parent), actor=here.actor)
        typer.echo(f"{ref} has the code {code}, {name}.")
        if besides:
            typer.echo(f"Mind: {besides}", err=True)


def _codelist(text: str) -> Ref:
    from dataexchange.model.structure import Kind, Ref, parse_short

    return parse_short(text, Kind.CODELIST) if ":" in text else Ref(Kind.CODELIST, "DX", text, "1.0.0")


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
    note: Annotated[
        str | None,
        typer.Option(
            "--note",
            help="source and licence, told on the pages of the series; default: what the messages say of their source",
            show_default=False,
        ),
    ] = None,
    complete: Annotated[
        bool, typer.Option("--complete", help="the messages are everything: what they lack is no longer published")
    ] = False,
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
                conn,
                files,
                dataflow=flow,
                provider=provider,
                note=note,
                complete=complete,
                actor=here.actor,
                progress=step,
            )
        _show(vintage.report)
        _write([vintage.report], report)
        if vintage.release is None:
            typer.echo("\nNothing was loaded: the errors above must be mended first.")
            raise typer.Exit(1)
        typer.echo("\n" + _released(vintage.release))


def withdraw_baseline(
    dataflow: Annotated[str, typer.Argument(help="agency:id(version)", show_default=False)],
    provider: Annotated[str, typer.Option("--provider", help="whose series", show_default=False)],
    reason: Annotated[str, typer.Option("--reason", help="why; stands in the public record", show_default=False)],
    source: Annotated[
        str | None, typer.Option("--source", help="those harvested from this source", show_default="those loaded")
    ] = None,
) -> None:
    """Take a provider's national series out of what is served; their releases stay on record."""
    from dataexchange.model.structure import Kind, parse_short
    from dataexchange.store.database import writing
    from dataexchange.workflow import baseline

    flow = parse_short(dataflow, Kind.DATAFLOW)
    with session(there=True) as here:
        with writing(here.engine) as conn:
            release = baseline.withdraw_baseline(conn, flow, provider, actor=here.actor, reason=reason, source=source)
        typer.echo(f"Withdrawn in release {release.number}: {release.series_closed} series closed.")
