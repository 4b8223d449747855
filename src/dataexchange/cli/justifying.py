"""`reasons` and `waivers`: what a city says of its warnings, and its national office of errors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dataexchange.cli.sending import KEY_VARIABLE, KeyOption, ToOption, node_at
from dataexchange.cli.session import session
from dataexchange.cli.tables import _table
from dataexchange.errors import InvalidRequest

if TYPE_CHECKING:
    from dataexchange.model.access import Caller
    from dataexchange.model.justification import Side, Statement
    from dataexchange.store.database import Connection
    from dataexchange.workflow.justified import Standing

SubmissionArgument = Annotated[str, typer.Argument(help="id that `submit` printed", show_default=False)]
RuleOption = Annotated[
    str | None, typer.Option("--rule", help="rule that it is about, such as COH-MIRROR", show_default=False)
]
SeriesOption = Annotated[
    str | None, typer.Option("--key", help="this series only, by its key", show_default="every series")
]
PeriodOption = Annotated[str | None, typer.Option("--period", help="this period only", show_default="every period")]
TextOption = Annotated[
    str | None, typer.Option("--reason", help="why, for people; stands in the public record", show_default=False)
]
FileOption = Annotated[
    Path | None,
    typer.Option("--file", help="CSV file with many: rule,key,period,reason", show_default=False, exists=True),
]


def add_to(app: typer.Typer) -> None:
    reasons = _group(
        "reason",
        "Why warnings may stand: before publication each wants a reason.",
        "Warnings by rule, how many of them have a reason, and the reasons.",
        "Say why warnings may stand: all of a rule, or those of a series, of a period, or of one observation.",
        '--rule COH-MIRROR --reason "our sensors stand at the roadside"',
    )
    app.add_typer(reasons, name="reasons")
    waivers = _group(
        "waiver",
        "Errors of plausibility and coherence that a reviewing office lets pass.",
        "Errors by rule, how many of them are waived, and the waivers.",
        "Let errors pass of what lies before your office; none of form, codes or contradictions.",
        '--rule COH-SUM --reason "two districts were merged in 2019"',
    )
    app.add_typer(waivers, name="waivers")


def _group(side: str, about: str, listing: str, giving: str, example: str) -> typer.Typer:
    """The commands of one side, by the word that `model.justification.Side` has for it."""
    group = typer.Typer(help=about, no_args_is_help=True)

    @group.command("list", help=listing, epilog=f"Example: dataexchange {side}s list 3f2a9c81d04e")
    def list_(submission: SubmissionArgument, to: ToOption = None, key_env: KeyOption = KEY_VARIABLE) -> None:
        from dataexchange.model.justification import Side

        _list(submission, Side(side), to, key_env)

    @group.command("give", help=giving, epilog=f"Example: dataexchange {side}s give 3f2a9c81d04e {example}")
    def give(
        submission: SubmissionArgument,
        rule: RuleOption = None,
        key: SeriesOption = None,
        period: PeriodOption = None,
        reason: TextOption = None,
        file: FileOption = None,
        to: ToOption = None,
        key_env: KeyOption = KEY_VARIABLE,
    ) -> None:
        from dataexchange.model.justification import Side

        _give(submission, Side(side), _statements(rule, key, period, reason, file), to, key_env)

    return group


def _statements(
    rule: str | None, key: str | None, period: str | None, reason: str | None, file: Path | None
) -> list[Statement]:
    from dataexchange.messages.statements_csv import read_statements
    from dataexchange.model.justification import Statement

    if file is not None:
        if rule or key or period or reason:
            raise typer.BadParameter("the file says rule, key, period and reason: leave these options out")
        return read_statements(file.read_bytes(), file.name)
    if not rule or not reason:
        raise typer.BadParameter("name the rule by --rule and say why by --reason, or give many with --file")
    return [Statement(rule, reason, key, period)]


def short_reasons(words: Sequence[str]) -> tuple[list[Statement], str | None]:
    """`--reason` of `publish` and `submit`: `RULE=text` is for one rule, a text alone for every warning that has none yet."""
    from dataexchange.model.justification import Statement
    from dataexchange.model.rules import RULES

    named, rest = [], None
    for word in words:
        rule, sign, text = word.partition("=")
        if sign and rule.strip() in RULES:
            named.append(Statement(rule.strip(), text))
        elif rest is not None:
            raise InvalidRequest(
                "one text is for all warnings that have no reason; give the others as RULE=text",
                parameter="--reason",
                value=word,
            )
        else:
            rest = word
    return named, rest


def justify(conn: Connection, submission: str, words: Sequence[str], caller: Caller) -> None:
    """Give what `--reason` says, in the transaction that asks for publication."""
    from dataexchange.workflow import justify as verbs

    named, rest = short_reasons(words)
    if named:
        verbs.give_reasons(conn, submission, named, caller=caller)
    if rest is not None:
        verbs.give_same_reason(conn, submission, rest, caller=caller)


def _give(submission: str, side: Side, given: list[Statement], to: str | None, key_env: str) -> None:
    if to is not None:
        from dataexchange.remote.exchange_statements import give

        found = give(node_at(to, key_env), submission, side, given)
        typer.echo(_told(side, found.answered, found.total))
        return
    from dataexchange.model.justification import Side
    from dataexchange.store.database import writing
    from dataexchange.workflow import justify as verbs

    with session(there=True) as here:
        verb = verbs.give_reasons if side is Side.REASON else verbs.give_waivers
        with writing(here.engine) as conn:
            standing = verb(conn, submission, given, caller=here.caller)
        typer.echo(_told(side, *_counts(standing, side)))


def _counts(standing: Standing, side: Side) -> tuple[int, int]:
    from dataexchange.model.justification import Side

    groups = standing.warnings if side is Side.REASON else standing.errors
    return sum(group.answered for group in groups), sum(group.count for group in groups)


def _told(side: Side, answered: int, total: int) -> str:
    from dataexchange.model.justification import Side

    if side is Side.REASON:
        return f"{answered:,} of {total:,} warnings answered."
    return f"{answered:,} of {total:,} errors waived."


def _list(submission: str, side: Side, to: str | None, key_env: str) -> None:
    if to is not None:
        from dataexchange.remote.exchange_statements import standing_at

        found = standing_at(node_at(to, key_env), submission, side)
        groups = [(g.rule, f"{g.count:,}", f"{g.answered:,}", g.example) for g in found.groups]
        given = [(s.rule, s.key or "", s.period or "", s.by, s.origin, s.reason) for s in found.given]
        _show(side, groups, given, found.answered, found.total)
        return
    from dataexchange.model.justification import Side
    from dataexchange.store import submissions
    from dataexchange.store.database import reading
    from dataexchange.workflow.justified import standing_of

    with session(there=True) as here, reading(here.engine) as conn:
        standing = standing_of(conn, submissions.get(conn, submission))
    told = standing.warnings if side is Side.REASON else standing.errors
    groups = [(g.rule, f"{g.count:,}", f"{g.answered:,}", g.example.message) for g in told]
    given = [
        (s.statement.rule, s.statement.key or "", s.statement.period or "", s.organisation, s.origin, s.statement.text)
        for s in standing.given(side)
    ]
    _show(side, groups, given, *_counts(standing, side))


def _show(
    side: Side, groups: Sequence[tuple[str, ...]], given: Sequence[tuple[str, ...]], answered: int, total: int
) -> None:
    if groups:
        _table(("rule", "number", "answered", "such as"), groups)
    if given:
        typer.echo("")
        _table(("rule", "series", "period", "by", "origin", "said"), given)
        typer.echo("")
    typer.echo(_told(side, answered, total))
