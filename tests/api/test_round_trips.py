"""sdmx1 and pysdmx over HTTP, over three data structures: what was put in comes back, in every format that they read."""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import sdmx
import sdmx.reader.csv
import sdmx.reader.xml.v30  # before the first 2.1 message is read: sdmx1 keeps that one's namespaces
from lxml import etree
from pysdmx.io import read_sdmx
from sdmx.model import v30
from small_exchange import Server
from spread import TEXTUAL
from three_structures import HERE, KYRGYZ_MESSAGES, REVISED, Sample

from dataexchange.model.structure import Codelist, ConceptScheme, Measure

_SDMX = "application/vnd.sdmx."
GENERIC = "genericdata+xml;version=2.1"
TIME_SERIES = ("generictimeseriesdata+xml;version=2.1", "structurespecifictimeseriesdata+xml;version=2.1")
ML_2_1 = (GENERIC, "structurespecificdata+xml;version=2.1", *TIME_SERIES)
ML_3 = ("data+xml;version=3.0.0", "data+xml;version=3.1.0")
CSV_2 = ("data+csv;version=2.0.0", "data+csv;version=2.1.0")
CSV_1 = "data+csv;version=1.0.0"

#: Reader -> formats that it reads. pysdmx 1.21 reads no SDMX-JSON data, sdmx1 2.28 that of 1.0 alone (which it reads without
#: observations' attributes), no SDMX-ML 3.1 and no SDMX-CSV 1.0.
PYSDMX = (*ML_2_1, *ML_3, *CSV_2, CSV_1)
SDMX1 = (*ML_2_1, ML_3[0], *CSV_2)

NAMES = ("DX:SDG_LOCAL", "KG_NSC:SDG", "T:SURVEY")


@pytest.fixture(autouse=True)
def _their_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


#: A structure without time has no time series.
CASES = [(name, media) for name in NAMES for media in PYSDMX if name != NAMES[2] or media not in TIME_SERIES]


@pytest.mark.parametrize("media", TIME_SERIES)
def test_no_time_series_without_time(three: Any, media: str) -> None:
    server, sample = _sample(three, NAMES[2])
    answer = server.get(f"/sdmx/v2/data/dataflow/T/{sample.flow.id}/1.0.0", Accept=_SDMX + media)
    assert answer.status_code == 400
    assert "time series" in answer.text


def _sample(three: tuple[Server, tuple[Sample, ...]], name: str) -> tuple[Server, Sample]:
    server, samples = three
    return server, samples[NAMES.index(name)]


def _put_in(sample: Sample, shared_data: Path) -> list[dict[str, Any]]:
    """Read with nothing of ours."""
    if sample.flow.id == "DF_SURVEY":
        rows: Iterable[Mapping[str, str]] = csv.DictReader((HERE / "survey.csv").open(newline=""))
        return ordered(sample, (row for row in rows if row["REGION"] != "W"))
    if sample.flow.id == "DF_SDG_KG":
        return ordered(sample, _kyrgyz(shared_data))
    return ordered(sample, _local(sample))


def _kyrgyz(shared_data: Path) -> Iterator[dict[str, str]]:
    for name in KYRGYZ_MESSAGES:
        for series in etree.parse(shared_data / "kyrgyzstan" / f"{name}.xml").iter("Series"):
            for obs in series:
                yield {**series.attrib, **obs.attrib}


def _local(sample: Sample) -> Iterator[dict[str, Any]]:
    for (area, series, sex), values in REVISED.items():
        for year, value in enumerate(values, 2015):
            yield {
                **dict.fromkeys(sample.dimensions, "_T"),
                "FREQ": "A",
                "REPORTING_TYPE": "N",
                "REF_AREA": area,
                "SERIES": series,
                "SEX": sex,
                "TIME_PERIOD": str(year),
                "OBS_VALUE": value,
                "UNIT_MEASURE": "GPERM3" if series == "EN_ATM_PM25" else "PT",
                "OBS_STATUS": "O" if value is None else "A",
                "UNIT_MULT": "0",
            }


