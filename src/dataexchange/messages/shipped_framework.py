"""The framework of goals, targets and indicators as artefacts, made from `data/structures/framework.yaml`.

People look for data by goal: each dataflow is categorised under every goal that a series of the exchange serves. Series are codes, which
the standard does not categorise; so a hierarchy puts the codes of series under the codes of their indicators, and an association says that
it is one of the dimension SERIES. Numbers become ids that every version of SDMX takes: target 11.6 is SDG_11_6.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dataexchange.model.hierarchy import HierarchicalCode, Hierarchy, HierarchyAssociation, HierarchyLevel
from dataexchange.model.structure import (
    Annotation,
    Artefact,
    Categorisation,
    CategoryScheme,
    Codelist,
    Dataflow,
    Item,
    ItemRef,
    Ref,
)

Body = Mapping[str, Any]

_LEVELS = {"GOAL": "Goal", "TARGET": "Target", "INDICATOR": "Indicator", "SERIES": "Series"}


def framework(id_: str, body: Body, shared: Body, series: Codelist, flows: Sequence[Dataflow]) -> Iterator[Artefact]:
    """`shared` are the fields that every shipped artefact has, such as its agency and version."""
    items = tuple(_items(id_, body))
    served = {number: found for number, found in _served(series).items() if _id(id_, number) in {i.id for i in items}}
    words = {**shared, "names": {"en": body["name"]}, "descriptions": {"en": body["description"]}}
    scheme = CategoryScheme(**words, id=f"{id_}_FRAMEWORK", items=items)
    codes = Codelist(**words, id=f"CL_{id_}", items=items)
    yield scheme
    yield codes
    hierarchy = _hierarchy(id_, shared, codes, series, served)
    yield hierarchy
    yield from (_association(id_, shared, hierarchy.ref, flow) for flow in flows if flow.structure)
    goals = [item for item in items if item.parent is None]
    for flow in flows:
        for goal in goals:
            if any(_id(id_, number).startswith(f"{goal.id}_") for number in served):
                yield _categorisation(shared, flow, scheme.ref, goal)


def _id(framework_id: str, number: str) -> str:
    return "_".join((framework_id, *number.split(".")))


def _items(id_: str, body: Body) -> Iterator[Item]:
    """Goals, each followed by its targets and they by their indicators."""
    names = {**body["goals"], **body["targets"], **body["indicators"]}
    below: dict[str, list[str]] = {}
    for number in names:
        below.setdefault(number.rpartition(".")[0], []).append(number)

    def walk(numbers: Iterable[str]) -> Iterator[Item]:
        for number in numbers:
            above = number.rpartition(".")[0]
            yield Item(
                id=_id(id_, number),
                names={"en": names[number]},
                parent=_id(id_, above) if above else None,
                annotations=(Annotation(type="NUMBER", title=number),),
            )
            yield from walk(below.get(number, ()))

    yield from walk(below[""])


def _served(series: Codelist) -> dict[str, list[str]]:
    """Number of an indicator -> series that serve it."""
    found: dict[str, list[str]] = {}
    for code in series.items:
        for number in (code.annotation("Indicator") or "").split(","):
            if number.strip():
                found.setdefault(number.strip(), []).append(code.id)
    return found


def _hierarchy(
    id_: str, shared: Body, codes: Codelist, series: Codelist, served: Mapping[str, Sequence[str]]
) -> Hierarchy:
    """Of the framework only what leads to a series. A series may serve several indicators: its place is called by both."""
    leaves = {
        _id(id_, number): tuple(
            HierarchicalCode(id=f"{_id(id_, number)}_{code}", code=ItemRef(series.ref, code), level="SERIES")
            for code in found
        )
        for number, found in served.items()
    }
    below: dict[str | None, list[Item]] = {}
    for item in codes.items:
        below.setdefault(item.parent, []).append(item)

    def place(item: Item, levels: Sequence[str]) -> HierarchicalCode | None:
        placed = (place(inner, levels[1:]) for inner in below.get(item.id, ()))
        inside = (*leaves.get(item.id, ()), *(code for code in placed if code))
        code = ItemRef(codes.ref, item.id)
        return HierarchicalCode(id=item.id, code=code, codes=inside, level=levels[0]) if inside else None

    return Hierarchy(
        **shared,
        id=f"{id_}_SERIES",
        names={"en": "Series by goal, target and indicator"},
        codes=tuple(code for item in below[None] if (code := place(item, tuple(_LEVELS)))),
        levels=tuple(HierarchyLevel(id=level, names={"en": name}) for level, name in _LEVELS.items()),
        has_formal_levels=True,
    )


def _association(id_: str, shared: Body, hierarchy: Ref, flow: Dataflow) -> HierarchyAssociation:
    assert flow.structure is not None
    return HierarchyAssociation(
        **shared,
        id=f"{id_}_SERIES_OF_{flow.id}",
        names={"en": f"{flow.name()}: series by goal, target and indicator"},
        hierarchy=hierarchy,
        linked=f"urn:sdmx:org.sdmx.infomodel.datastructure.Dimension={flow.structure.short}.SERIES",
        context=flow.ref.urn,
    )


def _categorisation(shared: Body, flow: Dataflow, scheme: Ref, goal: Item) -> Categorisation:
    return Categorisation(
        **shared,
        id=f"{flow.id}_{goal.id}",
        names={"en": f"{flow.name()}: {goal.name()}"},
        source=flow.ref,
        target=ItemRef(scheme, goal.id),
    )
