"""A re-check in a line or two, for terminals, pages and programs, in the language of who reads it."""

from __future__ import annotations

from collections.abc import Mapping

from dataexchange.messages.report_words import VERDICT_WORDS, VERDICTS
from dataexchange.model.finding import Verdict
from dataexchange.model.recheck import Recheck, State, Turn
from dataexchange.model.sentence import Sentence, listed, say, says

_VERDICTS: Mapping[Verdict, Sentence] = {**VERDICT_WORDS, Verdict.NO_BASELINE: VERDICTS[Verdict.NO_BASELINE]}


def cause(recheck: Recheck) -> Sentence:
    """What has changed: `the national values of release 12`."""
    before, after = recheck.mark.vintages
    old, new = recheck.mark.rulebooks
    parts = []
    if before != after:
        parts.append(say("the national values of release {release}", release=str(after)))
    if old != new:
        parts.append(say("the rules of {rulebook}", rulebook=new))
    return listed(parts)


def sentence(recheck: Recheck, *, own: bool = False) -> Sentence:
    """`3 of 12 series stand otherwise to the national values of release 12.` `own`: to those whose series they are."""
    why = cause(recheck)
    if recheck.state is State.DUE:
        return say("To be compared again with {cause}.", cause=why)
    if recheck.message:
        return say("It could not be compared again with {cause}: {reason}", cause=why, reason=recheck.message)
    n, compared = recheck.changed, recheck.compared
    if not n:
        return says(
            "Compared again with {cause}: {n} series stands as before.",
            "Compared again with {cause}: all {n} series stand as before.",
            compared,
            cause=why,
        )
    if own:
        return says(
            "{n} of your {all} series stands otherwise to {cause}.",
            "{n} of your {all} series stand otherwise to {cause}.",
            n,
            all=compared,
            cause=why,
        )
    return says(
        "{n} of {all} series stands otherwise to {cause}.",
        "{n} of {all} series stand otherwise to {cause}.",
        n,
        all=compared,
        cause=why,
    )


def turned(recheck: Recheck) -> list[Sentence]:
    """`2 series: consistent → inconsistent`, what became inconsistent first."""
    order = sorted(recheck.turns.items(), key=lambda one: (one[0][1] != Verdict.INCONSISTENT, -one[1], one[0]))
    return [
        says(
            "{n} series: {before} → {after}",
            "{n} series: {before} → {after}",
            n,
            before=verdict(before),
            after=verdict(after),
        )
        for (before, after), n in order
    ]


def subject(recheck: Recheck, told: Sentence) -> Sentence:
    """Whose what it is about, and what is told of it."""
    name = recheck.mark.submission or recheck.mark.dataset
    return say("{subject} of {provider}: {told}", subject=name, provider=recheck.mark.provider, told=told)


def its_parts(turn: Turn) -> Sentence:
    return say("{series} (its own parts)", series=turn.key)


def before(turn: Turn) -> Sentence:
    return say("was {verdict}: {reason}", verdict=verdict(turn.before), reason=turn.before_reason)


def after(turn: Turn) -> Sentence:
    return say("is {verdict}: {reason}", verdict=verdict(turn.after), reason=turn.after_reason)


def verdict(word: str) -> Sentence:
    return _VERDICTS[Verdict(word)]
