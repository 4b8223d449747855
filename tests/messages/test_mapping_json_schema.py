"""The JSON Schema of mapping files: it is kept up to date, takes what people have written, and nothing that the exchange refuses.

`dataexchange mapping schema --output docs/mapping.schema.json` writes it anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dataexchange.errors import InvalidRequest
from dataexchange.messages.mapping_json_schema import mapping_json_schema, mapping_json_schema_text
from dataexchange.pipeline.mapping_file import parse_mapping

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = mapping_json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
WRITTEN = sorted(
    path
    for folder in ("mappings", "tests/pipeline/mappings", "examples")
    for path in (ROOT / folder).rglob("*.yaml")
    if path.parent.name != "tables"
)
LEAST: dict[str, Any] = {
    "title": "t",
    "source": {"name": "s"},
    "provider": "BRISTOL",
    "dataflow": "DX:DF_SDG_LOCAL(1.0.0)",
    "columns": {"Year": "TIME_PERIOD"},
}


def taken(words: Any) -> bool:
    """What an editor says: it reads YAML 1.2, in which 2018 is a number, as JSON has it."""
    return VALIDATOR.is_valid(words)


def read(words: Any) -> bool:
    try:
        parse_mapping(yaml.safe_dump(words, allow_unicode=True, sort_keys=False).encode(), "a.yaml")
    except InvalidRequest:
        return False
    return True


def test_it_is_a_schema_and_the_one_that_is_kept() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    kept = (ROOT / "docs" / "mapping.schema.json").read_text(encoding="utf-8")
    assert kept == mapping_json_schema_text(), "run: dataexchange mapping schema --output docs/mapping.schema.json"


def test_every_key_says_what_it_is() -> None:
    def keys(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, one in schema["properties"].items():
            yield f"{schema['title']}.{name}", one

    models = [SCHEMA, *(one for one in SCHEMA["$defs"].values() if "properties" in one)]
    assert len(models) > 10
    for model in models:
        assert model["additionalProperties"] is False
        for name, one in keys(model):
            assert one.get("description"), f"{name} has no description"


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_mappings_of_the_repository_are_taken(path: Path) -> None:
    problems = [f"{list(e.path)}: {e.message}" for e in VALIDATOR.iter_errors(yaml.safe_load(path.read_text()))]
    assert not problems


def test_a_table_may_stand_in_a_file() -> None:
    assert taken(LEAST | {"tables": {"ages": {"from": "../tables/ages.yaml"}, "wards": {"Ashley": "GB_BRS_1"}}})


BROKEN: tuple[tuple[str, Any], ...] = (
    ("titel", "x"),
    ("title", None),
    ("dataflow", "DX:DF_SDG_LOCAL"),
    ("source", "Bristol"),
    ("colums", 3),
    ("ignore", "Notes"),
    ("fixed", None),
    ("fixed", {"UNIT_MULT": [1]}),
    ("numbers", {"decimal": "ab"}),
    ("numbers", {"decimal": "1"}),
    ("numbers", {"percent": "perhaps"}),
    ("flags", {" e": "E"}),
    ("flags", {"-": "E"}),
    ("read", {"header_row": "top"}),
    ("read", {"header_row": 0}),
    ("read", {"delimiter": '"'}),
    ("read", {"delimiter": "ab"}),
    ("columns", {"Year": None}),
    ("columns", {"Year": []}),
    ("columns", {"Year": ""}),
    ("columns", {"Year": {"codes": {"a": "b"}}}),
    ("columns", {"Year": {"to": "TIME_PERIOD", "perod": "sdmx"}}),
    ("columns", {"Year": {"to": "TIME_PERIOD", "period": "yearly"}}),
    ("columns", {"Year": {"to": "TIME_PERIOD", "period": ["day_first", "month_first"]}}),
    ("columns", {"Year": {"to": "TIME_PERIOD", "codes": ["a"]}}),
    ("columns", {"Year": {"to": "TIME_PERIOD", "codes": {"a": ["b"]}}}),
    ("columns", {"Year": {"to": "SEX", "gives": {"a": {"SEX": "M"}}}}),
    ("columns", {"Year": {"gives": {"a": {}}}}),
    ("columns", {"Year": {"to": "OBS_VALUE", "convert": {"from": "t"}}}),
    ("columns", {"Year": {"to": "OBS_VALUE", "convert": [{"multiply": "10", "divide": "10"}]}}),
    ("columns", {"Year": {"to": "OBS_VALUE", "convert": {"multiply": "0"}}}),
    ("unpivot", {"names_to": "Year"}),
    ("unpivot", {"columns": ["a"], "matching": "b"}),
    ("leave_out", [{"column": "Year", "reason": "a sum"}]),
    ("adaptations", [{"series": "_L_X", "type": "NEW", "of": "X"}]),
    ("adaptations", [{"series": "_L_X", "type": "PROXY"}]),
    ("adaptations", [{"series": "X", "type": "IDENTICAL", "of": "X", "numerator": "others"}]),
    ("derive", [{"series": {"SERIES": "X"}, "formula": "a"}]),
    ("derive", [{"series": {"UNIT_MULT": "0"}, "formula": "a", "where": {"a": {"SERIES": "Y"}}}]),
)


@pytest.mark.parametrize(("key", "value"), BROKEN, ids=str)
def test_what_is_broken_is_refused_by_both(key: str, value: Any) -> None:
    assert taken(LEAST)
    assert read(LEAST)
    assert not taken(LEAST | {key: value})
    assert not read(LEAST | {key: value})


# What people may write, in all its forms, and now and then something else in its place. Each component is given once, and names
# of tables and operands are those that are there: what else the exchange asks, no schema can tell.
CELL = st.sampled_from(["Men", "Ashley", "", "no", 2018, 1.5, True, "2018-19", "é: #"])
WORD = st.sampled_from(["M", "GB_BRS", "_T", 0, "1.5"])
TABLE = st.dictionaries(CELL.map(str), WORD, max_size=3)
ODD = st.sampled_from([None, "", [], {}, "x", 7, ["x"], {"x": "y"}, True])


def odd(made: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 40).flatmap(lambda n: ODD if n == 0 else made)


#: What has to fit something else in the mapping is left as it is.
FITTING = {"codes", "formula", "from", "match", "names_to", "split", "to"}


def words(required: dict[str, st.SearchStrategy[Any]], **free: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def slipping(keys: dict[str, st.SearchStrategy[Any]]) -> dict[str, st.SearchStrategy[Any]]:
        return {name: one if name in FITTING else odd(one) for name, one in keys.items()}

    return st.fixed_dictionaries(slipping(required), optional=slipping(free))


def one_or_many(one: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(one, st.lists(one, max_size=2))


PERIOD = st.one_of(
    st.sampled_from(["sdmx", "survey_year", "day_first", "month_first", "average"]),
    words({"match": st.just(r"Wave (\d)"), "gives": st.sampled_from([r"201\1", "2018-Q1"])}),
)
CONVERT = st.one_of(
    words({"from": st.just("t"), "to": st.just("kg")}, where=st.dictionaries(st.just("SEX"), one_or_many(WORD))),
    words({"multiply": st.sampled_from([1000, "0.5"])}),
    words({"divide": st.sampled_from([12, "0.25"])}),
)
PATTERN = words({"match": st.just("(a+)"), "gives": st.sampled_from([r"Y\1", "M"])})


def target(to: str) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.just(to),
        words(
            {"to": st.just(to)},
            codes=st.one_of(TABLE, st.just("ages")),
            patterns=st.lists(PATTERN, max_size=2),
            read_as=st.just("age"),
            fill_down=st.booleans(),
            prefix=WORD,
            blank=st.one_of(WORD, st.none()),
            period=one_or_many(PERIOD),
            of=st.sampled_from(["first", "last"]),
            date_as=st.sampled_from(["year", "month"]),
            convert=one_or_many(CONVERT),
            scale=st.booleans(),
        ),
        st.fixed_dictionaries(
            {"gives": st.dictionaries(CELL.map(str), st.dictionaries(st.just(to), WORD), max_size=2)}
        ),
    )


UNPIVOT = st.one_of(
    words({"columns": st.lists(CELL, max_size=2)}, names_to=st.sampled_from(["Head", ["Head"]])),
    words({"matching": st.just("20.*")}, names_to=st.sampled_from([["Sex", "Age"], ["Sex", "Sex"]])),
    words({"split": st.just("(M|F) (.*)"), "names_to": st.just(["Sex", "Age"])}, matching=st.just("M.*")),
)
MAPPING = words(
    {
        "title": st.sampled_from(["Bristol", 2018]),
        "source": words({"name": CELL}, url=CELL, note=CELL),
        "provider": st.just("BRISTOL"),
        "dataflow": st.sampled_from(["DX:DF(1.0.0)", "A.B:C(1.0)"]),
        "columns": st.fixed_dictionaries(
            {"Year": st.one_of(target("TIME_PERIOD"), st.lists(target("TIME_PERIOD"), max_size=1))},
            optional={"Sex": target("SEX"), "2018": target("OBS_VALUE")},
        ),
        "tables": st.fixed_dictionaries({"ages": TABLE}),
    },
    complete=st.booleans(),
    read=words(
        {},
        sheet=st.one_of(st.sampled_from(["Wards", 1]), st.lists(CELL, min_size=1, max_size=2)),
        header_row=st.integers(1, 3),
        delimiter=st.sampled_from([";", "tab", r"\t", "|"]),
        quote=st.sampled_from(["'", '"']),
        hidden=st.sampled_from(["read", "leave_out"]),
    ),
    unpivot=UNPIVOT,
    numbers=st.sampled_from([{"decimal": ","}, {"thousands": " ", "percent": True}, {"decimal": "’"}, {}]),
    missing=st.dictionaries(CELL.map(str), st.sampled_from(["skip", "delete", "M"]), max_size=2),
    flags=st.dictionaries(st.sampled_from(["e", "(p)", "*", "·"]), WORD, max_size=2),
    leave_out=st.lists(
        words(
            {"column": st.just("Year"), "reason": CELL},
            equals=st.lists(CELL),
            matching=st.just("x.*"),
            blank=st.booleans(),
        ),
        max_size=2,
    ),
    unfit=st.sampled_from(["refuse", "leave_out"]),
    fixed=st.dictionaries(st.sampled_from(["FREQ", "UNIT_MULT"]), WORD),
    adaptations=st.lists(
        words(
            {"series": st.just("_L_X"), "type": st.sampled_from(["NEW", "PROXY", "IDENTICAL"])},
            of=st.sampled_from(["X", "_L_Y"]),
            numerator=CELL,
            period=CELL,
        ),
        max_size=1,
    ),
    derive=st.lists(
        words(
            {
                "series": st.dictionaries(st.sampled_from(["SERIES", "SEX"]), WORD, max_size=1),
                "formula": st.just("a / b"),
                "where": st.just({"a": {"SERIES": "Y"}, "b": {"SERIES": "Z"}}),
            },
            decimals=st.integers(0, 3),
        ),
        max_size=1,
    ),
)


@settings(max_examples=150, deadline=None)
@given(MAPPING)
def test_what_the_schema_takes_the_exchange_reads(made: Any) -> None:
    if taken(made):
        parse_mapping(yaml.safe_dump(made, allow_unicode=True, sort_keys=False).encode(), "a.yaml")
