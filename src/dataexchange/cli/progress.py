"""Progress of long work: a spinner with the present step on a terminal, a plain line a step elsewhere. Both on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dataexchange.cli.session import on_terminal


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    if quiet:
        yield lambda _step: None
    elif on_terminal():
        from rich.console import Console

        console = Console(stderr=True)
        with console.status("Working") as status:
            yield status.update
    else:
        yield lambda step: print(step, file=sys.stderr, flush=True)
