"""Artefacts: what may change, which version is meant, what `references` adds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event
from store_words import codelist, dataset

from dataexchange.errors import Conflict, NotFound
from dataexchange.messages.read_structures import read_structures
from dataexchange.messages.shipped import shipped_structures
from dataexchange.model.dataset import Action
from dataexchange.model.query import AvailabilityQuery, DataQuery, StructureQuery
from dataexchange.model.structure import (
    Artefact,
    Attribute,
    Categorisation,
    CategoryScheme,
    Codelist,
    ConceptScheme,
    DataConstraint,
    Dataflow,
    DataProviderScheme,
    DataStructure,
    Dimension,
    Item,
    ItemRef,
    Kind,
    Level,
    Measure,
    ProvisionAgreement,
    Ref,
    Representation,
)
from dataexchange.store import series, structures
from dataexchange.store.database import Connection, Engine, migrate, open_database, writing

AREAS, SEXES, UNITS = (
    codelist("CL_AREA", ["GB", "GB_BRS"]),
    codelist("CL_SEX", ["_T", "F"]),
    codelist("CL_UNIT", ["PT"]),
)
CONCEPTS = ConceptScheme(
    agency="T",
    id="CS",
    version="1.0.0",
    items=(
        Item(id="REF_AREA", names={"en": "Area"}),
        Item(id="SEX", names={"en": "Sex"}, representation=Representation(codelist=SEXES.ref)),
        Item(id="AGE", names={"en": "Age"}, representation=Representation(codelist=UNITS.ref)),
    ),
)


def structure(version: str = "1.0.0", **words: Any) -> DataStructure:
    made = DataStructure(
        agency="T",
        id="DSD",
        version=version,
        dimensions=(
            Dimension(
                id="REF_AREA",
                concept=ItemRef(CONCEPTS.ref, "REF_AREA"),
                representation=Representation(codelist=AREAS.ref),
            ),
            Dimension(id="SEX", concept=ItemRef(CONCEPTS.ref, "SEX")),
        ),
        time_dimension=Dimension(id="TIME_PERIOD"),
        measures=(Measure(id="OBS_VALUE"),),
        attributes=(Attribute(id="STATUS"), Attribute(id="UNIT", level=Level.SERIES)),
    )
    return replace(made, **words)


DSD = structure()
FLOW = Dataflow(agency="T", id="FLOW", version="1.0.0", structure=DSD.ref)
OTHER = Dataflow(agency="T", id="OTHER", version="1.0.0", structure=DSD.ref)
PROVIDERS = DataProviderScheme(agency="T", id="DATA_PROVIDERS", version="1.0", items=(Item(id="P"),))
AGREEMENT = ProvisionAgreement(
    agency="T", id="PA", version="1.0.0", provider=ItemRef(PROVIDERS.ref, "P"), dataflow=FLOW.ref
)
TOPICS = CategoryScheme(agency="T", id="TOPICS", version="1.0.0", items=(Item(id="A"), Item(id="B")))
IN_A = Categorisation(agency="T", id="IN_A", version="1.0.0", source=FLOW.ref, target=ItemRef(TOPICS.ref, "A"))
IN_B = Categorisation(agency="T", id="IN_B", version="1.0.0", source=OTHER.ref, target=ItemRef(TOPICS.ref, "B"))
CONSTRAINT = DataConstraint(agency="T", id="CON", version="1.0.0", attached_to=(FLOW.ref,))
ALL = (AREAS, SEXES, UNITS, CONCEPTS, DSD, FLOW, OTHER, PROVIDERS, AGREEMENT, TOPICS, IN_A, IN_B, CONSTRAINT)


@pytest.fixture
def conn(engine: Engine) -> Iterator[Connection]:
    """A transaction that is undone after the test: the fixed names can be used by all of them."""
    with engine.connect() as conn:
        transaction = conn.execution_options(writing=True).begin()
        yield conn
        transaction.rollback()


def ids(artefacts: list[Artefact]) -> set[str]:
    return {a.id for a in artefacts}


def ask(conn: Connection, **words: Any) -> list[Artefact]:
    return structures.find(conn, StructureQuery(**words))


def test_what_is_put_comes_back_and_putting_it_again_changes_nothing(conn: Connection) -> None:
    assert structures.put(conn, ALL) == [a.ref for a in ALL]
    for artefact in ALL:
        assert structures.get(conn, artefact.ref) == artefact
    assert structures.put(conn, ALL) == []
    with pytest.raises(NotFound, match=r"Codelist T:NOWHERE\(1\.0\) is not registered.*structures load"):
        structures.get(conn, Ref(Kind.CODELIST, "T", "NOWHERE", "1.0"))


def test_a_final_list_gains_words_and_codes_and_loses_none(conn: Connection) -> None:
    """The same final list in another office's dress: fewer codes, another order, names in its own language, a code more."""
    structures.put(conn, [AREAS])
    first = AREAS.items[0]
    other = replace(
        AREAS, items=(Item(id="NEW", names={"en": "New"}), replace(first, names={"ru": "По-русски"}, parent=None))
    )
    assert structures.put(conn, [other]) == [AREAS.ref]
    held = structures.get(conn, AREAS.ref)
    assert isinstance(held, Codelist)
    assert [i.id for i in held.items] == [*(i.id for i in AREAS.items), "NEW"]
    assert held.items[0].names == {"ru": "По-русски", **first.names}
    assert held.items[0].parent == first.parent
    assert structures.put(conn, [other, AREAS]) == []


