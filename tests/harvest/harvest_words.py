"""What the Kyrgyz messages say, read with nothing but lxml, and what an exchange serves, read from its store."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from lxml import etree

from dataexchange.messages.url_v2 import data_query
from dataexchange.model.period import format_period
from dataexchange.model.source import Source
from dataexchange.model.structure import Kind, parse_short
from dataexchange.store import series, structures
from dataexchange.store.database import Engine, reading
from dataexchange.workflow.structures import load_structures, register_shipped

#: The command as people have it.
FLOW = "KG_NSC:DF_SDG_KG(1.8)"
STRUCTURES = "/rest/dataflow/KG_NSC/DF_SDG_KG/1.8?references=descendants"
DIMENSIONS = (
    *("FREQ", "REPORTING_TYPE", "SERIES", "REF_AREA", "SEX", "AGE", "URBANISATION", "INCOME_WEALTH_QUANTILE"),
    *(
        "EDUCATION_LEV",
        "OCCUPATION",
        "CUST_BREAKDOWN",
        "COMPOSITE_BREAKDOWN",
        "DISABILITY_STATUS",
        "ACTIVITY",
        "PRODUCT",
    ),
)

#: (key, period) -> value and what is said of it.
Observations = dict[tuple[str, str], tuple[float | None, dict[str, str]]]


def messages(shared_data: Path) -> dict[str, bytes]:
    """By file name, in their order."""
    return {path.name: path.read_bytes() for path in sorted((shared_data / "kyrgyzstan").glob("[0-9]*.xml"))}


def structure_message(shared_data: Path) -> Path:
    return shared_data / "kyrgyzstan" / "structures-KG_NSC-SDG-1.8.xml"


def keys_of(given: Iterable[bytes]) -> list[str]:
    """A key for each message that asks for its series and no others; where two messages are of the same, in other words."""
    made: list[str] = []
    for message in given:
        codes = "+".join(sorted(set(re.findall(r'\bSERIES="([^"]+)"', message.decode()))))
        ways = [f"{start}{codes}{'.' * 12}" for start in ("A.N.", "A..", ".N.", "..")]
        made.append(next(way for way in ways if way not in made))
    return made


def data_path(key: str) -> str:
    return f"/rest/data/KG_NSC,DF_SDG_KG,1.8/{key}"


def source(url: str, keys: Iterable[str] = (), /, **words: Any) -> Source:
    return Source.model_validate(
        {
            "id": "kyrgyzstan",
            "title": "Sustainable development indicators of Kyrgyzstan",
            "url": f"{url}/rest",
            "api": "2.1",
            "dataflow": FLOW,
            "provider": "KG_NSC",
            "licence": "CC BY 4.0",
            "keys": tuple(keys),
            "pause": 0,
            "timeout": 5,
            **words,
        }
    )


def truth(given: Iterable[bytes]) -> Observations:
    """A later message has the last word on every component that it speaks of."""
    found: Observations = {}
    of_series: dict[str, dict[str, str]] = {}
    for message in given:
        for element in etree.fromstring(message).iter("Series"):
            key = ".".join(element.get(d) for d in DIMENSIONS)
            of_series.setdefault(key, {}).update({n: v for n, v in element.attrib.items() if n not in DIMENSIONS})
            for obs in element:
                said = dict(obs.attrib)
                period, value = said.pop("TIME_PERIOD"), said.pop("OBS_VALUE", "")
                before, told = found.get((key, period), (None, {}))
                found[key, period] = (before if value in ("", "NaN") else float(value), {**told, **said})
    return {at: (value, {**of_series[at[0]], **said}) for at, (value, said) in found.items()}


def served(engine: Engine, flow: str = FLOW) -> Observations:
    """Everything that is served of a dataflow now."""
    ref = parse_short(flow, Kind.DATAFLOW)
    with reading(engine) as conn:
        schema = structures.schema(conn, ref)
        query = data_query(f"dataflow/{ref.agency}/{ref.id}/{ref.version}/*", [])
        table = series.dataset_of(conn, query, schema, ref).table
    structure = schema.structure
    columns = {name: table[name].to_pylist() for name in table.column_names if not name.startswith("@")}
    keys = zip(*(columns.pop(d) for d in structure.dimension_ids), strict=True)
    periods = [format_period(p) for p in columns.pop("TIME_PERIOD")]
    values = [None if v is None or np.isnan(v) else v for v in columns.pop("OBS_VALUE")]
    found = {}
    for i, (key, period, value) in enumerate(zip(keys, periods, values, strict=True)):
        found[".".join(key), period] = (value, {n: c[i] for n, c in columns.items() if c[i] is not None})
    assert len(found) == table.num_rows
    return found


def prepare(engine: Engine, structure: Path) -> None:
    """The shipped structures and Kyrgyzstan's."""
    from dataexchange.store.database import writing

    with writing(engine) as conn:
        register_shipped(conn)
        load_structures(conn, [structure], actor="test")


def changed(message: bytes, number: int) -> bytes:
    """The same message with other figures; every third time without its first series."""
    count = iter(range(1_000_000))
    text = re.sub(r'OBS_VALUE="[^"]*"', lambda _: f'OBS_VALUE="{number}.{next(count)}"', message.decode())
    if number % 3 == 0 and text.count("<Series") > 1:
        text = re.sub(r"<Series\b.*?</Series>", "", text, count=1, flags=re.DOTALL)
    return text.encode()


def differences(there: Mapping[Any, Any], expected: Mapping[Any, Any]) -> str:
    """The first few, for a test that fails."""
    wrong = [(at, there.get(at), expected.get(at)) for at in {*there, *expected} if there.get(at) != expected.get(at)]
    return f"{len(wrong)} observations differ, such as (served, expected) {wrong[:3]}"


def write_sources(home: Path, url: str, keys: list[str], *more: str) -> None:
    lines = [
        "[kyrgyzstan]",
        'title = "Sustainable development indicators of Kyrgyzstan"',
        f'url = "{url}/rest"',
        'api = "2.1"',
        f'dataflow = "{FLOW}"',
        'provider = "KG_NSC"',
        'licence = "CC BY 4.0"',
        'structure = "fetched"',
        "pause = 0",
        f"keys = {json.dumps(keys)}",
        *more,
    ]
    (home / "sources.toml").write_text("\n".join(lines))
