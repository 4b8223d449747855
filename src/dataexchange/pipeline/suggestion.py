"""Suggestion: a table, a structure with its code lists, and what was learned before -> a whole mapping, every line with how sure it is.

    found = suggest_mapping(table, schema, Sender("DX:DF_SDG_LOCAL(1.0.0)", "BRISTOL", ("GB_BRS",)))
    found.column("Ward").component     # 'REF_AREA'

Pure: nothing is asked of a database, nothing is written. `suggestion_file` makes YAML of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, say
from dataexchange.model.suggestion import (
    SURE,
    AdaptationSuggestion,
    ColumnSuggestion,
    FixedSuggestion,
    Guess,
    Suggestion,
    ValueSuggestion,
)
from dataexchange.model.symbols import usual
from dataexchange.model.table import SourceTable, header_text
from dataexchange.pipeline.suggestion_columns import suggest_columns
from dataexchange.pipeline.suggestion_fixed import suggest_fixed
from dataexchange.pipeline.suggestion_learned import NOTHING, Learned
from dataexchange.pipeline.suggestion_look import Column, look
from dataexchange.pipeline.suggestion_pairs import Pairs
from dataexchange.pipeline.suggestion_periods import mark_of
from dataexchange.pipeline.suggestion_roles import Names
from dataexchange.pipeline.suggestion_series import About, indicators_in, series_of
from dataexchange.pipeline.suggestion_texts import Shared
from dataexchange.pipeline.suggestion_units import unit_in
from dataexchange.pipeline.suggestion_values import Reader
from dataexchange.pipeline.suggestion_wide import Wide, wide_of
from dataexchange.pipeline.suggestion_words import plain

#: Texts of a column that are looked at for units.
_TELLING = 100
#: Rows above the names of the columns that may be titles.
_ABOVE = 4


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends the table, where to, and which areas its agreement is about."""

    dataflow: str
    provider: str | None = None
    areas: tuple[str, ...] = ()


def suggest_mapping(table: SourceTable, schema: Schema, sender: Sender, learned: Learned = NOTHING) -> Suggestion:
    looked = look(table)
    names = Names(schema, learned.names)
    wide = wide_of(looked, names, {header_text(name): head for name, head in table.heads.items()})
    told = looked if wide is None else wide.columns
    city = sender.areas[0] if len(sender.areas) == 1 else None
    called = _called(schema, city)
    about = replace(
        _about(table, told, names, wide.values_to if wide else None), places=called, telling=_telling(told, wide, names)
    )
    series = series_of(about, schema, learned)
    shared = Shared(
        schema=schema,
        names=names,
        reader=Reader(schema, learned.codes, areas_within(schema, sender.areas), called, city),
        about=about,
        city=city,
        taken=set(schema.codes.get("SERIES", {})) | set(schema.codes.get("COMPOSITE_BREAKDOWN", {})),
        pairs=Pairs(table),
        learned=learned,
        near=series[0].code if series else None,
        several=wide is not None,
    )
    columns = suggest_columns(told, shared)
    fixed = suggest_fixed(columns, told, about, series, schema, city, sender.provider)
    made = Suggestion(
        file=table.file,
        sheet=table.sheet,
        description=table.description,
        title=_title(table, series, schema),
        provider=sender.provider,
        dataflow=sender.dataflow,
        columns=columns,
        fixed=fixed,
        wide=wide.suggestion if wide else None,
        adaptations=tuple(_adaptations(columns, fixed, shared)),
    )
    return _with_numbers(made, looked, told)


def figures(table: SourceTable) -> int:
    """How many cells of a table are figures, roughly: which of several sheets is the table."""
    columns = look(table)
    return int(sum(c.numeric * (1 - c.blank) for c in columns if c.numeric > 0.6) * table.columns.num_rows)


def areas_within(schema: Schema, areas: Sequence[str]) -> frozenset[str]:
    """The areas of an agreement and all below them."""
    if not areas:
        return frozenset()
    items = schema.codes.get("REF_AREA", {})
    inside = set(areas)
    # Lists name parents before children mostly; where not, another round finds the rest.
    for _ in range(8):
        more = {item.id for item in items.values() if item.parent in inside and item.id not in inside}
        if not more:
            break
        inside |= more
    return frozenset(inside)


def _called(schema: Schema, city: str | None) -> frozenset[str]:
    item = schema.codes.get("REF_AREA", {}).get(city or "")
    return frozenset(plain(name.partition(",")[0]) for name in item.names.values()) if item else frozenset()


