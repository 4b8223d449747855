"""A rulebook from its YAML, read strictly: every fault at once, with file, line, place, what to do and the nearest name there is.

rulebook.yaml, line 4, rules > 1 > rule: there is no rule 'COH-MIROR'; did you mean COH-MIRROR?
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from pydantic import ValidationError

from dataexchange.errors import InvalidRequest
from dataexchange.messages.typed_faults import fault, locate
from dataexchange.messages.typed_yaml import Typed, compose, constructed, decoded
from dataexchange.model.nearest import nearest
from dataexchange.model.rule import Parameter, Rule, Severity
from dataexchange.model.rulebook import Choice, Rulebook, SeriesNature
from dataexchange.model.rulebook_file import ChoiceWords, KindWords, RulebookFile, Where
from dataexchange.model.rules import RULES
from dataexchange.model.series_notes import SeriesKind

MAX_BYTES = 1_000_000
_TYPED = Typed("rulebook", "agency: KG_NSC", "write it out in each place")
_SHOWN = 10
_NEAR = 0.5
_GRAVITY = {Severity.INFORMATION: 0, Severity.WARNING: 1, Severity.ERROR: 2}
_WORDS = [name for model in (RulebookFile, ChoiceWords, Where, KindWords) for name in model.model_fields]
#: What pydantic's patterns stand for.
_FORMS = {
    "dataflow": "write agency:id(version), such as KG_NSC:DF_SDG_KG(1.8); * stands for anything",
    "series": "write a SERIES code, or a pattern such as SH_*",
}
_FORM = "write letters, digits, _ and - only"

At = tuple[str | int, ...]
#: What entries set, by rule and by where they hold.
_Set = Mapping[tuple[str, Where], Mapping[str, float]]


def read_rulebook(data: bytes, name: str) -> Rulebook:
    """The rulebook, as version 0 until the store gives it one. InvalidRequest names all that is wrong with it, up to ten faults."""
    text = _text(data, name)
    root = compose(text, name, _TYPED)
    value = _short_forms(constructed(root))
    words, numbers, typed = _shaped(value)
    faults = list(_faults(words, numbers)) if words else []
    if typed or faults or words is None:
        told = [fault(_plain(detail), root, name, _WORDS) for detail in typed[:_SHOWN]]
        placed = ((locate(root, at), what) for at, what in faults[: _SHOWN - len(told)])
        told += [f"{name}, line {line}, {' > '.join(steps)}: {what}" for (line, steps), what in placed]
        raise _refused(told, len(typed) + len(faults))
    return _book(words, words.rules)


def kept_rulebook(text: str, name: str, version: int) -> tuple[Rulebook, tuple[str, ...]]:
    """A rulebook that was loaded once, and what is left out of it: entries on rules or parameters that later versions of the exchange
    have no more. They must not keep a city from sending."""
    words, numbers, typed = _shaped(_short_forms(constructed(compose(text, name, _TYPED))))
    if words is None or typed:
        raise _refused([f"{name}: {detail['msg']}" for detail in typed[:_SHOWN]], len(typed))
    faults = list(_faults(words, numbers))
    lost = {at[1] for at, _ in faults}
    held = [entry for number, entry in enumerate(words.rules) if number not in lost]
    return replace(_book(words, held), version=version), tuple(what for _, what in faults)


def _text(data: bytes, name: str) -> str:
    if len(data) > MAX_BYTES:
        raise InvalidRequest(f"{name}: the rulebook is over {MAX_BYTES:,} bytes; use patterns of series to shorten it")
    return decoded(data, name, _TYPED)


def _shaped(value: Any) -> tuple[RulebookFile | None, Sequence[int], list[dict[str, Any]]]:
    """The words, the places of their entries in the file, and what has not the shape of a rulebook. Where something has not, the words are
    those without it, so that what the others mean is asked all the same; None where nothing is left."""
    try:
        words = RulebookFile.model_validate(value)
        return words, range(len(words.rules)), []
    except ValidationError as error:
        wrong: list[dict[str, Any]] = [dict(detail) for detail in error.errors(include_url=False)]
    if not isinstance(value, dict):
        return None, (), wrong
    rest, numbers = _without(value, {tuple(detail["loc"][:2]) for detail in wrong})
    try:
        return RulebookFile.model_validate(rest), numbers, wrong
    except ValidationError:
        return None, (), wrong


def _without(value: Mapping[Any, Any], wrong: Collection[tuple[Any, ...]]) -> tuple[dict[Any, Any], Sequence[int]]:
    """What is left without entries and words that are wrong, and the places of the entries that are left."""
    rest = {key: given for key, given in value.items() if (key,) not in wrong}
    rules: Sequence[Any] = rest.get("rules") or ()
    kinds: Mapping[Any, Any] = rest.get("kinds") or {}
    numbers = [number for number in range(len(rules)) if ("rules", number) not in wrong]
    rest["rules"] = [rules[number] for number in numbers]
    rest["kinds"] = {code: given for code, given in kinds.items() if ("kinds", code) not in wrong}
    return {"agency": "DX", **rest}, numbers


def _book(words: RulebookFile, entries: Sequence[ChoiceWords]) -> Rulebook:
    choices = tuple(_choice(entry) for entry in entries)
    kinds = {code: SeriesNature(SeriesKind(entry.kind), entry.weight) for code, entry in words.kinds.items()}
    return Rulebook(words.agency, choices=choices, kinds=kinds)


def _short_forms(value: Any) -> Any:
    """`_L_TREES: C` is `_L_TREES: {kind: C}`; a part with nothing under it is empty."""
    if not isinstance(value, dict):
        return value
    whole = {key: given for key, given in value.items() if not (key in ("rules", "kinds") and given is None)}
    if isinstance(kinds := whole.get("kinds"), dict):
        whole["kinds"] = {c: {"kind": given} if isinstance(given, str) else given for c, given in kinds.items()}
    return whole


def _plain(detail: dict[str, Any]) -> dict[str, Any]:
    """In words for whoever types, where pydantic's own are about Python."""
    kind, last = detail["type"], str(detail["loc"][-1]) if detail["loc"] else ""
    if kind == "string_pattern_mismatch":
        return {**detail, "msg": _FORMS.get(last, _FORM)}
    if kind in ("float_parsing", "float_type", "finite_number"):
        return {**detail, "msg": "write a number with a decimal point, such as 0.5"}
    if kind == "literal_error":
        return {
            **detail,
            "msg": "write C (a count), B (a balance), R (a ratio), M (a mean or composite) or G (a growth rate)",
        }
    if kind == "too_long":
        there, most = detail["ctx"]["actual_length"], detail["ctx"]["max_length"]
        there = f"{there:,}" if there is not None else "too many"
        return {
            **detail,
            "msg": f"it has {there} entries, and {most:,} are read; use patterns such as SH_* in their place",
        }
    if kind in ("string_too_long", "string_too_short"):
        return {**detail, "type": "length", "msg": str(detail["msg"])[:1].lower() + str(detail["msg"])[1:]}
    return detail


