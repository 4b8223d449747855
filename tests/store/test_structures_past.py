"""Structures as they were: what a query with `asOf` finds, in both databases."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from store_words import codelist

from dataexchange.errors import Conflict
from dataexchange.model.query import StructureQuery
from dataexchange.model.structure import Codelist, CodelistExtension, ConceptScheme, Item, Representation
from dataexchange.store import structures
from dataexchange.store.database import Connection, Engine

AREAS = codelist("CL_AREA", ["GB"], "1.0")
CONCEPTS = ConceptScheme(
    agency="T",
    id="CS",
    version="1.0",
    items=(Item(id="REF_AREA", representation=Representation(codelist=AREAS.ref)),),
)


@pytest.fixture
def conn(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as conn:
        transaction = conn.execution_options(writing=True).begin()
        yield conn
        transaction.rollback()


def now() -> datetime:
    """A moment that lies between what was done before and what is done after."""
    time.sleep(0.002)
    moment = datetime.now(UTC)
    time.sleep(0.002)
    return moment


def found(conn: Connection, moment: datetime | None, **words: object) -> list[object]:
    return structures.find(conn, StructureQuery(agencies=("T",), versions=("*",), as_of=moment, **words))


def test_an_answer_has_what_was_there_then(conn: Connection) -> None:
    before = now()
    structures.put(conn, [AREAS])
    first = now()
    structures.put(conn, [replace(AREAS, items=(*AREAS.items, Item(id="KE"))), CONCEPTS])
    second = now()
    assert found(conn, before) == []
    assert found(conn, first) == [AREAS]
    assert [i.id for i in found(conn, second, kinds=("codelist",))[0].items] == ["GB", "KE"]
    assert found(conn, second) == found(conn, None)
    assert found(conn, second + timedelta(days=1)) == found(conn, None)


def test_references_are_those_of_the_time(conn: Connection) -> None:
    structures.put(conn, [AREAS, CONCEPTS])
    first = now()
    structures.put(conn, [replace(CONCEPTS, items=(Item(id="REF_AREA"),))])
    query = {"kinds": ("codelist",), "references": ("parents",)}
    assert found(conn, None, **query) == [AREAS]
    assert found(conn, first, **query) == [AREAS, CONCEPTS]


def test_versions_that_came_later_are_not_the_latest_then(conn: Connection) -> None:
    structures.put(conn, [codelist("CL", ["A"], "1.0.0")])
    first = now()
    structures.put(conn, [codelist("CL", ["A"], "2.0.0")])
    (then,) = structures.find(conn, StructureQuery(agencies=("T",), ids=("CL",), versions=("~",), as_of=first))
    assert then.version == "1.0.0"


def test_extended_lists_have_the_codes_of_the_time(conn: Connection) -> None:
    extended = Codelist(
        agency="T", id="CL_MORE", version="1.0", extensions=(CodelistExtension(codelist=AREAS.ref, prefix="X_"),)
    )
    structures.put(conn, [AREAS, extended])
    first = now()
    structures.put(conn, [replace(AREAS, items=(*AREAS.items, Item(id="KE")))])
    ids = {"ids": ("CL_MORE",)}
    assert [i.id for i in found(conn, first, **ids)[0].items] == ["X_GB"]
    assert [i.id for i in found(conn, None, **ids)[0].items] == ["X_GB", "X_KE"]


def test_what_did_not_change_has_no_history(conn: Connection) -> None:
    structures.put(conn, [AREAS])
    first = now()
    structures.put(conn, [AREAS])
    assert found(conn, first) == found(conn, None) == [AREAS]


def test_a_final_list_extends_what_it_extends(conn: Connection) -> None:
    """Own codes may come; other lists to extend would make other codes of what is final."""
    base, other = codelist("CL_BASE", ["A"]), codelist("CL_OTHER", ["B"])
    final = Codelist(
        agency="T",
        id="CL_FINAL",
        version="1.0.0",
        is_final=True,
        extensions=(CodelistExtension(codelist=base.ref),),
    )
    structures.put(conn, [base, other, final])
    with pytest.raises(Conflict, match="extends"):
        structures.put(conn, [replace(final, extensions=(CodelistExtension(codelist=other.ref),))])
    structures.put(conn, [replace(final, items=(Item(id="OWN"),))])
    assert [i.id for i in found(conn, None, ids=("CL_FINAL",))[0].items] == ["A", "OWN"]