def _about(table: SourceTable, columns: Sequence[Column], names: Names, values_to: str | None) -> About:
    measure = names.schema.structure.measure.id
    numeric = [c for c in columns if c.numeric > 0.6]
    called = [c for c in numeric if names.fit(c.header, measure) == 2 or c.header == values_to]
    told = [c for c in numeric if names.fit(c.header, "TIME_PERIOD") < 2]
    values = called[0] if called else told[-1] if told else None
    stem = PurePath(table.file).stem
    above = table.above[:_ABOVE]
    titles = [stem, *((table.sheet,) if table.sheet else ()), *above, *((values.header,) if values else ())]
    units = {
        unit.code for title in titles if title not in above and (unit := unit_in(title)) and unit.confidence >= SURE
    }
    numbers = tuple(dict.fromkeys(n for title in (table.file, *titles) for n in indicators_in(title)))
    return About(tuple(titles), numbers, values, units.pop() if len(units) == 1 else None, above=above)


def _telling(told: Sequence[Column], wide: Wide | None, names: Names) -> tuple[str, ...]:
    """Where a unit, and thousands of it, may stand beside the titles."""
    over = wide.suggestion.names_to if wide else ()
    columns = [c for c in told if c.header in over or (c.numeric < 0.6 and names.fit(c.header, "UNIT_MEASURE"))]
    return tuple(text for c in columns for text in list(c.texts)[:_TELLING])


def _title(table: SourceTable, series: tuple[Guess, ...], schema: Schema) -> str:
    item = schema.codes.get("SERIES", {}).get(series[0].code) if series else None
    if item and series[0].confidence >= SURE:
        return item.name()
    return next(iter(table.above), "") or PurePath(table.file).stem.replace("_", " ")


def _adaptations(
    columns: Sequence[ColumnSuggestion], fixed: Sequence[FixedSuggestion], shared: Shared
) -> Iterator[AdaptationSuggestion]:
    """One for each local series: those that are proposed, and those of the list that something is surely."""
    items = shared.schema.codes.get("SERIES", {})
    texts: dict[str, tuple[str, Guess]] = {}
    for column in columns:
        for target in column.targets:
            if target.component == "SERIES":
                texts |= {
                    v.best.code: (v.text, v.best) for v in target.values if v.best and v.best.code.startswith("_L_")
                }
    for one in fixed:
        if one.component == "SERIES" and one.best and one.best.sure and one.best.code.startswith("_L_"):
            texts[one.best.code] = ("", one.best)
    for code, (text, guess) in texts.items():
        item = items.get(code)
        of = item.annotation("GLOBAL_SERIES") if item else shared.near
        if of is not None and of.startswith("_L_") and (near := items.get(of)):
            of = near.annotation("GLOBAL_SERIES")
        kind = "PROXY" if of else "NEW"
        reason = say("stands for {series}, if for any", series=of) if of else say("no global series is near")
        yield AdaptationSuggestion(code, of, kind, guess.reason if item else reason, item.name() if item else text)


def _with_numbers(made: Suggestion, looked: Sequence[Column], told: Sequence[Column]) -> Suggestion:
    """How numbers are written in the columns of values, and what stands where one is missing."""
    called = {c.header for c in made.columns if c.component == "OBS_VALUE"}
    values = [c for c in told if c.header in called]
    if made.wide:
        values += [c for c in looked if c.header in made.wide.headers]
    headers = [text for c in told if made.wide and c.header in made.wide.names_to for text in c.texts]
    marks = [mark for text in headers if (mark := mark_of(text))]
    decimal = next((c.decimal for c in values if c.decimal != "."), ".")
    thousands = next((c.thousands for c in values if c.thousands), None)
    words = tuple(dict.fromkeys(word for c in values for word in c.words))[:30]
    missing = tuple(_missing(word) for word in words)
    return replace(
        made,
        decimal=decimal,
        thousands=thousands if thousands != decimal else None,
        percent=any(c.percent for c in values),
        missing=missing,
        flags=tuple(
            _flag(symbol) for symbol in dict.fromkeys([*(symbol for c in values for symbol in c.flags), *marks])
        ),
        unsure_mark=next((c.unsure for c in values if c.unsure), None),
        learned_from=_sources(made),
    )


def _missing(word: str) -> ValueSuggestion:
    """What offices usually mean by it. None of them is a fact: `..` is nil for one and unknown for the next."""
    found = tuple(
        Guess(s.status, 0.7, say("usually “{meaning}” ({source})", meaning=s.meaning, source=s.source))
        for s in usual(word, alone=True)
    )
    return ValueSuggestion(word, (*found, Guess("skip", 0.5, say("no observation"))) if found else ())


def _flag(symbol: str) -> ValueSuggestion:
    found = (s for s in usual(symbol, alone=False))
    return ValueSuggestion(
        symbol,
        tuple(
            Guess(s.status, 0.75, say("usually “{meaning}” ({source})", meaning=s.meaning, source=s.source))
            for s in found
        ),
    )


def _sources(made: Suggestion) -> tuple[str, ...]:
    """The mappings that first guesses were learned from."""
    return tuple(sorted({where for guess in made.guesses() for where in _where(guess.reason)}))


def _where(reason: Sentence) -> Iterator[str]:
    for name, value in reason.values:
        if isinstance(value, Sentence):
            yield from _where(value)
        elif name == "where" and isinstance(value, str):
            yield value
