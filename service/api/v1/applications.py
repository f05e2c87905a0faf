"""Partner intake: sending an application, and amending one that the same partner sent."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from service.actions import amendments
from service.actions.applications import submit
from service.api.v1.edge import BODY_BYTES, JSON, actor_of, agency_of, answer, parse_bytes
from service.api.v1.shapes import (
    AgencyId,
    Consent,
    Contact,
    FactsObject,
    Id,
    Language,
    ProgramId,
    Signature,
    Strict,
)
from service.body import media_type, read_bytes
from service.errors import UnsupportedMedia
from service.referrals import request as sending
from service.security.idempotency import Answer, Record, once, required_key
from service.web import now_of, services_of


class ApplicationBody(Strict):
    """One signing for one or more programs."""

    facts: FactsObject
    programs: Annotated[list[ProgramId], Field(min_length=1, max_length=50)]
    consents: Annotated[list[Consent], Field(max_length=50)]
    signature: Signature
    contact: Contact
    language: Language = "en"


class SentReferral(Strict):
    """One case, and the agency that gets it."""

    id: Id
    program: ProgramId
    agency: AgencyId


class ApplicationReceipt(Strict):
    """Give reference and secret to the applicant: they are the way back without an account."""

    reference: str
    secret: str
    referrals: list[SentReferral]


class AmendmentBody(Strict):
    """The whole facts as they are now; they replace those sent before."""

    facts: FactsObject


class AmendmentReceipt(Strict):
    """The version that the agencies are offered now."""

    version: int


async def create(request: Request) -> Response:
    """Send an application. The same key and body give the first answer, also after a crash."""
    services, actor = services_of(request), actor_of(request)
    key, body = await _keyed(request)

    async def work(record: Record) -> None:
        await submit(services, actor, _request(body), now_of(request), record)

    kept = await once(services, f"partner/{agency_of(request)}/applications", key, body, work)
    return _answered(kept)


async def amend(request: Request) -> Response:
    """Send changed facts for an application this partner sent."""
    services, actor = services_of(request), actor_of(request)
    key, body = await _keyed(request)
    application = await amendments.find_sent_by(
        services, agency_of(request), request.path_params["reference"]
    )

    async def work(record: Record) -> None:
        facts = parse_bytes(body, AmendmentBody).facts
        await amendments.amend_for_partner(
            services, actor, application, facts, now_of(request), record
        )

    scope = f"partner/{agency_of(request)}/amendments/{application}"
    return _answered(await once(services, scope, key, body, work))


async def _keyed(request: Request) -> tuple[str, bytes]:
    """The key and the raw body it is kept for."""
    key = required_key(request)
    if media_type(request) != JSON:
        raise UnsupportedMedia
    return key, await read_bytes(request, BODY_BYTES)


def _answered(kept: Answer) -> Response:
    response = answer(kept.body, kept.status)
    if kept.replayed:
        response.headers["idempotency-replayed"] = "true"
    return response


def _request(body: bytes) -> sending.SendRequest:
    sent = parse_bytes(body, ApplicationBody)
    contact: dict[str, Any] = sent.contact.model_dump()
    return sending.SendRequest(
        application=None,
        facts=sent.facts,
        programs=tuple(sent.programs),
        consents=tuple(sending.Consent(c.program, tuple(c.fields)) for c in sent.consents),
        signature=sent.signature.name,
        contact=sending.Contact(**contact),
        language=sent.language,
    )
