"""A proposed mapping: for every column, text and constant what it may be, how sure that is, and why.

A guess of `SURE` or more is written into the mapping file as a fact; everything below is a question there, with its candidates.

    ColumnSuggestion("Ward", targets=(TargetSuggestion(Guess("REF_AREA", 0.97, say("34 of 34 texts are names of areas")), …),))
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dataexchange.model.sentence import Sentence

#: From here on a guess is written as a fact.
SURE = 0.8

#: What an empty cell is called among the texts of a column.
BLANK = ""


@dataclass(frozen=True, slots=True)
class Guess:
    """A component or code that something may stand for. `new`: a code that the code list does not have yet."""

    code: str
    confidence: float
    reason: Sentence
    new: bool = False

    @property
    def sure(self) -> bool:
        return self.confidence >= SURE and not self.new


@dataclass(frozen=True, slots=True)
class ValueSuggestion:
    """A text of a column and the codes it may be, the likeliest first; `text` is `BLANK` for empty cells."""

    text: str
    guesses: tuple[Guess, ...] = ()

    @property
    def best(self) -> Guess | None:
        return self.guesses[0] if self.guesses else None

    @property
    def sure(self) -> bool:
        return bool(self.guesses) and self.guesses[0].sure


@dataclass(frozen=True, slots=True)
class TargetSuggestion:
    """A component that a column gives. `values` is empty where its texts are taken as they stand (values, periods, notes)."""

    guess: Guess
    values: tuple[ValueSuggestion, ...] = ()
    #: For TIME_PERIOD: the forms that its texts have, as the mapping file names them.
    period: tuple[str, ...] = ()
    #: Distinct texts of the column that are not among `values`, because there are too many.
    unlisted: int = 0

    @property
    def component(self) -> str:
        return self.guess.code


@dataclass(frozen=True, slots=True)
class ColumnSuggestion:
    """A column: what it gives, or that it is not needed (`ignore`), and what else it might be."""

    header: str
    targets: tuple[TargetSuggestion, ...] = ()
    ignore: Guess | None = None
    others: tuple[Guess, ...] = ()
    #: A breakdown that the structure has no dimension for: "Type of housing".
    unknown: bool = False

    @property
    def sure(self) -> bool:
        return bool(self.ignore and self.ignore.sure) or any(target.guess.sure for target in self.targets)

    @property
    def component(self) -> str | None:
        """The component it most likely gives; None for a column that is not needed."""
        return self.targets[0].component if self.targets else None


@dataclass(frozen=True, slots=True)
class FixedSuggestion:
    """A component that is the same for every observation, and its likeliest values."""

    component: str
    guesses: tuple[Guess, ...] = ()
    #: Whether an observation can do without it.
    optional: bool = False

    @property
    def best(self) -> Guess | None:
        return self.guesses[0] if self.guesses else None


@dataclass(frozen=True, slots=True)
class AdaptationSuggestion:
    """A local series that is proposed, the global one it may stand for, and what of it is to be described."""

    series: str
    of: str | None
    type: str
    reason: Sentence
    name: str = ""


@dataclass(frozen=True, slots=True)
class WideSuggestion:
    """Columns whose cells are values: their headers become texts of a new column, or of one for each header row."""

    headers: tuple[str, ...]
    guess: Guess
    names_to: tuple[str, ...]
    values_to: str
    #: A pattern that exactly these headers match, where there is a simple one.
    matching: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A whole mapping file as far as it can be told from a table."""

    file: str
    sheet: str | None
    #: How the file was read.
    description: Sentence | str
    title: str
    provider: str | None
    dataflow: str
    columns: tuple[ColumnSuggestion, ...]
    fixed: tuple[FixedSuggestion, ...]
    wide: WideSuggestion | None = None
    #: Decimal and thousands mark, where they are not the usual ones.
    decimal: str = "."
    thousands: str | None = None
    percent: bool = False
    #: Texts of value cells that hold no number, with the status to publish them under or `skip`.
    missing: tuple[ValueSuggestion, ...] = ()
    #: Marks beside numbers, with the status that they stand for.
    flags: tuple[ValueSuggestion, ...] = ()
    #: The mark of 1,234 where nothing says whether it is a thousand.
    unsure_mark: str | None = None
    adaptations: tuple[AdaptationSuggestion, ...] = ()
    #: Of a zip file with several tables: the file that this is about.
    member: str | None = None
    #: Sheets with the same columns, one for each period, which this is about.
    sheets: tuple[str, ...] = ()
    #: Names of further sheets or files that the file has.
    beside: tuple[str, ...] = ()
    #: Mappings that something was learned from: "bristol/pm25".
    learned_from: tuple[str, ...] = ()

    def column(self, header: str) -> ColumnSuggestion | None:
        return next((column for column in self.columns if column.header == header), None)

    def guesses(self) -> Iterator[Guess]:
        """The first guess of everything there is one for."""
        for column in self.columns:
            if column.ignore:
                yield column.ignore
            for target in column.targets:
                yield target.guess
                yield from (value.guesses[0] for value in target.values if value.guesses)
        yield from (fixed.guesses[0] for fixed in self.fixed if fixed.guesses)
