"""`/api/v1/agreements` and `/api/v1/organisations`: who sends what, for which areas, and who reviews it. Anybody may know."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dataexchange.api.asked import Here, KeyHolder, flow_of
from dataexchange.api.fields import Body, Name, OrganisationId, Short
from dataexchange.api.told import answers
from dataexchange.model.provision import areas_of, reviewer_of
from dataexchange.model.structure import Item, ProvisionAgreement
from dataexchange.store.database import reading, writing
from dataexchange.workflow import agreements
from dataexchange.workflow.keys import organisations

router = APIRouter(tags=["Access"])


class AgreementDocument(BaseModel):
    id: str
    version: str
    urn: str
    name: str
    provider: str
    dataflow: str
    areas: Annotated[list[str], Field(description="codes of REF_AREA, everything below them included; empty: any")]
    review_by: Annotated[str | None, Field(description="the office that accepts or returns before publication")]


class WantedAgreement(Body):
    provider: OrganisationId
    name: Annotated[Name, Field(description="of the provider")]
    dataflow: Short
    areas: Annotated[
        tuple[OrganisationId, ...],
        Field(
            max_length=1000,
            examples=[["GB_BRS"]],
            description="codes of REF_AREA; []: any area; left out: as agreed, or any if nothing is",
        ),
    ] = ()
    review_by: Annotated[
        OrganisationId | None,
        Field(description="the office that reviews; null: nobody; left out: as agreed, or nobody if nothing is"),
    ] = None


class OrganisationDocument(BaseModel):
    id: str
    name: str


class WantedOrganisation(Body):
    id: OrganisationId
    name: Name


@router.get("/agreements", summary="Provision agreements in force", responses=answers())
def list_agreements(exchange: Here) -> list[AgreementDocument]:
    with reading(exchange.engine) as conn:
        return [_document(agreement) for agreement in agreements.agreements(conn)]


@router.post(
    "/agreements",
    summary="Agree with a provider, new or known, on areas and review",
    description="Of an agreement that is in force only the terms that are named are changed.",
    status_code=201,
    responses=answers(401, 403, 404, 409),
)
def add_agreement(exchange: Here, caller: KeyHolder, body: WantedAgreement) -> AgreementDocument:
    flow = flow_of(body.dataflow)
    assert flow is not None
    with writing(exchange.engine) as conn:
        made = agreements.add_agreement(
            conn,
            Item(id=body.provider, names={"en": body.name}),
            flow,
            caller=caller,
            areas=body.areas if "areas" in body.model_fields_set else None,
            reviewer=(body.review_by or "") if "review_by" in body.model_fields_set else None,
        )
    return _document(made)


@router.get("/organisations", summary="Agencies and data providers", responses=answers())
def list_organisations(exchange: Here) -> list[OrganisationDocument]:
    with reading(exchange.engine) as conn:
        return [OrganisationDocument(id=id, name=name) for id, name in sorted(organisations(conn).items())]


@router.post(
    "/organisations",
    summary="Register an organisation that sends nothing itself, such as an office that reviews",
    status_code=201,
    responses=answers(401, 403, 404, 409),
)
def add_organisation(exchange: Here, caller: KeyHolder, body: WantedOrganisation) -> OrganisationDocument:
    with writing(exchange.engine) as conn:
        agreements.add_organisation(conn, Item(id=body.id, names={"en": body.name}), caller=caller)
    return OrganisationDocument(id=body.id, name=body.name)


def _document(agreement: ProvisionAgreement) -> AgreementDocument:
    return AgreementDocument(
        id=agreement.id,
        version=agreement.version,
        urn=agreement.ref.urn,
        name=agreement.name(),
        provider=agreement.provider.id,
        dataflow=agreement.dataflow.short,
        areas=list(areas_of(agreement)),
        review_by=reviewer_of(agreement),
    )
