"""Provision agreements: who may send what, for which areas, and who reviews it. Nobody publishes in another's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dataexchange.errors import Conflict, Forbidden, InvalidRequest, NotFound
from dataexchange.model.access import Caller, Scope
from dataexchange.model.provision import areas_of, reviewer_of, terms
from dataexchange.model.query import StructureQuery
from dataexchange.model.structure import (
    ID,
    AgencyScheme,
    DataProviderScheme,
    Item,
    ItemRef,
    Kind,
    ProvisionAgreement,
    Ref,
)
from dataexchange.model.submission import Status
from dataexchange.model.version import order
from dataexchange.store import audit, structures, submissions
from dataexchange.store.database import Connection
from dataexchange.workflow.permission import require

#: Where the exchange keeps its own providers, and the agencies it knows.
PROVIDERS = Ref(Kind.DATA_PROVIDER_SCHEME, "DX", "DATA_PROVIDERS", "1.0")
AGENCIES = Ref(Kind.AGENCY_SCHEME, "SDMX", "AGENCIES", "1.0")


def agreements(conn: Connection) -> list[ProvisionAgreement]:
    """Those in force: of every provider and dataflow the newest version. Earlier terms stay on record."""
    found = structures.find(conn, StructureQuery(kinds=(Kind.PROVISION_AGREEMENT.value,), versions=("*",)))
    newest: dict[tuple[str, Ref], ProvisionAgreement] = {}
    for agreement in found:
        if isinstance(agreement, ProvisionAgreement):
            pair = agreement.provider.id, agreement.dataflow
            if pair not in newest or order(newest[pair].version) < order(agreement.version):
                newest[pair] = agreement
    return list(newest.values())


def agreement_of(conn: Connection, provider: str, dataflow: Ref) -> ProvisionAgreement | None:
    """The one in force between the two."""
    return next((a for a in agreements(conn) if a.provider.id == provider and a.dataflow == dataflow), None)


def require_agreement(conn: Connection, provider: str, dataflow: Ref) -> ProvisionAgreement:
    """Raises Forbidden, naming the agreements there are, where the provider has none for the dataflow; NotFound where there is
    no such dataflow."""
    found = agreement_of(conn, provider, dataflow)
    if found is not None:
        return found
    structures.get(conn, dataflow)
    senders = ", ".join(sorted(a.provider.id for a in agreements(conn) if a.dataflow == dataflow)) or "nobody yet"
    raise Forbidden(
        f"Provider {provider!r} has no provision agreement for {dataflow} (there is one for {senders}): correct the provider or the "
        "dataflow, or have the exchange's operator make an agreement (`dataexchange agreements add`)."
    )


def add_agreement(
    conn: Connection,
    provider: Item,
    dataflow: Ref,
    *,
    caller: Caller,
    areas: Sequence[str] | None = None,
    reviewer: str | None = None,
) -> ProvisionAgreement:
    """Register the provider where it is new, and its agreement to send data on those areas to the dataflow.

    None leaves a term as the agreement in force has it; `()` are any areas, and "" is nobody who reviews, which a first agreement starts
    from. Other terms than those in force make a new version of the agreement; the same terms are a Conflict.
    """
    require(caller, Scope.ADMIN)
    schema = structures.schema(conn, dataflow)
    codes = schema.codes.get("REF_AREA", {})
    unknown = [area for area in areas or () if area not in codes]
    if unknown:
        raise InvalidRequest(
            f"name codes of REF_AREA in {dataflow}; `dataexchange codes add CL_AREA …` adds one",
            parameter="area",
            value=" ".join(unknown),
        )
    _register(conn, PROVIDERS, provider)
    if reviewer:
        _require_organisation(conn, reviewer)
    held = agreement_of(conn, provider.id, dataflow)
    if held is not None:
        areas = areas_of(held) if areas is None else areas
        reviewer = reviewer_of(held) if reviewer is None else reviewer
    made = ProvisionAgreement(
        agency="DX",
        id=f"PA_{provider.id}_{dataflow.id}",
        version="1.0.0",
        names={"en": f"{provider.name()} sends {dataflow.short}"},
        annotations=terms(areas or (), reviewer),
        provider=ItemRef(PROVIDERS, provider.id),
        dataflow=dataflow,
    )
    if held is not None:
        if held.annotations == made.annotations:
            raise Conflict(f"{provider.id} has this agreement for {dataflow} already: nothing to do.")
        made = replace(held, version=_next(held.version), annotations=made.annotations)
    structures.put(conn, [made])
    detail = {"provider": provider.id, "areas": list(areas_of(made)), "reviewer": reviewer_of(made)}
    audit.record(conn, actor=caller.actor, action="agreement.add", subject=str(made.ref), detail=detail)
    _lay_before(conn, made, reviewer_of(made), actor=caller.actor)
    return made


def _lay_before(conn: Connection, agreement: ProvisionAgreement, reviewer: str | None, *, actor: str) -> None:
    """What waits for a review goes to the office that now reviews, or on where none does any more."""
    waiting = submissions.latest(conn, status=Status.IN_REVIEW, provider=agreement.provider.id, limit=100_000)
    for submission in waiting:
        if submission.dataflow != agreement.dataflow or submission.reviewer == reviewer:
            continue
        if reviewer is None:
            submissions.set_status(conn, submission.id, Status.ACCEPTED)
        else:
            submissions.set_reviewer(conn, submission.id, reviewer)
        detail = {"reviewer": reviewer, "before": submission.reviewer}
        audit.record(conn, actor=actor, action="review.moved", subject=submission.id, detail=detail)


def add_organisation(conn: Connection, organisation: Item, *, caller: Caller) -> None:
    """Register an agency that sends nothing, such as an office that only reviews."""
    require(caller, Scope.ADMIN)
    if not _register(conn, AGENCIES, organisation):
        raise Conflict(f"{organisation.id} is registered already: nothing to do.")
    audit.record(conn, actor=caller.actor, action="organisation.add", subject=organisation.id)


def _next(version: str) -> str:
    """1.0.0 -> 1.1.0; 1.8 -> 1.9.0.

    >>> _next("1.0.0")
    '1.1.0'
    """
    major, minor, *_ = (*version.split("-")[0].split("."), "0")
    return f"{major}.{int(minor) + 1}.0"


def _register(conn: Connection, scheme: Ref, organisation: Item) -> bool:
    """Whether it was new to the scheme."""
    if not ID.fullmatch(organisation.id):
        raise InvalidRequest(
            "write letters, digits and _ only, such as KE_NBO", parameter="organisation", value=organisation.id
        )
    held = structures.get(conn, scheme)
    if not isinstance(held, DataProviderScheme | AgencyScheme):
        raise NotFound(f"{scheme} is not registered: start the exchange once with `dataexchange structures list`.")
    if any(item.id == organisation.id for item in held.items):
        return False
    structures.put(conn, [replace(held, items=(*held.items, organisation))])
    return True


def _require_organisation(conn: Connection, reviewer: str) -> None:
    for scheme in (PROVIDERS, AGENCIES):
        held = structures.get(conn, scheme)
        if isinstance(held, DataProviderScheme | AgencyScheme) and any(i.id == reviewer for i in held.items):
            return
    raise InvalidRequest(
        "name an organisation that is registered; `dataexchange organisations add` registers one",
        parameter="review-by",
        value=reviewer,
    )
