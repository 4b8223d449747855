"""What the SDMX REST API may be asked, and what clients in use need: one entry of the conformance page each.

Version 2.2 as its OpenAPI file has it (`test_conformance` compares the two), 1.5 as its specification tells it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Area:
    title: str
    #: Name, as markers write it -> how the page shows it.
    entries: Mapping[str, str]


def _named(names: str) -> dict[str, str]:
    return {name: f"`{name}`" for name in names.split()}


_HEADERS = "Accept-Encoding If-Modified-Since"
_ARTEFACT = "agencyID resourceID version"
_TOOK_PART = f"{_ARTEFACT} asOf Accept-Language {_HEADERS}"

AREAS: Mapping[str, Area] = {
    "v2 data": Area(
        "`/sdmx/v2/data/{context}/{agencyID}/{resourceID}/{version}/{key}`",
        _named(
            f"context {_ARTEFACT} key c updatedAfter firstNObservations lastNObservations dimensionAtObservation "
            f"attributes measures includeHistory offset limit sort asOf reportingYearStartDay Accept-Language {_HEADERS}"
        ),
    ),
    "v2 availability": Area(
        "`/sdmx/v2/availability/{context}/{agencyID}/{resourceID}/{version}/{key}/{componentID}`",
        _named(
            f"context {_ARTEFACT} key componentID c mode references updatedAfter reportingYearStartDay Accept-Language "
            + _HEADERS
        ),
    ),
    "v2 structure": Area(
        "`/sdmx/v2/structure/{artefactType}/{agencyID}/{resourceID}/{version}/{itemID}`",
        _named(f"structureType itemSchemeType itemID references detail {_TOOK_PART}"),
    ),
    "v2 artefacts": Area(
        "Types of artefacts of `/sdmx/v2/structure`",
        _named(
            "datastructure metadatastructure dataflow metadataflow provisionagreement process categorisation dataconstraint "
            "metadataconstraint conceptscheme codelist categoryscheme hierarchy hierarchyassociation agencyscheme "
            "dataproviderscheme dataconsumerscheme organisationunitscheme transformationscheme rulesetscheme "
            "userdefinedoperatorscheme customtypescheme namepersonalisationscheme vtlmappingscheme valuelist structuremap "
            "representationmap conceptschememap categoryschememap organisationschememap reportingtaxonomymap "
            "metadataproviderscheme reportingtaxonomy metadataprovisionagreement *"
        ),
    ),
    "v2 maintenance": Area(
        "`/sdmx/v2/structure`: maintenance",
        {"POST": "`POST`", "PUT": "`PUT`", "DELETE": "`DELETE`", "207": "partial success"},
    ),
    "v2 schema": Area(
        "`/sdmx/v2/schema/{context}/{agencyID}/{resourceID}/{version}`",
        _named(f"context {_ARTEFACT} dimensionAtObservation deletion asOf {_HEADERS}"),
    ),
    "v2 metadata structure": Area(
        "`/sdmx/v2/metadata/structure/{structureType}/{agencyID}/{resourceID}/{version}`",
        _named(f"structureType detail {_TOOK_PART}"),
    ),
    "v2 metadata metadataflow": Area(
        "`/sdmx/v2/metadata/metadataflow/{agencyID}/{resourceID}/{version}/{providerID}`",
        _named(f"providerID detail {_TOOK_PART}"),
    ),
    "v2 metadata metadataset": Area(
        "`/sdmx/v2/metadata/metadataset/{providerID}/{resourceID}/{version}`",
        _named(f"providerID resourceID version detail asOf Accept-Language {_HEADERS}"),
    ),
    "v2 registration id": Area(
        "`/sdmx/v2/registration/id/{registrationID}`",
        {"resourceID": "`registrationID` (called `resourceID` in the list of its parameters)"},
    ),
    "v2 registration provider": Area(
        "`/sdmx/v2/registration/provider/{agencyID}/{providerID}`",
        {
            **_named("agencyID updatedBefore updatedAfter"),
            "resourceID": "`providerID` (called `resourceID` in the list of its parameters)",
        },
    ),
    "v2 registration context": Area(
        "`/sdmx/v2/registration/{context}/{agencyID}/{resourceID}/{version}`",
        _named(f"context {_ARTEFACT} updatedBefore updatedAfter"),
    ),
    "v1 data": Area(
        "`/sdmx/v1/data/{flowRef}/{key}/{providerRef}`",
        _named(
            "flowRef key providerRef startPeriod endPeriod updatedAfter firstNObservations lastNObservations "
            f"dimensionAtObservation detail includeHistory Accept-Language {_HEADERS}"
        ),
    ),
    "v1 availableconstraint": Area(
        "`/sdmx/v1/availableconstraint/{flowRef}/{key}/{providerRef}/{componentID}`",
        _named(
            f"flowRef key providerRef componentID mode references startPeriod endPeriod updatedAfter Accept-Language {_HEADERS}"
        ),
    ),
    "v1 structure": Area(
        "`/sdmx/v1/{resource}/{agencyID}/{resourceID}/{version}/{itemID}`",
        _named(f"resource {_ARTEFACT} itemID references detail Accept-Language {_HEADERS}"),
    ),
    "v1 artefacts": Area(
        "Resources of `/sdmx/v1` for structures",
        _named(
            "datastructure metadatastructure categoryscheme conceptscheme codelist hierarchicalcodelist organisationscheme "
            "agencyscheme dataproviderscheme dataconsumerscheme organisationunitscheme dataflow metadataflow reportingtaxonomy "
            "provisionagreement structureset process categorisation contentconstraint actualconstraint allowedconstraint "
            "attachmentconstraint structure transformationscheme rulesetscheme userdefinedoperatorscheme customtypescheme "
            "namepersonalisationscheme vtlmappingscheme"
        ),
    ),
    "v1 schema": Area(
        "`/sdmx/v1/schema/{context}/{agencyID}/{resourceID}/{version}`",
        _named(f"context {_ARTEFACT} dimensionAtObservation explicitMeasure {_HEADERS}"),
    ),
    "v1 metadata": Area("`/sdmx/v1/metadata/{flowRef}/{key}/{providerRef}`", _named("flowRef key providerRef")),
    "formats data": Area(
        "Formats of data",
        _named(
            "data+json;version=2.1.0 data+csv;version=2.1.0 data+xml;version=3.1.0 data+json;version=2.0.0 "
            "data+csv;version=2.0.0 data+xml;version=3.0.0 genericdata+xml;version=2.1 structurespecificdata+xml;version=2.1 "
            "generictimeseriesdata+xml;version=2.1 structurespecifictimeseriesdata+xml;version=2.1 data+csv;version=1.0.0 "
            "data+json;version=1.0.0"
        )
        | {"parquet": "Parquet", "xlsx": "XLSX", "text/csv": "plain CSV"},
    ),
    "formats structure": Area(
        "Formats of structures and availability",
        _named(
            "structure+xml;version=3.1.0 structure+json;version=2.1.0 structure+xml;version=3.0.0 "
            "structure+json;version=2.0.0 structure+xml;version=2.1 structure+json;version=1.0.0"
        ),
    ),
    "formats schema": Area(
        "Formats of schemas",
        _named(
            "schema+xml;version=3.1.0 schema+json;version=2.1.0 structure+xml;version=3.1.0 structure+json;version=2.1.0 "
            "schema+xml;version=3.0.0 structure+xml;version=3.0.0 structure+json;version=2.0.0 schema+xml;version=2.1 "
            "structure+xml;version=2.1 structure+json;version=1.0.0"
        ),
    ),
    "formats metadata": Area(
        "Formats of reference metadata",
        _named(
            "metadata+json;version=2.1.0 metadata+xml;version=3.1.0 metadata+csv;version=2.1.0 metadata+json;version=2.0.0 "
            "metadata+xml;version=3.0.0 metadata+csv;version=1.0.0 genericmetadata+xml;version=2.1 "
            "structurespecificmetadata+xml;version=2.1"
        ),
    ),
    "formats registration": Area(
        "Formats of registrations",
        _named("registry+xml;version=2.1 registry+xml;version=3.0.0 registry+xml;version=3.1.0"),
    ),
    "formats parameters": Area(
        "Parameters of media types", _named("q version labels timeFormat keys") | {"format": "`format=` in the query"}
    ),
    "status": Area("Statuses", _named("204 304 400 401 403 404 406 413 414 422 429 500 501 503")),
    "http": Area(
        "HTTP",
        _named("HEAD OPTIONS CORS ETag If-None-Match Last-Modified Vary Cache-Control Range RateLimit")
        | {"respond-async": "`Prefer: respond-async`", "gzip": "gzip and zstd"},
    ),
    "clients": Area(
        "What clients in use need",
        {
            "1": "1. Content-Type without charset",
            "2": "2. exact versions in Content-Type",
            "3": "3. Accept as clients write it",
            "4": "4. defaults for `*/*`",
            "5": "5. the types of 2.1 on /v2, too",
            "6": "6. slashes at the end",
            "7": "7. percent-encoded and raw punctuation; `+` is a plus",
            "8": "8. gzip among other codings",
            "9": "9. If-Modified-Since in ISO 8601; 304 without a body",
            "10": "10. 404 where nothing matches, never 204; 501 for what is not implemented",
            "11": "11. first byte within 5 seconds",
            "12": "12. `format=jsondata` on /v2",
            "13": "13. references as Ref with every attribute in structures of 2.1",
            "14": "14. stubs without items, complete stubs with texts",
            "15": "15. exact `references=`",
            "16": "16. exactly the items asked for, in that order",
            "17": "17. `referencepartial` cuts item schemes",
            "18": "18. `all`, `latest` and paths cut short on /v1",
            "19": "19. all code lists or none; code lists and concepts before data structures",
            "20": "20. component ids always written; concepts of dataset attributes with a representation",
            "21": "21. nothing that sdmx1 cannot read beside ordinary dataflows",
            "22": "22. XML declaration first, namespace near by, valid",
            "23": "23. header of structure-specific data of 2.1",
            "24": "24. series attributes in the order of the structure",
            "25": "25. with a provider, the header names its agreement",
            "26": "26. `detail`, `dimensionAtObservation`, periods, first and last, updatedAfter=2011, includeHistory on /v1",
            "27": "27. forms of flowRef, key and provider",
            "28": "28. availability: one constraint, a value for each dimension, time as a range",
            "29": "29. numbers of series and observations as annotations",
            "30": "30. availability with references=all in JSON holds a whole schema",
            "31": "31. /schema as XSD",
            "32": "32. /schema as structure+json on /v2",
            "33": "33. version words `+`, `~`, `*` or none",
            "34": "34. short paths, context `*`, encoded lists",
            "35": "35. every parameter of data on /v2",
            "36": "36. SDMX-JSON structures: the schema within 350 bytes, no empty arrays",
            "37": "37. SDMX-JSON data as sdmx-json-parser wants them",
            "38": "38. SDMX-ML 3.0 beside 3.1, as sdmx1 reads it",
            "39": "39. headers of SDMX-CSV",
            "40": "40. what pysdmx's RegistryClient asks for",
        },
    ),
}
