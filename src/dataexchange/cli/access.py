"""Commands of the operator around organisations and their keys, and of an office that reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dataexchange.cli.session import session
from dataexchange.cli.tables import _table

if TYPE_CHECKING:
    from datetime import datetime

SubmissionArgument = Annotated[str, typer.Argument(help="id of a submission in review", show_default=False)]


def add_to(app: typer.Typer) -> None:
    keys = typer.Typer(help="API keys: who may call, and for what.", no_args_is_help=True)
    keys.command("create", epilog="Example: dataexchange keys create BRISTOL --scope submit --days 365")(create_key)
    keys.command("list", epilog="Example: dataexchange keys list")(list_keys)
    keys.command("revoke", epilog="Example: dataexchange keys revoke 3f2a9c81d0")(revoke_key)
    app.add_typer(keys, name="keys")
    organisations = typer.Typer(help="Organisations: operator, national offices, cities.", no_args_is_help=True)
    organisations.command("list", epilog="Example: dataexchange organisations list")(list_organisations)
    organisations.command(
        "add", epilog="Example: dataexchange organisations add KE_KNBS 'Kenya National Bureau of Statistics'"
    )(add_organisation)
    app.add_typer(organisations, name="organisations")
    review = typer.Typer(help="What lies before a reviewing office: accept it, or return it.", no_args_is_help=True)
    review.command("list", epilog="Example: dataexchange review list")(list_queue)
    review.command("accept", epilog="Example: dataexchange review accept 3f2a9c81d04e")(accept)
    review.command("return", epilog='Example: dataexchange review return 3f2a9c81d04e --reason "2019 is a forecast"')(
        send_back
    )
    app.add_typer(review, name="review")


def create_key(
    organisation: Annotated[str, typer.Argument(help="whose key: an agency or provider", show_default=False)],
    scope: Annotated[
        list[str],
        typer.Option(
            "--scope",
            help="submit, review, baseline, structures, read-restricted or admin; again for more",
            show_default=False,
        ),
    ],
    label: Annotated[str, typer.Option("--label", help="what it is for, for lists", show_default=False)] = "",
    days: Annotated[
        int | None, typer.Option("--days", min=1, max=36500, help="how long it is valid", show_default="always")
    ] = None,
) -> None:
    """Make an API key and print it: once, for only its hash is stored."""
    from datetime import UTC, datetime, timedelta

    from dataexchange.errors import InvalidRequest
    from dataexchange.model.access import Scope
    from dataexchange.store.database import writing
    from dataexchange.workflow import keys

    unknown = [name for name in scope if name not in list(Scope)]
    if unknown:
        raise InvalidRequest(f"name one of {', '.join(Scope)}", parameter="scope", value=unknown[0])
    expires = datetime.now(UTC) + timedelta(days=days) if days else None
    with session() as here:
        with writing(here.engine) as conn:
            made, text = keys.create_key(
                conn, organisation, [Scope(s) for s in scope], caller=here.caller, label=label, expires_at=expires
            )
        typer.echo(text)
        typer.echo(
            f"Key {made.id} of {organisation}, for the exchange in {here.place}. It is shown this once: keep it safe.",
            err=True,
        )


def list_keys() -> None:
    """Keys, newest first, without their secrets."""
    from dataexchange.store.database import reading
    from dataexchange.workflow import keys

    with session(there=True) as here, reading(here.engine) as conn:
        rows = [
            (
                key.id,
                key.organisation,
                " ".join(sorted(key.scopes)),
                _time(key.created_at),
                _time(key.expires_at),
                _time(key.last_used_at),
                _time(key.revoked_at),
                key.label,
            )
            for key in keys.list_keys(conn, caller=here.caller)
        ]
    _table(("key", "organisation", "scopes", "created", "expires", "last used", "revoked", "label"), rows)


def revoke_key(
    key: Annotated[str, typer.Argument(help="id of the key, as `keys list` shows it", show_default=False)],
) -> None:
    """Revoke a key: it opens nothing from now on."""
    from dataexchange.store.database import writing
    from dataexchange.workflow import keys

    with session(there=True) as here:
        with writing(here.engine) as conn:
            keys.revoke_key(conn, key, caller=here.caller)
        typer.echo(f"Key {key} is revoked.")


def list_organisations() -> None:
    """Agencies and data providers that are registered."""
    from dataexchange.store.database import reading
    from dataexchange.workflow.keys import organisations

    with session(there=True) as here, reading(here.engine) as conn:
        _table(("organisation", "name"), sorted(organisations(conn).items()))


def add_organisation(
    organisation: Annotated[str, typer.Argument(help="its id, such as KE_KNBS", show_default=False)],
    name: Annotated[str, typer.Argument(help="its name", show_default=False)],
) -> None:
    """Register an agency that sends nothing itself; `agreements add` registers those that send."""
    from dataexchange.model.structure import Item
    from dataexchange.store.database import writing
    from dataexchange.workflow.agreements import add_organisation as add

    with session() as here:
        with writing(here.engine) as conn:
            add(conn, Item(id=organisation, names={"en": name}), caller=here.caller)
        typer.echo(f"{organisation}, {name}, is registered.")


def list_queue() -> None:
    """Submissions in review, oldest first."""
    from dataexchange.store.database import reading
    from dataexchange.workflow import review

    with session(there=True) as here, reading(here.engine) as conn:
        rows = [
            (s.id, s.reviewer or "", f"{s.received_at:%Y-%m-%d %H:%M}", s.provider, s.dataset, s.file_name)
            for s in review.queue(conn, caller=here.caller)
        ]
    _table(("id", "before", "received", "provider", "dataset", "file"), rows)


def accept(submission: SubmissionArgument) -> None:
    """Accept a submission; it is published at once."""
    from dataexchange.cli.tables import publish_accepted
    from dataexchange.store.database import writing
    from dataexchange.workflow import review

    with session(there=True) as here:
        with writing(here.engine) as conn:
            review.accept(conn, submission, caller=here.caller)
        publish_accepted(here, submission)


def send_back(
    submission: SubmissionArgument,
    reason: Annotated[str, typer.Option("--reason", help="what is to be mended", show_default=False)],
) -> None:
    """Return a submission to its city with a reason."""
    from dataexchange.store.database import writing
    from dataexchange.workflow import review

    with session(there=True) as here:
        with writing(here.engine) as conn:
            review.send_back(conn, submission, caller=here.caller, reason=reason)
        typer.echo(f"Submission {submission} is returned to its sender.")


def _time(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"
