"""A metadata report against its metadata structure: which attributes there may be, how often, where, and what they may say.

Faults are sentences that name the attribute by its path: "CONTACT/CONTACT_EMAIL stands 2 times and may stand once".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from dataexchange.model.metadata import MetadataSet, Reported, Target, target
from dataexchange.model.structure import MetadataAttribute, Metadataflow, MetadataStructure, Representation
from dataexchange.pipeline.validation_format import FORMS

_SHOWN = 60


def metadata_faults(
    report: MetadataSet,
    flow: Metadataflow,
    structure: MetadataStructure,
    representations: Mapping[str, Representation],
    codes: Mapping[str, Collection[str]],
) -> list[str]:
    """In the order of the report. `representations` and `codes` are by attribute; what is not there is free text."""
    known = {attribute.id: attribute for attribute in structure.attributes}
    found = list(_targets(report, flow))
    found += _inside("", None, report.attributes, known)
    for reported in report.every():
        attribute = known.get(reported.id)
        if attribute is not None:
            found += _value(reported, attribute, representations.get(reported.id), codes.get(reported.id))
    return found


def _targets(report: MetadataSet, flow: Metadataflow) -> Iterator[str]:
    if not report.targets:
        yield "the report has no target: name what it describes by its URN"
    allowed = [t for t in map(target, flow.targets) if t is not None]
    for urn in report.targets:
        meant = target(urn)
        if meant is None:
            yield f"the target {urn[:200]!r} is no SDMX URN"
        elif "*" in (meant.item or ""):
            yield f"the target {urn[:200]} means any item: name each, or the whole scheme"
        elif allowed and not any(_covers(form, meant) for form in allowed):
            yield f"the target {urn[:200]} is not among those that {flow.ref} is for: {', '.join(flow.targets[:5])}"


def _covers(form: Target, meant: Target) -> bool:
    """Whether a target of the metadataflow, which may have wildcards, takes that of a report."""
    pairs = ((meant.cls, form.cls), (meant.agency, form.agency), (meant.id, form.id))
    versions = form.version == "*" or form.version == meant.version or "+" in form.version
    items = form.item is None or (meant.item is not None and fnmatchcase(meant.item, form.item))
    return all(fnmatchcase(word, pattern) for word, pattern in pairs) and versions and items


def _inside(
    path: str, parent: str | None, reported: Sequence[Reported], known: Mapping[str, MetadataAttribute]
) -> Iterator[str]:
    """Attributes that stand together: each in its place, and as often as it may."""
    there = Counter(r.id for r in reported)
    for identifier in there:
        attribute = known.get(identifier)
        if attribute is None:
            yield f"{path}{identifier} is no attribute of the metadata structure"
        elif attribute.parent != parent:
            place = f"in {attribute.parent}" if attribute.parent else "at the top"
            yield f"{path}{identifier} stands in the wrong place: it belongs {place}"
    for attribute in (a for a in known.values() if a.parent == parent):
        n = there[attribute.id]
        if n < attribute.min_occurs:
            yield f"{path}{attribute.id} is missing"
        elif attribute.max_occurs is not None and n > attribute.max_occurs:
            yield f"{path}{attribute.id} stands {n} times and may stand {_times(attribute.max_occurs)}"
    for each in reported:
        if each.id in known:
            yield from _inside(f"{path}{each.id}/", each.id, each.attributes, known)


def _times(n: int) -> str:
    return "once" if n == 1 else f"{n} times"


def _value(
    reported: Reported, attribute: MetadataAttribute, wanted: Representation | None, codes: Collection[str] | None
) -> Iterator[str]:
    empty = reported.value is None and not reported.texts
    if attribute.presentational:
        if not empty:
            yield f"{reported.id} has a value, and only holds other attributes"
        return
    if empty:
        yield f"{reported.id} has no value"
        return
    for text in _texts(reported):
        shown = f"{reported.id} {text[:_SHOWN]!r}"
        form = FORMS.get(wanted.text_type or "") if wanted else None
        if codes is not None and text not in codes:
            yield f"{shown} is no code of its list"
        elif codes is None and form and not re.search(form[0], text):
            yield f"{shown} is not {form[1]}"


def _texts(reported: Reported) -> list[str]:
    if reported.texts:
        return list(reported.texts.values())
    value = reported.value
    return [str(value).lower() if isinstance(value, bool) else str(value)]
