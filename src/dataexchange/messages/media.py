"""Media types of SDMX and the choice between them.

A type is a name and a version, nothing else: some clients compare the whole Content-Type, so no charset is ever added.

>>> MediaType("application/vnd.sdmx.data+csv", "2.0.0").text
'application/vnd.sdmx.data+csv;version=2.0.0'
>>> negotiate("application/vnd.sdmx.data+csv; version=2.0.0, */*;q=0.1", None, OFFERED["v2", "data"], JSON_2_0).text
'application/vnd.sdmx.data+csv;version=2.0.0'

Rules: the highest quality wins, then what is named first; a name without a version means the newest version of it; a
range such as `application/xml` means the default if that fits, else the first offered that fits. `format=` in a query
beats the Accept header, for those who can only write addresses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dataexchange.errors import NotAcceptable

_LONGEST = 4096  #: characters of an Accept header that are looked at


@dataclass(frozen=True, slots=True)
class MediaType:
    name: str
    version: str | None = None

    @property
    def text(self) -> str:
        """As it stands in Content-Type."""
        return f"{self.name};version={self.version}" if self.version else self.name

    def __str__(self) -> str:
        return self.text


_SDMX = "application/vnd.sdmx."

CSV_1_0 = MediaType(_SDMX + "data+csv", "1.0.0")
CSV_2_0 = MediaType(_SDMX + "data+csv", "2.0.0")
CSV_2_1 = MediaType(_SDMX + "data+csv", "2.1.0")
JSON_1_0 = MediaType(_SDMX + "data+json", "1.0.0")
JSON_2_0 = MediaType(_SDMX + "data+json", "2.0.0")
JSON_2_1 = MediaType(_SDMX + "data+json", "2.1.0")
ML_3_0 = MediaType(_SDMX + "data+xml", "3.0.0")
ML_3_1 = MediaType(_SDMX + "data+xml", "3.1.0")
GENERIC_2_1 = MediaType(_SDMX + "genericdata+xml", "2.1")
SPECIFIC_2_1 = MediaType(_SDMX + "structurespecificdata+xml", "2.1")
GENERIC_TIME_2_1 = MediaType(_SDMX + "generictimeseriesdata+xml", "2.1")
SPECIFIC_TIME_2_1 = MediaType(_SDMX + "structurespecifictimeseriesdata+xml", "2.1")

STRUCTURE_ML_2_1 = MediaType(_SDMX + "structure+xml", "2.1")
STRUCTURE_ML_3_0 = MediaType(_SDMX + "structure+xml", "3.0.0")
STRUCTURE_JSON_2_0 = MediaType(_SDMX + "structure+json", "2.0.0")
REGISTRY_ML_2_1 = MediaType(_SDMX + "registry+xml", "2.1")
REGISTRY_ML_3_0 = MediaType(_SDMX + "registry+xml", "3.0.0")
REGISTRY_ML_3_1 = MediaType(_SDMX + "registry+xml", "3.1.0")
SCHEMA_ML_2_1 = MediaType(_SDMX + "schema+xml", "2.1")
SCHEMA_ML_3_0 = MediaType(_SDMX + "schema+xml", "3.0.0")
SCHEMA_ML_3_1 = MediaType(_SDMX + "schema+xml", "3.1.0")
METADATA_JSON_2_0 = MediaType(_SDMX + "metadata+json", "2.0.0")
METADATA_JSON_2_1 = MediaType(_SDMX + "metadata+json", "2.1.0")
METADATA_ML_3_0 = MediaType(_SDMX + "metadata+xml", "3.0.0")
METADATA_ML_3_1 = MediaType(_SDMX + "metadata+xml", "3.1.0")
GENERIC_METADATA_2_1 = MediaType(_SDMX + "genericmetadata+xml", "2.1")
SCHEMAS = frozenset({SCHEMA_ML_2_1, SCHEMA_ML_3_0, SCHEMA_ML_3_1})

CSV = frozenset({CSV_1_0, CSV_2_0, CSV_2_1})
_DATA_2_1 = (GENERIC_2_1, SPECIFIC_2_1, GENERIC_TIME_2_1, SPECIFIC_TIME_2_1)
DATA_V1 = (*_DATA_2_1, JSON_1_0, CSV_1_0, JSON_2_0, CSV_2_0, ML_3_0)
DATA_V2 = (JSON_2_0, JSON_2_1, CSV_2_0, CSV_2_1, ML_3_0, ML_3_1, *_DATA_2_1, CSV_1_0, JSON_1_0)
_STRUCTURE_V1 = (STRUCTURE_ML_2_1, STRUCTURE_ML_3_0, STRUCTURE_JSON_2_0)
_STRUCTURE_V2 = (STRUCTURE_JSON_2_0, STRUCTURE_ML_3_0, STRUCTURE_ML_2_1)

#: (API version, resource) -> what can be had, best first; the first is the default. Both versions of the API offer the
#: types of the other: the Java connectors ask /v2 for SDMX-ML 2.1.
OFFERED: Mapping[tuple[str, str], tuple[MediaType, ...]] = {
    ("v1", "data"): DATA_V1,
    ("v2", "data"): DATA_V2,
    ("v1", "structure"): _STRUCTURE_V1,
    ("v2", "structure"): _STRUCTURE_V2,
    ("v1", "availability"): _STRUCTURE_V1,
    ("v2", "availability"): _STRUCTURE_V2,
    ("v1", "schema"): (SCHEMA_ML_2_1, SCHEMA_ML_3_0, *_STRUCTURE_V1),
    ("v2", "schema"): (STRUCTURE_JSON_2_0, SCHEMA_ML_3_0, SCHEMA_ML_3_1, SCHEMA_ML_2_1, *_STRUCTURE_V2[1:]),
    ("v1", "metadata"): (GENERIC_METADATA_2_1, METADATA_ML_3_0, METADATA_JSON_2_0),
    ("v2", "metadata"): (
        METADATA_JSON_2_0,
        METADATA_JSON_2_1,
        METADATA_ML_3_0,
        METADATA_ML_3_1,
        GENERIC_METADATA_2_1,
    ),
    ("v2", "maintenance"): (REGISTRY_ML_3_0, REGISTRY_ML_3_1, REGISTRY_ML_2_1),
    ("v2", "registration"): (REGISTRY_ML_3_0, REGISTRY_ML_3_1, REGISTRY_ML_2_1),
}


@dataclass(frozen=True, slots=True)
class _Range:
    """One entry of an Accept header, or what a short name stands for."""

    name: str  #: lower case: a full name, "*/*", "application/*", or an ending such as "+csv"
    version: str | None = None
    quality: float = 1.0
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_wild(self) -> bool:
        return self.name in ("*/*", "application/*", "text/*")

    def fits(self, media: MediaType) -> bool:
        return self._fits_name(media.name) and self._fits_version(media.version or "")

    def _fits_name(self, name: str) -> bool:
        if self.name == "text/*":
            return name.endswith(("+csv", "+xml"))
        if self.is_wild:
            return True
        return name.endswith(self.name) if self.name.startswith("+") else name == self.name

    def _fits_version(self, version: str) -> bool:
        """`2.0` is short for `2.0.0`, and `2.1.0` long for `2.1`."""
        asked = self.version
        return asked is None or version == asked or f"{version}.".startswith(f"{asked}.") or asked == f"{version}.0"


_PLAIN = {
    "application/xml": "+xml",
    "text/xml": "+xml",
    "application/json": "+json",
    "text/json": "+json",
    "text/csv": "+csv",
    "application/csv": "+csv",
}

#: What services in the field understand under `format=`.
_SHORT: Mapping[str, _Range] = {
    "csv": _Range("+csv"),
    "csvdata": _Range("+csv"),
    "csvfile": _Range("+csv"),
    "sdmx-csv": _Range("+csv"),
    "sdmx-csv-1.0": _Range("+csv", "1.0.0"),
    "sdmx-csv-2.0": _Range("+csv", "2.0.0"),
    "sdmx-csv-2.1": _Range("+csv", "2.1.0"),
    "json": _Range("+json"),
    "jsondata": _Range("+json"),
    "sdmx-json": _Range("+json"),
    "sdmx-json-1.0": _Range("+json", "1.0.0"),
    "sdmx-json-2.0": _Range("+json", "2.0.0"),
    "sdmx-json-2.1": _Range("+json", "2.1.0"),
    "xml": _Range("+xml"),
    "sdmx": _Range("+xml"),
    "sdmx-ml": _Range("+xml"),
    "structure": _Range("+xml"),
    "genericdata": _Range(GENERIC_2_1.name),
    "sdmx-generic-2.1": _Range(GENERIC_2_1.name),
    "sdmx_2.1_generic": _Range(GENERIC_2_1.name),
    "structurespecificdata": _Range(SPECIFIC_2_1.name),
    "compact": _Range(SPECIFIC_2_1.name),
    "sdmx-compact-2.1": _Range(SPECIFIC_2_1.name),
    "sdmx_2.1_structured": _Range(SPECIFIC_2_1.name),
    "generictimeseriesdata": _Range(GENERIC_TIME_2_1.name),
    "structurespecifictimeseriesdata": _Range(SPECIFIC_TIME_2_1.name),
    "sdmx-2.1": _Range("+xml", "2.1"),
    "sdmx-3.0": _Range("+xml", "3.0.0"),
    "sdmx-3.0.0": _Range("+xml", "3.0.0"),
    "sdmx-3.1": _Range("+xml", "3.1.0"),
    "sdmx-3.1.0": _Range("+xml", "3.1.0"),
}

#: Parameters of SDMX-CSV of which the exchange has one value only.
_CSV_USUAL = {"timeFormat": "original", "keys": "none"}


def negotiate(
    accept: str | None, format: str | None, offered: Sequence[MediaType], default: MediaType | None = None
) -> MediaType:
    """The type to answer in; raises NotAcceptable that lists what is offered. Without `default`, the first offered is it."""
    default = default or offered[0]
    if format:
        short = _SHORT.get(format.strip().lower())
        wanted = [short] if short else list(_ranges(format)) if "/" in format else []
    elif accept and accept.strip():
        wanted = list(_ranges(accept))
    else:
        return default
    refused = [r for r in wanted if r.quality == 0 and not r.is_wild]
    for wish in sorted((r for r in wanted if r.quality > 0), key=lambda r: -r.quality):
        fitting = [m for m in offered if wish.fits(m) and not any(r.fits(m) for r in refused)]
        if fitting:
            return _best(wish, fitting, default)
    asked = format or accept or ""
    raise NotAcceptable(f"{asked[:200]!r} is not offered: ask for one of {', '.join(m.text for m in offered)}")


def check_csv_parameters(accept: str | None) -> None:
    """What SDMX-CSV may be asked to look like and cannot yet; raises NotAcceptable rather than answer something else."""
    for name, usual in _CSV_USUAL.items():
        value = accept_parameter(accept, name.lower())
        if value is not None and value.lower() != usual:
            raise NotAcceptable(f"{name}={value[:40]} is not offered yet: leave it out, which means {name}={usual}.")


def accept_parameter(accept: str | None, name: str) -> str | None:
    """A parameter of the first entry that has it: `labels` in `application/vnd.sdmx.data+csv;version=2.0.0;labels=both`."""
    return next((r.parameters[name] for r in _ranges(accept or "") if name in r.parameters), None)


def _best(wish: _Range, fitting: Sequence[MediaType], default: MediaType) -> MediaType:
    if "/" in wish.name and not wish.is_wild:
        return max(fitting, key=lambda m: _version_key(m.version))
    return default if default in fitting else fitting[0]


def _version_key(version: str | None) -> tuple[int, ...]:
    return tuple(int(part) for part in (version or "0").split(".") if part.isdigit())


def _ranges(accept: str) -> Iterator[_Range]:
    """Entries in the order they are written; one that makes no sense is passed over."""
    for entry in accept[:_LONGEST].split(","):
        name, *rest = (part.strip() for part in entry.split(";"))
        pairs = (part.partition("=") for part in rest)
        parameters = {key.strip().lower(): value.strip().strip('"') for key, _, value in pairs}
        quality = _quality(parameters.pop("q", "1"))
        name = name.lower()
        if "/" in name and quality is not None:
            name = "*/*" if name == "*/*" else _PLAIN.get(name, name)
            yield _Range(name, parameters.pop("version", None) or None, quality, parameters)


def _quality(text: str) -> float | None:
    try:
        quality = float(text)
    except ValueError:
        return None
    return quality if 0 <= quality <= 1 else None
