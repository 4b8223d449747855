"""Components of several values at once, which SDMX 3.0 knows (maxOccurs above 1) and the exchange does not hold.

A structure with one is refused when it is loaded: its data could only be cut down when they come.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection

from dataexchange.errors import NotSupported
from dataexchange.model.structure import Artefact, Component, ConceptScheme, DataStructure, ItemRef, Ref, Representation
from dataexchange.store.catalogue import Catalogue, load


def refuse_arrays(conn: Connection, given: Sequence[Artefact], there: Catalogue) -> None:
    """Raises NotSupported that names the component, whether it says so itself or takes it from its concept."""
    structures = [artefact for artefact in given if isinstance(artefact, DataStructure)]
    core = dict(_core(_schemes(conn, structures, given, there)))
    for structure in structures:
        for component in structure.components():
            most = _representation(component, core).facets.get("maxOccurs", "1")
            if most not in ("0", "1"):
                raise NotSupported(
                    f"{component.id} of {structure.ref.kind.urn_class} {structure.ref} may have several values at once "
                    f"(maxOccurs {most[:20]}), and the exchange holds one: set maxOccurs to 1, or give each value a component."
                )


def _representation(component: Component, core: Mapping[ItemRef, Representation]) -> Representation:
    """Its own, else its concept's."""
    own = component.representation
    if own.codelist or own.text_type or own.facets or component.concept is None:
        return own
    return core.get(component.concept, own)


def _schemes(
    conn: Connection, structures: Sequence[DataStructure], given: Sequence[Artefact], there: Catalogue
) -> Iterator[tuple[Ref, ConceptScheme]]:
    """The concept schemes that the structures use: those that come with them, else those that are registered."""
    coming = {a.ref: a for a in given if isinstance(a, ConceptScheme)}
    used = {c.concept.scheme for structure in structures for c in structure.components() if c.concept}
    yield from ((ref, coming[ref]) for ref in used if ref in coming)
    held = {ref: found for ref in used if ref not in coming and (found := there.resolve(ref))}
    for ref, scheme in zip(held, load(conn, list(held.values())), strict=True):
        if isinstance(scheme, ConceptScheme):
            yield ref, scheme


def _core(schemes: Iterator[tuple[Ref, ConceptScheme]]) -> Iterator[tuple[ItemRef, Representation]]:
    for ref, scheme in schemes:
        yield from ((ItemRef(ref, item.id), item.representation) for item in scheme.items if item.representation)
