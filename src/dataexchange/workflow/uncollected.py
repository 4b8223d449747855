"""Work that makes very many small values and no cycles among them: findings, verdicts, the sentences they are told in.

Python's collector of cycles looks through all of them again and again and finds nothing: a third of the time of checking a table of
a million rows. It rests meanwhile; what is done with goes by its count, as ever.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    resting = not gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not resting:
            gc.enable()
