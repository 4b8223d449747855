"""What data may look like in a context: a structure, and the constraints that narrow it there. The answer to a schema query.

A constraint allows what any of its regions allows; of several constraints (of the agreement, its dataflow, their data structure)
each must allow it. What constraints say of a combination of components stays in them: it has no place in a list of codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from dataexchange.model.constraint import allowed
from dataexchange.model.schema import Schema, enumeration
from dataexchange.model.structure import Artefact, Component, DataConstraint, ItemScheme, Ref


@dataclass(frozen=True, slots=True)
class SchemaQuery:
    """`schema/dataflow/DX/DF_SDG_LOCAL/1.0.0?dimensionAtObservation=REF_AREA`; the version of `context` may be a word such as "~"."""

    context: Ref
    dimension_at_observation: str | None = None
    #: For messages that delete: nothing but the structure's names need stand in them.
    deletion: bool = False


@dataclass(frozen=True, slots=True)
class Validity:
    """`allowed[component id]` are the codes left to a coded component; one that no constraint narrows is absent."""

    schema: Schema
    constraints: tuple[DataConstraint, ...] = ()
    allowed: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def within(cls, schema: Schema, constraints: Iterable[DataConstraint]) -> Validity:
        """Under those of the constraints that say what may be sent."""
        binding = tuple(c for c in constraints if c.role == "Allowed")
        left: dict[str, frozenset[str]] = {}
        for component, codes in schema.codes.items():
            found = allowed(binding, component, tuple(codes.values()))
            if found is not None and len(found & codes.keys()) < len(codes):
                left[component] = frozenset(found & codes.keys())
        return cls(schema, binding, left)

    def codes(self, component: str) -> list[str] | None:
        """The codes that a component may have, in the order of the list; None where it is not coded."""
        codes = self.schema.codes.get(component)
        left = self.allowed.get(component)
        return None if codes is None else [code for code in codes if left is None or code in left]

    def artefacts(self) -> list[Artefact]:
        """Structure, constraints, and of concepts and codes those that are left."""
        structure = self.schema.structure
        components = tuple(structure.components())
        return [
            *(_cut(scheme, _used(components, ref)) for ref, scheme in self.schema.concepts.items()),
            *(_cut(codelist, self._left(components, ref)) for ref, codelist in self.schema.codelists.items()),
            structure,
            *self.constraints,
        ]

    def _left(self, components: Iterable[Component], codelist: Ref) -> set[str]:
        """Of a code list what any component may take from it."""
        users = [c.id for c in components if enumeration(c, self.schema.concepts) == codelist]
        return {code for user in users for code in self.codes(user) or ()}


def _used(components: Iterable[Component], scheme: Ref) -> set[str]:
    return {c.id for component in components for c in (component.concept, *component.roles) if c and c.scheme == scheme}


def _cut(scheme: ItemScheme, kept: set[str]) -> Artefact:
    """With exactly those items; a parent that is not among them is not named."""
    items = tuple(
        item if item.parent is None or item.parent in kept else replace(item, parent=None)
        for item in scheme.items
        if item.id in kept
    )
    return replace(scheme, items=items, is_partial=scheme.is_partial or len(items) < len(scheme.items))
