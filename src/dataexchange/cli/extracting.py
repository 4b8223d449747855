"""How a worker makes extracts: by the code that answers queries on the line, which it is given here, for doors do not know each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from dataexchange.api.remake import remake
from dataexchange.cli.session import Session
from dataexchange.door.exchange import Exchange
from dataexchange.worker.extract import Extracting


@contextmanager
def extracting(here: Session) -> Iterator[Extracting]:
    settings = here.settings
    exchange = Exchange(here.engine, here.home, base_url=settings.base_url, sender=settings.sender)
    try:
        yield Extracting(
            partial(remake, exchange), timedelta(hours=settings.keep_extract_hours), settings.max_extract_bytes
        )
    finally:
        exchange.close()
