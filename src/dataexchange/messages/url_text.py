"""URL text: percent-decoding and the small values that stand in paths and query strings.

Query strings are split here, not by the web framework: in an SDMX URL a plus is a plus, never a space, raw or as %2B.

>>> query_pairs("c%5BTIME_PERIOD%5D=ge:2010+le%3A2012")
[('c[TIME_PERIOD]', 'ge:2010+le:2012')]
>>> path_parts("dataflow/AG%2CSDMX/*/")
['dataflow', 'AG,SDMX', '*']
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time
from urllib.parse import unquote

from dataexchange.errors import ExchangeError, InvalidRequest
from dataexchange.model.period import first_day, lower_bound, parse_period, upper_bound
from dataexchange.model.query import SortKey

#: Agencies may be nested: "SDMX.SUB".
AGENCY = re.compile(r"[A-Za-z][A-Za-z0-9_\-]*(\.[A-Za-z][A-Za-z0-9_\-]*)*")
ID = re.compile(r"[A-Za-z0-9_@$\-]+")
ITEM = re.compile(r"[A-Za-z0-9_@$\-.]+")
ANY = re.compile(r".+")
#: Versions of 2.1 ("1.8") and semantic ones with the wildcards of the standard ("1.0.0", "1.2+.0", "+", "~", "*").
VERSION = re.compile(r"[0-9A-Za-z.+~*\-]+")

_MOST_STEPS = 60

Params = Sequence[tuple[str, str]]


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def decode(text: str, parameter: str) -> str:
    """Percent-decoded UTF-8; anything else, and control characters, are refused."""
    try:
        decoded = unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise InvalidRequest("write percent-encoded UTF-8", parameter=parameter, value=text) from None
    if any(c < " " or c == "\x7f" for c in decoded):
        raise InvalidRequest("leave out control characters", parameter=parameter, value=decoded)
    return decoded


def path_parts(path: str) -> list[str]:
    """Decoded parts of a path; slashes at its ends do not count."""
    stripped = path.strip("/")
    return [decode(part, "path") for part in stripped.split("/")] if stripped else []


def query_pairs(query: str) -> list[tuple[str, str]]:
    """Decoded (name, value) pairs in the order of the query string."""
    pairs = (part.partition("=") for part in query.split("&") if part)
    named = ((decode(name, "query string"), value) for name, _, value in pairs)
    return [(name, decode(value, name or "query string")) for name, value in named]


def named_parts(path: str, names: Sequence[str]) -> dict[str, str]:
    """Parts of a path by name; parts left out, or left empty between slashes, are absent.

    >>> named_parts("DX/CL_SEX/", ("agencyID", "resourceID", "version"))
    {'agencyID': 'DX', 'resourceID': 'CL_SEX'}
    """
    parts = path_parts(path)
    if len(parts) > len(names):
        allowed = "/".join("{" + name + "}" for name in names)
        raise InvalidRequest(f"there are more parts than {allowed}", parameter="path", value="/".join(parts))
    return {name: part for name, part in zip(names, parts, strict=False) if part}


def query_values(params: Params, known: Collection[str], aliases: Mapping[str, str] | None = None) -> dict[str, str]:
    """Parameters by name; each may stand once, and only known ones. `c[...]` are left to `url_filter`.

    `format` is let through everywhere: it is the media type for people and for clients that always append it.
    """
    values: dict[str, str] = {}
    for written, value in params:
        name = (aliases or {}).get(written, written)
        if name.startswith("c[") and "c" in known:
            continue
        if name != "format" and name not in known:
            raise InvalidRequest(
                f"there is no such parameter here; there are {', '.join(sorted(known))}", parameter=name
            )
        if name in values:
            raise InvalidRequest("the parameter stands twice; write it once", parameter=name, value=value)
        values[name] = value
    return values


def listed(text: str | None, separator: str, parameter: str, form: re.Pattern[str], any_word: str) -> tuple[str, ...]:
    """`DX,SDMX` as ("DX", "SDMX"); nothing, or a list with the word for any, as ("*",)."""
    words = text.split(separator) if text else [any_word]
    if any_word in words:
        return ("*",)
    for word in words:
        if not form.fullmatch(word):
            raise InvalidRequest(f"write ids separated by {separator!r}", parameter=parameter, value=word)
    return tuple(words)


def one_of(values: Mapping[str, str], parameter: str, choices: Sequence[str]) -> str:
    """The value of a parameter with fixed words; the first word where it is absent."""
    value = values.get(parameter, choices[0])
    if value not in choices:
        raise InvalidRequest(f"write one of {', '.join(choices)}", parameter=parameter, value=value)
    return value


def count_of(values: Mapping[str, str], parameter: str, least: int = 1) -> int | None:
    value = values.get(parameter)
    if value is None:
        return None
    if not re.fullmatch(r"[0-9]{1,12}", value) or int(value) < least:
        raise InvalidRequest(
            f"write a whole number from {least}, of 12 digits at most", parameter=parameter, value=value
        )
    return int(value)


def sort_of(values: Mapping[str, str]) -> tuple[SortKey, ...]:
    """`series_key+TIME_PERIOD:desc`: ids, `*` or `series_key`, joined with '+', each with its direction.

    >>> [(key.component, key.descending) for key in sort_of({"sort": "series_key:asc+TIME_PERIOD:desc"})]
    [('series_key', False), ('TIME_PERIOD', True)]
    """
    value = values.get("sort")
    if value is None:
        return ()
    steps = value.split("+")
    if len(steps) > _MOST_STEPS:
        raise InvalidRequest(f"sort by at most {_MOST_STEPS} components", parameter="sort")
    return tuple(_sort_key(value, number, step) for number, step in enumerate(steps, 1))


def _sort_key(value: str, number: int, step: str) -> SortKey:
    component, colon, direction = step.partition(":")
    if (component != "*" and not ID.fullmatch(component)) or (colon and direction not in ("asc", "desc")):
        raise InvalidRequest(
            f"step {number} is {step[:40]!r}; write ids of components, * or series_key, joined with '+', each with :asc or "
            ":desc behind it or nothing",
            parameter="sort",
            value=value,
        )
    return SortKey(component, direction == "desc")


def month_day_of(values: Mapping[str, str], parameter: str) -> tuple[int, int]:
    """`--07-01` as (7, 1); 1 January where the parameter is absent."""
    value = values.get(parameter, "--01-01")
    found = re.fullmatch(r"--(\d\d)-(\d\d)", value)
    try:
        # In a year of 365 days, so that every year has the day.
        day = date(2001, int(found[1]), int(found[2])) if found else None
    except ValueError:
        day = None
    if day is None:
        raise InvalidRequest("write a month and a day such as --07-01", parameter=parameter, value=value)
    return day.month, day.day


def flag_of(values: Mapping[str, str], parameter: str) -> bool:
    """True or false in any case: Python clients write `True`."""
    value = values.get(parameter, "false")
    if value.lower() not in ("true", "false"):
        raise InvalidRequest("write true or false", parameter=parameter, value=value)
    return value.lower() == "true"


#: A day, or a day and a time: both are in time as they stand, whatever years periods may have.
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T|$)")


def moment_of(values: Mapping[str, str], parameter: str) -> datetime | None:
    """A point in time, in UTC: ISO 8601, UTC where it names no zone, or a bare period, which is its first day.

    >>> moment_of({"updatedAfter": "2011"}, "updatedAfter").isoformat()
    '2011-01-01T00:00:00+00:00'
    """
    value = values.get(parameter)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value) if _DATE.match(value) else None
        if moment is None:
            moment = datetime.combine(first_day(parse_period(value)), time(), UTC)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, ExchangeError):
        raise InvalidRequest(
            "write a point in time such as 2026-11-22T16:20:00Z or a period such as 2026-11",
            parameter=parameter,
            value=value,
        ) from None


def periods_of(values: Mapping[str, str]) -> tuple[str | None, str | None]:
    """startPeriod and endPeriod."""
    start, end = _period_of(values, "startPeriod"), _period_of(values, "endPeriod")
    if start and end and lower_bound(start) > upper_bound(end):
        raise InvalidRequest(
            f"it is later than endPeriod {end!r}; write an earlier one", parameter="startPeriod", value=start
        )
    return start, end


def _period_of(values: Mapping[str, str], parameter: str) -> str | None:
    value = values.get(parameter)
    if value is None:
        return None
    try:
        lower_bound(value)
    except ExchangeError:
        raise InvalidRequest(
            "write a period such as 2019, 2019-Q1, 2019-03 or 2019-03-31", parameter=parameter, value=value
        ) from None
    return value