def _refused(told: list[str], n: int) -> InvalidRequest:
    """`told` are the first of `n` faults: to find the line of each, and what was meant, takes long where there are thousands."""
    rest = f"; and {n - len(told):,} more" if n > len(told) else ""
    return InvalidRequest("; ".join(told) + rest)


def _faults(words: RulebookFile, numbers: Sequence[int]) -> Iterator[tuple[At, str]]:
    """(place, what is wrong there) of words that have the right shape; the first ten names that there are not with the nearest one.
    `numbers`: places of the entries in the file."""
    guesses = iter(range(_SHOWN))
    first: dict[tuple[str, Where], int] = {}
    set_ = {(entry.rule, entry.where): entry.parameters for entry in words.rules}
    for number, entry in zip(numbers, words.rules, strict=True):
        at: At = ("rules", number)
        rule = RULES.get(entry.rule)
        if rule is None:
            near = _near(entry.rule.upper(), RULES, guesses)
            remedy = f"did you mean {near}?" if near else "`dataexchange rules list` shows those there are"
            yield (*at, "rule"), f"there is no rule {entry.rule!r}; {remedy}"
            continue
        if entry.on is None and entry.severity is None and not entry.parameters:
            yield at, f"nothing is set for {rule.id}; say `on`, `severity` or `parameters`, or take the entry out"
        if (before := first.setdefault((entry.rule, entry.where), number)) != number:
            yield at, f"{rule.id} is set for the same place in entry {before + 1} already; keep one"
        yield from _guarded(entry, rule, at)
        yield from _numbers(entry, rule, at, guesses)
        yield from _contradictions(entry, rule, at, set_)


