"""`dataexchange rules`: what is checked, and how a national office sets it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dataexchange.cli.language import LanguageOption, language_of
from dataexchange.cli.session import session
from dataexchange.cli.tables import _table

if TYPE_CHECKING:
    from dataexchange.model.rule import Rule
    from dataexchange.model.rulebook import Choice, Rulebook

AgencyOption = Annotated[
    str, typer.Option("--agency", help="the office whose rulebook is looked at", show_default="DX, the operator's")
]
FileArgument = Annotated[Path, typer.Argument(help="the rulebook, YAML", show_default=False)]


def add_to(app: typer.Typer) -> None:
    rules = typer.Typer(help="Rules: what is checked, and how an office sets it.", no_args_is_help=True)
    rules.command("list", epilog="Example: dataexchange rules list --agency KG_NSC --level 5")(list_rules)
    rules.command("show", epilog="Example: dataexchange rules show COH-MIRROR --agency KG_NSC")(show)
    rules.command("check", epilog="Example: dataexchange rules check kg_nsc.yaml")(check)
    rules.command("load", epilog="Example: dataexchange rules load kg_nsc.yaml")(load)
    rules.command("history", epilog="Example: dataexchange rules history KG_NSC")(history)
    rules.command("export", epilog="Example: dataexchange rules export KG_NSC --version 3 --output kg_nsc.yaml")(export)
    app.add_typer(rules, name="rules")


def list_rules(
    agency: AgencyOption = "DX",
    level: Annotated[
        int | None, typer.Option("--level", help="only rules of this ESS level", min=0, max=5, show_default="all")
    ] = None,
    language: LanguageOption = None,
) -> None:
    """Every rule with its level and severity, as an office has set it."""
    from dataexchange.messages.report_words import title_of
    from dataexchange.model.rules import RULES
    from dataexchange.store.database import reading
    from dataexchange.workflow.rulebook import office_rulebook

    tongue = language_of(language)
    with session() as here, reading(here.engine) as conn:
        book = office_rulebook(conn, agency)
    rows = [
        (rule.id, str(rule.level), _grade(rule, book), _set(rule, book), title_of(rule.id).said(tongue))
        for rule in RULES.values()
        if level in (None, rule.level)
    ]
    typer.echo(f"Rulebook {book.name}")
    _table(("rule", "level", "severity", "set", "title"), rows)


def show(
    rule: Annotated[str, typer.Argument(help="id of the rule, such as COH-MIRROR", show_default=False)],
    agency: AgencyOption = "DX",
) -> None:
    """One rule: what it looks at, its formula and source, and its parameters as an office has set them."""
    from dataexchange.messages.rules_page import rule_text
    from dataexchange.model.rules import registered
    from dataexchange.store.database import reading
    from dataexchange.workflow.rulebook import office_rulebook

    found = registered(rule)
    with session() as here, reading(here.engine) as conn:
        book = office_rulebook(conn, agency)
    typer.echo("\n".join(rule_text(found)))
    choices = [choice for choice in book.choices if choice.rule == found.id]
    typer.echo(f"Rulebook {book.name}: {'as it ships' if not choices else ''}".rstrip())
    for choice in choices:
        typer.echo(f"  {_told(choice)}")


def check(file: FileArgument) -> None:
    """Read a rulebook strictly, and say what in it holds for nothing here. Loads nothing."""
    from dataexchange.messages.read_rulebook import read_rulebook
    from dataexchange.store.database import reading
    from dataexchange.workflow.rulebooks import unmet

    book = read_rulebook(file.read_bytes(), str(file))
    with session() as here, reading(here.engine) as conn:
        remarks = tuple(unmet(conn, book))
    choices = f"{len(book.choices)} choice{'' if len(book.choices) == 1 else 's'}"
    kinds = f"the kinds of {len(book.kinds)} series" if book.kinds else "no kinds"
    typer.echo(f"{file}: a rulebook of {book.agency}, with {choices} and {kinds}.")
    _remarks(remarks)


def load(file: FileArgument) -> None:
    """Make a rulebook the one that holds: a new version, unless it says what the last one says."""
    from dataexchange.store.database import writing
    from dataexchange.workflow.rulebooks import load_rulebook

    with session() as here:
        with writing(here.engine) as conn:
            made = load_rulebook(conn, file.read_bytes(), str(file), caller=here.caller)
        name = f"{made.loaded.agency} {made.loaded.version}"
        typer.echo(f"{name} holds from now on." if made.new else f"Nothing is new in it: {name} holds as before.")
    _remarks(made.remarks)


def history(
    agency: Annotated[str, typer.Argument(help="id of the office, such as KG_NSC", show_default=False)],
) -> None:
    """Every version of an office's rulebook, newest first."""
    from dataexchange.store import rulebooks
    from dataexchange.store.database import reading
    from dataexchange.workflow.rulebooks import require_office

    with session(there=True) as here, reading(here.engine) as conn:
        require_office(conn, agency)
        found = rulebooks.history(conn, agency, limit=10_000)
    rows = [
        (f"{one.agency} {one.version}", f"{one.loaded_at:%Y-%m-%d %H:%M} UTC", one.loaded_by, one.hash[:12])
        for one in found
    ]
    if rows:
        _table(("rulebook", "loaded", "by", "hash"), rows)
    else:
        typer.echo(f"{agency} has loaded no rulebook: the rules hold as they ship.")


