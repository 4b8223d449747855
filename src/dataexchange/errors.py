"""What can go wrong, named by what the caller may do about it.

Faults in *data* are not here: they are values (`model.finding.Finding`), collected all at once. An error here stops the
call. Every message is one sentence that says what to do next: words, or a `model.sentence.Sentence` that can be said in other
languages. The doors turn the class into an HTTP status (`door.errors`) or an exit code (`cli`) by one table each.
"""

from __future__ import annotations


class ExchangeError(Exception):
    """Anything this project raises on purpose. The text is safe to show to the caller, unless it is `for_operator`."""

    #: The text tells of what stands inside the exchange, such as where its database is. Commands show it; over HTTP it goes to
    #: the log, and callers hear that the exchange is not available.
    for_operator = False


class InvalidRequest(ExchangeError):
    """The call itself is malformed: mend the words and call again.

    >>> str(InvalidRequest("write a year, such as 2019", parameter="startPeriod", value="20x9"))
    "startPeriod '20x9': write a year, such as 2019"
    """

    def __init__(self, message: object, *, parameter: str | None = None, value: str | None = None) -> None:
        self.parameter = parameter
        self.value = value
        place = parameter or ""
        if value is not None:
            place = f"{place} {value[:120]!r}".strip()
        #: Where, and what is wrong there: what the text is made of (`model.sentence.told`).
        self.place, self.fault = place, message
        super().__init__(f"{place}: {message}" if place else message)


class Unreadable(ExchangeError):
    """A file or message cannot be read at all: send another one. Where the fault is at one place of it, `row` and `cell` say so."""

    def __init__(self, message: object, *, row: int | None = None, cell: str | None = None) -> None:
        self.row = row
        self.cell = cell
        super().__init__(message)


class TooLarge(ExchangeError):
    """A file or answer passes a limit: send or ask for less."""


class TooMuch(TooLarge):
    """An answer would pass the limit: ask for its `parts`, which fit and together say the same. (address, observations) of each."""

    def __init__(self, message: str, parts: tuple[tuple[str, int], ...] = ()) -> None:
        self.parts = parts
        super().__init__(message)


class TooMany(ExchangeError):
    """One caller asks too often, or has too much waiting: come again after so many seconds."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class UnsupportedType(ExchangeError):
    """The body is of a type that is not taken here: send it in another."""


class NotFound(ExchangeError):
    """What was asked for is not here."""


class Gone(ExchangeError):
    """It was here and is not kept any longer: ask for it anew."""


class NotAcceptable(ExchangeError):
    """None of the formats asked for can be written: ask for one that is offered."""


class NotSupported(ExchangeError):
    """The standard has it, this exchange has not."""


class Unauthenticated(ExchangeError):
    """Say who you are first."""


class Forbidden(ExchangeError):
    """You may not do this."""


class Conflict(ExchangeError):
    """It clashes with what is stored: look at the present state, then decide."""


class Unreachable(ExchangeError):
    """Another service, or our own database, does not answer: try again later."""


class Declined(Unreachable):
    """Another service answers that it does not give what was asked for: mend address, key or query; later is no better."""
