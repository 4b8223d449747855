"""Code tables that several mappings share, in files of their own, put into the mapping that uses them.

    tables:
      ages: {from: ../tables/ages.yaml}      # text: code, one a line
      wards: {from: wards.csv}               # a header text,code and a row for each

A mapping is kept under the SHA-256 of its text, and what was published with it must be what anybody gets again from that text. So
the tables are written into it where it is read from a folder, and a mapping that arrives by itself must hold them already. They are
taken from the mapping's own folder and from `tables` beside it, nowhere else.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from dataexchange.errors import InvalidRequest
from dataexchange.messages.typed_yaml import MAX_BYTES, NULL, compose, constructed, decoded

_KINDS = (".yaml", ".yml", ".csv")
_SHARED = "tables"
_MOST = 100
_ONE_LINE = 2**31 - 1

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def bundled(path: Path) -> bytes:
    """The text of a mapping file with the tables it takes from others in their places; without any, as it stands."""
    data = _read(path, str(path))
    if b"from" not in data:
        return data
    text = decoded(data, str(path))
    references = list(_references(compose(text, str(path))))
    if not references:
        return data
    if len(references) > _MOST:
        raise InvalidRequest(f"{path}: {len(references)} tables stand in other files; {_MOST} are the most")
    for key, node, source in reversed(references):
        place = f"{path}, line {source.start_mark.line + 1}, tables > {key}"
        start, end = (node, node) if node.flow_style else (node.value[0][0], source)
        table = _flow(_table(_found(path, source.value, place)))
        text = text[: start.start_mark.index] + table + text[end.end_mark.index :]
    return text.encode()


def refuse_references(root: yaml.MappingNode, name: str) -> None:
    """A mapping that came by itself cannot name files."""
    for key, _, source in _references(root):
        raise InvalidRequest(
            f"{name}, line {source.start_mark.line + 1}, tables > {key}: the table stands in another file ({source.value[:100]!r}), "
            "which did not come along; make one file of both with `dataexchange mapping bundle FILE`, and send that"
        )


def _references(root: yaml.MappingNode) -> Iterator[tuple[str, yaml.MappingNode, yaml.ScalarNode]]:
    """(name of the table, its node, the scalar that names a file). No code has a point or a stroke, as names of files have."""
    tables = next((value for key, value in root.value if key.value == "tables"), None)
    for key, node in tables.value if isinstance(tables, yaml.MappingNode) else ():
        if isinstance(node, yaml.MappingNode) and len(node.value) == 1 and node.value[0][0].value == "from":
            source = node.value[0][1]
            if isinstance(source, yaml.ScalarNode) and ("." in source.value or "/" in source.value):
                yield key.value, node, source


def _found(path: Path, reference: str, place: str) -> Path:
    """The file that is meant, as far as links lead, if it stands where tables may stand."""
    folder = path.resolve().parent
    shared = folder.parent / _SHARED
    if not reference.lower().endswith(_KINDS):
        raise InvalidRequest(f"{place}: {reference[:100]!r} is no table; name a file that ends with .yaml or .csv")
    if not reference.isprintable() or set(reference) & set("\\:"):
        raise InvalidRequest(f"{place}: {reference[:100]!r} is no path; write one such as ../tables/ages.yaml")
    found = (folder / reference).resolve()
    if Path(reference).is_absolute() or not (found.is_relative_to(folder) or found.is_relative_to(shared)):
        raise InvalidRequest(
            f"{place}: {reference[:100]!r} leads elsewhere; tables stand in the mapping's own folder, or in ../{_SHARED}/"
        )
    if not found.is_file():
        raise InvalidRequest(f"{place}: there is no file {reference[:100]!r}; correct the path")
    return found


def _read(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise InvalidRequest(f"{name}: the mapping file cannot be opened ({error.strerror}); check its path") from None


def _table(path: Path) -> dict[str, str]:
    name = str(path)
    text = decoded(_read(path, name), name)
    return _of_csv(text, name) if path.suffix.lower() == ".csv" else _of_yaml(text, name)


def _of_yaml(text: str, name: str) -> dict[str, str]:
    root = compose(text, name)
    for key, value in root.value:
        if not isinstance(value, yaml.ScalarNode) or value.tag == NULL:
            line = key.start_mark.line + 1
            raise InvalidRequest(
                f"{name}, line {line}: {key.value[:100]!r} has no code; write `text: code`, one a line"
            )
    table: dict[str, str] = constructed(root)
    return table


def _of_csv(text: str, name: str) -> dict[str, str]:
    header = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in header else ",", strict=True)
    table: dict[str, str] = {}
    try:
        if [cell.strip().lower() for cell in next(rows, [])] != ["text", "code"]:
            raise InvalidRequest(f"{name}, line 1: a table begins with the header text,code; add it")
        for row in filter(None, rows):
            if len(row) != 2:
                raise InvalidRequest(f"{name}, line {rows.line_num}: {len(row)} cells; write a text and its code")
            if row[0] in table:
                raise InvalidRequest(f"{name}, line {rows.line_num}: {row[0][:100]!r} stands already above; keep one")
            table[row[0]] = row[1].strip()
    except csv.Error as error:
        raise InvalidRequest(f"{name}, line {rows.line_num}: this is no CSV ({error}); correct the line") from None
    return table


def _flow(table: dict[str, str]) -> str:
    """On one line, so that the lines below keep their numbers, which errors name."""
    written: str = yaml.dump(
        table,
        Dumper=_Dumper,
        default_flow_style=True,
        default_style='"',
        allow_unicode=True,
        width=_ONE_LINE,
        sort_keys=False,
    )
    return written.strip()