def test_an_older_home_gains_annotations_of_the_codes_that_ship(conn: Connection) -> None:
    shipped = next(a for a in shipped_structures() if isinstance(a, Codelist) and a.id == "CL_SERIES")
    before = [replace(i, annotations=tuple(n for n in i.annotations if n.type != "KEYWORDS")) for i in shipped.items]
    structures.put(conn, [replace(shipped, items=(*before, Item(id="_L_OURS", names={"en": "Ours"})))])
    structures.put(conn, structures.lacking(conn, [shipped]))
    held = structures.get(conn, shipped.ref)
    assert isinstance(held, Codelist)
    by_id = {item.id: item for item in held.items}
    assert {note.type for note in by_id["VC_IHR_PSRC"].annotations} >= {"KEYWORDS", "UNIT", "KIND"}
    assert "_L_OURS" in by_id
    assert structures.lacking(conn, [shipped]) == []


def test_a_final_artefact_does_not_change_what_it_means(conn: Connection) -> None:
    part = Item(id="PART", parent=AREAS.items[0].id)
    held = replace(AREAS, items=(*AREAS.items, part))
    structures.put(conn, [held, DSD])
    moved = replace(held, items=(*AREAS.items, replace(part, parent=AREAS.items[-1].id)))
    fewer = replace(DSD, dimensions=DSD.dimensions[1:])
    with pytest.raises(Conflict, match=r"Codelist T:CL_AREA\(1\.0\.0\) \(another parent .*DataStructure .*components"):
        structures.put(conn, [moved, fewer])
    assert structures.get(conn, AREAS.ref) == held


@pytest.mark.parametrize("version", ["1.8", "1.0.0-draft"])
def test_what_is_not_final_is_replaced(conn: Connection, version: str) -> None:
    structures.put(conn, [codelist("CL", ["A"], version)])
    changed = codelist("CL", ["A", "B"], version)
    assert structures.put(conn, [changed]) == [changed.ref]
    assert structures.get(conn, changed.ref) == changed


def test_a_partial_scheme_does_not_replace_a_whole_one(conn: Connection) -> None:
    structures.put(conn, [AREAS])
    assert structures.put(conn, [replace(AREAS, items=AREAS.items[:1], is_partial=True)]) == []
    assert structures.get(conn, AREAS.ref) == AREAS


def test_one_message_cannot_say_two_things_of_one_artefact(conn: Connection) -> None:
    structures.put(conn, [AREAS, AREAS])
    with pytest.raises(Conflict, match="comes twice"):
        structures.put(conn, [codelist("CL", ["A"]), codelist("CL", ["B"])])


def _publish(conn: Connection, flow: Dataflow, **attributes: str) -> None:
    row = {"REF_AREA": "GB", "SEX": "_T", "TIME_PERIOD": "2018", "OBS_VALUE": 1.0, **attributes}
    schema = structures.schema(conn, flow.ref)
    series.publish(
        conn,
        dataset(replace(schema.structure, measures=_DOUBLE), [row]),
        schema,
        dataflow=flow.ref,
        provider="P",
        dataset_id="d",
        action=Action.MERGE,
    )


