"""The register as a rulebook that sets nothing: every settable rule with its defaults, to be uncommented where an office wants another.

# COH-MIRROR, warning: The national office has another value for the same area
# - {rule: COH-MIRROR, parameters: {relative: 0.5}}
"""

from __future__ import annotations

from collections.abc import Iterator

from dataexchange.model.rule import Parameter, Rule
from dataexchange.model.rules import RULES


def register_text(agency: str) -> str:
    """As YAML that `read_rulebook` takes."""
    return "\n".join(_lines(agency)) + "\n"


def _lines(agency: str) -> Iterator[str]:
    yield "# The rules as they ship. Take the # away from a line to set it; docs/rulebook.md tells more."
    yield f"agency: {agency}"
    yield "rules:"
    for rule in RULES.values():
        if rule.parameters or not rule.guards:
            yield from _rule(rule)
    yield "# How series behave whose code list does not say it: C a count, R a ratio, M a mean or composite, G a growth rate."
    yield "kinds:"
    yield "#  _L_EXAMPLE: {kind: R, weight: population}"


def _rule(rule: Rule) -> Iterator[str]:
    yield f"  # {rule.id}, {rule.severity}: {rule.title}"
    yield from (f"  #   {_told(parameter)}" for parameter in rule.parameters)
    values = ", ".join(f"{parameter.name}: {parameter.default:g}" for parameter in rule.parameters)
    yield f"  # - {{rule: {rule.id}, {f'parameters: {{{values}}}' if values else 'on: false'}}}"


def _told(parameter: Parameter) -> str:
    low, high = parameter.lowest, parameter.highest
    limits = [f"from {low:g}" if low is not None else "", f"to {high:g}" if high is not None else ""]
    notes = ", ".join(filter(None, (parameter.unit, " ".join(filter(None, limits)))))
    return f"{parameter.name}: {parameter.meaning}" + (f" ({notes})" if notes else "")
