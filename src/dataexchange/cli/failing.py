"""A submission whose check or publication breaks off is returned with the reason, as the worker does, rather than left waiting for one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from dataexchange.errors import ExchangeError, Unreachable

if TYPE_CHECKING:
    from dataexchange.cli.session import Session
    from dataexchange.model.submission import Submission


@contextmanager
def returned_where_it_fails(here: Session, submission: Submission) -> Iterator[None]:
    """Where the database does not answer, it waits: the worker goes on with it."""
    from dataexchange.store.database import writing
    from dataexchange.workflow import publish

    try:
        yield
    except Unreachable:
        typer.echo(
            f"Submission {submission.id} is kept and waits: the worker (`dataexchange worker`) goes on with it.",
            err=True,
        )
        raise
    except Exception as error:
        foreseen = isinstance(error, ExchangeError)
        reason = (
            str(error) if foreseen else f"It broke off by an error of ours ({type(error).__name__}): send it again."
        )
        with writing(here.engine) as conn:
            returned = publish.refuse_unmoved(conn, submission, actor=here.actor, reason=reason)
        if returned:
            typer.echo(
                f"Submission {submission.id} is kept and was returned; nothing of it is published. Send it again.",
                err=True,
            )
        raise
