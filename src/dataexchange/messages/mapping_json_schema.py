"""The JSON Schema of a mapping file, by which editors complete and check it while it is typed.

It is made of the model, in the forms in which people write: `Year: TIME_PERIOD`, one period or a list of them, a table in a file. What
the model's validators ask beyond types is told here as far as a schema can tell it (`_TOLD`); that a formula names its operands or
that a code table is there is only known to the exchange. What the schema takes the exchange reads, up to that.

docs/mapping.schema.json is this, kept: `dataexchange mapping schema --output docs/mapping.schema.json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from pydantic.json_schema import GenerateJsonSchema

from dataexchange.model.adaptation import DEFINING, LOCAL_PREFIX, AdaptationType
from dataexchange.model.mapping import Mapping as MappingFile
from dataexchange.model.period_forms import PeriodForm

#: The name of the schema's file, beside mappings or in the folder above them.
FILE = "mapping.schema.json"

Schema = dict[str, Any]

#: A plain scalar of YAML is text to the exchange; editors take 2018 and true for something else.
_TEXT = ["string", "number", "boolean"]
_NOTHING: Schema = {"type": "null"}


def _has(*names: str) -> Schema:
    return {"required": list(names)}


def _none_of(*names: str) -> Schema:
    return {"not": {"anyOf": [_has(name) for name in names]}}


def _only(properties: Schema, *without: str) -> Schema:
    """These are said, as told, and none of the others."""
    return {"required": list(properties), "properties": properties, **(_none_of(*without) if without else {})}


_SOME: Schema = {"type": _TEXT, "minLength": 1}
_FACTOR: Schema = {
    "type": ["string", "number"],
    "pattern": r"^(?=.*[1-9])[0-9]{1,15}(\.[0-9]{1,15})?$",
    "exclusiveMinimum": 0,
    "maximum": 1e15,
}
_BOTH_ORDERS: Schema = {
    "type": "array",
    "allOf": [{"contains": {"const": str(form)}} for form in (PeriodForm.DAY_FIRST, PeriodForm.MONTH_FIRST)],
}

#: What validators of the model ask, by the model's name.
_TOLD: Mapping[str, Schema] = {
    "Mapping": {
        "properties": {
            "dataflow": {"type": "string", "pattern": r"^[A-Za-z0-9_@$.-]+:[A-Za-z0-9_@$-]+\([0-9A-Za-z.+-]+\)$"},
            "flags": {
                "propertyNames": {
                    "minLength": 1,
                    "maxLength": 20,
                    "pattern": r"^\S(.*\S)?$",
                    "not": {"pattern": r"^[.,+%-]+$"},
                }
            },
        },
    },
    "Numbers": {
        "properties": {"decimal": {"pattern": r"^[^\w\s+−%-]$"}, "thousands": {"pattern": r"^[^\w+−%-]$"}},
    },
    "Reading": {"properties": {"delimiter": {"pattern": r"""^([\t !#-/:-@\[-`{-~]|tab|\\t)$"""}}},
    "Unpivot": {
        "anyOf": [
            _only({"columns": {"minItems": 1}}, "matching"),
            _only({"matching": _SOME}, "columns"),
            _only({"split": _SOME}, "columns"),
        ],
        "properties": {"names_to": {"uniqueItems": True}},
    },
    "LeaveOut": {
        "anyOf": [
            _only({"equals": {"minItems": 1}}),
            _only({"matching": {"type": _TEXT}}),
            _only({"blank": {"const": True}}),
        ]
    },
    "Target": {
        "if": _has("gives"),
        "then": _only(
            {"gives": {"type": "object", "not": {"additionalProperties": {"maxProperties": 0}}}},
            *("to", "codes", "patterns", "read_as", "prefix", "blank"),
        ),
        "else": _only({"to": _SOME}),
        "properties": {"period": {"not": _BOTH_ORDERS}},
    },
    "Conversion": {
        "oneOf": [
            _only({"from": _SOME, "to": _SOME}, "multiply", "divide"),
            _only({"multiply": _FACTOR}, "from", "to", "divide"),
            _only({"divide": _FACTOR}, "from", "to", "multiply"),
        ]
    },
    "Derivation": {
        "properties": {
            "formula": {"type": "string", "maxLength": 300},
            "where": {"minProperties": 1, "maxProperties": 10, "additionalProperties": {"minProperties": 1}},
            "series": {"propertyNames": {"pattern": r"^[A-Za-z_]\w*$", "not": {"const": "UNIT_MULT"}}},
        }
    },
    "Adaptation": {
        "if": {"properties": {"type": {"const": str(AdaptationType.NEW)}}},
        "then": {"properties": {"of": _NOTHING}},
        "else": _only({"of": {"type": _TEXT, "not": {"type": "string", "pattern": f"^{LOCAL_PREFIX}"}}}),
        "anyOf": [
            {"not": {"properties": {"type": {"const": str(AdaptationType.IDENTICAL)}}}},
            {"properties": dict.fromkeys(DEFINING, _NOTHING)},
        ],
    },
}

_TABLE: Schema = {
    "anyOf": [
        {
            "type": "object",
            "description": "a table that stands in a file: text and code, one a line",
            "properties": {
                "from": {
                    "type": "string",
                    "description": "in the mapping's own folder, or in `tables` beside it: ../tables/ages.yaml",
                    "pattern": r"\.(yaml|yml|csv)$",
                }
            },
            "required": ["from"],
            "additionalProperties": False,
        },
        {"type": "object", "additionalProperties": {"type": _TEXT}},
    ]
}


class _AsTyped(GenerateJsonSchema):
    """Pydantic's schema without titles of keys and long defaults, and with plain scalars as text."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def str_schema(self, schema: Any) -> Schema:
        made = super().str_schema(schema)
        return {"type": list(_TEXT)} if made == {"type": "string"} else made

    def nullable_schema(self, schema: Any) -> Schema:
        inner = self.generate_inner(schema["schema"])
        if inner == {"type": _TEXT}:
            return {"type": [*_TEXT, "null"]}
        return super().nullable_schema(schema)

    def default_schema(self, schema: Any) -> Schema:
        made = super().default_schema(schema)
        if not isinstance(made.get("default"), str | bool) or made["default"] == "":
            made.pop("default", None)
        return made


def mapping_json_schema() -> Schema:
    """Draft 2020-12, as JSON values."""
    made = MappingFile.model_json_schema(schema_generator=_AsTyped)
    for name, told in _TOLD.items():
        _tell(made if name == "Mapping" else made["$defs"][name], told)
    made["properties"]["tables"]["additionalProperties"] = _TABLE
    about = "How a table becomes SDMX: a mapping file of dataexchange."
    head = {"$schema": GenerateJsonSchema.schema_dialect, "title": "Mapping file", "description": about}
    return head | {word: value for word, value in made.items() if word != "title"}


def mapping_json_schema_text() -> str:
    return orjson.dumps(mapping_json_schema(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def _tell(schema: Schema, told: Schema) -> None:
    """What is told of a model, and of its keys beside what is known of those."""
    for word, value in told.items():
        if word != "properties":
            schema[word] = value
            continue
        for key, more in value.items():
            known = schema["properties"][key]
            if known.keys() & more.keys():
                known["allOf"] = [more]
            else:
                known.update(more)
