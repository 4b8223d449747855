"""What an SDMX REST service is asked for, from the words of a source.

data_requests(source)[0].url    https://sdmx.stat.kg/rest/data/KG_NSC,DF_SDG_KG,1.8/all?startPeriod=2015      (api 2.1)
                                …/data/dataflow/KG_NSC/DF_SDG_KG/1.8/*?c[TIME_PERIOD]=ge:2015                 (api 3.0)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from dataexchange.messages import media
from dataexchange.messages.media import MediaType
from dataexchange.model.source import Format, Source

#: Ids hold '@' and '$', keys besides '+', ',' and '*'.
_SAFE = "@$+,*"

_OF_FORMAT: Mapping[Format, MediaType] = {
    Format.XML: media.ML_3_0,
    Format.JSON: media.JSON_2_0,
    Format.CSV: media.CSV_2_0,
}


@dataclass(frozen=True, slots=True)
class Request:
    """`name` is what reports call its answer."""

    name: str
    url: str
    accept: str


def data_requests(source: Source) -> tuple[Request, ...]:
    """One for each key, in their order; one for all series where none are named."""
    ask = _data_2_1 if source.api == "2.1" else _data_3_0
    return tuple(ask(source, key) for key in source.keys or ("*",))


def structure_request(source: Source) -> Request:
    """The dataflow with all that it rests on."""
    flow = source.dataflow
    place = f"{_part(flow.agency)}/{_part(flow.id)}/{_part(flow.version)}?references=descendants"
    if source.api == "2.1":
        return Request("structures", f"{source.url}/dataflow/{place}", media.STRUCTURE_ML_2_1.text)
    return Request("structures", f"{source.url}/structure/dataflow/{place}", media.STRUCTURE_ML_3_0.text)


def _data_2_1(source: Source, key: str) -> Request:
    flow = source.dataflow
    asked = "all" if key == "*" else _part(key)
    since = f"?startPeriod={_part(source.start_period)}" if source.start_period else ""
    url = f"{source.url}/data/{_part(flow.agency)},{_part(flow.id)},{_part(flow.version)}/{asked}{since}"
    return Request(_name(source, key), url, f"{media.SPECIFIC_2_1}, {media.GENERIC_2_1};q=0.5")


def _data_3_0(source: Source, key: str) -> Request:
    flow = source.dataflow
    # Square brackets are not allowed in a query as they stand.
    since = f"?c%5BTIME_PERIOD%5D=ge:{_part(source.start_period)}" if source.start_period else ""
    asked = "*" if key == "all" else _part(key)
    url = f"{source.url}/data/dataflow/{_part(flow.agency)}/{_part(flow.id)}/{_part(flow.version)}/{asked}{since}"
    return Request(_name(source, key), url, _OF_FORMAT[source.format].text)


def _name(source: Source, key: str) -> str:
    return f"{source.id}/{'all' if key == '*' else key}"


def _part(text: str) -> str:
    return quote(text, safe=_SAFE)
