"""The texts to translate, collected from the source: `python -m dataexchange.messages.catalogue`.

Writes `locale/dataexchange.pot` and brings every `locale/*.po` up to date: new texts are added without a translation; of those that
are gone the translation is kept aside, as gettext does, and taken up again where the text comes back (`--tidy` drops them).
What is collected are the literals of `say` and `says`, and the titles and remedies of the rules.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from dataexchange.messages.language import LOCALE, faults_of, forms_of
from dataexchange.model.rules import RULES

PACKAGE = Path(__file__).parents[1]
TEMPLATE = LOCALE / "dataexchange.pot"

Text = str | tuple[str, str]


def template(package: Path = PACKAGE) -> Catalog:
    """Every text with the files it stands in."""
    catalogue = Catalog(project="dataexchange", header_comment=_HEADER, charset="utf-8", fuzzy=False)
    for text, files in _collected(package).items():
        catalogue.add(text, locations=[(file, 0) for file in files])
    return catalogue


def updated(path: Path, template: Catalog, *, tidy: bool = False) -> Catalog:
    """A translation with the texts of the template."""
    with path.open("rb") as stream:
        catalogue = read_po(stream, locale=path.stem)
    aside = dict(catalogue.obsolete)
    for key, message in aside.items():
        if key in template:
            catalogue[message.id] = message
    catalogue.update(template, no_fuzzy_matching=True, update_header_comment=False, keep_user_comments=True)
    catalogue.obsolete.update((key, message) for key, message in aside.items() if key not in template)
    if tidy:
        catalogue.obsolete.clear()
    return catalogue


def faults(path: Path, template: Catalog) -> Iterator[str]:
    """What a translation lacks, and what in it could not be said."""
    catalogue = updated(path, template)
    for message in catalogue:
        if message.id and not all(forms_of(message)):
            yield f"{path.name}: not translated: {message.id!r}"
        for fault in faults_of(message, catalogue.num_plurals):
            yield f"{path.name}: {message.id!r}: {fault}"


def written(catalogue: Catalog) -> bytes:
    """As it is kept: without line numbers and dates, so that it changes only where texts do."""
    out = io.BytesIO()
    write_po(out, catalogue, width=120, sort_by_file=True, include_lineno=False)
    lines = out.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(_CHANGING)).encode()


def _collected(package: Path) -> Mapping[Text, list[str]]:
    found: dict[Text, list[str]] = {}
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package.parent).as_posix()
        for text in _texts_of(ast.parse(path.read_text(encoding="utf-8"))):
            files = found.setdefault(text, [])
            if name not in files:
                files.append(name)
    for rule in RULES.values():
        for text in filter(None, (rule.title, rule.remedy)):
            found.setdefault(text, ["dataexchange/model/rules.py"])
    return found


def _texts_of(tree: ast.AST) -> Iterator[Text]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if node.func.id == "say" and texts and texts[0]:
                yield texts[0]
            elif node.func.id == "says" and len(texts) > 1:
                yield texts[0], texts[1]


_HEADER = "# Texts of dataexchange. Written by python -m dataexchange.messages.catalogue; translate in the .po files."
_CHANGING = ('"POT-Creation-Date:', '"PO-Revision-Date:', '"Generated-By:')


def main() -> None:
    found = template()
    TEMPLATE.write_bytes(written(found))
    for path in sorted(LOCALE.glob("*.po")):
        path.write_bytes(written(updated(path, found, tidy="--tidy" in sys.argv)))
        missing = list(faults(path, found))
        told = f"{path.name}: {len(missing)} to do" if missing else f"{path.name}: complete"
        sys.stdout.write("\n  ".join([told, *missing]) + "\n")


if __name__ == "__main__":
    main()
