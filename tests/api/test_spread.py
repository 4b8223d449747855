"""Every answer over three data structures is what the official schemas say, whatever is asked."""

from __future__ import annotations

from collections import Counter

import httpx
import pytest
from judges import faults
from small_exchange import Server
from spread import Query, queries
from three_structures import Sample


def test_every_answer_is_valid(three: tuple[Server, tuple[Sample, ...]]) -> None:
    server, samples = three
    drawn = list({(query.path, query.accept): query for query in queries(samples)}.values())
    assert len(drawn) >= 500
    wrong, statuses, answered = [], Counter[int](), set()
    for query in drawn:
        status, found = judged(server, query)
        statuses[status] += 1
        answered |= {tuple(query.path.partition("?")[0].split("/")[2:4])} if status == 200 else set()
        wrong += [f"{query.path} ({query.accept}): {status}: {fault}" for fault in found]
    assert not wrong, f"{len(wrong)} faults, among them:\n" + "\n".join(wrong[:20])
    assert statuses[200] > len(drawn) / 2, statuses
    assert {(api, resource) for api in ("v1", "v2") for resource in ("data", "schema", "metadata")} <= answered


def judged(server: Server, query: Query) -> tuple[int, list[str]]:
    answer = server.get(query.path, **({} if query.accept is None else {"Accept": query.accept}))
    found = (
        [] if answer.status_code in query.statuses else [f"not one of {sorted(query.statuses)}: {answer.text[:200]}"]
    )
    if answer.status_code == 200 and query.accept and "vnd.sdmx" in query.accept:
        told = answer.headers["content-type"]
        found += [] if told == query.accept else [f"Content-Type is {told}"]
    about = query.samples if answer.status_code == 200 else ()
    return answer.status_code, found + faults(answer, *(sample.schema for sample in about))


@pytest.mark.parametrize(
    ("accept", "true", "false"),
    [
        ("application/vnd.sdmx.data+json;version=1.0.0", b'"keyPosition":0', b'"keyPosition":"0"'),
        ("application/vnd.sdmx.data+json;version=2.0.0", b'"keyPosition":0', b'"keyPosition":"0"'),
        ("application/vnd.sdmx.data+json;version=2.0.0", b'"1":[', b'"0":['),
        ("application/vnd.sdmx.data+json;version=2.1.0", b'"prepared":"2', b'"prepared":"X'),
        ("application/vnd.sdmx.data+xml;version=3.0.0", b"OBS_STATUS=", b"OBS_STATE="),
        ("application/vnd.sdmx.data+xml;version=3.1.0", b"<Obs ", b"<Obs FREQUENCY='A' "),
        ("application/vnd.sdmx.structurespecificdata+xml;version=2.1", b"ss:dataScope", b"ss:dataScop"),
        ("application/vnd.sdmx.genericdata+xml;version=2.1", b"ObsValue value", b"ObsValue valu"),
        ("application/vnd.sdmx.data+csv;version=2.0.0", b"\ndataflow,", b"\ndataflow,,"),
        ("application/vnd.sdmx.data+csv;version=1.0.0", b",REF_AREA,", b",AREA,"),
    ],
)
def test_the_judges_do_judge(three: tuple[Server, tuple[Sample, ...]], accept: str, true: bytes, false: bytes) -> None:
    """A single slip in a message is found."""
    server, (local, *_) = three
    answer = server.get("/sdmx/v2/data/dataflow/DX/DF_SDG_LOCAL/1.0.0", Accept=accept)
    assert not faults(answer, local.schema)
    assert true in answer.content
    spoilt = httpx.Response(200, content=answer.content.replace(true, false), headers={"Content-Type": accept})
    assert faults(spoilt, local.schema)
