"""A rulebook as an office types it: what is taken, what is refused and how that is told, and what stays of an old one."""

from __future__ import annotations

from time import process_time

import pytest

from dataexchange.errors import InvalidRequest
from dataexchange.messages.read_rulebook import kept_rulebook, read_rulebook
from dataexchange.messages.write_rulebook import register_text
from dataexchange.model.rule import Severity
from dataexchange.model.rulebook import Choice, SeriesNature
from dataexchange.model.rulebook_file import MOST_CHOICES
from dataexchange.model.rules import RULES
from dataexchange.model.series_notes import SeriesKind

#: A rule of which a number may be set, and one that guards what is stored.
SET = next(rule for rule in RULES.values() if rule.waivable and any(p.highest is not None for p in rule.parameters))
PARAMETER = next(p for p in SET.parameters if p.highest is not None)
SWITCHED = next(rule for rule in RULES.values() if rule.waivable and rule.severity is Severity.ERROR)


def refused(text: str) -> str:
    with pytest.raises(InvalidRequest) as error:
        read_rulebook(text.encode(), "kg.yaml")
    return str(error.value)


def test_what_an_office_sets_is_read() -> None:
    book = read_rulebook(
        f"""
agency: KG_NSC
title: Kyrgyz rules
rules:
  - {{rule: {SET.id}, parameters: {{{PARAMETER.name}: {PARAMETER.default}}}, reason: as agreed in 2026}}
  - {{rule: {SWITCHED.id}, on: no, where: {{dataflow: "KG_NSC:DF_SDG_KG(*)", series: "SH_*"}}}}
  - {{rule: {SWITCHED.id}, severity: information, where: {{agreement: KG_BIS}}}}
kinds:
  _L_KG_X: {{kind: R, weight: population}}
  _L_KG_Y: C
  _L_KG_Z: B
""".encode(),
        "kg.yaml",
    )
    assert (book.agency, book.version) == ("KG_NSC", 0)
    assert book.choices == (
        Choice(SET.id, {PARAMETER.name: PARAMETER.default}),
        Choice(SWITCHED.id, on=False, dataflow="KG_NSC:DF_SDG_KG(*)", series="SH_*"),
        Choice(SWITCHED.id, severity=Severity.INFORMATION, agreement="KG_BIS"),
    )
    assert book.kinds == {
        "_L_KG_X": SeriesNature(SeriesKind.RATIO, "population"),
        "_L_KG_Y": SeriesNature(SeriesKind.COUNT),
        "_L_KG_Z": SeriesNature(SeriesKind.BALANCE),
    }


