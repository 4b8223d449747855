"""Two structures that are unlike the SDG one, with data of every kind: for tests that hold for any structure.

    TEST       AREA.TOPIC.EDITION, no time dimension. Measures COUNT (the primary one), SHARE and REMARK, which is text.
    TEST_TIME  The same with TIME_PERIOD. Measures SHARE, OBS_VALUE (the primary one, though not the first) and REMARK.

Attributes stand at every level: UNIT (series), AREA_NOTE (one of the dimensions), TITLE (the group BY_TOPIC, of two of them),
LICENCE (dataset), STATUS (observation), SHARE_NOTE (observation, of the measure SHARE alone).

    structures.put(conn, artefacts())
    path.write_bytes(structure_message())       # for `dataexchange structures load`
    path.write_bytes(csv_message(TEST, rows(TEST)))  # for `dataexchange baseline load`
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from dataexchange.messages.media import STRUCTURE_JSON_2_0, MediaType
from dataexchange.messages.write_structures import write_message
from dataexchange.model.dataset import CODE, Dataset
from dataexchange.model.period import parse_period
from dataexchange.model.schema import Schema
from dataexchange.model.structure import (
    Artefact,
    Attribute,
    Codelist,
    ConceptScheme,
    Dataflow,
    DataStructure,
    Dimension,
    Item,
    ItemRef,
    Level,
    Measure,
    Representation,
)

AGENCY = "TEST"
Row = Mapping[str, Any]

_CODES = {
    "AREA": {"GB": "United Kingdom", "GB_BRS": "Bristol", "KG": "Kyrgyzstan"},
    "TOPIC": {"AIR": "Air & noise", "WORK": 'Work, "paid" and <unpaid>'},
    "UNIT": {"PT": "Percent", "N": "Number"},
    "STATUS": {"A": "Normal", "E": "Estimated", "M": "Missing"},
}
_NAMES = {
    "AREA": "Area",
    "TOPIC": "Topic",
    "EDITION": "Edition",
    "TIME_PERIOD": "Period",
    "COUNT": "How many",
    "OBS_VALUE": "Value",
    "SHARE": "Share, in percent",
    "REMARK": "Remark",
    "UNIT": "Unit",
    "AREA_NOTE": "Note on the area",
    "TITLE": "Title",
    "LICENCE": "Licence",
    "STATUS": "Status",
    "SHARE_NOTE": "Note on the share",
}

_LISTS = {
    id: Codelist(
        agency=AGENCY,
        id=f"CL_{id}",
        version="1.0.0",
        names={"en": f"Codes of {id}"},
        items=tuple(Item(id=code, names={"en": name}) for code, name in codes.items()),
    )
    for id, codes in _CODES.items()
}
_CONCEPTS = ConceptScheme(
    agency=AGENCY,
    id="CONCEPTS",
    version="1.0.0",
    names={"en": "Concepts"},
    items=tuple(Item(id=id, names={"en": name}) for id, name in _NAMES.items()),
)


def _common(id: str, text_type: str = "String") -> dict[str, Any]:
    coded = Representation(codelist=_LISTS[id].ref) if id in _LISTS else Representation(text_type=text_type)
    return {"id": id, "concept": ItemRef(_CONCEPTS.ref, id), "representation": coded}


def _structure(id: str, time: bool, measures: Sequence[Measure]) -> DataStructure:
    return DataStructure(
        agency=AGENCY,
        id=id,
        version="1.0.0",
        names={"en": f"Unlike the others: {id}"},
        dimensions=tuple(Dimension(**_common(d)) for d in ("AREA", "TOPIC", "EDITION")),
        time_dimension=Dimension(**_common("TIME_PERIOD", "ObservationalTimePeriod")) if time else None,
        measures=tuple(measures),
        attributes=(
            Attribute(**_common("UNIT"), level=Level.SERIES),
            Attribute(**_common("STATUS")),
            Attribute(**_common("AREA_NOTE"), level=Level.SERIES, dimensions=("AREA",)),
            Attribute(**_common("TITLE"), level=Level.SERIES, dimensions=("TOPIC", "EDITION")),
            Attribute(**_common("SHARE_NOTE"), measures=("SHARE",)),
            Attribute(**_common("LICENCE"), level=Level.DATASET),
        ),
        groups={"BY_TOPIC": ("TOPIC", "EDITION")},
    )


_SHARE = Measure(**_common("SHARE", "Double"))
_REMARK = Measure(**_common("REMARK"))
TEST = _structure("TEST", False, (Measure(**_common("COUNT", "Double")), _SHARE, _REMARK))
TEST_TIME = _structure("TEST_TIME", True, (_SHARE, Measure(**_common("OBS_VALUE", "Double")), _REMARK))
STRUCTURES = (TEST, TEST_TIME)


def flow(structure: DataStructure) -> Dataflow:
    """DF_TEST, DF_TEST_TIME."""
    id = f"DF_{structure.id}"
    return Dataflow(agency=AGENCY, id=id, version="1.0.0", names={"en": f"Data of {id}"}, structure=structure.ref)


def artefacts() -> list[Artefact]:
    return [_CONCEPTS, *_LISTS.values(), *STRUCTURES, *map(flow, STRUCTURES)]


def schema(structure: DataStructure) -> Schema:
    return Schema.assemble(structure, flow(structure), {a.ref: a for a in artefacts()})


def structure_message(media: MediaType = STRUCTURE_JSON_2_0) -> bytes:
    prepared = datetime(2026, 11, 27, 12, tzinfo=UTC)
    return b"".join(write_message(artefacts(), media, prepared=prepared, message_id="ODD"))


def rows(structure: DataStructure, shift: float = 0) -> list[dict[str, Any]]:
    """Every series with values, and without some or any of them; `shift` moves SHARE alone, for a revision."""
    found: list[dict[str, Any]] = []
    periods = ["2018", "2019", "2020-Q1"] if structure.time_dimension else [None]
    for a, area in enumerate(_CODES["AREA"]):
        for t, topic in enumerate(_CODES["TOPIC"]):
            for p, period in enumerate(periods):
                n = a * 10 + t * 5 + p
                row = {
                    "AREA": area,
                    "TOPIC": topic,
                    "EDITION": "2nd-ed",
                    "UNIT": "N" if t else "PT",
                    "LICENCE": "CC BY",
                }
                row |= {"TIME_PERIOD": period} if period else {}
                row |= {structure.measure.id: None if n % 4 == 3 else n * 1000.5}
                row |= {"SHARE": None if topic == "WORK" and area == "KG" else n / 3 + shift}
                row |= {"REMARK": None if n % 2 else f'It was, "{n}" & <more>\n'}
                row |= {"STATUS": "AEM"[n % 3], "SHARE_NOTE": "rough" if n % 5 == 0 else None}
                row |= {"AREA_NOTE": "All of it" if area == "GB" else None, "TITLE": f"On {topic}" if t else None}
                found.append({k: v for k, v in row.items() if v is not None})
    return found


def dataset(structure: DataStructure, given: Sequence[Row]) -> Dataset:
    """A component that no row has gets no column."""
    columns: dict[str, pa.Array] = {}
    for component in structure.components():
        values = [row.get(component.id) for row in given]
        if component is structure.time_dimension:
            columns[component.id] = pa.array([parse_period(v) for v in values], pa.int32())
        elif component in structure.measures and any(v is not None for v in values):
            columns[component.id] = pa.array(values, pa.string() if component.id == "REMARK" else pa.float64())
        elif any(v is not None for v in values):
            columns[component.id] = pa.array(values, pa.string()).cast(CODE)
    return Dataset(structure.ref, pa.table(columns), flow(structure).ref, AGENCY)


def csv_message(structure: DataStructure, given: Sequence[Row], *, action: str = "R") -> bytes:
    """SDMX-CSV 2.0 with a column for every component."""
    ids = [c.id for c in structure.components()]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["STRUCTURE", "STRUCTURE_ID", "ACTION", *ids])
    ref = flow(structure).ref.short
    writer.writerows(["dataflow", ref, action, *("" if row.get(i) is None else row[i] for i in ids)] for row in given)
    return out.getvalue().encode()


def plain(structure: DataStructure, message: bytes) -> list[dict[str, Any]]:
    """The rows of an SDMX-CSV message as `rows` has them, in their order."""
    numbers = {m.id for m in structure.measures} - {"REMARK"}
    table = csv.DictReader(io.StringIO(message.decode(), newline=""))
    ids = [c.id for c in structure.components()]
    return [{i: float(r[i]) if i in numbers else r[i] for i in ids if r.get(i)} for r in table]


def ordered(structure: DataStructure, given: Sequence[Row]) -> list[dict[str, Any]]:
    """By key and period, components in the order of the structure."""
    ids = [c.id for c in structure.components()]
    found = [{i: row[i] for i in ids if row.get(i) is not None} for row in given]
    return sorted(found, key=lambda row: [row[d] for d in (*structure.dimension_ids, "TIME_PERIOD") if d in row])