def ordered(sample: Sample, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Components that are there, measures as numbers, in an order of their own."""
    found = []
    for row in rows:
        kept = {c.id: row[c.id] for c in sample.schema.structure.components() if _is_there(row.get(c.id))}
        numbers = set(sample.measures) - TEXTUAL
        found.append({k: float(v) if k in numbers else str(v) for k, v in kept.items()})
    return sorted(found, key=lambda row: sorted((k, str(v)) for k, v in row.items()))


def _is_there(value: Any) -> bool:
    return value is not None and str(value) not in ("", "None", "NaN", "nan", "<NA>")


def _data(server: Server, sample: Sample, media: str, query: str = "") -> bytes:
    flow = sample.flow
    path = f"/sdmx/v2/data/dataflow/{flow.agency}/{flow.id}/{flow.version}"
    answer = server.get(f"{path}?{query}" if query else path, Accept=_SDMX + media)
    assert answer.status_code == 200, answer.text
    return answer.content


@pytest.mark.conformance("formats data", [*ML_2_1, *ML_3, *CSV_2, CSV_1], "pysdmx gives back what was put in")
@pytest.mark.conformance("clients", "39", "pysdmx reads all versions of SDMX-CSV back equal")
@pytest.mark.parametrize(("name", "media"), CASES)
def test_pysdmx_gives_data_back(three: Any, shared_data: Path, name: str, media: str) -> None:
    server, sample = _sample(three, name)
    (found,) = read_sdmx(io.BytesIO(_data(server, sample, media)), validate=media == GENERIC).data
    assert ordered(sample, found.data.to_dict("records")) == _put_in(sample, shared_data)


@pytest.mark.conformance("clients", "38", "sdmx1 gives back what was put in, asked for 3.0.0")
@pytest.mark.conformance("formats data", [*ML_2_1, ML_3[0], *CSV_2], "sdmx1 gives back what was put in")
@pytest.mark.parametrize(("name", "media"), [case for case in CASES if case[1] in SDMX1])
def test_sdmx1_gives_data_back(three: Any, shared_data: Path, name: str, media: str) -> None:
    server, sample = _sample(three, name)
    structure = _sdmx1_structure(server, sample, "2.1" if media in ML_2_1 else "3.0.0")
    # It reads one measure: of SDMX-CSV it keeps the last, of SDMX-ML 3.0 it takes the others for attributes, which they are not.
    one = media not in ML_2_1 and len(sample.measures) > 1
    body = io.BytesIO(_data(server, sample, media, "measures=OBS_VALUE" if one else ""))
    if media in CSV_2:
        flow = v30.Dataflow(id=sample.flow.id, version=sample.flow.version, structure=structure)
        flow.maintainer = structure.maintainer
        message = sdmx.reader.csv.Reader().convert(body, structure=flow)
    else:
        message = sdmx.read_sdmx(body, structure=structure)
    left = set(sample.measures[1:]) if one else set()
    expected = [{k: v for k, v in row.items() if k not in left} for row in _put_in(sample, shared_data)]
    assert ordered(sample, _sdmx1_rows(message)) == ordered(sample, expected)


@pytest.mark.conformance(
    "v2 data", "dimensionAtObservation", "Any dimension, AllDimensions: clients read the same observations"
)
@pytest.mark.parametrize("media", [GENERIC, ML_2_1[1], ML_3[0]])
@pytest.mark.parametrize(("name", "at"), [(NAMES[0], "SEX"), (NAMES[1], "REF_AREA"), (NAMES[1], "AllDimensions")])
def test_whatever_stands_at_the_observation(three: Any, shared_data: Path, name: str, at: str, media: str) -> None:
    server, sample = _sample(three, name)
    (found,) = read_sdmx(io.BytesIO(_data(server, sample, media, f"dimensionAtObservation={at}")), validate=False).data
    assert ordered(sample, found.data.to_dict("records")) == _put_in(sample, shared_data)


def _sdmx1_structure(server: Server, sample: Sample, version: str) -> Any:
    """The structure as sdmx1 reads it from this exchange. With a dataflow in the same message of 3.0 it fails where an attribute is one of
    datasets: it takes the empty element that says so for another dataflow."""
    body = io.BytesIO(_structures(server, sample, f"structure+xml;version={version}"))
    return sdmx.read_sdmx(body).structure[sample.schema.structure.id]


def _sdmx1_rows(message: Any) -> Iterator[dict[str, str]]:
    for data in message.data:
        for obs in data.obs:
            row = {k: str(v.value) for k, v in obs.key.values.items()}
            row |= {k: str(getattr(v, "value", v)) for k, v in obs.attrib.items()}
            yield row | {"OBS_VALUE": str(obs.value)}


STRUCTURES = ("structure+xml;version=2.1", "structure+xml;version=3.0.0", "structure+json;version=2.0.0")


@pytest.mark.conformance(
    "formats structure", list(STRUCTURES), "pysdmx reads structures, code lists and concepts back equal"
)
@pytest.mark.parametrize("media", STRUCTURES)
@pytest.mark.parametrize("name", NAMES)
def test_pysdmx_gives_structures_back(three: Any, name: str, media: str) -> None:
    server, sample = _sample(three, name)
    message = read_sdmx(io.BytesIO(_structures(server, sample, media)), validate="xml" in media)
    (theirs,) = message.get_data_structure_definitions()
    ours = sample.schema.structure
    further = [m.id for m in _as_attributes(sample, media)]
    assert [c.id for c in theirs.components] == [*(c.id for c in ours.components() if c.id not in further), *further]
    assert {c.id: c.required for c in theirs.components.attributes} == {
        **{a.id: a.mandatory for a in ours.attributes},
        **dict.fromkeys(further, False),
    }
    lists = {(c.agency if isinstance(c.agency, str) else c.agency.id, c.id): c for c in message.get_codelists()}
    for ref, ours_list in sample.schema.codelists.items():
        assert [(c.id, c.name) for c in lists[ref.agency, ref.id].codes] == [(i.id, i.name()) for i in ours_list.items]


def _as_attributes(sample: Sample, media: str) -> tuple[Measure, ...]:
    """2.1 has one measure: others are attributes of observations."""
    return sample.schema.structure.further_measures if media == STRUCTURES[0] else ()


@pytest.mark.conformance(
    "formats structure", list(STRUCTURES[:2]), "sdmx1 reads structures, code lists and concepts back equal"
)
@pytest.mark.parametrize("media", STRUCTURES[:2])
@pytest.mark.parametrize("name", NAMES)
def test_sdmx1_gives_structures_back(three: Any, name: str, media: str) -> None:
    server, sample = _sample(three, name)
    message = sdmx.read_sdmx(io.BytesIO(_structures(server, sample, media)))
    ours = sample.schema.structure
    theirs = message.structure[ours.id]
    time = ["TIME_PERIOD"] if ours.time_dimension else []
    assert [d.id for d in theirs.dimensions.components] == [*ours.dimension_ids, *time]
    assert [a.id for a in theirs.attributes.components] == [
        *(a.id for a in ours.attributes),
        *(m.id for m in _as_attributes(sample, media)),
    ]
    assert {g: [d.id for d in v.components] for g, v in theirs.group_dimensions.items()} == {
        g: list(d) for g, d in ours.groups.items()
    }
    for scheme in (*sample.schema.codelists.values(), *sample.schema.concepts.values()):
        assert isinstance(scheme, Codelist | ConceptScheme)
        held = message.codelist if isinstance(scheme, Codelist) else message.concept_scheme
        items = {i.id: str(i.name.localized_default("en")) for i in held[scheme.id].items.values()}
        assert items == {i.id: i.name() for i in scheme.items}


def _structures(server: Server, sample: Sample, media: str) -> bytes:
    ref = sample.schema.structure.ref
    path = f"/sdmx/v2/structure/datastructure/{ref.agency}/{ref.id}/{ref.version}?references=descendants"
    answer = server.get(path, Accept=_SDMX + media)
    assert answer.status_code == 200, answer.text
    return answer.content
