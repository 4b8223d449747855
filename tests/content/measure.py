"""How much of a suggested mapping is right, by a table that a person has mapped (`truth/`).

Each column counts one and each distinct text of it that means a code counts one; numbers and periods count as their column only.
An item is *right* or *wrong* where the suggestion would write it into the mapping file as a fact, else a *question*. A truth of
`local` says that no code fits: it is right to propose an `_L_` code, never to pick an existing one.

    measure(suggestion, truth("8-5-2")).items.right  ->  6
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from dataexchange.model.suggestion import SURE, ColumnSuggestion, Guess, Suggestion

FOLDER = Path(__file__).parent / "truth"
LOCAL = "local"
IGNORE = "ignore"
#: The series or unit stands in a column, not in one place for the whole table.
COLUMN = "column"
#: What may come along with a column's own component and is not judged.
ALONG = frozenset({"TIME_DETAIL", "UNIT_MULT", "UNIT_MEASURE", "GLOBAL_SERIES", "ADAPTATION_TYPE", "COMMENT_TS"})
NO_BREAKDOWN = "_T"
Codes = Mapping[str, str]

_COUNTED_IN = {"hinted": ("question",), "proposed": ("right",)}


@dataclass(frozen=True, slots=True)
class ColumnTruth:
    """What a column may give, and for each text the readings that are right; one reading is code by component."""

    to: frozenset[str]
    values: Mapping[str, tuple[Codes, ...]]


@dataclass(frozen=True, slots=True)
class Truth:
    """A table mapped by hand. `use`: `learn` may teach, with `dev` suggestions were made better, `heldout` served neither."""

    table: str
    use: str
    series: frozenset[str]
    unit: frozenset[str]
    columns: Mapping[str, ColumnTruth]

    @property
    def heldout(self) -> bool:
        return self.use == "heldout"


@dataclass(frozen=True, slots=True)
class Tally:
    """Items by how they came out. Of what is right, `proposed` are local codes that a person has yet to agree to; of the questions,
    `hinted` are those whose first candidate is right."""

    right: int = 0
    wrong: int = 0
    question: int = 0
    hinted: int = 0
    proposed: int = 0

    @property
    def total(self) -> int:
        return self.right + self.wrong + self.question

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.right + other.right,
            self.wrong + other.wrong,
            self.question + other.question,
            self.hinted + other.hinted,
            self.proposed + other.proposed,
        )


@dataclass(frozen=True, slots=True)
class Measure:
    """One table: its columns and texts, its series and unit, and what was wrong."""

    table: str
    items: Tally
    named: Tally
    faults: tuple[str, ...]


def truths() -> list[Truth]:
    return [truth(path.stem) for path in sorted(FOLDER.glob("*.yaml")) if path.stem != "wards"]


def truth(name: str) -> Truth:
    told = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    wards = yaml.safe_load((FOLDER / "wards.yaml").read_text(encoding="utf-8"))
    columns = {}
    for header, said in told["columns"].items():
        to = frozenset(_listed(said["to"]))
        values = said.get("values", {})
        if isinstance(values, str):
            values = wards[values.removeprefix("wards.")]
        columns[header] = ColumnTruth(to, {text: _readings(value, to) for text, value in values.items()})
    return Truth(told["table"], told["use"], frozenset(told["series"]), frozenset(told["unit"]), columns)


def measure(suggestion: Suggestion, truth: Truth) -> Measure:
    """Every item of the truth, judged; a column or text that the suggestion does not speak of is a question."""
    items, named, faults = Counter[str](), Counter[str](), []
    for tally, what, outcome in _outcomes(suggestion, truth):
        (items if tally == "item" else named).update([outcome, *_COUNTED_IN.get(outcome, ())])
        if outcome == "wrong":
            faults.append(f"{truth.table}: {what}")
    return Measure(truth.table, Tally(**items), Tally(**named), tuple(faults))


def without_code(truth: Truth, exists: Callable[[str, str], bool]) -> int:
    """How many texts no list has a code for (`exists(component, code)`): of these nothing can be right but a proposal to agree to."""
    return sum(
        not any(all(code != LOCAL and exists(component, code) for component, code in r.items()) for r in readings)
        for told in truth.columns.values()
        for readings in told.values.values()
    )


def _outcomes(suggestion: Suggestion, truth: Truth) -> Iterator[tuple[str, str, str]]:
    written = {
        header: {t.component for t in column.targets if t.guess.sure}
        for header in truth.columns
        if (column := suggestion.column(header))
    }
    for header, told in truth.columns.items():
        column = suggestion.column(header)
        given_elsewhere = set().union(*(components for other, components in written.items() if other != header))
        yield "item", header, _column(column, told, given_elsewhere)
        if column and _left_out(column):
            if IGNORE not in told.to:
                yield from (("item", f"{header}: {text!r}", "question") for text in told.values)
            continue
        for text, readings in told.values.items():
            outcome, answer = _value(column, text, readings)
            yield "item", f"{header}: {text!r} as {answer}", outcome
    given = set().union(*written.values())
    for component, accepted in (("SERIES", truth.series), ("UNIT_MEASURE", truth.unit)):
        yield "named", component, _constant(suggestion, component, accepted, given)


def _column(column: ColumnSuggestion | None, told: ColumnTruth, given_elsewhere: set[str]) -> str:
    if column is None:
        return "question"
    if _left_out(column):
        needed = told.to - {IGNORE}
        return "right" if IGNORE in told.to and needed <= given_elsewhere else "wrong"
    sure = {target.component for target in column.targets if target.guess.sure}
    if not sure:
        return "hinted" if column.targets and column.targets[0].component in told.to else "question"
    return "right" if sure & told.to and sure <= told.to | ALONG else "wrong"


def _value(column: ColumnSuggestion | None, text: str, readings: tuple[Codes, ...]) -> tuple[str, dict[str, str]]:
    """A text under all components that its column gives together."""
    written, likely = dict[str, str](), dict[str, str]()
    for target in column.targets if column else ():
        best = next((value.best for value in target.values if value.text == text), None)
        if best is None:
            continue
        likely[target.component] = _code(best)
        if target.guess.sure and _written(best):
            written[target.component] = _code(best)
    if not written:
        return ("hinted" if likely and _accepted(likely, readings) else "question"), likely
    if _accepted(written, readings):
        return ("proposed" if LOCAL in written.values() else "right"), written
    return ("wrong" if any(_claimed(column, text)) else "question"), written


def _claimed(column: ColumnSuggestion | None, text: str) -> Iterator[bool]:
    for target in column.targets if column else ():
        yield from (v.best.confidence >= SURE for v in target.values if v.text == text and v.best and target.guess.sure)


def _accepted(answer: Codes, readings: tuple[Codes, ...]) -> bool:
    """One reading is met in full, and nothing else is said but what another reading says, or that there is no breakdown."""
    if not any(all(answer.get(component) == code for component, code in r.items()) for r in readings):
        return False
    for component, code in answer.items():
        allowed = [reading[component] for reading in readings if component in reading]
        if allowed and code not in allowed:
            return False
        if not allowed and component not in ALONG and code != NO_BREAKDOWN:
            return False
    return True


def _constant(suggestion: Suggestion, component: str, accepted: frozenset[str], given: set[str]) -> str:
    best = next((fixed.best for fixed in suggestion.fixed if fixed.component == component), None)
    if component in given:
        return "right" if COLUMN in accepted else "wrong"
    if best is None:
        return "question"
    code = _code(best)
    right = code in accepted
    if right:
        return "proposed" if code == LOCAL else "right" if _written(best) else "hinted"
    return "wrong" if best.confidence >= SURE else "question"


def _written(guess: Guess) -> bool:
    """A local code that is proposed stands in the draft as well, with its adaptation record to fill in."""
    return guess.sure or _code(guess) == LOCAL


def _code(guess: Guess) -> str:
    return LOCAL if guess.new and guess.code.startswith("_L_") else guess.code


def _left_out(column: ColumnSuggestion) -> bool:
    return bool(column.ignore and column.ignore.sure)


def _listed(value: object) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list) else [str(value)]


def _readings(value: object, to: frozenset[str]) -> tuple[Codes, ...]:
    """`F`, `[Y2, local]`, `{SEX: F}` or a list of the last: a plain code is right under each component of the column."""
    readings: list[Codes] = []
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            readings.append({component: str(code) for component, code in one.items()})
        else:
            readings += [{component: str(one)} for component in sorted(to - {IGNORE})]
    return tuple(readings)
