"""The language that a caller reads reports in: the best that Accept-Language asks for, else the exchange's own, else English."""

from __future__ import annotations

from collections.abc import Mapping

from dataexchange.door.exchange import Exchange
from dataexchange.messages.languages import languages_of
from dataexchange.model.sentence import Language


def language_for(exchange: Exchange, headers: Mapping[str, str]) -> tuple[str, Language]:
    """(its tag, the language)."""
    return exchange.tongues.best((*languages_of(headers.get("accept-language")), exchange.language or "en"))
