"""The rules of a dataflow as VTL 2.1 text, with the parameters in force: for offices that run a VTL engine of their own.

    define datapoint ruleset RNG_PERCENT (variable UNIT_MEASURE, UNIT_MULT, OBS_VALUE) is …
    RNG_PERCENT_FAULTS <- check_datapoint(LOCAL, RNG_PERCENT invalid);

The exchange itself runs no VTL. What VTL cannot say stands as a comment with the reason. Written by the grammar of VTL 2.1 (sdmx-twg/vtl);
the rules one by one are in `messages.vtl_rules`, what they speak of is a `Scene`.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence

from dataexchange.messages.vtl_reasons import reason_of
from dataexchange.messages.vtl_rules import EXPRESSED
from dataexchange.messages.vtl_scene import Scene, Setting, codes
from dataexchange.model.rule import Rule
from dataexchange.model.rulebook import Rulebook
from dataexchange.model.rules import GROUPS
from dataexchange.model.schema import Schema

_WIDTH = 120
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")

#: Whether a rule runs, how grave it is, its numbers.
_AsSet = tuple[bool, str, tuple[tuple[str, float], ...]]


def vtl_text(book: Rulebook, schema: Schema) -> str:
    """`book`: what of it holds for the dataflow (`Rulebook.within`)."""
    scene = Scene.of(schema, book)
    rules = [line for group in GROUPS for rule in group.rules for line in (*_rule(rule, scene, book), "")]
    return "\n".join([*_head(scene, book), "", *_data_sets(scene, rules), "", *rules]).rstrip() + "\n"


def _head(scene: Scene, book: Rulebook) -> Iterator[str]:
    yield from _comment(
        f"Rules of {book.name} for {scene.flow}, as VTL 2.1. Written by dataexchange: change the rulebook, not this text."
    )
    yield from _comment(
        "Data sets to bring: LOCAL, what a provider sends; NATIONAL, the national series; PREVIOUS, the provider's last release. "
        f"Identifiers: {', '.join((*scene.dimensions, scene.time))}. Measure: {scene.measure}. Attributes are texts, but LOWER_BOUND and "
        "UPPER_BOUND numbers. What a check yields (…_FAULTS) is wrong."
    )


def _data_sets(scene: Scene, rules: Sequence[str]) -> Iterator[str]:
    """Those that the rules name, and those that these are made of."""
    made = scene.data_sets()
    wanted = _names_in(rules, made)
    while True:
        more = wanted | _names_in((made[name] for name in wanted), made)
        if more == wanted:
            break
        wanted = more
    for name, text in made.items():
        if name in wanted:
            yield from _wrapped(f"{name} := {text};")


def _names_in(lines: Iterator[str] | Sequence[str], made: Mapping[str, str]) -> set[str]:
    return {name for line in lines if not line.startswith("//") for name in _NAME.findall(line) if name in made}


def _rule(rule: Rule, scene: Scene, book: Rulebook) -> Iterator[str]:
    yield from _comment(f"{rule.id}, level {rule.level}: {rule.title}")
    make = EXPRESSED.get(rule.id)
    if make is None:
        yield from _comment(f"Not in VTL: {reason_of(rule)}")
        return
    lacking = scene.lacks(make.needs)
    if lacking:
        yield from _comment(f"Not for this dataflow: it has no {', '.join(lacking)}.")
        return
    settings = list(_settings(rule, scene, book))
    if not settings:
        yield from _comment("Switched off in this rulebook.")
    for setting in settings:
        text = list(make.text(scene, setting))
        if not text:
            yield from _comment(f"Not for this dataflow: {make.nothing}.")
            return
        for line in text:
            yield from _wrapped(line)
    if make.note and settings:
        yield from _comment(make.note)


def _settings(rule: Rule, scene: Scene, book: Rulebook) -> Iterator[Setting]:
    """One for all series, or one for each way in which the rule is set for some of them."""
    usual = _as_set(rule, book, None)
    groups: dict[_AsSet, list[str]] = {}
    for code in scene.series:
        if (found := _as_set(rule, book, code)) != usual:
            groups.setdefault(found, []).append(code)
    apart = [code for found in groups.values() for code in found]
    ways = [(usual, f"SERIES not_in {codes(apart)}" if apart else "")]
    ways += [(found, f"SERIES in {codes(named)}") for found, named in groups.items()]
    number = 0
    for (runs, severity, values), where in ways:
        if runs:
            number += 1
            suffix = "" if number == 1 else f"_{number}"
            yield Setting(rule, severity, dict(values), where, rule.id.replace("-", "_") + suffix)


def _as_set(rule: Rule, book: Rulebook, series: str | None) -> _AsSet:
    values = tuple((p.name, book.number(rule.id, p.name, series)) for p in rule.parameters)
    return book.runs(rule.id, series), str(book.severity(rule.id, series)), values


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH - 3, initial_indent="// ", subsequent_indent="// ")


def _wrapped(line: str) -> list[str]:
    """Long lines broken between words; no text in quotes has a blank."""
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(
        line, _WIDTH, subsequent_indent=f"{indent}    ", break_long_words=False, break_on_hyphens=False
    ) or [line]