def export(
    agency: Annotated[str, typer.Argument(help="id of the office", show_default="DX, the operator's")] = "DX",
    version: Annotated[
        int | None,
        typer.Option("--version", help="this version; 0: the rules as they ship", min=0, show_default="newest"),
    ] = None,
    vtl: Annotated[bool, typer.Option("--vtl", help="as VTL 2.1, with the parameters in force")] = False,
    dataflow: Annotated[
        str | None,
        typer.Option("--dataflow", help="with --vtl: for this one, agency:id(version)", show_default=False),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="write here instead of the terminal", show_default=False)
    ] = None,
) -> None:
    """Write a rulebook out: as it was loaded, the rules as they ship to begin from, or as VTL 2.1."""
    from dataexchange.errors import InvalidRequest
    from dataexchange.model.structure import Kind, parse_short
    from dataexchange.store.database import reading
    from dataexchange.workflow.rulebook_vtl import rulebook_vtl
    from dataexchange.workflow.rulebooks import rulebook_text

    if dataflow is not None and not vtl:
        raise InvalidRequest("add --vtl, or leave this out", parameter="--dataflow", value=dataflow)
    flow = parse_short(dataflow, Kind.DATAFLOW) if dataflow else None
    with session() as here, reading(here.engine) as conn:
        text = rulebook_vtl(conn, agency, flow, version) if vtl else rulebook_text(conn, agency, version)
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
        typer.echo(f"Written to {output}.")


def _grade(rule: Rule, book: Rulebook) -> str:
    return str(book.severity(rule.id)) if book.runs(rule.id) else "off"


def _set(rule: Rule, book: Rulebook) -> str:
    """How many choices are about it."""
    n = sum(choice.rule == rule.id for choice in book.choices)
    return f"{n} ×" if n else ""


def _told(choice: Choice) -> str:
    """`relative 1, error; dataflow KG_NSC:DF_SDG_KG(1.8), series SH_*`"""
    what = [f"{name} {value:g}" for name, value in choice.parameters.items()]
    what += [] if choice.on is None else ["on" if choice.on else "off"]
    what += [] if choice.severity is None else [str(choice.severity)]
    named = (("dataflow", choice.dataflow), ("agreement", choice.agreement), ("series", choice.series))
    where = ", ".join(f"{name} {value}" for name, value in named if value)
    return f"{', '.join(what)}; {where or 'everywhere'}"


def _remarks(remarks: tuple[str, ...]) -> None:
    for remark in remarks:
        typer.echo(f"  note: {remark}, so what it says of it holds for nothing yet")
