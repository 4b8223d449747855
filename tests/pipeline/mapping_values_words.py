"""What tests of values share: the small structure with a series and attributes that values come with."""

from __future__ import annotations

from dataclasses import replace

from mapping_words import SCHEMA as SMALL

from dataexchange.model.schema import Schema
from dataexchange.model.structure import Attribute, Dimension, Item, Level

CODES = {
    "SERIES": ("COUNT", "PEOPLE", "RATE", "TWICE"),
    "OBS_STATUS": ("A", "D", "E", "M", "P", "Q", "U"),
    "UNIT_MULT": ("0", "3", "6", "-2"),
    "NATURE": ("C", "CA"),
    "CONF_STATUS": ("F", "C"),
}


def _more(*names: str) -> Schema:
    """The small structure with attributes of observations, and COMMENT_TS of series; SERIES where it is asked for."""
    structure = SMALL.structure
    attributes = (
        *structure.attributes,
        *(Attribute(id=name) for name in ("UNIT_MULT", "TIME_DETAIL", "NATURE", "CONF_STATUS", "LOWER_BOUND")),
        Attribute(id="COMMENT_TS", level=Level.SERIES),
    )
    dimensions = (*(Dimension(id=name) for name in names), *structure.dimensions)
    codes = {name: {code: Item(id=code) for code in listed} for name, listed in CODES.items()}
    return Schema(replace(structure, dimensions=dimensions, attributes=attributes), codes={**SMALL.codes, **codes})


SCHEMA = _more()
WITH_SERIES = _more("SERIES")
