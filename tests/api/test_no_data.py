"""Nothing matches: 404 in either version and every format, as clients in use read it (the standard allows 204 or 404 in 2.x)."""

from __future__ import annotations

import pytest
from small_exchange import V1, V2, Server, key

from dataexchange.messages.media import OFFERED

NOTHING = {
    "v1": [
        f"{V1}?startPeriod=2050",
        f"{V1}/{key(area='KG')}",
        f"{V1}/all/UK_ONS",
        f"{V1}?updatedAfter=2100",
        f"{V1}?includeHistory=true&updatedAfter=2100",
        "/sdmx/v1/data/all?startPeriod=2050",
    ],
    "v2": [
        f"{V2}?c[TIME_PERIOD]=ge:2050",
        f"{V2}/*.*.*.KG",
        f"{V2}?c[REF_AREA]=KG&sort=*&limit=5",
        f"{V2}?updatedAfter=2100",
        f"{V2}?asOf=2000",
        f"{V2}?includeHistory=true&asOf=2000",
        f"{V2}?offset=999999",
        "/sdmx/v2/data/*/*/*/*/*?c[REF_AREA]=KG",
        "/sdmx/v2/data/dataflow/DX/DF_NOT_THERE",
    ],
}


@pytest.mark.parametrize(("version", "path"), [(version, path) for version, paths in NOTHING.items() for path in paths])
def test_nothing_matches(server: Server, version: str, path: str) -> None:
    for media in OFFERED[version, "data"]:
        answer = server.get(path, Accept=media.text)
        assert answer.status_code == 404, media
        assert answer.content


@pytest.mark.parametrize("path", [*NOTHING["v1"][:4], *NOTHING["v2"][:4]])
def test_no_codes_occur_then(server: Server, path: str) -> None:
    resource = "availability" if "/v2/" in path else "availableconstraint"
    answer = server.get(path.replace("/data/", f"/{resource}/").replace("&sort=*&limit=5", ""))
    assert answer.status_code == 404