def _near(word: str, there: Iterable[str], guesses: Iterator[int]) -> str | None:
    return nearest(word, there, _NEAR) if next(guesses, None) is not None else None


def _guarded(entry: ChoiceWords, rule: Rule, at: At) -> Iterator[tuple[At, str]]:
    """What guards the store stays on and as grave as it is."""
    if not rule.guards:
        return
    if entry.on is False:
        yield (*at, "on"), f"{rule.id} guards what is stored and cannot be switched off; take this out"
    if entry.severity is not None and _GRAVITY[entry.severity] < _GRAVITY[rule.severity]:
        yield (
            (*at, "severity"),
            f"{rule.id} guards what is stored and cannot be less than {rule.severity}; take this out",
        )


def _numbers(entry: ChoiceWords, rule: Rule, at: At, guesses: Iterator[int]) -> Iterator[tuple[At, str]]:
    known = {parameter.name: parameter for parameter in rule.parameters}
    for name, value in entry.parameters.items():
        place = (*at, "parameters", name)
        if name not in known:
            near = _near(name.lower(), known, guesses)
            those = f"it has {', '.join(known)}" if known else "it has none"
            yield place, f"{rule.id} has no parameter {name!r}; {f'did you mean `{near}`?' if near else those}"
        elif (limits := _limits(known[name], value)) is not None:
            yield place, f"write a number {limits} (it is {value:g}); without it, it is {known[name].default:g}"


def _contradictions(entry: ChoiceWords, rule: Rule, at: At, set_: _Set) -> Iterator[tuple[At, str]]:
    """A number above the one that it cannot be above, which this entry sets, or a wider one, or nobody."""
    for parameter in rule.parameters:
        if parameter.not_above is None or not {parameter.name, parameter.not_above} & set(entry.parameters):
            continue
        upper = rule.parameter(parameter.not_above)
        low, high = (_in_force(one, entry, set_) for one in (parameter, upper))
        if low > high:
            mine, less = (parameter, True) if parameter.name in entry.parameters else (upper, False)
            told = f"above `{upper.name}`, which is {high:g}" if less else f"below `{parameter.name}`, which is {low:g}"
            yield (
                (*at, "parameters", mine.name),
                f"it is {low if less else high:g}, {told}: write no {'more' if less else 'less'} than that, or set both",
            )


def _in_force(parameter: Parameter, entry: ChoiceWords, set_: _Set) -> float:
    """As the entry has it, else the weightiest of those that hold wherever it does, else the register."""
    where = entry.where
    for series, agreement, dataflow in product(
        *((one, None) for one in (where.series, where.agreement, where.dataflow))
    ):
        wider = set_.get((entry.rule, Where(dataflow=dataflow, agreement=agreement, series=series)), {})
        if parameter.name in wider:
            return wider[parameter.name]
    return parameter.default


def _limits(parameter: Parameter, value: float) -> str | None:
    low, high = parameter.lowest, parameter.highest
    if (low is None or value >= low) and (high is None or value <= high):
        return None
    if low is not None and high is not None:
        return f"from {low:g} to {high:g}"
    return f"from {low:g} on" if low is not None else f"up to {high:g}"


def _choice(entry: ChoiceWords) -> Choice:
    where = entry.where
    return Choice(entry.rule, entry.parameters, entry.on, entry.severity, where.dataflow, where.agreement, where.series)
