"""Queries drawn over whole exchanges: every parameter by itself in every format it may meet, then together, with a fixed seed.

To have a new parameter, format or resource judged, give it a line in the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from urllib.parse import quote

from three_structures import Sample

from dataexchange.messages.media import OFFERED
from dataexchange.messages.write_data import SEVERAL

SEED = 20261127

#: Formats that have room for one dataset in a message.
ALONE = frozenset(m.text for m in {*OFFERED["v1", "data"], *OFFERED["v2", "data"]} - set(SEVERAL))


@dataclass(frozen=True)
class Query:
    """`statuses` are those an answer may have."""

    path: str
    accept: str | None = None
    statuses: frozenset[int] = frozenset({200, 404})
    #: What the data may be of; none for structures.
    samples: tuple[Sample, ...] = ()


Draw = Callable[[Random, Sample], str]

#: Measures of the third structure that are words.
TEXTUAL = frozenset({"ANSWER"})


def _some(random: Random, of: Sequence[str], most: int = 3) -> list[str]:
    return random.sample(list(of), min(len(of), random.randint(1, most)))


def _codes(random: Random, sample: Sample, joined: str) -> str:
    """Of the dimension that varies most, mostly codes that occur."""
    dimension = random.choice([d for d in sample.dimensions if len(sample.codes[d]) > 1])
    return f"c[{dimension}]={joined.join(_some(random, sample.codes[dimension]))}"


def _text_filter(random: Random, sample: Sample) -> str:
    dimension = random.choice([d for d in sample.dimensions if len(sample.codes[d]) > 1])
    code = random.choice(list(sample.codes[dimension]))
    operator = random.choice(("eq", "ne", "lt", "le", "gt", "ge", "co", "nc", "sw", "ew"))
    return f"c[{dimension}]={operator}:{code[:3] if operator in ('co', 'sw') else code}"


def _attribute_filter(random: Random, sample: Sample) -> str:
    attribute = random.choice([a for a in sample.attributes if a in ("OBS_STATUS", "UNIT_MEASURE")])
    return f"c[{attribute}]={random.choice(('A', 'ne:Q', 'PT', 'A,E', 'ne:A+ne:PT'))}"


def _measure_filter(random: Random, sample: Sample) -> str:
    measure = random.choice(sample.measures)
    if measure in TEXTUAL:
        return f"c[{measure}]={random.choice(('co:o', 'ne:No', 'sw:Rather', 'nc:park'))}"
    return f"c[{measure}]={random.choice(('ge:5', 'lt:50.5', 'ge:1+le:1e3', 'ne:0'))}"


def _time_filter(random: Random, sample: Sample) -> str:
    first, last = sample.periods or ("2015", "2020")
    return f"c[TIME_PERIOD]={random.choice((f'ge:{first}+le:{last}', f'{first},{last}', f'gt:{first}-Q2', f'lt:{last}-06-30'))}"


def _dimension(random: Random, sample: Sample) -> str:
    known = [*sample.dimensions, *(["TIME_PERIOD"] if sample.periods else []), "AllDimensions"]
    return "dimensionAtObservation=" + random.choice(known)


def _attributes(random: Random, sample: Sample) -> str:
    words = ("dsd", "none", "dataset", "series", "obs", "all", *sample.attributes)
    return "attributes=" + random.choice((random.choice(words), ",".join(_some(random, sample.attributes))))


def _measures(random: Random, sample: Sample) -> str:
    return "measures=" + random.choice(("all", "none", *sample.measures, ",".join(sample.measures[:2])))


def _sort(random: Random, sample: Sample) -> str:
    """By words of the standard, by one component of any kind, or by several."""
    ids = [*sample.dimensions, *sample.attributes, *sample.measures, *(["TIME_PERIOD"] if sample.periods else [])]
    several = "+".join(f"{id}{random.choice(('', ':asc', ':desc'))}" for id in _some(random, ids))
    return "sort=" + random.choice(("*", "*:desc", "series_key", "series_key:desc", several, several))


def _moment(name: str) -> Draw:
    return lambda random, sample: f"{name}={quote(random.choice((sample.between, '2011', '2020-01-01T00:00:00Z')))}"


def _fixed(*words: str) -> Draw:
    return lambda random, _sample: random.choice(words)


#: What v2 takes with data, by the name of the parameter.
DATA_V2: Mapping[str, Sequence[Draw]] = {
    "c": (
        lambda random, sample: _codes(random, sample, ","),
        _text_filter,
        _attribute_filter,
        _measure_filter,
        _time_filter,
    ),
    "updatedAfter": (_moment("updatedAfter"),),
    "asOf": (_moment("asOf"),),
    "includeHistory": (_fixed("includeHistory=true", "includeHistory=false"),),
    "firstNObservations": (_fixed("firstNObservations=1", "firstNObservations=2"),),
    "lastNObservations": (_fixed("lastNObservations=1", "lastNObservations=3"),),
    "dimensionAtObservation": (_dimension,),
    "attributes": (_attributes,),
    "measures": (_measures,),
    "offset": (_fixed("offset=0", "offset=1", "offset=5"),),
    "limit": (_fixed("limit=1", "limit=10"),),
    "sort": (_sort,),
    "reportingYearStartDay": (_fixed("reportingYearStartDay=--07-01", "reportingYearStartDay=--01-01"),),
}
DATA_V1: Mapping[str, Sequence[Draw]] = {
    "startPeriod": (_fixed("startPeriod=2010", "startPeriod=2016-Q1"),),
    "endPeriod": (_fixed("endPeriod=2018", "endPeriod=2020-06-30"),),
    "detail": (_fixed("detail=full", "detail=dataonly", "detail=serieskeysonly", "detail=nodata"),),
    **{
        name: DATA_V2[name]
        for name in (
            "updatedAfter",
            "includeHistory",
            "firstNObservations",
            "lastNObservations",
            "dimensionAtObservation",
        )
    },
}
_MODES = _fixed("mode=exact", "mode=available")
_BESIDE = ("none", "all", "datastructure", "conceptscheme", "codelist", "dataproviderscheme", "dataflow")
_AVAILABLE = _fixed(*(f"references={word}" for word in _BESIDE), "references=codelist,dataflow")
AVAILABILITY_V2: Mapping[str, Sequence[Draw]] = {
    "c": DATA_V2["c"],
    "mode": (_MODES,),
    "references": (_AVAILABLE,),
    "updatedAfter": DATA_V2["updatedAfter"],
    "reportingYearStartDay": DATA_V2["reportingYearStartDay"],
}
AVAILABILITY_V1: Mapping[str, Sequence[Draw]] = {
    "mode": (_MODES,),
    "references": (_AVAILABLE,),
    "updatedAfter": DATA_V2["updatedAfter"],
    "startPeriod": DATA_V1["startPeriod"],
    "endPeriod": DATA_V1["endPeriod"],
}
DETAILS = (
    "full",
    "allstubs",
    "referencestubs",
    "allcompletestubs",
    "referencecompletestubs",
    "referencepartial",
)
REFERENCES = ("none", "parents", "parentsandsiblings", "children", "descendants", "all", "codelist", "dataflow")
STRUCTURE_V2: Mapping[str, Sequence[str]] = {
    "detail": (*DETAILS, "raw"),
    "references": (*REFERENCES, "ancestors", "conceptscheme,codelist"),
    "asOf": ("2020-01-01T00:00:00Z", "2100"),
}
STRUCTURE_V1: Mapping[str, Sequence[str]] = {"detail": DETAILS, "references": REFERENCES}

#: Every type of the standard, for v2: those the exchange holds, and those of which it finds none.
ARTEFACTS_V2 = [
    "datastructure",
    "metadatastructure",
    "dataflow",
    "metadataflow",
    "provisionagreement",
    "process",
    "categorisation",
    "dataconstraint",
    "metadataconstraint",
    "conceptscheme",
    "codelist",
    "categoryscheme",
    "hierarchy",
    "hierarchyassociation",
    "agencyscheme",
    "dataproviderscheme",
    "dataconsumerscheme",
    "organisationunitscheme",
    "transformationscheme",
    "rulesetscheme",
    "userdefinedoperatorscheme",
    "customtypescheme",
    "namepersonalisationscheme",
    "vtlmappingscheme",
    "valuelist",
    "structuremap",
    "representationmap",
    "conceptschememap",
    "categoryschememap",
    "organisationschememap",
    "reportingtaxonomymap",
    "metadataproviderscheme",
    "reportingtaxonomy",
    "metadataprovisionagreement",
    "*",
]
ARTEFACTS_V1 = [
    "datastructure",
    "metadatastructure",
    "categoryscheme",
    "conceptscheme",
    "codelist",
    "hierarchicalcodelist",
    "organisationscheme",
    "agencyscheme",
    "dataproviderscheme",
    "dataconsumerscheme",
    "organisationunitscheme",
    "dataflow",
    "metadataflow",
    "reportingtaxonomy",
    "provisionagreement",
    "structureset",
    "process",
    "categorisation",
    "contentconstraint",
    "actualconstraint",
    "allowedconstraint",
    "attachmentconstraint",
    "structure",
    "transformationscheme",
    "rulesetscheme",
    "userdefinedoperatorscheme",
    "customtypescheme",
    "namepersonalisationscheme",
    "vtlmappingscheme",
]

#: Formats -> types that came after them.
NEWER: Mapping[str, Sequence[str]] = {
    "application/vnd.sdmx.structure+json;version=1.0.0": (
        *("hierarchy", "hierarchyassociation", "hierarchicalcodelist", "structuremap", "representationmap"),
        *("conceptschememap", "categoryschememap", "organisationschememap", "structureset"),
        *("metadataproviderscheme", "metadataprovisionagreement"),
    ),
    "application/vnd.sdmx.structure+xml;version=2.1": (
        *("hierarchyassociation", "metadataproviderscheme", "metadataprovisionagreement"),
    ),
}

#: Path -> formats, of resources that have no parameters of their own worth drawing.
OTHERS: Mapping[str, Sequence[str]] = {
    "v2/registration/dataflow/{0}/{1}/{2}": [m.text for m in OFFERED["v2", "registration"]],
    "v2/registration/datastructure/*/*/*?updatedAfter=2020-01-01T00:00:00Z": [
        m.text for m in OFFERED["v2", "registration"]
    ],
    "v2/registration/provider/*/*": [m.text for m in OFFERED["v2", "registration"]],
    "v2/registration/id/none": [m.text for m in OFFERED["v2", "registration"]],
    **{
        f"{api}/schema/{path}{query}": [m.text for m in OFFERED[api, "schema"]]
        for api in ("v1", "v2")
        for path in ("dataflow/{0}/{1}/{2}", "dataflow/{0}/{1}", "datastructure/{3}/{4}/{5}")
        for query in ("", "?dimensionAtObservation=AllDimensions")
    },
    "v2/schema/dataflow/{0}/{1}/{2}?deletion=true": [m.text for m in OFFERED["v2", "schema"]],
    "v1/schema/dataflow/{0}/{1}/{2}?explicitMeasure=true": [m.text for m in OFFERED["v1", "schema"]],
    **{
        f"v2/metadata/{path}": [m.text for m in OFFERED["v2", "metadata"]]
        for path in (
            "structure/dataflow/{0}/{1}/{2}",
            "structure/*/*/*/*?detail=allstubs",
            "metadataflow/*/*/*/*",
            "metadataset/*/*/~?detail=full",
        )
    },
    **{
        f"v1/metadata/{path}": [m.text for m in OFFERED["v1", "metadata"]]
        for path in ("all", "UK_ONS,MDF_QUALITY,latest/all/all", "{0},{1},{2}/all/UK_ONS")
    },
}

#: Answers that are errors, each with the status it must have.
WRONG: Sequence[tuple[str, int]] = (
    ("v2/data/dataflow/{0}/{1}/{2}?bogus=1", 400),
    ("v2/data/dataflow/{0}/{1}/{2}?c[NO_SUCH]=A", 400),
    ("v2/data/dataflow/{0}/{1}/{2}?c[OBS_VALUE]=ge:many", 400),
    ("v2/data/dataflow/{0}/{1}/{2}?attributes=NO_SUCH", 400),
    ("v2/data/dataflow/{0}/{1}/{2}?dimensionAtObservation=NO_SUCH", 400),
    ("v2/data/dataflow/{0}/{1}/{2}?firstNObservations=0", 400),
    ("v2/data/dataflow/{0}/{1}/{2}?updatedAfter=soon", 400),
    ("v2/data/dataflow/{0}/{1}/{2}?limit=0", 400),
    ("v2/data/dataflow/{0}/{1}/{2}?offset=-1", 400),
    ("v2/data/dataflow/{0}/{1}/{2}?sort=NO_SUCH", 400),
    ("v2/data/dataflow/{0}/{1}/{2}?measures=NO_SUCH", 400),
    ("v2/data/dataflow/{0}/{1}/{2}?reportingYearStartDay=July", 400),
    ("v2/data/dataflow/NO_SUCH/*", 404),
    ("v2/data/dataflow/{0}/{1}/9.9.9", 404),
    ("v2/data/nothing/{0}/{1}/{2}", 400),
    ("v2/data/dataflow/{0}/{1}/{2}/A.B.C.D.E.F.G.H.I.J.K.L.M.N.O.P.Q", 400),
    ("v2/availability/dataflow/{0}/{1}/{2}?mode=some", 400),
    ("v2/availability/dataflow/{0}/{1}/{2}/*/NO_SUCH", 400),
    ("v2/structure/nothing", 400),
    ("v2/structure/dataflow/{0}/NO_SUCH", 404),
    ("v2/structure/dataflow/{0}/{1}/{2}?references=everything", 400),
    ("v2/structure/dataflow/{0}/{1}/{2}?detail=most", 400),
    ("v1/data/{0},{1},{2}?detail=most", 400),
    ("v1/data/{0},{1},{2}?startPeriod=soon", 400),
    ("v1/data/{0},{1},{2}?startPeriod=2020&endPeriod=2010", 400),
    ("v1/data/{0},NO_SUCH", 404),
    ("v1/dataflow/{0}/{1}/{2}?references=everything", 400),
    ("v1/nothing/{0}", 404),
    ("v2/structure/dataflow/{0}/{1}/{2}?asOf=soon", 400),
    ("v2/schema/codelist/{0}/{1}", 400),
    ("v2/schema/dataflow/{0}/NO_SUCH", 404),
    ("v2/schema/dataflow/{0}/{1}/{2}?dimensionAtObservation=NO_SUCH", 400),
    ("v2/metadata/nothing", 400),
    ("v2/metadata/metadataflow/{0}/NO_SUCH", 404),
    ("v2/metadata/structure/dataflow/*?detail=most", 400),
    ("v1/schema/dataflow/{0}/NO_SUCH", 404),
    ("v1/metadata/{0},NO_SUCH", 404),
)


def queries(samples: Sequence[Sample]) -> Iterator[Query]:
    random = Random(SEED)
    for sample in samples:
        for api, parameters in (("v2", DATA_V2), ("v1", DATA_V1)):
            yield from _about(random, sample, api, "data", parameters, 42)
        for api, parameters in (("v2", AVAILABILITY_V2), ("v1", AVAILABILITY_V1)):
            yield from _about(random, sample, api, "availability", parameters, 12)
        yield from _structures(random, sample, 40)
        yield from _several(random, sample, samples, 20)
        for path, formats in OTHERS.items():
            yield from (Query(f"/sdmx/{path.format(*_names(sample))}", accept) for accept in formats)
        for path, status in WRONG:
            accept = random.choice((None, "application/xml", "application/json"))
            yield Query(f"/sdmx/{path.format(*_names(sample))}", accept, frozenset({status}), (sample,))
    yield from _types(random)


def _names(sample: Sample) -> tuple[str, ...]:
    """Of the dataflow, then of its structure."""
    structure = sample.schema.structure.ref
    return (
        *(sample.flow.agency, sample.flow.id, sample.flow.version),
        *(structure.agency, structure.id, structure.version),
    )


#: Several dataflows in one message: by wildcards, lists, structure or agreement.
CONTEXTS_V2 = (
    "dataflow/{0}/*",
    "dataflow/*/{1},DF_SURVEY,DF_SDG_KG",
    "dataflow/DX,T,KG_NSC/*/1.0.0,1.8",
    "*/*/*/*",
    "*/{0},DX/*/~",
    "datastructure/{3}/{4}/{5}",
    "provisionagreement/*/*/*",
    "dataflow,provisionagreement/{0}/*",
)
CONTEXTS_V1 = ("all", "{0},all,all", "all,{1}+DF_SURVEY+DF_SDG_KG")


def _several(random: Random, sample: Sample, samples: Sequence[Sample], drawn: int) -> Iterator[Query]:
    """Every context in two formats, then with parameters; what is a component of one of them need not be of another."""
    for api, contexts, parameters in (("v2", CONTEXTS_V2, DATA_V2), ("v1", CONTEXTS_V1, DATA_V1)):
        media = [m.text for m in OFFERED[api, "data"]]
        asked: list[tuple[str, list[str]]] = [(context, []) for context in contexts for _ in range(2)]
        for _ in range(drawn // 2):
            names = random.sample(list(parameters), random.randint(1, 3))
            asked.append((random.choice(contexts), [random.choice(parameters[n])(random, sample) for n in names]))
        for context, words in asked:
            path = f"/sdmx/{api}/data/{context.format(*_names(sample))}"
            one = _query(sample, path, words, random.choice(media))
            statuses = one.statuses | ({400} if words else set()) | ({406} if one.accept in ALONE else set())
            yield Query(one.path, one.accept, frozenset(statuses), tuple(samples))


def _about(
    random: Random, sample: Sample, api: str, resource: str, parameters: Mapping[str, Sequence[Draw]], drawn: int
) -> Iterator[Query]:
    """Every format plain, every parameter in two formats, then so many drawn."""
    media = [m.text for m in OFFERED[api, resource]]
    for accept in media:
        yield _query(sample, _path(random, sample, api, resource, plain=True), [], accept)
    for draws in parameters.values():
        for draw in draws:
            for accept in random.sample(media, 2):
                yield _query(sample, _path(random, sample, api, resource), [draw(random, sample)], accept)
    for _ in range(drawn):
        names = random.sample(list(parameters), random.randint(1, min(4, len(parameters))))
        words = [random.choice(parameters[name])(random, sample) for name in names]
        yield _query(sample, _path(random, sample, api, resource), words, random.choice(media))


def _query(sample: Sample, path: str, words: Sequence[str], accept: str) -> Query:
    """Time is no component of a structure without it, and of no format that is of time series; history and changes are several
    datasets, which not every format holds."""
    named = {word.partition("=")[0] for word in words}
    statuses = {200, 404}
    if accept in ALONE and ("includeHistory=true" in words or "updatedAfter" in named):
        statuses = statuses | {406}
    if {"updatedAfter", "asOf"} <= named:
        statuses = statuses | {400}
    if sample.periods is None and ("c[TIME_PERIOD]" in named or named & {"startPeriod", "endPeriod"}):
        statuses = statuses | {400}
    if "timeseries" in accept:
        statuses = statuses | {400}
    joined = "&".join(words)
    return Query(f"{path}?{joined}" if words else path, accept, frozenset(statuses), (sample,))


def _path(random: Random, sample: Sample, api: str, resource: str, *, plain: bool = False) -> str:
    agency, id, version = _names(sample)[:3]
    key = "" if plain else "/" + _key(random, sample, api)
    if api == "v1":
        name = "data" if resource == "data" else "availableconstraint"
        flow = random.choice((f"{agency},{id},{version}", f"{agency},{id}", f"{agency}%2C{id}%2Clatest"))
        return f"/sdmx/v1/{name}/{flow}{key}"
    structure = sample.schema.structure.ref
    about = random.choice((f"dataflow/{agency}/{id}/{version}", f"dataflow/{agency}/{id}/~", f"dataflow/*/{id}/*"))
    if not plain and sample.flow.agency != "DX" and random.random() < 0.2:
        about = f"datastructure/{structure.agency}/{structure.id}/{structure.version}"
    return f"/sdmx/v2/{resource}/{about}{key}"


def _key(random: Random, sample: Sample, api: str) -> str:
    if random.random() < 0.4:
        return "*" if api == "v2" else "all"
    anything, either = ("*", ",") if api == "v2" else ("", "+")
    positions = []
    for dimension in sample.dimensions:
        codes = sample.codes[dimension]
        several = either.join(_some(random, codes, 2)) if api == "v1" else random.choice(list(codes))
        positions.append(several if random.random() < 0.3 else anything)
    joined = ".".join(positions)
    return joined if joined.strip(".") else "all"  # a path of two dots is the one above


def _structures(random: Random, sample: Sample, drawn: int) -> Iterator[Query]:
    """About the artefacts of a sample: each detail and each reference in some format, then together."""
    schema, flow = sample.schema, sample.flow
    names = {"dataflow": flow, "datastructure": schema.structure.ref}
    some = random.sample(sorted(schema.codelists, key=str), 2)
    for api, parameters in (("v2", STRUCTURE_V2), ("v1", STRUCTURE_V1)):
        media = [m.text for m in OFFERED[api, "structure"]]
        base = "/sdmx/v2/structure" if api == "v2" else "/sdmx/v1"
        about = [f"{base}/{kind}/{ref.agency}/{ref.id}/{ref.version}" for kind, ref in names.items()]
        about += [f"{base}/codelist/{ref.agency}/{ref.id}/{ref.version}" for ref in some]
        either = "," if api == "v2" else "+"
        for ref in some:
            items = either.join(_some(random, [item.id for item in schema.codelists[ref].items]))
            about.append(f"{base}/codelist/{ref.agency}/{ref.id}/{ref.version}/{quote(items, safe='+,@$')}")
        for name, words in parameters.items():
            for word in words:
                yield Query(f"{random.choice(about)}?{name}={word}", random.choice(media))
        for _ in range(drawn // 2):
            words = [f"{name}={random.choice(values)}" for name, values in parameters.items()]
            yield Query(f"{random.choice(about)}?{'&'.join(words)}", random.choice(media))


def _types(random: Random) -> Iterator[Query]:
    """Every type in every format; versions as they may be written. Old formats have no word for some types, whatever is held."""
    for api, types in (("v2", ARTEFACTS_V2), ("v1", ARTEFACTS_V1)):
        base = "/sdmx/v2/structure" if api == "v2" else "/sdmx/v1"
        for kind in types:
            for media in OFFERED[api, "structure"]:
                statuses = {200, 404} | ({406} if kind in NEWER.get(media.text, ()) else set())
                yield Query(f"{base}/{kind}", media.text, frozenset(statuses))
    for version in ("1.0.0", "*", "+", "~", "1.0+.0", "1+.0.0", "1.0.0,1.8", "2.0+.0"):
        yield Query(f"/sdmx/v2/structure/dataflow/*/*/{version}", random.choice((None, "application/xml")))
    for version in ("1.0.0", "all", "latest", "1.0.0+1.8"):
        yield Query(f"/sdmx/v1/dataflow/all/all/{version}", random.choice((None, "application/json")))
