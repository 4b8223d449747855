"""The tables that measure suggestions are whole, name codes that exist, and the measure tells right from wrong."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from measure import IGNORE, LOCAL, ColumnTruth, Tally, Truth, measure, truth, truths

from dataexchange.messages.shipped import shipped_structures
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import say
from dataexchange.model.structure import DataStructure
from dataexchange.model.suggestion import (
    ColumnSuggestion,
    FixedSuggestion,
    Guess,
    Suggestion,
    TargetSuggestion,
    ValueSuggestion,
)

#: Codes of the global lists, or made after their pattern, that the shipped lists do not have.
BEYOND = {
    "SH_ACS_PCV3",
    "SH_ACS_MCV2",
    "Y1",
    "Y2",
    "Y3",
    "Y4",
    "Y5",
    "Y3T4",
    "Y16",
    "Y17",
    "M12T23",
    "M24T35",
    "M48T59",
}


def test_of_fifteen_tables_seven_are_kept_out_of_learning_and_the_rest_are_to_improve_with() -> None:
    uses = Counter(one.use for one in truths())
    assert uses == {"learn": 8, "heldout": 7, "dev": 41}


@pytest.mark.parametrize("one", truths(), ids=lambda one: one.table)
def test_every_column_and_text_of_the_table_is_mapped(one: Truth, shared_data: Path) -> None:
    with (shared_data / "bristol" / one.table).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert set(rows[0]) == set(one.columns)
    for header, told in one.columns.items():
        if told.values:
            assert {row[header].strip() for row in rows} == set(told.values), header


def test_the_codes_exist() -> None:
    structure = next(s for s in shipped_structures() if isinstance(s, DataStructure) and s.id == "SDG_LOCAL")
    codes = Schema.assemble(structure, None, {s.ref: s for s in shipped_structures()}).codes
    components = {c.id for c in structure.components()}
    for component, code in _named():
        assert component in components, component
        assert code == LOCAL or code in BEYOND or code in codes[component], f"{component}: {code}"


def _named() -> Iterator[tuple[str, str]]:
    for one in truths():
        for told in one.columns.values():
            assert told.to
            yield from (item for readings in told.values.values() for reading in readings for item in reading.items())


def said(code: str, confidence: float = 0.95, *, new: bool = False) -> Guess:
    return Guess(code, confidence, say("It is so."), new)


def perfect(one: Truth) -> Suggestion:
    """What a suggestion that knows the truth says: the first reading of every text, in as many targets as the column needs."""
    columns = tuple(_column(header, told) for header, told in one.columns.items())
    fixed = tuple(
        FixedSuggestion(component, (said("_L_X", new=True) if first == LOCAL else said(first),))
        for component, accepted in (("SERIES", one.series), ("UNIT_MEASURE", one.unit))
        if (first := min(accepted - {"column"}, default=None)) and "column" not in accepted
    )
    return Suggestion(
        file=one.table,
        sheet=None,
        description="",
        title="",
        provider=None,
        dataflow="",
        columns=columns,
        fixed=fixed,
    )


def _column(header: str, told: ColumnTruth) -> ColumnSuggestion:
    if told.to == {IGNORE}:
        return ColumnSuggestion(header, ignore=said(IGNORE))
    readings = {text: readings[0] for text, readings in told.values.items()}
    components = sorted({component for reading in readings.values() for component in reading} or told.to - {IGNORE})
    return ColumnSuggestion(
        header,
        tuple(
            TargetSuggestion(
                said(component),
                tuple(
                    ValueSuggestion(
                        text, (said("_L_X", new=True) if reading[component] == LOCAL else said(reading[component]),)
                    )
                    for text, reading in readings.items()
                    if component in reading
                ),
            )
            for component in components
        ),
    )


@pytest.mark.parametrize("one", truths(), ids=lambda one: one.table)
def test_who_knows_the_truth_is_right_everywhere(one: Truth) -> None:
    came = measure(perfect(one), one)
    assert came.faults == ()
    expected = sum(1 + len(told.values) for told in one.columns.values())
    left_out = sum(len(told.values) for told in one.columns.values() if told.to == {IGNORE})
    assert (came.items.right, came.items.total) == (expected - left_out, expected - left_out)


def test_a_guess_below_the_mark_is_a_question_and_a_sure_one_that_is_not_so_is_wrong() -> None:
    one = truth("8-5-2")
    good = perfect(one)
    group = next(c for c in good.columns if c.header == "Equality Group")
    women = TargetSuggestion(
        said("SEX"),
        (
            ValueSuggestion("", (said("_T"),)),
            ValueSuggestion("Women", (said("M"),)),
            ValueSuggestion("Men", (said("M", 0.5),)),
            ValueSuggestion("Ethnic minorities", (said("_U", 0.5),)),
        ),
    )
    columns = tuple(replace(c, targets=(women,)) if c is group else c for c in good.columns)
    came = measure(replace(good, columns=columns), one)
    # Year, Group, Value and the blank; Women is wrong; Men, minorities and the age are asked, the first of them with the right hint.
    assert came.items == Tally(right=4, wrong=1, question=3, hinted=1)
    assert came.faults == ("indicator_8-5-2.csv: Equality Group: 'Women' as {'SEX': 'M'}",)


def test_an_existing_code_where_none_fits_is_wrong() -> None:
    one = truth("3-4-1")
    good = perfect(one)
    guessed = replace(good, fixed=(FixedSuggestion("SERIES", (said("SH_DTH_NCOM"),)), *good.fixed[1:]))
    assert measure(good, one).named == Tally(right=2, proposed=1)
    assert measure(guessed, one).named == Tally(right=1, wrong=1)


def test_of_two_columns_that_say_the_same_one_must_be_taken() -> None:
    one = truth("16-1-4")
    good = perfect(one)
    left = {"Ward", "GeoCode"}
    columns = tuple(ColumnSuggestion(c.header, ignore=said(IGNORE)) if c.header in left else c for c in good.columns)
    assert measure(replace(good, columns=columns), one).items.wrong == 2
