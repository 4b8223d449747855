"""What the code lists say about a series or an area beyond its name: annotations that rules rely on.

A unit does not tell whether figures add up (a published GDP-per-capita series carries the unit CUR_LCU), so the code of a series
says so itself: KIND "R", WEIGHT "population", UNIT "PT", Indicator "11.6.2". Official lists know only the indicator, and
write it as the text of an annotation titled "Indicator"; the rules that need the rest are then skipped, with that reason.
"""

from __future__ import annotations

from enum import StrEnum

from dataexchange.model.structure import Annotation, Item, best_text


class SeriesKind(StrEnum):
    """How figures of a series behave when areas are put together."""

    COUNT = "C"  #: adds up
    RATIO = "R"  #: pools with its weight
    MEAN = "M"  #: a mean or composite: pools with a weight that is often unknown
    GROWTH = "G"  #: never adds, may be negative
    BALANCE = "B"  #: adds up and may be negative: net migration, a surplus or deficit


def notes(item: Item | None, name: str) -> tuple[str, ...]:
    """All words under that annotation, several in one note separated by ','.

    >>> notes(Item(id="VC_DSR_MORT", annotations=(Annotation(type="Indicator", title="1.5.1, 13.1.1"),)), "Indicator")
    ('1.5.1', '13.1.1')
    """
    if item is None:
        return ()
    texts = (_content(note, name) for note in item.annotations if name in (note.type, note.id, note.title))
    words = (word.strip() for text in texts for word in text.split(","))
    return tuple(dict.fromkeys(word for word in words if word))


def kind(series: Item | None) -> SeriesKind | None:
    found = notes(series, "KIND")
    return SeriesKind(found[0]) if found and found[0] in tuple(SeriesKind) else None


def weight(series: Item | None) -> str | None:
    """What the series is weighted with when areas are pooled ("population", "labour force")."""
    return next(iter(notes(series, "WEIGHT")), None)


def measures(series: Item | None) -> str | None:
    """What a count counts, in the words that WEIGHT uses elsewhere: the labour force is the weight of the unemployment rate."""
    return next(iter(notes(series, "MEASURES")), None)


def units(series: Item | None) -> tuple[str, ...]:
    """The UNIT_MEASURE codes the series may come in; () for any."""
    return notes(series, "UNIT")


def indicators(series: Item | None) -> tuple[str, ...]:
    return notes(series, "Indicator")


def keywords(item: Item | None) -> tuple[str, ...]:
    """What people type who look for it: ("air quality pollution",)."""
    return notes(item, "KEYWORDS")


def global_series(series: Item | None) -> str | None:
    """The global series that an adapted one stands for."""
    return next(iter(notes(series, "GLOBAL_SERIES")), None)


def is_partitioned(area: Item | None) -> bool:
    """Whether the areas below this one cover it wholly and without overlap."""
    return "exhaustive" in notes(area, "PARTITION")


def _content(note: Annotation, name: str) -> str:
    title = "" if note.title == name else note.title or ""
    return title or best_text(note.text, "en") or ""
