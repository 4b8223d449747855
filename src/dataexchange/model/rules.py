"""The register of rules: every check, with its ESS level, severity, formula, parameters, source, explanation and remedy.

A finding names its rule. `docs/rules.md` is generated from here (`python -m dataexchange.messages.rules_page`); no rule has a text
elsewhere. Levels: ESSnet ValiDat, Methodology for data validation 1.0 (2016).
"""

from __future__ import annotations

from collections.abc import Mapping

from dataexchange.errors import NotFound
from dataexchange.model.finding import Finding, Place
from dataexchange.model.nearest import nearest
from dataexchange.model.rule import Group, Rule, Severity
from dataexchange.model.rules_coherence import COHERENCE
from dataexchange.model.rules_files import FILES
from dataexchange.model.rules_forms import ADAPTATIONS, FORMS
from dataexchange.model.rules_inequality import INEQUALITY
from dataexchange.model.rules_mapping import MADE, MAPPING
from dataexchange.model.rules_releases import AGREEMENTS, MESSAGES, RELEASES
from dataexchange.model.rules_structure import STRUCTURE
from dataexchange.model.rules_within import WITHIN
from dataexchange.model.sentence import Sentence

#: As people read them: what a file goes through, in that order.
GROUPS: tuple[Group, ...] = (
    Group("The file", "", FILES),
    Group("The mapping", "Each names file, sheet, row, column and what stands in the cell.", (*MAPPING, *MADE)),
    Group(
        "Filled workbooks",
        "What is wrong in a [workbook to fill](template.md), in the words of whoever fills it: these stand in place of the rules of "
        "mappings, as nobody has a mapping there to correct.",
        FORMS,
    ),
    Group(
        "Adapted indicators",
        "Of whole series, not of rows: they are corrected in the mapping, once. [Adapt an indicator](adapt-an-indicator.md) says how.",
        ADAPTATIONS,
    ),
    Group(
        "The observations against their structure",
        "Rows that the mapping could not make observations of are looked at too, as far as they were mapped, so that all their faults "
        "are told at once.",
        STRUCTURE,
    ),
    Group("Within the data set", "Each figure against its unit, its status and the figures beside it.", WITHIN),
    Group(
        "Beside the national series",
        "Three questions are kept apart. Two offices' values for the **same area** should agree. **All parts** of an area must add up "
        "to it, or lie around it. **One part** of an area must only be possible: a city that differs from its nation is information, "
        "not an error. Values are compared in units (UNIT_MULT applied). Notation: y a local value, Y the value of the whole, w and W "
        "their weights, u the unit of rounding of one observation: its last printed place times 10^UNIT_MULT. Decimals are those of "
        "all values of the series with the same UNIT_MULT; whole counts have none.",
        COHERENCE,
    ),
    Group(
        "Inequality inside an area",
        "Not of what is sent in, but of what is published, wherever an average is shown ([inequality](inequality.md)).",
        INEQUALITY,
    ),
    Group("Agreements", "", AGREEMENTS),
    Group(
        "Releases",
        "What publishing a table would change, said while there is still time. Only submissions are asked, and `dataexchange diff`: a "
        "file that is merely checked has no name yet.",
        RELEASES,
    ),
    Group("SDMX messages", "", MESSAGES),
)

RULES: Mapping[str, Rule] = {rule.id: rule for group in GROUPS for rule in group.rules}


def registered(rule: str) -> Rule:
    """NotFound, with the nearest id there is, where the register has none."""
    found = RULES.get(rule)
    if found is None:
        near = nearest(rule.upper(), RULES, 0.5)
        hint = f"did you mean {near}?" if near else "`dataexchange rules list` shows those there are."
        raise NotFound(f"There is no rule {rule[:100]!r}: {hint}")
    return found


def finding(
    rule: str,
    sentence: Sentence,
    place: Place | None = None,
    *,
    severity: Severity | None = None,
    key: str | None = None,
    period: str | None = None,
    count: int = 1,
) -> Finding:
    """A finding of a registered rule, at the rule's own severity unless told otherwise."""
    return Finding(rule, severity or RULES[rule].severity, sentence, place or Place(), key, period, count)