_DOUBLE = (Measure(id="OBS_VALUE", representation=Representation(text_type="Double")),)


def test_a_data_structure_with_data_may_only_gain_attributes(conn: Connection) -> None:
    old = structure("1.8")
    flow = replace(FLOW, version="1.8", structure=old.ref)
    structures.put(conn, [AREAS, SEXES, CONCEPTS, old, flow])
    other = structure("1.8", dimensions=(*old.dimensions, Dimension(id="AGE")))
    assert structures.put(conn, [other]) == [other.ref], "nothing is held yet"
    structures.put(conn, [old])
    _publish(conn, flow, UNIT="PT", STATUS="A")
    with pytest.raises(Conflict, match=r"holds data.*gain attributes"):
        structures.put(conn, [other])
    with pytest.raises(Conflict):
        structures.put(conn, [structure("1.8", attributes=old.attributes[:1])])
    with pytest.raises(Conflict):
        structures.put(
            conn, [structure("1.8", attributes=tuple(replace(a, level=Level.SERIES) for a in old.attributes))]
        )
    wider = structure(
        "1.8", attributes=(Attribute(id="N@-W", level=Level.SERIES), *old.attributes, Attribute(id="NEW"))
    )
    assert structures.put(conn, [wider]) == [wider.ref]
    _publish(conn, flow, **{"N@-W": "x", "NEW": "y"})
    (batch,) = series.batches(conn, DataQuery(), structures.schema(conn, flow.ref), flow.ref)
    assert batch.series.select(["N@-W", "UNIT"]).to_pylist() == [{"N@-W": "x", "UNIT": "PT"}]
    assert {name: a.to_pylist() for name, a in batch.attributes.items()} == {"STATUS": ["A"], "NEW": ["y"]}


def test_a_dataflow_with_data_keeps_its_structure(conn: Connection) -> None:
    draft = replace(FLOW, version="1.0", id="DRAFT")
    structures.put(conn, [AREAS, SEXES, CONCEPTS, DSD, structure("2.0.0"), draft])
    _publish(conn, draft)
    with pytest.raises(Conflict, match=r"has data under T:DSD\(1\.0\.0\)"):
        structures.put(conn, [replace(draft, structure=structure("2.0.0").ref)])
    assert structures.put(conn, [replace(draft, names={"en": "Better name"})]) == [draft.ref]


def test_structures_with_several_measures_are_held_without_data(conn: Connection) -> None:
    many = structure("9.0.0", measures=(Measure(id="A"), Measure(id="B")))
    assert structures.put(conn, [many]) == [many.ref]


@pytest.mark.parametrize(
    ("words", "versions"),
    [
        (("*",), ["1.8", "1.10", "2.0.0", "2.1.0-draft"]),
        (("all",), ["1.8", "1.10", "2.0.0", "2.1.0-draft"]),
        (("~",), ["2.1.0-draft"]),
        (("latest",), ["2.1.0-draft"]),
        (("+",), ["2.0.0"]),
        (("1.10",), ["1.10"]),
        (("1.8", "~"), ["1.8", "2.1.0-draft"]),
        (("1+.0",), ["2.0.0"]),
        (("1+.0.0",), ["2.0.0"]),
        (("2.+.0",), ["2.0.0"]),
        (("2.~.0",), ["2.1.0-draft"]),
        (("2.0.0~",), ["2.0.0"]),
        (("~.0",), ["1.10"]),
        (("~.0.0",), ["2.1.0-draft"]),
        (("1.*",), ["1.8", "1.10"]),
        (("1.9*",), ["1.10"]),
        (("*.0.0",), ["2.0.0", "2.1.0-draft"]),
        (("1.0+",), ["1.10"]),
        (("3.0",), []),
    ],
)
def test_versions_are_ordered_as_numbers(conn: Connection, words: tuple[str, ...], versions: list[str]) -> None:
    structures.put(conn, [codelist("CL", ["A"], v) for v in ("1.10", "2.1.0-draft", "1.8", "2.0.0")])
    found = ask(conn, kinds=("codelist",), agencies=("T",), ids=("CL",), versions=words)
    assert [a.version for a in found] == versions


