"""An exchange over three data structures that differ in everything: DX:SDG_LOCAL, KG_NSC:SDG, and a survey without time.

The survey has three measures, one of them text, a group, and attributes on part of its dimensions and of its measures.

`samples` tells of each what occurs in it, so that queries about it can be drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from full_exchange import OTHERS
from small_exchange import FIGURES, LOCAL, new_exchange, publish
from test_metadata import CONCEPTS, FLOW, GRADES, REPORTS, STRUCTURE

from dataexchange.messages.read_data import read_data
from dataexchange.model.dataset import Action, Dataset
from dataexchange.model.period import format_period
from dataexchange.model.query import AvailabilityQuery, DataQuery
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Kind, Ref
from dataexchange.settings import Settings
from dataexchange.store import metadata, series, structures
from dataexchange.store.database import Connection, Engine, open_database, reading, writing
from dataexchange.workflow import baseline
from dataexchange.workflow.structures import load_structures

HERE = Path(__file__).parent / "spread_data"
SURVEY = Ref(Kind.DATAFLOW, "T", "DF_SURVEY", "1.0.0")
KYRGYZ = Ref(Kind.DATAFLOW, "KG_NSC", "DF_SDG_KG", "1.8")
FLOWS = (LOCAL, KYRGYZ, SURVEY)
#: Of 195 messages: small ones, with yearly values, several breakdowns and comments.
KYRGYZ_MESSAGES = ("1.2.2", "1.3.1.a", "17.1.1.a", "4.1.2.a", "10.1.1")

#: What the second release revises, adds and takes away.
REVISED = {k: v for k, v in FIGURES.items() if k[1] != "VC_IHR_PSRCN"} | {
    ("GB_BRS", "SL_TLF_UEM", "F"): [5.0, 4.75],
    ("GB_BRS", "SL_TLF_UEM", "_T"): [5.5],
}


@dataclass(frozen=True)
class Sample:
    """What occurs under one dataflow."""

    flow: Ref
    schema: Schema
    codes: Mapping[str, Sequence[str]]
    #: First and last; None where the structure has no time dimension.
    periods: tuple[str, str] | None
    #: A moment between the first release and the last.
    between: str

    @property
    def dimensions(self) -> tuple[str, ...]:
        return self.schema.structure.dimension_ids

    @property
    def attributes(self) -> tuple[str, ...]:
        return tuple(a.id for a in self.schema.structure.attributes)

    @property
    def measures(self) -> tuple[str, ...]:
        return tuple(m.id for m in self.schema.structure.measures)


def three_structures(folder: Path, shared_data: Path) -> tuple[Settings, tuple[Sample, ...]]:
    settings = new_exchange(folder)
    engine = open_database(settings.database_url)
    kyrgyz = shared_data / "kyrgyzstan"
    with writing(engine) as conn:
        load_structures(conn, [kyrgyz / "structures-KG_NSC-SDG-1.8.xml", HERE / "survey.xml"], actor="tests")
    with writing(engine) as conn:
        paths = [kyrgyz / f"{name}.xml" for name in KYRGYZ_MESSAGES]
        loaded = baseline.load_baseline(conn, paths, dataflow=KYRGYZ, actor="tests")
        assert loaded.release is not None
        _publish_survey(conn)
        # One artefact of every type; the constraint would narrow what the data of the first may be.
        structures.put(
            conn, [GRADES, CONCEPTS, STRUCTURE, FLOW, *(a for a in OTHERS if a.kind is not Kind.DATA_CONSTRAINT)]
        )
        metadata.put(conn, [report for report in REPORTS if report.metadataflow == FLOW.ref])
    between = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    publish(engine, LOCAL, REVISED, "BRISTOL")
    with writing(engine) as conn:
        _publish_survey(conn, without="W")
    found = samples(engine, between)
    engine.dispose()
    return settings, found


def _publish_survey(conn: Connection, without: str = "") -> None:
    schema = structures.schema(conn, SURVEY)
    (dataset,) = read_data(HERE / "survey.csv", lambda _: schema).datasets
    rows = dataset.table.filter([region != without for region in dataset.table["REGION"].to_pylist()])
    told = Dataset(dataset.structure, rows, SURVEY, "T")
    series.publish(conn, told, schema, dataflow=SURVEY, provider="T", dataset_id="T/survey", action=Action.REPLACE)


def samples(engine: Engine, between: str) -> tuple[Sample, ...]:
    found = []
    with reading(engine) as conn:
        for flow in FLOWS:
            schema = structures.schema(conn, flow)
            there = series.available(conn, AvailabilityQuery(DataQuery()), schema, [flow])
            first, last = there.first_period, there.last_period
            periods = None if first is None or last is None else (format_period(first)[:4], format_period(last)[:4])
            found.append(Sample(flow, schema, there.values, periods, between))
    return tuple(found)
