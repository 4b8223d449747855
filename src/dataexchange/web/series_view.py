"""A series page put together: everything that its template says, in words and places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dataexchange.model.comparison import Portrait, SeriesLine
from dataexchange.model.mapping import Source
from dataexchange.model.structure import Ref
from dataexchange.model.submission import Release
from dataexchange.web.address import series_path
from dataexchange.web.series_about import Facts, adaptation, indicator_ids, mark, source_facts
from dataexchange.web.series_charts import Figure, Named, drawn, named, same_table
from dataexchange.web.series_inequality import Unequal, unequal
from dataexchange.web.series_names import area_name, area_with_parent, breakdown_words, breakdowns, indicator_name
from dataexchange.web.series_national import NationalValue, hints, national_value
from dataexchange.web.series_verdict import COMPARABLE, Said, sentence, verdict
from dataexchange.web.spread import Spread, spread
from dataexchange.web.value_table import ValueTable, value_table
from dataexchange.workflow.inequality import Spread as Inside


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a page needs beside the portrait. `pinned`: the release that the reader asked for, with its time."""

    nation: SeriesLine | None
    local: bool
    provider: str
    source: Source | None
    #: What the release says where no mapping was sent: a loaded or harvested vintage.
    note: str
    submission: str | None
    whole: str | None
    pinned: int | None
    last: int
    moment: datetime | None
    #: How unequally it is spread inside the area, over the partition that the reader chose.
    inside: Inside | None = None
    #: The release that the national value is of.
    vintage: Release | None = None
    #: Whether this one was reconciled to the national total; the dataflow in which the other of both stands.
    reconciled: bool = False
    other: Ref | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesView:
    heading: str
    area: str
    where: str
    breakdowns: Facts
    narrowed: str
    indicators: tuple[str, ...]
    said: Said
    #: What would make it consistent, and the national value with its vintage.
    hints: tuple[str, ...]
    national: NationalValue | None
    figures: tuple[Figure, ...]
    spread: Spread | None
    no_spread: str
    within: str
    unequal: Unequal | None
    table: ValueTable
    apart: tuple[tuple[Named, ValueTable], ...]
    unit: str
    #: Beside the title, and in full.
    adapted_mark: str
    adapted: str
    adapted_facts: Facts
    source_facts: Facts
    siblings: tuple[tuple[str, str], ...]
    whole: tuple[str, str] | None
    #: (what is said, words of the link, its address; "" where there is nothing to link to) of a series and its reconciled one.
    reconciled: tuple[str, str, str] | None


def view(portrait: Portrait, around: Around) -> SeriesView:
    schema, line = portrait.schema, portrait.line
    lines = named(portrait, around.nation)
    own = lines[0].figures
    comparable = portrait.comparison is not None and portrait.comparison.verdict in COMPARABLE
    national = next(((one.name, one.figures) for one in lines if one.role == "nation"), None)
    areas = around.inside.areas if around.inside else None
    shown = spread(portrait, own, national if comparable else None, areas)
    beside, apart = same_table(lines)
    subtract = beside[1].figures if comparable and len(beside) > 1 else None
    adapted, adapted_facts = adaptation(line, schema)
    return SeriesView(
        heading=indicator_name(schema, line.codes),
        area=area_name(schema, line.area),
        where=area_with_parent(schema, line.area),
        breakdowns=breakdowns(schema, line.codes),
        narrowed=breakdown_words(schema, line.codes),
        indicators=indicator_ids(line, schema),
        said=verdict(portrait, local=around.local),
        hints=hints(portrait),
        national=national_value(portrait, around.vintage),
        figures=drawn(portrait, lines),
        spread=shown if isinstance(shown, Spread) else None,
        no_spread=shown if isinstance(shown, str) else "",
        within=sentence(portrait.within, portrait) if portrait.within else "",
        unequal=unequal(around.inside, around.pinned) if around.inside else None,
        table=value_table([(one.name, one.figures) for one in beside], schema, subtract=subtract),
        apart=tuple((one, value_table([(one.name, one.figures)], schema, subtract=None, fold=False)) for one in apart),
        unit=own.unit,
        adapted_mark=mark(line, schema),
        adapted=adapted,
        adapted_facts=adapted_facts,
        source_facts=source_facts(line, schema),
        siblings=_siblings(portrait, around.pinned),
        whole=_whole(portrait, around),
        reconciled=_reconciled(portrait, around),
    )


def _reconciled(portrait: Portrait, around: Around) -> tuple[str, str, str] | None:
    other = "" if around.other is None else series_path(around.other, portrait.line.key, around.pinned)
    if around.reconciled:
        said = "Reconciled to the national total by the national office; not the city's own figure."
        return said, "The city's own figures", other
    return (
        (
            "There is a form of this series that adds up with the nation.",
            "Reconciled to the national total by the national office; not the city's own figure",
            other,
        )
        if other
        else None
    )


def _siblings(portrait: Portrait, pinned: int | None) -> tuple[tuple[str, str], ...]:
    """(words, address) of the other breakdowns."""
    found = []
    for key in portrait.siblings:
        codes: Mapping[str, str] = dict(zip(portrait.line.codes, key.split("."), strict=True))
        words = breakdown_words(portrait.schema, codes) or "Total, no breakdown"
        found.append((words, series_path(portrait.line.dataflow, key, pinned)))
    return tuple(found)


def _whole(portrait: Portrait, around: Around) -> tuple[str, str] | None:
    """(name, address) of the same series for the area that this one is a part of."""
    if around.whole is None:
        return None
    place = list(portrait.line.codes).index("REF_AREA")
    area = around.whole.split(".")[place]
    return area_name(portrait.schema, area), series_path(portrait.line.dataflow, around.whole, around.pinned)
