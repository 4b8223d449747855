"""Commands around areas: their tree, their partitions, their other codes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dataexchange.cli.session import session

if TYPE_CHECKING:
    from dataexchange.model.area_rows import AreaFault
    from dataexchange.model.areas import Areas, Partition
    from dataexchange.workflow.areas import AreaList

#: As many faults are printed.
_MOST = 50

FileArgument = Annotated[
    Path, typer.Argument(help="CSV: area,parent,level,partition,valid_from,valid_to,boundary", show_default=False)
]
CodelistOption = Annotated[
    str, typer.Option("--codelist", help="of the areas: id of a list of DX, or agency:id(version)")
]
AgencyOption = Annotated[str, typer.Option("--agency", help="who says so: the agency that the hierarchy is kept under")]


def add_to(app: typer.Typer) -> None:
    areas = typer.Typer(
        help="Areas: what lies in what, which parts are all of an area, and their other codes.", no_args_is_help=True
    )
    areas.command("show", epilog="Example: dataexchange areas show GB_BRS")(show_areas)
    areas.command("check", epilog="Example: dataexchange areas check areas-kg.csv --codelist 'KG_NSC:CL_AREA(1.5)'")(
        check_areas
    )
    areas.command("load", epilog="Example: dataexchange areas load areas-kg.csv --codelist 'KG_NSC:CL_AREA(1.5)'")(
        load_areas
    )
    areas.command("aliases", epilog="Example: dataexchange areas aliases codes-ke.csv --codelist CL_AREA")(load_aliases)
    app.add_typer(areas, name="areas")


def check_areas(file: FileArgument, codelist: CodelistOption = "CL_AREA", agency: AgencyOption = "DX") -> None:
    """Look a list of areas over: unknown codes, circles, dates, partitions that overlap. Changes nothing."""
    from dataexchange.cli.offices import _codelist
    from dataexchange.store.database import reading
    from dataexchange.workflow import areas

    with session() as here:
        with reading(here.engine) as conn:
            found = areas.check_areas(conn, file, _codelist(codelist), agency=agency)
        _refuse(file, found.faults)
        _tell(found)
        typer.echo("Nothing was changed; `dataexchange areas load` registers the list.")


def load_areas(file: FileArgument, codelist: CodelistOption = "CL_AREA", agency: AgencyOption = "DX") -> None:
    """Register a list of areas as an SDMX hierarchy over a code list; the list loaded before it is replaced."""
    from dataexchange.cli.offices import _codelist
    from dataexchange.store.database import writing
    from dataexchange.workflow import areas

    with session() as here:
        with writing(here.engine) as conn:
            found = areas.load_areas(conn, file, _codelist(codelist), agency=agency, actor=here.actor)
        _refuse(file, found.faults)
        _tell(found)
        if n := found.concerned:
            what = "1 published dataset is" if n == 1 else f"{n} published datasets are"
            typer.echo(f"{what} compared over these areas: `dataexchange rechecks list` tells what changes by it.")


def load_aliases(
    file: Annotated[Path, typer.Argument(help="CSV: area,scheme,code", show_default=False)],
    codelist: CodelistOption = "CL_AREA",
    agency: AgencyOption = "DX",
) -> None:
    """Register other codes of areas (M49, UN/LOCODE, national …); those of a scheme replace the ones loaded before."""
    from dataexchange.cli.offices import _codelist
    from dataexchange.store.database import writing
    from dataexchange.workflow import areas

    with session() as here:
        with writing(here.engine) as conn:
            made, faults = areas.load_codes(conn, file, _codelist(codelist), agency=agency, actor=here.actor)
        _refuse(file, faults)
        for one in made:
            n = len(one.mappings)
            typer.echo(f"{one.ref}: {n} {'code' if n == 1 else 'codes'}")


def show_areas(
    area: Annotated[
        str | None, typer.Argument(help="an area by any of its codes", show_default="all that have parts")
    ] = None,
    codelist: CodelistOption = "CL_AREA",
) -> None:
    """The tree of areas: levels, partitions and whether they are exhaustive, boundaries, other codes."""
    from dataexchange.cli.offices import _codelist
    from dataexchange.errors import NotFound
    from dataexchange.store.database import reading
    from dataexchange.workflow.areas import areas_of

    with session() as here, reading(here.engine) as conn:
        areas = areas_of(conn, _codelist(codelist))
    if area is None:
        tops = [code for code in areas.divided if not areas.above(code)]
        if not tops:
            typer.echo(f"{codelist} is flat: no area lies in another. `dataexchange areas load` says what does.")
    elif areas.canonical(area) not in areas.codes:
        raise NotFound(f"{codelist} has no area {area}: see `dataexchange codes list {codelist}`.")
    else:
        tops = [areas.canonical(area)]
        if above := areas.above(area):
            typer.echo(f"in {', '.join(_named(code, areas) for code in above)}")
    for top in tops:
        _show(top, areas)


def _show(top: str, areas: Areas) -> None:
    """The tree below an area; one that stands in several partitions is written out once."""
    seen: set[str] = set()
    waiting: list[tuple[str, int, str]] = [(_line(top, areas), 0, top)]
    while waiting:
        line, depth, code = waiting.pop()
        typer.echo("  " * depth + line)
        if not code or code in seen:
            continue
        seen.add(code)
        below: list[tuple[str, int, str]] = []
        for partition in areas.partitions(code):
            below.append((_heading(partition), depth + 1, ""))
            parts = sorted(partition.parts)
            below += [(_line(part, areas) + _time(partition, part), depth + 2, part) for part in parts]
        waiting.extend(reversed(below))


def _heading(partition: Partition) -> str:
    name = partition.name or "parts"
    what = "exhaustive" if partition.exhaustive else "not said to be exhaustive"
    return f"[{name}: {len(partition.parts)}, {what}]"


def _line(code: str, areas: Areas) -> str:
    from dataexchange.model.areas import ADMINISTRATIVE

    told = [_named(code, areas)]
    if level := areas.level(code):
        told.append(level)
    concept = areas.boundary(code)[1]
    if concept != ADMINISTRATIVE:
        told.append(str(concept))
    if others := areas.spellings(code)[1:]:
        told.append(f"also {' '.join(others)}")
    return ", ".join(told)


def _time(partition: Partition, part: str) -> str:
    from dataexchange.model.period import format_period

    spans = [
        " ".join(
            f"{word} {format_period(end)}" for word, end in zip(("from", "to"), span, strict=True) if end is not None
        )
        for span in partition.valid.get(part, ())
    ]
    return f" ({', '.join(spans)})" if spans else ""


def _named(code: str, areas: Areas) -> str:
    item = areas.codes.get(code)
    return f"{code} {item.name()}" if item and item.name() != code else code


def _refuse(file: Path, faults: Sequence[AreaFault]) -> None:
    if not faults:
        return
    for fault in faults[:_MOST]:
        typer.echo(f"{file.name}, {fault}.")
    if len(faults) > _MOST:
        typer.echo(f"… and {len(faults) - _MOST} more.")
    typer.echo("\nNothing was loaded: what is told above must be mended first.")
    raise typer.Exit(1)


def _tell(found: AreaList) -> None:
    if found.hierarchy is None:
        return
    areas = {place.code.id for root in found.hierarchy.codes for place in root.walk()}
    typer.echo(f"{found.hierarchy.ref}: {len(areas)} areas in {found.rows} rows")
    for partition in found.partitions:
        typer.echo(f"  {partition.whole}: {partition.name or 'parts'}, {len(partition.parts)} areas, exhaustive")
