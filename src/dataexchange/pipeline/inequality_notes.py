"""What must be known to read measures of inequality: how many groups, what is missing, where shares come from, and what chance does."""

from __future__ import annotations

from dataexchange.model.inequality import DISTRICTS, Inequality, Shares
from dataexchange.model.sentence import Sentence, Value, say, says, together
from dataexchange.pipeline.inequality_formulas import Values, chance
from dataexchange.pipeline.inequality_words import apart, number

_SHARES = {
    Shares.KNOWN: say("Groups count by how many people are in them, as it is published for each."),
    Shares.BUILT: say(
        "The groups are taken to be equally large, as fifths and tenths are made; the people in each are not published."
    ),
    Shares.UNKNOWN: say(
        "How many people are in each group is not published, so only measures are given that count each group once."
    ),
}
_BUILT_UNEQUAL = say("The groups are taken to be as large as their names say; the people in each are not published.")
_NOT_KNOWN_ALL = say("These are the groups that figures were published for; whether there are others is not known.")
_NO_ERRORS = say(
    "No margins of error are published for these values, so how much of the spread is chance is not known: small groups lie far apart "
    "by chance alone."
)
_SOME_ERRORS = say("Margins of error are published for some of the groups only, so most measures have no interval.")
_EXTREMES = say(
    "The highest and the lowest of many groups lie further apart the more groups there are and the smaller they are: areas "
    "divided in other ways cannot be ranked by it."
)


def summary(found: Inequality) -> Sentence | None:
    """`From 27.5 (Lawrence Hill) to 88.9 (Stoke Bishop) across 34 districts.`; of ordered groups its two ends; `The same value, 0, in all
    2 groups.`"""
    known, partition = found.known, found.partition
    if len(known) < 2:
        return None
    if len({group.value for group in known}) == 1:
        value = number(known[0].value or 0.0)
        return say("The same value, {value}, in all of the {n} groups that have one.", value=value, n=len(known))
    if partition.ordered:
        least, most = known[0], known[-1]
        if least is not partition.groups[0] or most is not partition.groups[-1]:
            return None
        ends = (least.value or 0.0, most.value or 0.0)
        return say(
            "{low}: {least}; {high}: {most}. They are {value} apart.",
            low=least.name,
            least=number(ends[0]),
            high=most.name,
            most=number(ends[1]),
            value=apart(abs(ends[1] - ends[0]), found.whole),
        )
    low, high = min(known, key=lambda g: g.value or 0.0), max(known, key=lambda g: g.value or 0.0)
    told: dict[str, Value] = {
        "least": number(low.value or 0.0),
        "low": low.name,
        "most": number(high.value or 0.0),
        "high": high.name,
    }
    if partition.id == DISTRICTS or partition.id.startswith(f"{DISTRICTS}:"):
        return says(
            "From {least} ({low}) to {most} ({high}) across {n} area.",
            "From {least} ({low}) to {most} ({high}) across {n} areas.",
            len(known),
            **told,
        )
    return says(
        "From {least} ({low}) to {most} ({high}) across {n} group.",
        "From {least} ({low}) to {most} ({high}) across {n} groups.",
        len(known),
        **told,
    )


def notes(found: Inequality, values: Values | None) -> tuple[Sentence, ...]:
    """`values` None: refused, so nothing is said of shares and errors."""
    told = values is None and found.too_few
    said: list[Sentence] = [] if told and not found.suppressed else [_counted(found)]
    if not found.partition.exhaustive and not found.partition.ordered:
        said.append(_NOT_KNOWN_ALL)
    if values is None:
        if found.partition.ordered and len(found.known) >= 2:
            said.append(say("What is said of the two ends compares two groups; it is no measure over all of them."))
        return tuple(said)
    said.append(_of_shares(found))
    said += _of_chance(values, found)
    if len(found.known) > 5 and not found.partition.ordered:
        said.append(_EXTREMES)
    return tuple(said)


def _of_shares(found: Inequality) -> Sentence:
    counted = found.partition.counted
    if found.shares is Shares.KNOWN and counted is not None:
        series, period = counted
        if period == found.whole.period:
            return say("Groups count by how many people are in them: “{series}”.", series=series)
        return say(
            "Groups count by how many people are in them: “{series}” of {period}, since there is none of {wanted} for all of them.",
            series=series,
            period=period,
            wanted=found.whole.period,
        )
    unequal = len(set(found.partition.built)) > 1
    return _BUILT_UNEQUAL if found.shares is Shares.BUILT and unequal else _SHARES[found.shares]


def _counted(found: Inequality) -> Sentence:
    groups = len(found.partition.groups)
    if not found.missing:
        return says("{n} group, and it has a value.", "{n} groups, and all have a value.", groups)
    withheld: Value = ""
    if found.suppressed:
        withheld = says("{n} of them is withheld.", "{n} of them are withheld.", found.suppressed)
    said = says(
        "{n} of {groups} groups has no value ({share} %).",
        "{n} of {groups} groups have no value ({share} %).",
        found.missing,
        groups=groups,
        share=number(100 * found.missing / groups),
    )
    return together(said, withheld)


def _of_chance(values: Values, found: Inequality) -> list[Sentence]:
    split = chance(values)
    if split is None:
        return [_NO_ERRORS if all(group.se is None for group in found.known) else _SOME_ERRORS]
    observed, noise = split
    if observed <= 0:
        return []
    if noise >= observed:
        return [
            say(
                "Errors of the size that is published would alone make a variance of {noise} between these groups; observed are "
                "{observed}. So the groups cannot be told apart, and must not be ranked.",
                noise=number(noise),
                observed=number(observed),
            )
        ]
    return [
        say(
            "Of the variance between the groups, {observed}, errors of the size that is published would alone make {noise} ({share} %); "
            "{left} are left for true differences.",
            observed=number(observed),
            noise=number(noise),
            share=number(100 * noise / observed),
            left=number(observed - noise),
        )
    ]
