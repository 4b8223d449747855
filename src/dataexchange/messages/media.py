"""Media types of SDMX, and those beside them, and what each version of the API offers of them.

A type is a name and a version, nothing else: some clients compare the whole Content-Type, so no charset is ever added.

>>> MediaType("application/vnd.sdmx.data+csv", "2.0.0").text
'application/vnd.sdmx.data+csv;version=2.0.0'

`messages.negotiation` chooses between them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


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

#: Beside SDMX: tables for those who read no SDMX. None of them has a version.
PLAIN_CSV = MediaType("text/csv")
PARQUET = MediaType("application/vnd.apache.parquet")
XLSX = MediaType("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")

STRUCTURE_ML_2_1 = MediaType(_SDMX + "structure+xml", "2.1")
STRUCTURE_ML_3_0 = MediaType(_SDMX + "structure+xml", "3.0.0")
STRUCTURE_ML_3_1 = MediaType(_SDMX + "structure+xml", "3.1.0")
STRUCTURE_JSON_1_0 = MediaType(_SDMX + "structure+json", "1.0.0")
STRUCTURE_JSON_2_0 = MediaType(_SDMX + "structure+json", "2.0.0")
STRUCTURE_JSON_2_1 = MediaType(_SDMX + "structure+json", "2.1.0")
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
#: Compressed as they are: a content coding around them would cost time and save nothing.
PACKED = frozenset({PARQUET, XLSX})
_TABLES = (PLAIN_CSV, PARQUET, XLSX)
_DATA_2_1 = (GENERIC_2_1, SPECIFIC_2_1, GENERIC_TIME_2_1, SPECIFIC_TIME_2_1)
DATA_V1 = (*_DATA_2_1, JSON_1_0, CSV_1_0, JSON_2_0, CSV_2_0, ML_3_0, *_TABLES)
DATA_V2 = (JSON_2_0, JSON_2_1, CSV_2_0, CSV_2_1, ML_3_0, ML_3_1, *_DATA_2_1, CSV_1_0, JSON_1_0, *_TABLES)
_STRUCTURE_V1 = (
    *(STRUCTURE_ML_2_1, STRUCTURE_ML_3_0, STRUCTURE_ML_3_1),
    *(STRUCTURE_JSON_1_0, STRUCTURE_JSON_2_0, STRUCTURE_JSON_2_1),
)
_STRUCTURE_V2 = (
    *(STRUCTURE_JSON_2_0, STRUCTURE_JSON_2_1),
    *(STRUCTURE_ML_3_0, STRUCTURE_ML_3_1, STRUCTURE_ML_2_1, STRUCTURE_JSON_1_0),
)

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
