"""Does the mapping speak of components and codes that the data structure has? Asked once, before any cell is looked at.

A slip in the mapping would otherwise come back as one finding for each of its cells. Codes that a prefix makes of the cells'
own text ("GB_BRS_" + "E05010885") are only known later; validation looks at those. What is refused here gives no observation (or
leaves an optional attribute empty), so that validation does not tell it again row by row. The cells that it costs are told as
those are which have no code; where it is in no cell, as a fixed code is, the finding here says how many rows it costs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import groupby
from typing import NamedTuple

from dataexchange.model.finding import Finding, Place
from dataexchange.model.mapping import Mapping, Target
from dataexchange.model.rules import finding
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, Value, say, says, together
from dataexchange.model.table import SourceTable
from dataexchange.pipeline.mapping_by_status import BY_STATUS
from dataexchange.pipeline.mapping_deletions import DELETE
from dataexchange.pipeline.mapping_faults import closest, cost, shown
from dataexchange.pipeline.mapping_values import SKIP, read_fixed

OBS_STATUS = "OBS_STATUS"
_TOTAL = "_T"
#: What `missing` may say of a word that is no status.
_NO_STATUS = (SKIP, DELETE, BY_STATUS)
#: What can be the id of a code, and be copied to a command line.
_CODE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}")


class SchemaFault(NamedTuple):
    """What the mapping says and the structure does not have. `at` leads there in the mapping file, as pydantic names places:
    ("columns", "Ward", 0, "codes", "Ashley")."""

    sentence: Sentence
    at: tuple[str | int, ...]

    @property
    def column(self) -> str | None:
        """Of the table, where the fault is in what one gives."""
        return str(self.at[1]) if self.at[0] == "columns" and len(self.at) > 1 else None


def check_mapping(mapping: Mapping, schema: Schema, table: SourceTable, rows: int, width: int = 1) -> Iterator[Finding]:
    """A MAP-SCHEMA finding for everything the structure does not have, and for what it needs and the mapping omits.

    `rows` and `width`: the rows that are mapped, and the value cells in each.
    """
    for fault in schema_faults(mapping, schema, cost(rows, width) if rows else ""):
        yield schema_finding(table, fault)


def schema_faults(mapping: Mapping, schema: Schema, lost: Value = "") -> Iterator[SchemaFault]:
    """`lost`: what it costs where an observation cannot do without."""
    needed = {*required(schema), *(a.id for a in schema.structure.attributes if a.mandatory)}
    for column, targets in mapping.columns.items():
        for number, target in _numbered(targets):
            if (text := unknown(target.to, schema)) is not None:
                told = say("Column {column} of the mapping goes to {what}", column=shown(column), what=text)
                yield SchemaFault(told, ("columns", column, number))
            else:
                yield from _codes(("columns", column, number), target, mapping, schema)
    for component, code in mapping.fixed.items():
        if (text := unknown(component, schema)) is not None:
            yield SchemaFault(say("`fixed` gives a value to {what}", what=text), ("fixed", component))
        elif (text := _wrong_fixed(component, code, schema)) is not None:
            told = say(
                "`fixed` gives {component} the value {code}, {why}", component=component, code=shown(code), why=text
            )
            yield SchemaFault(together(told, lost if component in needed else ""), ("fixed", component))
    yield from _statuses(mapping, schema)
    if absent := ungiven(mapping, schema):
        yield SchemaFault(together(_ungiven(absent, schema), lost), ("columns",))


def _numbered(targets: Sequence[Target]) -> Iterator[tuple[int, Target]]:
    """Targets as they are counted in the file, where all that one `gives` is for are one."""
    for number, (_, same) in enumerate(groupby(targets, key=lambda t: id(t if t.gives is None else t.gives))):
        yield from ((number, target) for target in same)


def _ungiven(absent: Sequence[str], schema: Schema) -> Sentence:
    """What to add for components that the mapping gives nothing to; most often a total, which is a fixed code."""
    totals = [c for c in absent if _TOTAL in schema.codes.get(c, {})]
    missing, structure, n = ", ".join(absent), str(schema.structure.ref), len(absent)
    if not totals:
        return says(
            "The mapping gives nothing to {missing}, which every observation of {structure} has: add it under `fixed` or "
            "`columns`.",
            "The mapping gives nothing to {missing}, which every observation of {structure} has: add them under `fixed` or "
            "`columns`.",
            n,
            missing=missing,
            structure=structure,
        )
    if len(totals) == n:
        return says(
            "The mapping gives nothing to {missing}, which every observation of {structure} has: add it under `fixed` (usually "
            "{total}, no breakdown) or `columns`.",
            "The mapping gives nothing to {missing}, which every observation of {structure} has: add them under `fixed` (usually "
            "{total}, no breakdown) or `columns`.",
            n,
            missing=missing,
            structure=structure,
            total=_TOTAL,
        )
    return say(
        "The mapping gives nothing to {missing}, which every observation of {structure} has: add them under `fixed` (usually "
        "{total}, no breakdown, for {breakdowns}) or `columns`.",
        missing=missing,
        structure=structure,
        total=_TOTAL,
        breakdowns=", ".join(totals),
    )


def ungiven(mapping: Mapping, schema: Schema) -> tuple[str, ...]:
    """Dimensions, time and measure that no column and no fixed value is for."""
    given = {target.to for targets in mapping.columns.values() for target in targets} | set(mapping.fixed)
    return tuple(component for component in required(schema) if component not in given)


def required(schema: Schema) -> tuple[str, ...]:
    """What every observation has: dimensions, time and measure."""
    structure = schema.structure
    time = (structure.time_dimension.id,) if structure.time_dimension else ()
    return (*structure.dimension_ids, *time, structure.measure.id)


def further(schema: Schema) -> frozenset[str]:
    """Measures that a mapping cannot fill: a table of a city has one value for each observation."""
    return frozenset(m.id for m in schema.structure.further_measures)


def refused_codes(target: Target, mapping: Mapping, schema: Schema) -> frozenset[str]:
    """Codes that the mapping gives a component and its code list does not have. An attribute may be given nothing."""
    listed = schema.codes.get(target.to)
    if listed is None:
        return frozenset([""]) if target.partly and target.to in schema.structure.dimension_ids else frozenset()
    given = {*(mapping.codes_of(target) or {}).values(), *([] if target.blank is None else [target.blank])}
    optional = any(c.id == target.to for c in schema.structure.attributes)
    return frozenset(code for code in given if code not in listed and not (optional and not code))


def refused_fixed(mapping: Mapping, schema: Schema) -> frozenset[str]:
    """Components whose fixed value is none that they can have."""
    return frozenset(c for c, code in mapping.fixed.items() if _wrong_fixed(c, code, schema) is not None)


def refused_statuses(mapping: Mapping, schema: Schema) -> frozenset[str]:
    """What `missing`, `missing_matching` and `flags` name as statuses and the structure does not have."""
    missing = (*mapping.missing.values(), *mapping.missing_matching.values())
    given = {*(code for code in missing if code not in _NO_STATUS), *mapping.flags.values()}
    if all(c.id != OBS_STATUS for c in schema.structure.components()):
        return frozenset(given)
    return frozenset(given - set(schema.codes.get(OBS_STATUS, given)))


def unknown(component: str, schema: Schema) -> Sentence | None:
    known = [c.id for c in schema.structure.components()]
    if component in further(schema):
        return say(
            "{component}, but only {measure} can be mapped: send further measures as SDMX-CSV.",
            component=component,
            measure=schema.structure.measure.id,
        )
    if component in known:
        return None
    named, structure = shown(component), str(schema.structure.ref)
    if near := closest(component, known):
        return say(
            "{component}, which {structure} does not have: did you mean {near}?",
            component=named,
            structure=structure,
            near=near,
        )
    return say(
        "{component}, which {structure} does not have: it has {known}.",
        component=named,
        structure=structure,
        known=", ".join(known),
    )


def _codes(at: tuple[str, str, int], target: Target, mapping: Mapping, schema: Schema) -> Iterator[SchemaFault]:
    column = at[1]
    first: dict[str, tuple[str | int, ...]] = {}
    refused = refused_codes(target, mapping, schema)
    texts: dict[str, list[Value]] = {}
    for text, code in (mapping.codes_of(target) or {}).items():
        texts.setdefault(code, []).append(shown(text))
        first.setdefault(code, _place_of(text, at, target))
    if target.blank is not None:
        texts.setdefault(target.blank, []).append(say("an empty cell"))
        first.setdefault(target.blank, (*at, "blank"))
    for code, given_for in texts.items():
        if code not in refused:
            continue
        if not code and target.partly:
            told = say(
                "`gives` of column {column} gives {component} nothing for {texts}: write it there, or for all under `fixed`.",
                column=shown(column),
                component=target.to,
                texts=_row_of(given_for[:5]),
            )
            yield SchemaFault(told, first[code])
            continue
        yield SchemaFault(
            say(
                "The mapping turns {texts} of column {column} into the code {code}, which the code list of {component} does not "
                "have: {hint}",
                texts=_row_of(given_for[:5]),
                column=shown(column),
                code=shown(code),
                component=target.to,
                hint=hint_of(code, target.to, schema),
            ),
            first[code],
        )


def _place_of(text: str, at: tuple[str, str, int], target: Target) -> tuple[str | int, ...]:
    if target.gives is not None:
        return (*at, "gives", text, target.to)
    return ("tables", target.codes, text) if isinstance(target.codes, str) else (*at, "codes", text)


def _row_of(texts: Sequence[Value]) -> Value:
    first, *others = texts
    return reduce(_comma, others, first)


def _comma(one: Value, other: Value) -> Value:
    return say("{one}, {other}", one=one, other=other)


def _wrong_fixed(component: str, code: str, schema: Schema) -> Sentence | None:
    structure = schema.structure
    time = structure.time_dimension.id if structure.time_dimension else None
    if component in schema.codes:
        if code in schema.codes[component]:
            return None
        return say("which its code list does not have: {hint}", hint=hint_of(code, component, schema))
    if component in (time, structure.measure.id) and read_fixed(component, code, structure) is None:
        if component == time:
            return say("which is no period: write one such as 2019.")
        return say("which is no number: write one.")
    return None


def _statuses(mapping: Mapping, schema: Schema) -> Iterator[SchemaFault]:
    refused = refused_statuses(mapping, schema)
    for key, words in (
        ("missing", mapping.missing),
        ("missing_matching", mapping.missing_matching),
        ("flags", mapping.flags),
    ):
        for word, code in words.items():
            if code in refused and (text := unknown(OBS_STATUS, schema)) is not None:
                told = say(
                    "`{key}` gives {word} a status, but there is no {component}: {what}",
                    key=key,
                    word=shown(word),
                    component=OBS_STATUS,
                    what=text,
                )
                yield SchemaFault(told, (key, word))
            elif code in refused:
                told = say(
                    "`{key}` turns {word} into the status {code}, which the code list of {component} does not have: {hint}",
                    key=key,
                    word=shown(word),
                    code=shown(code),
                    component=OBS_STATUS,
                    hint=hint_of(code, OBS_STATUS, schema),
                )
                skip = say("Write {skip} for no observation.", skip=SKIP) if key != "flags" else ""
                yield SchemaFault(together(told, skip), (key, word))


def hint_of(code: str, component: str, schema: Schema) -> Sentence:
    if near := closest(code, schema.codes[component]):
        return say("did you mean {near}?", near=repr(near))
    enumerated = schema.enumeration(component)
    if enumerated is None or not _CODE.fullmatch(code):
        return say("correct it in the mapping, or add the code to the list.")
    return say(
        "correct it in the mapping, or add the code to the list: `{command}`.",
        command=f"dataexchange codes add {enumerated.id} {code} NAME",
    )


def schema_finding(table: SourceTable, fault: SchemaFault) -> Finding:
    return finding("MAP-SCHEMA", fault.sentence, Place(table.file, table.sheet, None, fault.column))
