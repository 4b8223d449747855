"""Open SDG sites describe their tables by two files: `column_mapping.csv` (Text, Value) and `code_mapping.csv` (Text, Dimension,
Value). This reads them as a mapping, applied to one table at a time, because a site has one pair of files for all of its tables.

What the two files say and what Open SDG adds by itself (documentation of sdg-build, SDMX output):

- The columns Year, Value, Series and Units are TIME_PERIOD, OBS_VALUE, SERIES and UNIT_MEASURE; `column_mapping.csv` names further ones.
- A text is a code where `code_mapping.csv` has it for the component, or where it is a code of the component's list already.
- An empty cell, and a component without a column, has its default: what the caller names (`REF_AREA: 826`), FREQ A, REPORTING_TYPE
  N, UNIT_MULT 0, UNIT_MEASURE NUMBER, OBS_STATUS A, and _T for the other dimensions.

Everything else in a table has no place in the data structure. A row that says something there, such as a region, is about less than
its key would claim, so it is left out and told; so is a row with a text that has no code.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from dataexchange.errors import Unreadable
from dataexchange.model.mapping import Mapping as MappingFile
from dataexchange.model.mapping import Source, Target, Unfit
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, say, together
from dataexchange.model.table import SourceTable, header_text
from dataexchange.pipeline.mapping_cells import clean
from dataexchange.pipeline.mapping_faults import closest, shown

_MAX_BYTES = 5_000_000
_COLUMNS, _CODES = "column_mapping.csv", "code_mapping.csv"
_OWN_COLUMNS = {"Year": "TIME_PERIOD", "Value": "OBS_VALUE", "Series": "SERIES", "Units": "UNIT_MEASURE"}
_DEFAULTS = {"FREQ": "A", "REPORTING_TYPE": "N", "UNIT_MULT": "0", "UNIT_MEASURE": "NUMBER", "OBS_STATUS": "A"}
_TOTAL = "_T"


@dataclass(frozen=True, slots=True)
class OpenSdg:
    """`columns`: header -> component; `codes`: component -> text -> code. `lines`: the row of either file that says so."""

    columns: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]]
    lines: Mapping[tuple[str, ...], int] = field(default_factory=dict)


def read_open_sdg(columns: bytes, codes: bytes) -> OpenSdg:
    """The two files of a site. Raises Unreadable with the file and rows of what is wrong, or contradicts itself."""
    lines: dict[tuple[str, ...], int] = {}
    named: dict[str, str] = {}
    for row, (text, value) in _rows(columns, _COLUMNS, ("Text", "Value")):
        header = header_text(text)
        _put(named, header, value, (header,), lines, _COLUMNS, row)
    coded: dict[str, dict[str, str]] = {}
    for row, (text, component, code) in _rows(codes, _CODES, ("Text", "Dimension", "Value")):
        _put(coded.setdefault(component, {}), clean(text), code, (component, clean(text)), lines, _CODES, row)
    return OpenSdg({**_OWN_COLUMNS, **named}, coded, lines)


def misfits(site: OpenSdg, table: SourceTable, schema: Schema) -> Iterator[Sentence]:
    """What the two files say of this table and the data structure does not have; rows are left out for it."""
    known = [component.id for component in schema.structure.components()]
    taken: dict[str, str] = {}
    for header in table.columns.column_names:
        component = site.columns.get(header_text(header))
        if component is None:
            continue
        if component not in known:
            yield _misfit(_COLUMNS, site.lines.get((header_text(header),)), component, "component", known)
        elif component in taken:
            yield say(
                "Columns {first} and {second} both go to {component}: rows that say something in {second} are left out.",
                first=shown(taken[component]),
                second=shown(header),
                component=component,
            )
        else:
            taken[component] = header
    for component in taken.keys() & schema.codes.keys() & site.codes.keys():
        texts = {clean(text) for text in table.columns[taken[component]].unique().to_pylist()}
        for text, code in site.codes[component].items():
            if text in texts and code not in schema.codes[component]:
                yield _misfit(_CODES, site.lines.get((component, text)), code, component, schema.codes[component])


def _misfit(file: str, row: int | None, word: str, kind: str, words: Iterable[str]) -> Sentence:
    near = closest(word, words)
    hint = say("Did you mean {near}?", near=near) if near else ""
    what = (
        say("{word} is no component of the data structure", word=shown(word))
        if kind == "component"
        else say("{word} is no code of {component}", word=shown(word), component=kind)
    )
    return together(say("{file}, row {row}: {what}.", file=file, row=str(row), what=what), hint)


def _put(
    into: dict[str, str],
    key: str,
    value: str,
    name: tuple[str, ...],
    lines: dict[tuple[str, ...], int],
    file: str,
    row: int,
) -> None:
    if into.setdefault(key, value) != value:
        raise Unreadable(
            f"{file}, row {row}: {key!r} is {value} here and {into[key]} in row {lines[name]}; correct one of the two"
        )
    lines.setdefault(name, row)


def open_sdg_mapping(
    site: OpenSdg,
    table: SourceTable,
    schema: Schema,
    *,
    title: str,
    source: Source,
    provider: str,
    dataflow: str,
    defaults: Mapping[str, str],
) -> MappingFile:
    """The mapping of one table. It names every column of it, and can be kept, read and changed like one written by hand."""
    usual = _usual(schema, defaults)
    known = {component.id for component in schema.structure.components()}
    columns: dict[str, tuple[Target, ...]] = {}
    beyond: list[str] = []
    given: set[str] = set()
    for header in table.columns.column_names:
        component = site.columns.get(header_text(header), header if header in known else None)
        if component not in known or component in given:
            beyond.append(header)
            continue
        columns[header] = (_target(component, header, site, table, schema, usual),)
        given.add(component)
    return MappingFile(
        title=title,
        source=source,
        provider=provider,
        dataflow=dataflow,
        columns=columns,
        beyond=tuple(beyond),
        fixed={component: code for component, code in usual.items() if component not in given},
        unfit=Unfit.LEAVE_OUT,
    )


def _usual(schema: Schema, defaults: Mapping[str, str]) -> dict[str, str]:
    """Component -> what it is where the table says nothing."""
    structure = schema.structure
    usual = {d: _TOTAL for d in structure.dimension_ids if _TOTAL in schema.codes.get(d, {})}
    known = {component.id for component in structure.components()}
    usual |= {component: code for component, code in _DEFAULTS.items() if component in known}
    return usual | dict(defaults)


def _target(
    component: str, header: str, site: OpenSdg, table: SourceTable, schema: Schema, usual: Mapping[str, str]
) -> Target:
    structure = schema.structure
    time = structure.time_dimension.id if structure.time_dimension else None
    if component == structure.measure.id or component == time:
        return Target(to=component)
    listed = schema.codes.get(component)
    codes = dict(site.codes.get(component, {}))
    if listed is not None:
        codes = {text: code for text, code in codes.items() if code in listed}
        texts = table.columns[header].unique().to_pylist()
        codes |= {
            text: text for text in sorted({clean(text) for text in texts}) if text in listed and text not in codes
        }
    return Target(to=component, codes=codes if listed is not None or codes else None, blank=usual.get(component))


def _rows(data: bytes, name: str, header: tuple[str, ...]) -> Iterator[tuple[int, tuple[str, ...]]]:
    if len(data) > _MAX_BYTES:
        raise Unreadable(
            f"{name}: the file is over {_MAX_BYTES:,} bytes, which no code mapping needs; send the right one"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"{name}, row {line}: the text is not UTF-8; save the file as CSV in UTF-8") from None
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise Unreadable(
            f"{name}: the cells cannot be told apart ({error}); look for a quote that is not closed"
        ) from None
    if not rows or tuple(cell.strip() for cell in rows[0]) != header:
        raise Unreadable(f"{name}, row 1: the header must be {','.join(header)}; correct it")
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header) or not all(cell.strip() for cell in row):
            raise Unreadable(f"{name}, row {number}: write {len(header)} cells, {', '.join(header)}; none may be empty")
        yield number, tuple(cell.strip() for cell in row)
