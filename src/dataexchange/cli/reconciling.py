"""The command that derives from cities' series such as agree with the national ones, beside the cities' own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dataexchange.cli.session import Session, session
from dataexchange.cli.tables import _released, _table

if TYPE_CHECKING:
    from dataexchange.model.reconciliation import Method, Outcome
    from dataexchange.model.structure import Ref


def add_to(app: typer.Typer) -> None:
    app.command("reconcile", epilog="Example: dataexchange reconcile --series SL_TLF_UEM --area GB_BRS --dry-run")(
        reconcile
    )


def reconcile(
    series: Annotated[str, typer.Option("--series", help="code of SERIES", show_default=False)],
    area: Annotated[
        str | None,
        typer.Option("--area", help="the whole whose parts are to meet its national value", show_default="every whole"),
    ] = None,
    partition: Annotated[
        str | None,
        typer.Option(
            "--partition",
            help="one way of parting areas: its name in the list of areas, or codelist",
            show_default="every one whose parts have values",
        ),
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            "--method", help="pro-rata, least-squares, ipf, logit or denton", show_default="what fits the series"
        ),
    ] = None,
    across: Annotated[
        str | None,
        typer.Option("--across", help="a dimension to reconcile together with the areas: SEX", show_default="none"),
    ] = None,
    cv: Annotated[
        float, typer.Option("--cv", help="for least-squares: percent of error of values that have no bounds")
    ] = 5.0,
    dataflow: Annotated[
        str, typer.Option("--dataflow", help="agency:id(version) of the cities' data")
    ] = "DX:DF_SDG_LOCAL(1.0.0)",
    office: Annotated[
        str | None, typer.Option("--office", help="whose national values are met", show_default="the only one's")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show what would come out, and store nothing")] = False,
    withdraw: Annotated[
        str | None,
        typer.Option("--withdraw", help="take out what --office has reconciled, for this reason", show_default=False),
    ] = None,
) -> None:
    """Make local figures meet national totals, in a dataflow of their own; the cities' own values stay as they are."""
    from dataexchange.model.reconciliation import Wish
    from dataexchange.model.structure import Kind, parse_short
    from dataexchange.store.database import writing
    from dataexchange.workflow import reconcile as verb

    flow, way = parse_short(dataflow, Kind.DATAFLOW), _method(method)
    wish = Wish(
        series=series,
        dataflow=flow,
        area=area,
        method=way,
        across=across,
        cv=cv,
        office=office,
        partition=partition,
    )
    with session(there=True) as here:
        if withdraw is not None:
            _withdraw(here, flow, series, office, withdraw)
            return
        with writing(here.engine) as conn:
            outcome = verb.reconcile(conn, wish, caller=here.caller, dry_run=dry_run)
        _show(outcome, dry_run=dry_run)


def _method(text: str | None) -> Method | None:
    from dataexchange.errors import InvalidRequest
    from dataexchange.model.reconciliation import Method

    if text is not None and text not in set(Method):
        raise InvalidRequest(f"write one of {', '.join(Method)}", parameter="method", value=text)
    return Method(text) if text else None


def _show(outcome: Outcome, *, dry_run: bool) -> None:
    rows = [
        (one.key, one.period, f"{one.own:.12g}", f"{one.value:.12g}", "" if one.factor is None else f"{one.factor:.6f}",
         f"{one.total.value:.12g}", one.total.area)
        for one in outcome.adjusted
    ]  # fmt: skip
    _table(("series", "period", "own value", "reconciled", "factor", "national total", "of"), rows)
    for left in outcome.left:
        typer.echo(f"Left out: parts of {left.area} in {', '.join(left.periods)} ({left.key}): {left.reason}.")
    typer.echo(f"\n{outcome.method} by {outcome.office}: {len(outcome.adjusted)} observations.")
    if outcome.release is not None:
        typer.echo(_released(outcome.release))
    elif dry_run:
        typer.echo(f"Nothing was stored; {outcome.changed} observations of {outcome.dataflow} would change.")
    else:
        typer.echo(f"Nothing new: {outcome.dataflow} stands like this already.")


def _withdraw(here: Session, flow: Ref, series: str, office: str | None, reason: str) -> None:
    from dataexchange.errors import InvalidRequest
    from dataexchange.store.database import writing
    from dataexchange.workflow.reconcile import withdraw_reconciled

    if office is None:
        raise InvalidRequest("say whose reconciled series go", parameter="--office")
    with writing(here.engine) as conn:
        done = withdraw_reconciled(conn, flow, series, office=office, caller=here.caller, reason=reason)
    for release in done:
        typer.echo(f"Withdrawn in release {release.number}: {release.series_closed} series closed.")
