"""Series, areas and breakdowns by their names: from the code lists, whatever the data structure is."""

from __future__ import annotations

from collections.abc import Mapping

from dataexchange.model.areas import Areas
from dataexchange.model.schema import Schema
from dataexchange.model.structure import DataStructure

AREA, SERIES = "REF_AREA", "SERIES"

#: Codes that mean "no breakdown": not worth a word.
TOTALS = frozenset({"_T", "_Z", "_X", ""})

#: Dimensions that are no breakdown. A frequency other than yearly is one, so to speak: readers must be told.
_ASIDE = frozenset({SERIES, AREA, "REPORTING_TYPE"})


def indicator_name(schema: Schema, codes: Mapping[str, str]) -> str:
    """What is measured; the name of the dataflow where the structure has no SERIES."""
    if SERIES in codes:
        return schema.code_name(SERIES, codes[SERIES])
    return schema.dataflow.name() if schema.dataflow else schema.structure.name()


def area_name(schema: Schema, area: str) -> str:
    return schema.code_name(AREA, area) if area else ""


def area_with_parent(schema: Schema, area: str) -> str:
    """`Ashley, Bristol`: many towns have a Central."""
    parent = Areas.of(schema).parent(area) if area else None
    name = area_name(schema, area)
    return f"{name}, {area_name(schema, parent)}" if parent else name


def breakdowns(schema: Schema, codes: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """(dimension, code) by name, of what the series is narrowed to: (("Sex", "Female"),)."""
    return tuple(
        (dimension_name(schema.structure, schema, dimension), schema.code_name(dimension, code))
        for dimension, code in codes.items()
        if _tells(dimension, code)
    )


def breakdown_words(schema: Schema, codes: Mapping[str, str]) -> str:
    """`Female, 16 to 24 years old`; "" for the total."""
    return ", ".join(name for _, name in breakdowns(schema, codes))


def dimension_name(structure: DataStructure, schema: Schema, dimension: str) -> str:
    found = next((c for c in structure.components() if c.id == dimension), None)
    return schema.component_name(found) if found else dimension


def lowered(word: str) -> str:
    """A name in the middle of a sentence."""
    return word[:1].lower() + word[1:]


def _tells(dimension: str, code: str) -> bool:
    if dimension == "FREQ":
        return code != "A"
    return dimension not in _ASIDE and code not in TOTALS