def test_a_choice_holds_where_it_says() -> None:
    book = read_rulebook(
        f'agency: KG_NSC\nrules:\n  - {{rule: {SWITCHED.id}, on: no, where: {{dataflow: "KG_NSC:DF_SDG_KG(*)", series: "SH_*"}}}}\n'
        f"  - {{rule: {SWITCHED.id}, severity: warning, where: {{agreement: KG_BIS}}}}".encode(),
        "kg.yaml",
    )
    here = book.within("KG_NSC:DF_SDG_KG(1.8)", "KG_BIS", "PA_1")
    assert here.running(SWITCHED.id, ("SH_STA_STNT", "SL_TLF_UEM")).tolist() == [False, True]
    assert here.severity(SWITCHED.id) is Severity.WARNING
    elsewhere = book.within("DX:DF_SDG_LOCAL(1.0.0)", "KG_OSH", "PA_2")
    assert elsewhere.runs(SWITCHED.id, "SH_STA_STNT")
    assert elsewhere.severity(SWITCHED.id) is Severity.ERROR


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("{rule: STR-COD, on: yes}", "kg.yaml, line 3, rules > 1 > rule: there is no rule 'STR-COD'; did you mean STR-CODE?"),
        ("{rule: COH-POOL, parameters: {relative: 3, error: 1}}", "it is 3, above `error`, which is 1: write no more than that"),
        ("{rule: RNG-PERCENT, parameters: {lowest: 100, highest: 0}}", "parameters > lowest: it is 100, above `highest`, which is 0"),
        ("{rule: RNG-PERCENT, parameters: {highest: -1}}", "parameters > highest: it is -1, below `lowest`, which is 0: write no less"),
        ("{rule: TS-SCALE, parameters: {near: 0.2}}", "parameters > near: it is 0.2, above `wide`, which is 0.15"),
        ("{rule: COH-REMAINDER, parameters: {lowest: 1, highest: 0.5}}", "from 1 to 100 (it is 0.5)"),
        ("{rule: COH-PEERS, parameters: {information: 20, warning: 10}}", "parameters > information: it is 20, above `warning`"),
        ("{rule: COH-MIRROR, parameters: {z_warning: 5, z_error: 1}}", "above `z_error`, which is 1"),
        ("{rule: XYZ, on: yes}", "there is no rule 'XYZ'; `dataexchange rules list` shows those there are"),
        ("{rule: STR-CODE, on: no}", "rules > 1 > on: STR-CODE guards what is stored and cannot be switched off"),
        ("{rule: DUP-REPEATED, severity: information}", "DUP-REPEATED guards what is stored and cannot be less than warning"),
        (f"{{rule: {SET.id}}}", f"nothing is set for {SET.id}"),
        (
            f"{{rule: {SET.id}, parameters: {{{PARAMETER.name}x: 1}}}}",
            f"{SET.id} has no parameter '{PARAMETER.name}x'; did you mean `{PARAMETER.name}`?",
        ),
        (f"{{rule: {SET.id}, parameters: {{{PARAMETER.name}: 1e12}}}}", f"{PARAMETER.highest:g} (it is 1e+12)"),
        (f"{{rule: {SET.id}, parameters: {{{PARAMETER.name}: '1,5'}}}}", "write a number with a decimal point"),
        (f"{{rule: {SET.id}, parameters: {{{PARAMETER.name}: nan}}}}", "write a number with a decimal point"),
        (f"{{rule: {SET.id}, on: perhaps}}", "write true or false (it is 'perhaps')"),
        (f"{{rule: {SET.id}, severity: fatal}}", "write 'error', 'warning' or 'information' (it is 'fatal')"),
        (f"{{rule: {SET.id}, onn: no}}", "no such word here; did you mean `on`?"),
        (f"{{rule: {SET.id}, on: no, where: {{dataflow: DF}}}}", "write agency:id(version), such as KG_NSC:DF_SDG_KG(1.8)"),
        (f"{{rule: {SET.id}, on: no, where: {{series: 'a b'}}}}", "write a SERIES code, or a pattern such as SH_*"),
        ("{on: no}", "rules > 1 > rule: this is not said; add `rule`"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line_and_the_remedy(entry: str, told: str) -> None:
    text = refused(f"agency: KG_NSC\nrules:\n  - {entry}\n")
    assert text.startswith("kg.yaml, line 3, rules > 1")
    assert told in text


def test_numbers_contradict_those_that_wider_entries_set() -> None:
    wide = "agency: K\nrules:\n  - {rule: COH-MIRROR, parameters: {z_error: 8}}\n  - {rule: COH-MIRROR, where: {series: S_A}, parameters: "
    read_rulebook((wide + "{z_warning: 7}}").encode(), "kg.yaml")
    assert "line 4, rules > 2 > parameters > z_warning: it is 9, above `z_error`, which is 8" in refused(
        wide + "{z_warning: 9}}"
    )


def test_other_faults() -> None:
    assert refused("rules: []") == "kg.yaml, line 1, agency: this is not said; add `agency`"
    assert "kg.yaml, line 3, kinds > X > kind: write C (a count)" in refused("agency: K\nkinds:\n  X: Q\n")
    twice = f"agency: K\nrules:\n  - {{rule: {SET.id}, on: no}}\n  - {{rule: {SET.id}, severity: error}}\n"
    assert "line 4, rules > 2: " + SET.id + " is set for the same place in entry 1 already" in refused(twice)
    assert "line 2: this is no YAML" in refused("agency: [")
    assert "begin with `agency: KG_NSC`" in refused("- a")
    assert "aliases (*name) are not taken" in refused("agency: &a K\ntitle: *a")
    assert "over 1,000,000 bytes" in refused("agency: K\n" + "#" * 1_000_000)
    with pytest.raises(InvalidRequest, match="the rulebook as UTF-8"):
        read_rulebook(b"agency: \xff", "kg.yaml")


def test_a_list_that_is_too_long_is_told_in_plain_words() -> None:
    many = "agency: KG_NSC\nrules: [" + ", ".join(["{rule: STR-CODE}"] * (MOST_CHOICES + 1)) + "]\n"
    with pytest.raises(InvalidRequest, match=r"line 2, rules: it has 2,001 entries, and 2,000 are read; use patterns"):
        read_rulebook(many.encode(), "kg.yaml")


def test_faults_of_form_and_of_meaning_are_told_together() -> None:
    text = refused(f"""agency: K
titel: odd
rules:
  - {{rule: {SET.id}, on: perhaps}}
  - {{rule: STR-COD, on: yes}}
  - {{rule: {SET.id}, on: no}}
  - {{rule: {SET.id}, severity: error}}
kinds:
  X: Q
""")
    for line, what in (
        ("line 2, titel", "did you mean `title`?"),
        ("line 4, rules > 1 > on", "write true or false"),
        ("line 5, rules > 2 > rule", "there is no rule 'STR-COD'"),
        ("line 7, rules > 4", "is set for the same place in entry 3 already"),
        ("line 9, kinds > X > kind", "write C (a count)"),
    ):
        assert any(line in told and what in told for told in text.split("kg.yaml, ")), (line, text)


def test_many_faults_are_told_at_once_up_to_ten() -> None:
    text = refused("agency: K\nrules:\n" + "".join(f"  - {{rule: NO-{n}, on: no}}\n" for n in range(12)))
    assert text.count("there is no rule") == 10
    assert text.endswith("; and 2 more")


def test_thousands_of_faults_are_refused_as_fast_as_a_few() -> None:
    """Half a second, where each with its line took five."""
    begun = process_time()
    faulty = "".join(f"  S{n}: X\n" for n in range(15_000))
    assert refused(f"agency: K\nkinds:\n{faulty}").endswith("; and 14,990 more")
    assert process_time() - begun < 2.5


def test_a_guarding_rule_may_be_made_graver() -> None:
    book = read_rulebook(b"agency: K\nrules: [{rule: DUP-REPEATED, severity: error}]", "k.yaml")
    assert book.severity("DUP-REPEATED") is Severity.ERROR


def test_the_register_as_a_rulebook_sets_nothing_and_names_all_that_may_be_set() -> None:
    text = register_text("KG_NSC")
    book = read_rulebook(text.encode(), "k.yaml")
    assert (book.agency, book.choices, book.kinds) == ("KG_NSC", (), {})
    entries = [line.strip().removeprefix("# ") for line in text.splitlines() if line.strip().startswith("# - {rule")]
    bare = "agency: K\nrules:\n" + "\n".join(f"  {entry}" for entry in entries)
    settable = {rule.id for rule in RULES.values() if rule.parameters or not rule.guards}
    assert {choice.rule for choice in read_rulebook(bare.encode(), "k.yaml").choices} == settable


def test_an_old_rulebook_loses_only_what_there_is_no_more() -> None:
    text = f"agency: K\nrules:\n  - {{rule: XYZ, on: no}}\n  - {{rule: {SWITCHED.id}, on: no}}\n"
    book, lost = kept_rulebook(text, "K 4", 4)
    assert (book.name, [choice.rule for choice in book.choices]) == ("K 4", [SWITCHED.id])
    assert lost == ("there is no rule 'XYZ'; `dataexchange rules list` shows those there are",)