def test_old_versions_count_as_stable_where_there_are_no_others(conn: Connection) -> None:
    structures.put(conn, [codelist("CL", ["A"], v) for v in ("1.10", "1.8")])
    assert [a.version for a in ask(conn, kinds=("codelist",), ids=("CL",), versions=("+",))] == ["1.10"]


def test_kinds_agencies_and_ids_come_in_lists_or_any(conn: Connection) -> None:
    foreign = replace(AREAS, agency="X.Y")
    structures.put(conn, [*ALL, foreign])
    assert ask(conn, kinds=("codelist",), agencies=("X.Y", "Z")) == [foreign]
    assert ids(ask(conn, kinds=("codelist", "dataflow"), agencies=("T",))) == {
        "CL_AREA",
        "CL_SEX",
        "CL_UNIT",
        "FLOW",
        "OTHER",
    }
    assert ids(ask(conn, agencies=("T",))) == ids(ask(conn, kinds=("*",), agencies=("T",))) == {a.id for a in ALL}
    assert ids(ask(conn, ids=("FLOW", "CL_SEX", "NOWHERE"))) == {"FLOW", "CL_SEX"}


def test_items_come_exactly_and_in_the_order_asked_for(conn: Connection) -> None:
    structures.put(conn, ALL)
    (found,) = ask(conn, kinds=("codelist",), agencies=("T",), ids=("CL_AREA",), items=("GB_BRS", "XX", "GB"))
    assert found == replace(AREAS, items=(AREAS.items[1], AREAS.items[0]), is_partial=True)
    assert ask(conn, kinds=("codelist",), agencies=("T",), items=("NOWHERE",)) == []


_CHILDREN = {"CL_AREA", "CS"}
_DESCENDANTS = {"DSD", "CL_AREA", "CL_SEX", "CL_UNIT", "CS"}


@pytest.mark.parametrize(
    ("kind", "identifier", "references", "expected"),
    [
        ("dataflow", "FLOW", "none", set()),
        ("dataflow", "FLOW", "children", {"DSD"}),
        ("dataflow", "FLOW", "descendants", _DESCENDANTS),
        ("dataflow", "FLOW", "parents", {"PA", "IN_A", "CON"}),
        ("dataflow", "FLOW", "parentsandsiblings", {"PA", "IN_A", "CON", "DATA_PROVIDERS", "TOPICS"}),
        ("dataflow", "FLOW", "ancestors", {"PA", "IN_A", "CON"}),
        ("dataflow", "FLOW", "all", _DESCENDANTS | {"PA", "IN_A", "CON", "DATA_PROVIDERS", "TOPICS"}),
        ("dataflow", "FLOW", "categorisation", {"IN_A"}),
        ("dataflow", "FLOW", "datastructure", {"DSD"}),
        ("dataflow", "FLOW", "codelist", set()),
        ("datastructure", "DSD", "children", _CHILDREN),
        ("datastructure", "DSD", "parents", {"FLOW", "OTHER"}),
        ("datastructure", "DSD", "all", (_DESCENDANTS - {"DSD"}) | {"FLOW", "OTHER"}),
        ("datastructure", "DSD", "ancestors", {"FLOW", "OTHER", "PA", "CON", "IN_A", "IN_B"}),
        ("codelist", "CL_SEX", "parents", {"CS"}),
        ("codelist", "CL_SEX", "parentsandsiblings", {"CS", "CL_UNIT"}),
        ("codelist", "CL_AREA", "ancestors", {"DSD", "FLOW", "OTHER", "PA", "CON", "IN_A", "IN_B"}),
        ("conceptscheme", "CS", "codelist", {"CL_SEX", "CL_UNIT"}),
        ("categoryscheme", "TOPICS", "parentsandsiblings", {"IN_A", "IN_B", "FLOW", "OTHER"}),
    ],
)
def test_references_are_exact(
    conn: Connection, kind: str, identifier: str, references: str, expected: set[str]
) -> None:
    structures.put(conn, ALL)
    query = StructureQuery(kinds=(kind,), agencies=("T",), ids=(identifier,), references=(references,))
    matched, added = structures.find_parts(conn, query)
    assert ids(matched) == {identifier}
    assert ids(added) == expected
    assert structures.find(conn, query) == [*matched, *added]


