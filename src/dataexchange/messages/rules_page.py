"""`docs/rules.md`, generated from the register: `python -m dataexchange.messages.rules_page > docs/rules.md` (`make rules`).

It needs nothing but the register, so a rule that is added there is on the page, with all that is known of it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from dataexchange.model.rule import Group, Parameter, Rule
from dataexchange.model.rules import GROUPS, RULES

_HEAD = """# Rules

Made by `make rules` from the register of rules (`src/dataexchange/model/rules*.py`). [Checks](checks.md) says how faults are told, and
[set the rules](rulebook.md) how a national office switches rules on and off and sets their parameters.

The level is that of the European Statistical System's *Methodology for data validation* (ESSnet ValiDat, 2016): 0 the file, 1 within the
data set, 2 earlier versions and other files of the same source, 3 the same figures from another source, 4 other subjects, 5 other
providers. An **error** keeps a submission from being published, a **warning** wants a reason, **information** is to be known. A rule that
is *settable* may be switched off or made milder by a national office; the others guard what is stored.
"""


def rules_page() -> str:
    return "\n".join(line for part in (_head(), *map(_group, GROUPS)) for line in part)


def _head() -> Iterator[str]:
    yield _HEAD
    settable = sum(not rule.guards for rule in RULES.values())
    yield f"{len(RULES)} rules, of which {settable} are settable:"
    yield ""
    yield "| rule | level | severity | settable | what is found |"
    yield "|---|---|---|---|---|"
    for rule in RULES.values():
        settable_ = "" if rule.guards else "yes"
        yield f"| [{rule.id}](#{rule.id.lower()}) | {rule.level} | {rule.severity} | {settable_} | {_cell(rule.title)} |"
    yield ""


def _group(group: Group) -> Iterator[str]:
    yield f"## {group.title}"
    yield ""
    if group.words:
        yield group.words
        yield ""
    for rule in group.rules:
        yield from rule_text(rule)


def rule_text(rule: Rule) -> Iterator[str]:
    """The section of one rule, in Markdown."""
    yield f"### `{rule.id}`"
    yield ""
    yield f"**{rule.title}.** Level {rule.level}, {rule.severity}{'' if rule.guards else ', settable'}."
    yield ""
    yield rule.explanation
    yield ""
    if rule.formula:
        yield f"*Formula:* `{rule.formula}`."
        yield ""
    if rule.parameters:
        yield "| parameter | default | from | to | unit | what it is |"
        yield "|---|---|---|---|---|---|"
        yield from map(_parameter, rule.parameters)
        yield ""
    source = f" *Source:* {rule.source}." if rule.source else ""
    yield f"*What to do:* {rule.remedy}{source}"
    yield ""


def _parameter(one: Parameter) -> str:
    low, high = ("" if limit is None else f"{limit:g}" for limit in (one.lowest, one.highest))
    if one.not_above:
        high = f"{high}, `{one.not_above}`".removeprefix(", ")
    return f"| `{one.name}` | {one.default:g} | {low} | {high} | {_cell(one.unit)} | {_cell(one.meaning)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(rules_page())
