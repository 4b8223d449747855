"""Commands about what is compared again since national series, or the rules, have changed."""

from __future__ import annotations

from typing import Annotated

import typer

from dataexchange.cli.language import LanguageOption, language_of
from dataexchange.cli.session import session
from dataexchange.cli.tables import _table


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(
        help="What is compared again after national series, or the rules, have changed.", no_args_is_help=True
    )
    group.command("list", epilog="Example: dataexchange rechecks list --provider BRISTOL --changed")(list_rechecks)
    group.command("show", epilog="Example: dataexchange rechecks show 3f2a9c81d04e")(show)
    group.command("run", epilog="Example: dataexchange rechecks run")(run)
    app.add_typer(group, name="rechecks")


def list_rechecks(
    provider: Annotated[
        str | None, typer.Option("--provider", help="of this provider only", show_default=False)
    ] = None,
    state: Annotated[str | None, typer.Option("--state", help="due or done", show_default="both")] = None,
    changed: Annotated[
        bool, typer.Option("--changed", help="only those after which a series stands otherwise")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="at most so many")] = 100,
) -> None:
    """Re-checks, newest first: which are due, and what came of those that are done."""
    from dataexchange.errors import InvalidRequest
    from dataexchange.messages.recheck_text import sentence
    from dataexchange.model.recheck import State
    from dataexchange.store import rechecks
    from dataexchange.store.database import reading

    if state is not None and state not in set(State):
        raise InvalidRequest(f"write one of {', '.join(State)}", parameter="--state", value=state)
    wanted = State(state) if state else None
    with session(there=True) as here, reading(here.engine) as conn:
        found = rechecks.latest(conn, state=wanted, provider=provider, changed=changed, limit=limit)
    rows = [
        (one.id, one.state.value, f"{one.done_at or one.due_at:%Y-%m-%d %H:%M}", one.mark.provider,
         one.mark.submission or one.mark.dataset, str(sentence(one)))
        for one in found
    ]  # fmt: skip
    _table(("id", "state", "when", "provider", "dataset or submission", "what came of it"), rows)


def show(
    recheck: Annotated[str, typer.Argument(help="id that `rechecks list` shows", show_default=False)],
    language: LanguageOption = None,
) -> None:
    """One re-check, with every series that stands otherwise and why."""
    from dataexchange.messages.recheck_text import after, before, its_parts, sentence, subject, turned
    from dataexchange.store import rechecks
    from dataexchange.store.database import reading

    with session(there=True) as here, reading(here.engine) as conn:
        found, turns = rechecks.get(conn, recheck), rechecks.turns(conn, recheck)
    spoken = language_of(language)
    typer.echo(subject(found, sentence(found)).said(spoken))
    for line in turned(found):
        typer.echo(f"  {line.said(spoken)}")
    for turn in turns:
        typer.echo(f"\n{its_parts(turn).said(spoken) if turn.within else turn.key}")
        typer.echo(f"  {before(turn).said(spoken)}")
        typer.echo(f"  {after(turn).said(spoken)}")


def run() -> None:
    """Do now what is due, and would otherwise be done by a worker."""
    from dataexchange.store import rechecks
    from dataexchange.store.database import reading
    from dataexchange.worker.recheck import take_due

    with session(there=True) as here:
        done = take_due(here.engine, here.home, actor=here.actor)
        with reading(here.engine) as conn:
            left = rechecks.due(conn)
    typer.echo(
        f"{done} re-checks done" + (f"; {left} are in the hands of a worker, or could not be done." if left else ".")
    )
