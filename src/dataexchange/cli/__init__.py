"""`dataexchange` on the command line. Commands are thin: open a session, call a verb, print what it answers.

Exit codes: 0 done; 1 the data have errors; 2 wrong use or unreadable input; 3 a service or database is not reachable.
Rooms below are imported inside the commands, so that `--help` and completion answer at once.
"""

from __future__ import annotations

import os
import sys

import typer

from dataexchange import __version__, errors
from dataexchange.cli import (
    access,
    areas,
    difference,
    exchanging,
    exports,
    harvesting,
    inequality,
    justifying,
    mapping,
    metadata,
    offices,
    operating,
    rechecking,
    reconciling,
    rules,
    service,
    tables,
    templates,
)

app = typer.Typer(
    name="dataexchange",
    help="Statistical data exchange between city and national statistics offices.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
tables.add_to(app)
templates.add_to(app)
mapping.add_to(app)
difference.add_to(app)
inequality.add_to(app)
rules.add_to(app)
offices.add_to(app)
areas.add_to(app)
metadata.add_to(app)
access.add_to(app)
justifying.add_to(app)
exports.add_to(app)
exchanging.add_to(app)
harvesting.add_to(app)
reconciling.add_to(app)
rechecking.add_to(app)
service.add_to(app)
operating.add_to(app)

#: What the caller may do about an error, as an exit code. Everything that is not listed is wrong use: 2.
EXIT_CODES: dict[type[errors.ExchangeError], int] = {errors.Unreachable: 3}


@app.callback()
def _options(
    context: typer.Context,
    debug: bool = typer.Option(False, "--debug", help="show the traceback of an error"),  # read by main()
    version: bool = typer.Option(False, "--version", help="show the version and stop", is_eager=True),
) -> None:
    del debug
    if version:
        typer.echo(__version__)
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main(argv: list[str] | None = None) -> None:
    """Run a command; an error of ours is one sentence on stderr and an exit code, never a traceback (unless --debug)."""
    arguments = sys.argv[1:] if argv is None else argv
    try:
        app(args=arguments)
    except errors.ExchangeError as error:
        if "--debug" in arguments:
            raise
        typer.echo(f"dataexchange: {error}", err=True)
        sys.exit(EXIT_CODES.get(type(error), 2))
    except BrokenPipeError:
        # Whoever read our output has enough of it; Python would complain once more when it closes standard output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except (OSError, KeyboardInterrupt) as error:
        if "--debug" in arguments:
            raise
        interrupted = isinstance(error, KeyboardInterrupt)
        typer.echo("dataexchange: stopped" if interrupted else f"dataexchange: {_os_sentence(error)}", err=True)
        sys.exit(130 if interrupted else 2)
    except Exception as error:
        if "--debug" in arguments:
            raise
        typer.echo(
            f"dataexchange: an error that we did not foresee ({type(error).__name__}), so the command broke off. "
            "Run the command again as `dataexchange --debug …` and send us what it prints.",
            err=True,
        )
        sys.exit(70)


def _os_sentence(error: BaseException) -> str:
    name = getattr(error, "filename", None)
    what = getattr(error, "strerror", None) or str(error)
    return f"{name}: {what}; check the path and its permissions." if name else f"{what}."
