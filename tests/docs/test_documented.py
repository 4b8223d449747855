"""A command, option, setting, endpoint, rule or mapping key without documentation fails the build."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import typer.main

from dataexchange.cli import app
from dataexchange.model.adaptation import Adaptation
from dataexchange.model.conversion import Conversion
from dataexchange.model.derivation import Derivation
from dataexchange.model.mapping import Mapping, Numbers, Target
from dataexchange.model.mapping_rows import LeaveOut, Unpivot
from dataexchange.model.pattern import Pattern
from dataexchange.model.reading import Reading
from dataexchange.model.rules import RULES
from dataexchange.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def commands() -> dict[str, list[str]]:
    """Every command by its full name, with its long options."""
    found: dict[str, list[str]] = {}

    def walk(command, name: str) -> None:
        for sub, inner in getattr(command, "commands", {}).items():
            walk(inner, f"{name} {sub}")
        if not getattr(command, "commands", None):
            options = [o for p in command.params if not p.hidden for o in p.opts if o.startswith("--")]
            found[name] = [o for o in options if o != "--help"]

    walk(typer.main.get_command(app), "dataexchange")
    return found


@pytest.mark.parametrize("name", sorted(commands()))
def test_command_and_its_options_are_documented(name: str) -> None:
    line = next((x for x in (DOCS / "commands.md").read_text().splitlines() if x.startswith(f"| `{name}")), None)
    assert line, f"docs/commands.md has no row for `{name}`"
    for option in commands()[name]:
        documented = option in line or option.replace("--", "--no-") in line
        assert documented or option in ("--wait", "--serve"), f"docs/commands.md does not mention {option} of `{name}`"


@pytest.mark.parametrize("name", sorted(commands()))
def test_command_has_help_and_an_example(name: str) -> None:
    command = typer.main.get_command(app)
    for part in name.split()[1:]:
        command = command.commands[part]
    assert command.help
    assert command.epilog
    assert command.epilog.startswith(f"Example: {name}")


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_setting_is_documented(name: str) -> None:
    assert f"`DATAEXCHANGE_{name.upper()}`" in (DOCS / "settings.md").read_text()


@pytest.mark.parametrize("rule", sorted(RULES))
def test_rule_is_documented(rule: str) -> None:
    assert re.search(rf"^#+ .*{re.escape(rule)}\b", (DOCS / "rules.md").read_text(), re.MULTILINE)


def test_no_rule_is_documented_that_does_not_exist() -> None:
    named = re.findall(r"^#+ `?([A-Z]+(?:-[A-Z0-9]+)+)\b", (DOCS / "rules.md").read_text(), re.MULTILINE)
    assert set(named) <= set(RULES)


def test_endpoints_are_documented() -> None:
    paths = json.loads((ROOT / "openapi" / "openapi.json").read_text())["paths"]
    text = (DOCS / "api.md").read_text()
    for path in paths:
        stem = path.split("/{")[0]
        assert f"`{stem}" in text, f"docs/api.md does not mention {stem}"


def test_mapping_keys_are_documented() -> None:
    text = (DOCS / "map-a-table.md").read_text()
    for model in (Mapping, Reading, Unpivot, Numbers, LeaveOut, Target, Pattern, Conversion, Derivation):
        for key in (field.alias or name for name, field in model.model_fields.items()):
            assert f"`{key}`" in text, f"docs/map-a-table.md does not mention `{key}`"
    told = (DOCS / "adapt-an-indicator.md").read_text()
    for key in Adaptation.model_fields:
        assert f"`{key}`" in told, f"docs/adapt-an-indicator.md does not mention `{key}`"


def test_links_between_documents_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "examples").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}, which is not there"


def test_no_address_of_a_registry_or_machine_is_committed() -> None:
    text = (ROOT / "constraints.txt").read_text()
    assert "://" not in text
    assert "file:" not in text
    for line in text.splitlines():
        assert re.fullmatch(r"[A-Za-z0-9_.\-]+==[A-Za-z0-9_.+\-]+", line), line
