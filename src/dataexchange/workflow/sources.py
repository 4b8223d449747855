"""`sources.toml`: the sources of national series, with errors that name file, source and word.

sources.toml, [kyrgyzstan], url: write an address such as https://sdmx.example.org/rest (it is 'sdmx.stat.kg')
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dataexchange.errors import InvalidRequest, NotFound
from dataexchange.model.source import Source
from dataexchange.remote.address import shown

#: Its name in the home of an exchange.
FILE = "sources.toml"

_MAX_BYTES = 2_000_000
_SHOWN = 10


def load_sources(path: Path) -> tuple[Source, ...]:
    """In the order of the file. NotFound where there is no file, InvalidRequest for what is wrong in it, all at once."""
    name = path.name
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        raise NotFound(f"{path} is not there: write it first, docs/harvest.md shows how.") from None
    except OSError as error:
        raise InvalidRequest(f"{path}: it cannot be opened ({error.strerror}); check the path") from None
    if len(data) > _MAX_BYTES:
        raise InvalidRequest(f"{name}: it is over {_MAX_BYTES:,} bytes; split it and name one with --sources")
    try:
        tables = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InvalidRequest(f"{name}: the text is not UTF-8; save it as UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidRequest(f"{name}: this is no TOML ({str(error)[:200]}); correct the line") from None
    return _sources(tables, name)


def chosen(sources: Sequence[Source], names: Sequence[str]) -> tuple[Source, ...]:
    """Those of these ids, all where none is named; NotFound for an id that no source has."""
    by_id = {source.id: source for source in sources}
    for name in names:
        if name not in by_id:
            there = ", ".join(by_id) or "none"
            raise NotFound(f"There is no source {name[:100]!r} in {FILE}: name one of those that are ({there}).")
    return tuple(by_id[name] for name in dict.fromkeys(names)) if names else tuple(sources)


def _sources(tables: Mapping[str, Any], name: str) -> tuple[Source, ...]:
    made, faults = [], []
    for identifier, table in tables.items():
        if not isinstance(table, dict):
            faults.append(
                f"{name}, {identifier}: this stands outside a source; write it below a line such as [kyrgyzstan]"
            )
            continue
        if "id" in table:
            faults.append(f"{name}, [{identifier}], id: no such word here; the name in brackets is the id")
            continue
        try:
            made.append(Source.model_validate({**table, "id": identifier}))
        except ValidationError as error:
            faults += [_sentence(dict(detail), f"{name}, [{identifier}]") for detail in error.errors(include_url=False)]
    if faults:
        more = f"; and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        raise InvalidRequest("; ".join(faults[:_SHOWN]) + more)
    return tuple(made)


def _sentence(detail: Mapping[str, Any], place: str) -> str:
    location = [str(step + 1) if isinstance(step, int) else str(step) for step in detail["loc"]]
    kind, word = detail["type"], location[0] if location else ""
    at = ", ".join([place, " > ".join(location)] if location and location != ["id"] else [place])
    if kind == "missing":
        return f"{place}: `{word}` is not said; add it"
    if kind == "extra_forbidden":
        close = difflib.get_close_matches(word, Source.model_fields, n=1)
        return f"{at}: no such word here; {f'did you mean `{close[0]}`?' if close else 'remove it'}"
    message = str(detail["msg"]).removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    given = detail["input"]
    # A token that somebody put where it does not belong is not repeated.
    if not location or word == "key_env" or isinstance(given, dict | list):
        return f"{at}: {message}"
    return f"{at}: {message} (it is {shown(str(given))[:80]!r})"