def test_a_single_category_brings_only_its_own_categorisations(conn: Connection) -> None:
    structures.put(conn, ALL)
    query = StructureQuery(
        kinds=("categoryscheme",), agencies=("T",), ids=("TOPICS",), items=("B",), references=("parentsandsiblings",)
    )
    matched, added = structures.find_parts(conn, query)
    assert [len(a.items) for a in matched if isinstance(a, CategoryScheme)] == [1]
    assert ids(added) == {"IN_B", "OTHER"}


def test_types_that_are_not_held_add_nothing(conn: Connection) -> None:
    structures.put(conn, ALL)
    assert ask(conn, kinds=("dataflow",), references=("process",)) == ask(conn, kinds=("dataflow",))


def test_references_to_a_family_of_versions_mean_the_latest(conn: Connection) -> None:
    loose = Ref(Kind.CODELIST, "T", "CL_AREA", "1.0+.0")
    dsd = structure("3.0.0", dimensions=(Dimension(id="REF_AREA", representation=Representation(codelist=loose)),))
    newer = codelist("CL_AREA", ["GB", "KG"], "1.2.0")
    structures.put(conn, [AREAS, newer, codelist("CL_AREA", ["X"], "2.0.0"), dsd])
    assert set(structures.schema(conn, dsd.ref).codes["REF_AREA"]) == {"GB", "KG"}
    query = StructureQuery(kinds=("datastructure",), ids=("DSD",), references=("children",))
    assert structures.find_parts(conn, query)[1] == [newer]


def test_the_schema_has_the_lists_that_components_and_concepts_name(conn: Connection) -> None:
    structures.put(conn, ALL)
    schema = structures.schema(conn, FLOW.ref)
    assert (schema.structure, schema.dataflow) == (DSD, FLOW)
    assert {name: list(codes) for name, codes in schema.codes.items()} == {
        "REF_AREA": ["GB", "GB_BRS"],
        "SEX": ["_T", "F"],
    }
    assert set(schema.codelists) == {AREAS.ref, SEXES.ref}
    assert structures.schema(conn, DSD.ref).dataflow is None
    assert structures.schema(conn, AGREEMENT.ref).dataflow == FLOW
    for bad, words in ((AREAS.ref, "has no data"), (Ref(Kind.DATAFLOW, "T", "X", "1.0"), "not registered")):
        with pytest.raises(NotFound, match=words):
            structures.schema(conn, bad)


def test_a_schema_costs_one_small_query_until_something_changes(engine: Engine, conn: Connection) -> None:
    structures.put(conn, ALL)
    first = structures.schema(conn, FLOW.ref)
    said: list[str] = []

    def listen(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", listen)
    try:
        assert structures.schema(conn, FLOW.ref) is first
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    assert len(said) == 1
    structures.put(conn, [codelist("CL_NEW", [uuid4().hex])])
    assert structures.schema(conn, FLOW.ref) == first


def test_the_shipped_structures_can_be_put_and_used(conn: Connection) -> None:
    structures.put(conn, shipped_structures())
    assert structures.put(conn, shipped_structures()) == []
    schema = structures.schema(conn, Ref(Kind.DATAFLOW, "DX", "DF_SDG_LOCAL", "1.0.0"))
    assert len(schema.structure.dimensions) == 15
    there = series.available(conn, AvailabilityQuery(DataQuery()), schema, schema.dataflow.ref)  # type: ignore[union-attr]
    assert (there.series, there.first_period, there.values["REF_AREA"]) == (0, None, ())


@pytest.mark.parametrize("name", ["kyrgyzstan/structures-KG_NSC-SDG-1.8.xml", "sdg/structures-IAEG-SDGs-SDG-1.4.xml"])
def test_official_structures_are_held_word_for_word(shared_data: Path, tmp_path: Path, name: str) -> None:
    artefacts = read_structures(shared_data / name).artefacts
    url = f"sqlite:///{tmp_path}/official.db"
    for turn in range(2):
        engine = open_database(url)
        migrate(engine)
        with writing(engine) as conn:
            assert bool(structures.put(conn, artefacts)) == (turn == 0)
            for artefact in artefacts:
                assert structures.get(conn, artefact.ref) == artefact
        engine.dispose()
