"""Symbols beside numbers and periods, and patterns in place of numbers."""

from __future__ import annotations

import math

import pytest
from mapping_words import COLUMNS, SCHEMA, mapping, observations, said, source
from pydantic import ValidationError

from dataexchange.model.dataset import ROW
from dataexchange.model.symbols import usual
from dataexchange.pipeline.mapping import MappingResult, apply_mapping

FLAGS = {"e": "A", "p": "M", "*": "Q"}


def column(*values: str, **words: object) -> tuple[MappingResult, list[tuple[float | None, str | None]]]:
    """The result of a table of these values, and (value, status) of each observation."""
    n = len(values)
    table = source({"Year": ["2018"] * n, "Ward": ["Ashley"] * n, "Sex": ["Men"] * n, "Value": list(values)})
    result = apply_mapping(table, mapping(**{"flags": FLAGS} | words), SCHEMA)
    got = [(o["OBS_VALUE"], o.get("OBS_STATUS")) for o in observations(result)]
    return result, [(None if v is None or math.isnan(v) else v, status) for v, status in got]


@pytest.mark.parametrize(
    ("text", "value", "status"),
    [
        ("12.5", 12.5, None),
        ("12.5e", 12.5, "A"),
        ("12.5 e", 12.5, "A"),
        ("12.5 (p)", 12.5, "M"),
        ("12.5[p]", 12.5, "M"),
        ("12.5ᵖ", 12.5, "M"),
        ("-1.5*", -1.5, "Q"),
        ("12 p, e", 12.0, "A"),
        ("12 (p)(e)", 12.0, "A"),
        ("1e3", 1000.0, None),
        ("1e3e", 1000.0, "A"),
    ],
)
def test_a_symbol_beside_a_number_is_its_status(text: str, value: float, status: str | None) -> None:
    result, got = column("1e", text)
    assert got[1] == (value, status)
    assert result.counts["failed"] == 0


def test_of_several_symbols_the_first_of_the_mapping_holds_and_it_is_told() -> None:
    result, got = column("1 p e", "2 e", "3ep")
    assert got == [(1.0, "A"), (2.0, "A"), (3.0, "A")]
    (found,) = result.findings
    assert (found.rule, found.count, found.place.row, found.place.value) == ("MAP-FLAGS", 2, 2, "1 p e")
    assert found.message == (
        "2 cells have several symbols beside their number: of each the one that `flags` names first holds, here 'e'."
    )


def test_symbols_that_are_digits_are_raised_or_in_brackets() -> None:
    _, got = column("12", "1(2)", "1²", flags={"2": "Q"})
    assert got == [(12.0, None), (1.0, "Q"), (1.0, "Q")]


def test_a_column_of_marked_numbers_says_how_its_numbers_are_written() -> None:
    _, got = column("1.234,5 e", "2,75*")
    assert got == [(1234.5, "A"), (2.75, "Q")]


def test_a_symbol_that_the_mapping_does_not_name_is_a_finding_that_says_what_it_usually_means() -> None:
    result, _ = column("12.5u", "x7x", "<5", flags={})
    assert said(result) == [
        (
            "MAP-NUMBER",
            "'12.5u' is no number as the mapping has them: if 'u' is a mark beside the number, say under `flags` what it means "
            "(other offices: “low reliability”, U).",
        ),
        (
            "MAP-NUMBER",
            "'x7x' is no number as the mapping has them: correct the cell, or say under `missing` what the text means.",
        ),
        (
            "MAP-NUMBER",
            "'<5' is no number, and is not read as one: if the figure is suppressed, say so under `missing_matching` "
            "('[<≤]\\\\s*\\\\d+': Q).",
        ),
    ]


def test_patterns_stand_in_place_of_numbers_and_never_give_one() -> None:
    patterns = {r"[<≤]\s*\d+": "Q", "1 in .*": "skip", ".*[0-9].*": "M"}
    result, got = column("<5", "≤ 10", "5", "1 in 4", "a7", "..", missing_matching=patterns, missing={"..": "M"})
    assert got == [(None, "Q"), (None, "Q"), (5.0, None), (None, "M"), (None, "M")]
    assert result.counts["skipped"] == 1
    assert result.counts["failed"] == 0
    without, _ = column("1 in 4", flags={})
    assert [rule for rule, _ in said(without)] == ["MAP-NUMBER"]


def test_statuses_of_symbols_are_checked_once() -> None:
    result, _ = column("1e", "<5", flags={"e": "EE"}, missing_matching={"<.*": "QQ"})
    assert [rule for rule, _ in said(result)] == ["MAP-SCHEMA", "MAP-SCHEMA", "MAP-CODE", "MAP-CODE"]
    assert result.counts["failed"] == 2


def test_a_symbol_behind_a_period_is_told_and_gives_the_status() -> None:
    table = source({"Year": ["2018p", "2018", "2019*"], "Ward": ["Ashley"] * 3, "Sex": ["Men"] * 3, "Value": ["1"] * 3})
    result = apply_mapping(table, mapping(flags={"p": "Q", "*": "A"}), SCHEMA)
    assert [(o["TIME_PERIOD"], o["OBS_STATUS"]) for o in observations(result)] == [
        ("2018", "Q"),
        ("2018", None),
        ("2019", "A"),
    ]
    assert [(f.rule, f.count, f.place.row) for f in result.findings] == [
        ("MAP-PERIOD-MARK", 1, 2),
        ("MAP-PERIOD-MARK", 1, 4),
    ]
    plain = apply_mapping(table, mapping(), SCHEMA)
    assert "if 'p' is a mark beside the period, say under `flags`" in plain.findings[0].message


def test_in_wide_tables_symbols_are_found_in_their_cells() -> None:
    table = source({"Year": ["2018", "2019"], "Ward": ["Ashley"] * 2, "Men": ["1", "2e"], "Women": ["3 e p", "<3"]})
    words = mapping(
        columns={"Year": "TIME_PERIOD", "Ward": COLUMNS["Ward"], "Who": COLUMNS["Sex"], "Figure": "OBS_VALUE"},
        unpivot={"columns": ["Men", "Women"], "names_to": "Who", "values_to": "Figure"},
        flags=FLAGS,
        missing_matching={"<.*": "Q"},
    )
    result = apply_mapping(table, words, SCHEMA)
    assert [(o[ROW], o["SEX"], o["OBS_STATUS"]) for o in observations(result)] == [
        (2, "M", None),
        (3, "M", "A"),
        (2, "F", "A"),
        (3, "F", "Q"),
    ]
    (found,) = result.findings
    assert (found.place.row, found.place.column, found.place.value) == (2, "Women", "3 e p")


@pytest.mark.parametrize("words", [{"flags": {"": "E"}}, {"flags": {" e": "E"}}, {"missing_matching": {"(": "Q"}}])
def test_words_that_cannot_be_are_refused(words: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        mapping(**words)


def test_symbols_of_other_offices_are_known() -> None:
    assert [(s.status, s.source) for s in usual(":")] == [("M", "Eurostat")]
    assert {s.status for s in usual("*")} == {"E", "Q"}
    assert [s.status for s in usual("fewer than 5")] == ["Q"]
    assert usual("hello") == ()
