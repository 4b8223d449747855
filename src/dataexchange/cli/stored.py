"""`check --stored`: all rules over what is stored, by country and series, with a drawing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from dataexchange.cli.progress import progress
from dataexchange.cli.session import session

if TYPE_CHECKING:
    from dataexchange.model.overview import Overview, Wanted
    from dataexchange.model.sentence import Language

_REPORTS = (".txt", ".json", ".html", ".csv")
_PLOTS = (".svg", ".html")


def check_stored(wanted: Wanted, report: Path | None, plot: Path | None, language: Language) -> None:
    """Print the table, write what was asked for; exit code 1 where there are errors."""
    from dataexchange.messages.overview_document import as_text
    from dataexchange.store.database import reading
    from dataexchange.workflow.overview import overview

    for path, endings, option in ((report, _REPORTS, "--report"), (plot, _PLOTS, "--plot")):
        if path is not None and path.suffix.lower() not in endings:
            raise typer.BadParameter(f"name a file that ends in {', '.join(endings)}", param_hint=option)
    with session(there=True) as here, progress() as step, reading(here.engine) as conn:
        found = overview(conn, wanted, progress=step)
    typer.echo(as_text(found, language), nl=False)
    if report is not None:
        _write(found, report, language)
        typer.echo(f"Report written to {report}")
    if plot is not None:
        _draw(found, plot, language)
        typer.echo(f"Drawing written to {plot}")
    if found.errors:
        raise typer.Exit(1)


def _write(found: Overview, path: Path, language: Language) -> None:
    from dataexchange.messages import overview_document as forms

    if path.suffix.lower() == ".json":
        path.write_bytes(forms.as_json(found, language))
    elif path.suffix.lower() == ".csv":
        path.write_bytes(forms.as_csv(found, language))
    elif path.suffix.lower() == ".html":
        path.write_text(forms.as_html(found, language), encoding="utf-8")
    else:
        path.write_text(forms.as_text(found, language), encoding="utf-8")


def _draw(found: Overview, path: Path, language: Language) -> None:
    from dataexchange.messages.overview_document import as_html
    from dataexchange.messages.overview_plot import as_svg

    made = as_html(found, language) if path.suffix.lower() == ".html" else as_svg(found, language)
    path.write_text(made, encoding="utf-8")
