"""The choice of a media type, as RFC 9110 has it and as clients in use need it.

>>> negotiate("application/vnd.sdmx.data+csv; version=2.0.0, */*;q=0.1", None, OFFERED["v2", "data"]).text
'application/vnd.sdmx.data+csv;version=2.0.0'

What a type is worth is said by the entry that fits it most closely: a name with a version before a name, that before
`application/xml`, that before `*/*`. The type worth most is chosen; of equals the one whose entry stands first; within an
entry the newest version of a name, or for a range such as `application/xml` the default if that fits, else the first offered
that fits. `format=` in a query beats the Accept header, for those who can only write addresses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dataexchange.errors import NotAcceptable
from dataexchange.messages.media import OFFERED, PLAIN_CSV, MediaType
from dataexchange.messages.media_version import wants
from dataexchange.messages.media_words import WORDS, meant

__all__ = ["OFFERED", "Choice", "choose", "negotiate"]

_LONGEST = 4096  #: characters of an Accept header that are looked at


@dataclass(frozen=True, slots=True)
class Choice:
    media: MediaType
    #: Of the entry that chose it, names in lower case, beside `q` and `version`: {"labels": "both"}.
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of an Accept header, or what a short word stands for."""

    name: str  #: lower case: a full name, "*/*", "application/*", or an ending such as "+csv"
    version: str | None = None
    quality: float = 1.0
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def closeness(self) -> int:
        if self.name == "*/*":
            return 0
        if self.name.endswith("/*"):
            return 1
        return (2 if self.name.startswith("+") else 4) + (self.version is not None)

    def fits(self, media: MediaType) -> bool:
        return self._fits_name(media.name) and (self.version is None or wants(self.version, media.version or "0"))

    def _fits_name(self, name: str) -> bool:
        if self.name == "*/*":
            return True
        if self.name == "text/*":
            return name.startswith("text/") or name.endswith(("+csv", "+xml"))
        if self.name.endswith("/*"):
            return name.startswith(self.name[:-1])
        return name.endswith(self.name) if self.name.startswith("+") else name == self.name


def negotiate(
    accept: str | None, format: str | None, offered: Sequence[MediaType], default: MediaType | None = None
) -> MediaType:
    """The type to answer in; raises NotAcceptable that lists what is offered. Without `default`, the first offered is it."""
    return choose(accept, format, offered, default).media


def choose(
    accept: str | None, format: str | None, offered: Sequence[MediaType], default: MediaType | None = None
) -> Choice:
    """The same with the parameters that came with it."""
    default = default or offered[0]
    if format:
        entries = _of_word(format)
    elif accept and accept.strip():
        entries = list(_entries(accept))
    else:
        return Choice(default)
    ranked = []
    for place, media in enumerate(offered):
        fitting = [number for number, entry in enumerate(entries) if entry.fits(media)]
        if fitting:
            closest = max(fitting, key=lambda number: (entries[number].closeness, -number))
            entry = entries[closest]
            if entry.quality > 0:
                within = _newest(media) if entry.closeness >= 4 else (media != default,)
                ranked.append((-entry.quality, closest, within, place))
    if not ranked:
        raise NotAcceptable(_refusal(accept, format, offered))
    _, closest, _, place = min(ranked)
    return Choice(offered[place], entries[closest].parameters)


def _newest(media: MediaType) -> tuple[int, ...]:
    return tuple(-int(number) for number in (media.version or "0").split("."))


def _refusal(accept: str | None, format: str | None, offered: Sequence[MediaType]) -> str:
    types = ", ".join(_asked_for_as(media) for media in offered)
    if not format:
        return f"{(accept or '')[:200]!r} is not offered: ask for one of {types}"
    words = ", ".join(word for word in WORDS if any(entry.fits(m) for entry in _of_word(word) for m in offered))
    return f"{format[:200]!r} is not offered: write format= with one of {words}, or with one of {types}"


def _asked_for_as(media: MediaType) -> str:
    """`text/csv` alone means SDMX-CSV."""
    return f"{media.text};labels=name" if media == PLAIN_CSV else media.text


def _of_word(format: str) -> list[_Entry]:
    """What stands after `format=`: a short word, or a media type as in an Accept header."""
    named = WORDS.get(format.strip().lower())
    if named:
        return [_Entry(named.name, named.version, parameters=named.parameters)]
    return list(_entries(format)) if "/" in format else []


def _entries(accept: str) -> Iterator[_Entry]:
    """In the order they are written; one that makes no sense is passed over."""
    for entry in accept[:_LONGEST].split(","):
        name, *rest = (part.strip() for part in entry.split(";"))
        pairs = (part.partition("=") for part in rest)
        parameters = {key.strip().lower(): value.strip().strip('"') for key, _, value in pairs}
        quality = _quality(parameters.pop("q", "1"))
        if "/" in name and quality is not None:
            version = parameters.pop("version", None) or None
            yield _Entry(meant(name.lower(), parameters), version, quality, parameters)


def _quality(text: str) -> float | None:
    try:
        quality = float(text)
    except ValueError:
        return None
    return quality if 0 <= quality <= 1 else None
