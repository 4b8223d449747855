"""Queries that Hypothesis makes up, asked over HTTP in any format, answered like a plain filter of the same rows in memory.

The filter is the store's twin (`tests/store/twin.py`), which keeps a copy of everything after every release; what it answers is cut and
laid out here as the query asks. To judge another parameter, draw it in `queries` and say in `_expected` what it means.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from data_words import NUMBERS, ordered, read_json, read_xml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from small_exchange import Server, serve
from store_words import MANY, dataset, flow_ref, schema_of

# What the store's own property test draws, so that both know the same corners.
from test_twin import filters, keys, release
from twin import Clash, Twin

from dataexchange.messages.media import OFFERED
from dataexchange.messages.write_data import SEVERAL
from dataexchange.model.query import ComponentFilter, DataQuery, KeyPattern, SortKey
from dataexchange.model.structure import Dataflow, Level
from dataexchange.settings import Settings
from dataexchange.store import releases, series, structures
from dataexchange.store.database import migrate, open_database, writing

_SDMX = "application/vnd.sdmx."
#: The store's small structure of three measures, with ids that can be names of XML attributes, as those of components must be.
ODD, PLAIN = "B@D$-1", "B_D-1"
STRUCTURE = replace(MANY, dimensions=tuple(replace(d, id=PLAIN) if d.id == ODD else d for d in MANY.dimensions))
FORMATS = (
    "data+csv;version=2.0.0",
    "data+csv;version=2.1.0",
    "data+csv;version=1.0.0",
    "data+json;version=2.0.0",
    "data+json;version=2.1.0",
    "data+json;version=1.0.0",
    "data+xml;version=3.0.0",
    "data+xml;version=3.1.0",
    "genericdata+xml;version=2.1",
    "structurespecificdata+xml;version=2.1",
)
#: With room for several datasets: of releases, or of dataflows.
SEVERAL_FORMATS = tuple(f for f in FORMATS if _SDMX + f in {m.text for m in SEVERAL})
ATTRIBUTES = tuple(a.id for a in STRUCTURE.attributes)
MEASURES = tuple(m.id for m in STRUCTURE.measures)
LEVELS = {"obs": Level.OBSERVATION, "series": Level.SERIES, "dataset": Level.DATASET}
#: `detail` of v1 -> attributes, observations.
DETAILS = {
    "full": ("dsd", True),
    "dataonly": ("none", True),
    "nodata": ("series", False),
    "serieskeysonly": ("none", False),
}
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Asked:
    """A query as an address has it, and as a word for the twin."""

    api: str
    flows: tuple[str, ...]
    media: str
    words: Mapping[str, Any]
    parameters: Mapping[str, str] = field(default_factory=dict)
    attributes: str = "dsd"
    measures: tuple[str, ...] = MEASURES
    observations: bool = True

    @property
    def at(self) -> str | None:
        return self.parameters.get("dimensionAtObservation")


_SORTED = ("TIME_PERIOD", *MEASURES, *STRUCTURE.dimension_ids, *ATTRIBUTES, "*", "series_key")
sorts = st.lists(st.builds(SortKey, st.sampled_from(_SORTED), st.booleans()), max_size=3)


@st.composite
def queries(draw: st.DrawFn) -> Asked:
    api = draw(st.sampled_from(["v2", "v2", "v1"]))
    words: dict[str, Any] = {}
    parameters: dict[str, str] = {}
    for name, parameter in (("first_n", "firstNObservations"), ("last_n", "lastNObservations")):
        if (count := draw(st.sampled_from([None, None, 1, 2]))) is not None:
            words[name], parameters[parameter] = count, str(count)
    kept = (_of_v2 if api == "v2" else _of_v1)(draw, words, parameters)
    if kept["observations"] and draw(st.booleans()):
        at = draw(st.sampled_from(["TIME_PERIOD", "AllDimensions", *STRUCTURE.dimension_ids]))
        parameters["dimensionAtObservation"] = at
    flows = draw(st.sampled_from([("F1",), ("F1",), ("F2",), ("F1", "F2")]))
    formats = FORMATS if len(flows) == 1 else SEVERAL_FORMATS
    offered = [f for f in formats if _SDMX + f in {m.text for m in OFFERED[api, "data"]}]
    return Asked(api, flows, draw(st.sampled_from(offered)), words, parameters, **kept)


def _of_v2(draw: st.DrawFn, words: dict[str, Any], parameters: dict[str, str]) -> dict[str, Any]:
    words["keys"] = tuple(draw(st.lists(keys, max_size=2)))
    words["filters"] = []
    for drawn in {f.component: f for f in draw(st.lists(filters(), max_size=2))}.values():
        component = PLAIN if drawn.component == ODD else drawn.component
        parameters[f"c[{component}]"] = ",".join(
            "+".join(f"{c.operator.value}:{c.value}" for c in together) for together in drawn.all_of
        )
        # In an address "and" binds closer than "or"; a filter is a conjunction of alternatives.
        words["filters"].append(ComponentFilter(component, tuple(itertools.product(*drawn.all_of))))
    attributes = draw(st.sampled_from(["dsd", "dsd", "none", "obs", "series", "dataset", "all", "UNIT,STATUS", "SIZE"]))
    measures = draw(st.sampled_from(["all", "all", "none", "OBS_VALUE", "WORD,WEIGHT"]))
    parameters |= {"attributes": attributes, "measures": measures}
    observations = (attributes, measures) != ("none", "none")
    words["sort"] = tuple({step.component: step for step in draw(sorts)}.values())
    if words["sort"]:
        steps = (f"{s.component}{':desc' if s.descending else ''}" for s in words["sort"])
        parameters["sort"] = "+".join(steps)
    for name, numbers in (("offset", st.integers(0, 6)), ("limit", st.integers(1, 6))):
        if draw(st.integers(0, 3)) == 0:
            words[name] = draw(numbers)
            parameters[name] = str(words[name])
    return {"attributes": attributes, "measures": _measured(measures), "observations": observations}


def _of_v1(draw: st.DrawFn, words: dict[str, Any], parameters: dict[str, str]) -> dict[str, Any]:
    words["keys"] = tuple(draw(st.lists(keys, max_size=1)))
    words["providers"] = draw(st.sampled_from([(), (), ("P",), ("P", "Q")]))
    start, end = draw(st.sampled_from([(None, None), ("2018-02", None), (None, "2018-Q2"), ("2018-Q1", "2019")]))
    for name, value in (("start", start), ("end", end)):
        if value is not None:
            words[name] = parameters[f"{name}Period"] = value
    parameters["detail"] = detail = draw(st.sampled_from(["full", *DETAILS]))
    attributes, observations = DETAILS[detail]
    measures = _measured("all" if observations else "none")
    return {"attributes": attributes, "measures": measures, "observations": observations}


def _measured(words: str) -> tuple[str, ...]:
    return MEASURES if words == "all" else tuple(m for m in MEASURES if m in words.split(","))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    exchange = Settings(home=tmp_path_factory.mktemp("generated"))
    engine = open_database(exchange.database_url)
    migrate(engine)
    with writing(engine) as conn:
        structures.put(conn, [STRUCTURE])
    engine.dispose()
    yield from serve(exchange)


_OF_BOTH = (
    "key",
    "firstNObservations",
    "lastNObservations",
    "dimensionAtObservation",
    "updatedAfter",
    "includeHistory",
)
_OF_V2 = (*_OF_BOTH, "c", "attributes", "measures", "asOf", "sort", "offset", "limit")
_OF_V1 = (*_OF_BOTH, "providerRef", "startPeriod", "endPeriod", "detail")
_SAID = "Generated queries: the answer is what a plain filter in memory finds"


@pytest.mark.conformance("v2 data", _OF_V2, _SAID)
@pytest.mark.conformance("v1 data", _OF_V1, _SAID)
@settings(
    max_examples=25,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(made=st.lists(release, min_size=2, max_size=4), asked=st.lists(queries(), min_size=4, max_size=8))
def test_answers_like_a_filter_in_memory(server: Server, made: list[Any], asked: list[Asked]) -> None:
    twin, own = Twin(STRUCTURE), f"_{next(_numbers)}"
    with writing(server.engine) as conn:
        flows = [Dataflow(agency="T", id=f + own, version="1.0.0", structure=STRUCTURE.ref) for f in ("F1", "F2")]
        structures.put(conn, flows)
    for one in made:
        _publish_both(server, twin, own, *one)
    for query in asked:
        _compare(server, twin, query, own, {}, {})
    for moment in twin.times:
        for words, parameters in _travels(moment):
            _compare(server, twin, asked[0], own, words, parameters)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {PLAIN if name == ODD else name: value for name, value in row.items()}


def _publish_both(
    server: Server, twin: Twin, own: str, flow: str, provider: str, name: str, rows: Any, action: Any
) -> None:
    rows = [_plain(row) for row in rows]
    with writing(server.engine) as conn:
        last = releases.last_release(conn)
        at = datetime(2020, 1, 1, tzinfo=UTC) if last is None else last.published_at + timedelta(minutes=1)
        try:
            twin.publish(flow + own, provider, name, rows, action, at)
        except Clash:
            return
        made = series.publish(
            conn,
            dataset(STRUCTURE, rows),
            schema_of(STRUCTURE, flow + own),
            dataflow=flow_ref(flow + own),
            provider=provider,
            dataset_id=name,
            action=action,
            published_at=at,
        )
        twin.times[-1] = made.published_at


def _travels(moment: datetime) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    written = moment.isoformat().replace("+00:00", "Z")
    yield {"updated_after": moment}, {"updatedAfter": written}
    yield {"as_of": moment}, {"asOf": written}
    yield {"updated_after": moment, "include_history": True}, {"updatedAfter": written, "includeHistory": "true"}
    yield {"as_of": moment, "include_history": True}, {"asOf": written, "includeHistory": "true"}


def _compare(
    server: Server, twin: Twin, asked: Asked, own: str, travel: Mapping[str, Any], parameters: Mapping[str, str]
) -> None:
    if asked.api == "v1" and "as_of" in travel:
        return
    if "include_history" in travel and not asked.observations:
        return  # a series is in many datasets, and the twin tells no bounds of them
    # Each release is a dataset.
    media = asked.media if asked.media in SEVERAL_FORMATS or "include_history" not in travel else SEVERAL_FORMATS[0]
    path = _address(asked, own, {**asked.parameters, **parameters})
    answer = server.get(path, Accept=_SDMX + media)
    expected = _expected(twin, asked, own, travel, media)
    if not expected:
        assert answer.status_code == 404, (path, media, answer.text)
        return
    assert answer.status_code == 200, (path, media, answer.text)
    assert _read(answer.content, media, asked) == expected, (path, media)


def _address(asked: Asked, own: str, parameters: Mapping[str, str]) -> str:
    written = "&".join(f"{quote(name, safe='[]')}={quote(value, safe=',:')}" for name, value in parameters.items())
    flows = [flow + own for flow in asked.flows]
    if asked.api == "v1":
        (key,) = asked.words["keys"] or (KeyPattern(((), (), ())),)
        code = ".".join("+".join(quote(c) for c in position) for position in key.positions)
        providers = "+".join(asked.words["providers"]) or "all"
        return f"/sdmx/v1/data/T,{'+'.join(flows)},1.0.0/{code if code.strip('.') else 'all'}/{providers}?{written}"
    whole = (itertools.product(*(position or ("*",) for position in key.positions)) for key in asked.words["keys"])
    codes = ",".join(".".join(quote(c, safe="*") for c in one) for one in itertools.chain(*whole))
    return f"/sdmx/v2/data/dataflow/T/{','.join(flows)}/1.0.0/{codes or '*'}?{written}"


def _expected(twin: Twin, asked: Asked, own: str, travel: Mapping[str, Any], media: str) -> list[dict[str, Any]]:
    rows: dict[Any, dict[str, Any]] = {}
    for action, flow, _provider, _key, whole, period, value, attributes in _found(twin, asked, own, travel, media):
        row = {d: whole[d] for d in STRUCTURE.dimension_ids}
        given = {a: v for a, v in {**whole, **attributes}.items() if a in _wanted(asked)}
        if asked.observations:
            measured = {"OBS_VALUE": value, **attributes}
            row |= {"TIME_PERIOD": period, **{m: measured.get(m) for m in asked.measures}, **given}
        else:
            row |= {a: v for a, v in given.items() if _level(a) is not Level.OBSERVATION}
        if media.startswith("data+csv;version=2"):
            row |= {"ACTION": action, "STRUCTURE_ID": f"T:{flow}(1.0.0)"}
        row = {k: v for k, v in row.items() if v is not None}
        # Without observations a series stands once in each dataset.
        rows[len(rows) if asked.observations else (action, flow, *sorted(row.items()))] = row
    return list(rows.values()) if "csv" in media else ordered(rows.values())


def _found(twin: Twin, asked: Asked, own: str, travel: Mapping[str, Any], media: str) -> list[tuple[Any, ...]]:
    # To the twin time at the observation is what is usual.
    at = None if asked.at == "TIME_PERIOD" else asked.at
    words = {**asked.words, **travel, "observations": asked.observations, "dimension_at_observation": at}
    if "csv" in media:
        # Its rows may stand in any order; words of `sort` mean what they do for series.
        words |= {"sort": tuple(_spelled_out(asked)), "dimension_at_observation": "AllDimensions"}
    flows = [flow + own for flow in asked.flows]
    if media != "data+csv;version=1.0.0":
        return twin.query(DataQuery(**words), flows)
    # It has no word for what is gone, which is on no page of it either.
    page = (words.pop("offset", 0), words.pop("limit", None))
    there = [row for row in twin.query(DataQuery(**words), flows) if row[0] != "D"]
    if asked.observations:
        return there[page[0] :][: page[1]]
    series = [list(rows) for _, rows in itertools.groupby(there, key=lambda row: row[:4])]
    return [row for rows in series[page[0] :][: page[1]] for row in rows]


def _spelled_out(asked: Asked) -> Iterator[SortKey]:
    everything = (*STRUCTURE.dimension_ids, "TIME_PERIOD")
    of_series = STRUCTURE.dimension_ids if asked.at in (None, "TIME_PERIOD") else everything
    meant = {"*": everything, "series_key": tuple(d for d in of_series if d != asked.at)}
    for step in asked.words.get("sort", ()):
        for component in meant.get(step.component, (step.component,)):
            yield SortKey(component, step.descending)


def _wanted(asked: Asked) -> set[str]:
    if asked.attributes in ("dsd", "all"):
        return set(ATTRIBUTES)
    words = asked.attributes.split(",")
    return {a for a in ATTRIBUTES if a in words or any(_level(a) is LEVELS.get(word) for word in words)}


def _level(attribute: str) -> Level:
    return next(a.level for a in STRUCTURE.attributes if a.id == attribute)


def _read(body: bytes, media: str, asked: Asked) -> list[dict[str, Any]]:
    if "csv" in media:
        rows = csv.DictReader(io.StringIO(body.decode(), newline=""), strict=True)
        kept = ({k: v for k, v in row.items() if v != "" and k not in ("STRUCTURE", "DATAFLOW")} for row in rows)
        return [{k: float(v) if k in NUMBERS else v for k, v in row.items()} for row in kept]
    if not asked.observations:
        return ordered(_series_of_json(json.loads(body)) if "json" in media else _series_of_xml(body))
    return read_json(body) if "json" in media else read_xml(body)


def _series_of_json(message: Any) -> Iterator[dict[str, str]]:
    """Series that have no observations: keys and attributes."""
    data = message["data"]
    described = data["structures"] if "structures" in data else [data["structure"]]
    for of in data["dataSets"]:
        structure = described[of.get("structure", 0)]
        for key, held in of["series"].items():
            assert not held.get("observations")
            at = zip(structure["dimensions"]["series"], map(int, key.split(":")), strict=True)
            given = zip(structure["attributes"]["series"], held.get("attributes", []), strict=False)
            yield {c["id"]: _of(c["values"][i]) for c, i in (*at, *given) if i is not None}


def _of(value: Mapping[str, str]) -> str:
    return value.get("id") or value.get("value") or value["name"]


def _series_of_xml(body: bytes) -> Iterator[dict[str, str]]:
    root = etree.fromstring(body)
    assert not list(root.iter("{*}Obs"))
    for found in root.iter("{*}Series"):
        yield dict(found.attrib) or {value.get("id"): value.get("value") for value in found.iter("{*}Value")}
