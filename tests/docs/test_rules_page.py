"""Every rule says all that people must know of it, has something that asks it, and stands on the generated page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dataexchange.messages.rules_page import rules_page
from dataexchange.model.rule import Rule, Severity
from dataexchange.model.rules import GROUPS, RULES
from dataexchange.pipeline import coherence, validation

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "src" / "dataexchange"

#: What raises the rules that no table of functions has: by what their ids begin with.
ELSEWHERE = {
    "FILE": ("pipeline/reading*.py", "pipeline/mapping*.py", "workflow/assess.py"),
    "MAP": ("pipeline/mapping*.py",),
    "FORM": ("workflow/form_findings.py",),
    "AGR": ("pipeline/validation_areas.py",),
    "REL": ("workflow/outlook.py", "workflow/meaning.py"),
    "MSG": ("messages/*.py", "workflow/*.py"),
    "BAS": ("messages/*.py", "workflow/*.py"),
    "COH": ("pipeline/coherence*.py",),
    "REV": ("pipeline/*.py", "workflow/*.py"),
    "INQ": ("pipeline/inequality.py",),
}


def test_the_page_is_what_the_register_says() -> None:
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == rules_page(), "run `make rules`"


def test_every_rule_is_in_one_group() -> None:
    assert sum(len(group.rules) for group in GROUPS) == len(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_says_what_it_looks_at_and_what_to_do(rule: Rule) -> None:
    assert 0 <= rule.level <= 5
    assert len(rule.explanation) >= 40
    assert rule.remedy.endswith((".", "?", "!"))
    assert not rule.title.endswith(".")
    assert rule.source or rule.level == 0, "a rule of level 1 and above names where it comes from"
    assert rule.formula or not rule.parameters, "what has numbers to set is worked out by a formula"


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.parameters], ids=lambda rule: rule.id)
def test_parameters_have_a_meaning_and_limits(rule: Rule) -> None:
    assert len({parameter.name for parameter in rule.parameters}) == len(rule.parameters)
    for parameter in rule.parameters:
        assert re.fullmatch(r"[a-z][a-z_0-9]*", parameter.name)
        assert parameter.meaning
        assert parameter.lowest is not None or parameter.highest is not None
        assert parameter.lowest is None or parameter.lowest <= parameter.default
        assert parameter.highest is None or parameter.default <= parameter.highest


def test_form_codes_and_duplicates_guard_the_store() -> None:
    guarding = {
        r.id for r in RULES.values() if r.id.startswith(("STR-", "DUP-", "FILE-", "MAP-", "MSG-")) or r.level == 0
    }
    assert not [id for id in guarding if RULES[id].waivable]
    assert all(RULES[id].severity is Severity.ERROR for id in ("STR-CODE", "STR-MISSING", "DUP-CONTRADICTION"))


def test_every_rule_is_asked_somewhere() -> None:
    asked = {rule for ids, _ in validation.CHECKS for rule in ids}
    asked |= {rule for ids, _ in getattr(coherence, "CHECKS", ()) for rule in ids}
    lacking = [rule for rule in RULES if rule not in asked and not _raised(rule)]
    assert not lacking


def _raised(rule: str) -> bool:
    folders = ELSEWHERE.get(rule.partition("-")[0], ())
    return any(f'"{rule}"' in path.read_text(encoding="utf-8") for pattern in folders for path in SOURCES.glob(pattern))
