"""Writes docs/conformance.md from the tests: `python tests/docs/conformance.py`.

A test says what it shows by a marker, once for each sentence; area and entry may be lists:

    @pytest.mark.conformance("v2 data", "c", "Every operator of the standard on dimensions, attributes, measures and time")
    @pytest.mark.conformance(["v1 data", "v2 data"], "key", "Lists and wildcards")

Markers are read from the source, so that the page can be made without a test being imported; they may use the module's constants.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from standard import AREAS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "conformance.md"

_HEAD = """# Conformance

Made by `make conformance` from the tests: what the exchange answers of the SDMX REST API, parameter by parameter and resource by
resource, and which test shows it over real HTTP or against the official schemas. `/sdmx/v2` is API 2.2, `/sdmx/v1` is API 1.5. [HTTP
API](api.md) tells how to ask. Beside these tests, [every answer to almost two thousand queries](../tests/api/test_spread.py) over three
data structures is validated against the official JSON schemas and XSDs.
"""


@dataclass(frozen=True)
class Claim:
    """One sentence of one test."""

    area: str
    entry: str
    answered: str
    test: str
    path: str


def claims(folder: Path = ROOT / "tests") -> list[Claim]:
    """In the order of files and lines."""
    return [claim for path in sorted(folder.rglob("test_*.py")) for claim in _claims_of(path)]


def _claims_of(path: Path) -> Iterator[Claim]:
    module = ast.parse(path.read_text())
    words = _constants(module)
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            for marker in node.decorator_list:
                if isinstance(marker, ast.Call) and ast.unparse(marker.func) == "pytest.mark.conformance":
                    area, entry, answered = (_value(argument, words) for argument in marker.args)
                    for one, name in product(_listed(area), _listed(entry)):
                        yield Claim(one, name, answered, node.name, str(path.relative_to(ROOT)))


def _constants(module: ast.Module) -> dict[str, Any]:
    """What the module's own lines say plainly, such as `ML_2_1 = ("genericdata+xml;version=2.1", *TIME_SERIES)`."""
    words: dict[str, Any] = {}
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            with suppress(Exception):
                words[node.targets[0].id] = _value(node.value, words)
    return words


def _value(written: ast.expr, words: dict[str, Any]) -> Any:
    return eval(ast.unparse(written), {"__builtins__": {"list": list}}, words)


def _listed(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else value


def unknown(found: Sequence[Claim]) -> list[str]:
    """Claims about what is no entry: a slip of the pen, or an entry to be added to the list."""
    return [f"{c.path} {c.test}: {c.area}, {c.entry}" for c in found if c.entry not in _entries(c.area)]


def _entries(area: str) -> Sequence[str]:
    return tuple(AREAS[area].entries) if area in AREAS else ()


def page(found: Sequence[Claim]) -> str:
    entries = [(area, entry) for area in AREAS for entry in AREAS[area].entries]
    shown = {(c.area, c.entry) for c in found}
    lines = [_HEAD, f"{len(shown & set(entries))} of {len(entries)} entries are shown by a test.", ""]
    for name, area in AREAS.items():
        lines += [f"## {area.title}", "", "| entry | what is answered | shown by |", "|---|---|---|"]
        for entry, title in area.entries.items():
            lines += _rows(title, [c for c in found if (c.area, c.entry) == (name, entry)])
        lines.append("")
    return "\n".join(lines)


def _rows(title: str, found: Sequence[Claim]) -> Iterator[str]:
    if not found:
        yield f"| {title} | not answered yet | |"
    for claim in found:
        answered = claim.answered.replace("|", "\\|")
        yield f"| {title} | {answered} | [{claim.test}](../{claim.path}) |"
        title = ""


if __name__ == "__main__":
    every = claims()
    assert not unknown(every), "no such entry:\n" + "\n".join(unknown(every))
    PAGE.write_text(page(every))
