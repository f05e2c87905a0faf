"""Agency exchange: pull, acknowledge, look at one, decide, ask."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from service.actions import decisions, requests
from service.actions import referrals as exchange
from service.api.v1.edge import JSON, actor_of, agency_of, answer, path_id, read_model
from service.api.v1.shapes import (
    Cents,
    Consent,
    Contact,
    Count,
    Day,
    FactsObject,
    Id,
    Outcome,
    ProgramId,
    Strict,
    Text,
    Version,
    parse_uuid,
)
from service.body import read_query
from service.errors import Malformed, NotFound
from service.queries.case_reasons import reasons_of_case
from service.queries.referrals import case_of_agency, taken_back
from service.web import now_of, services_of

LONGEST_LEASE = 24 * 3600


class PullBody(Strict):
    """How many at most, and for how long they are yours to acknowledge."""

    limit: Annotated[int, Field(ge=1, le=exchange.MOST_AT_ONCE)] = 100
    lease_seconds: Annotated[int, Field(ge=1, le=LONGEST_LEASE)] = 300


class GivenConsent(Consent):
    """What the applicant agreed to, and when."""

    agency: str
    given_at: datetime


class GivenSignature(Strict):
    """Who signed, and when."""

    name: str
    signed_at: datetime


class PulledReferral(Strict):
    """One case. The same id may come again with a higher version: an amendment."""

    id: Id
    version: Version
    program: ProgramId
    filed_at: datetime
    due_on: Day
    reference: str
    language: str
    contact: Contact
    facts: FactsObject
    consent: GivenConsent
    signature: GivenSignature
    screening: Annotated[
        list[dict[str, Any]],
        Field(description="Determinations made from these facts alone. A guess, not a decision."),
    ]
    amended_at: datetime | None = None


class PullAnswer(Strict):
    """A lease over some referrals, the oldest due first. Hash these bytes to acknowledge."""

    lease: Id
    expires_at: datetime
    count: Count
    referrals: list[PulledReferral]


class AckBody(Strict):
    """What was received: the pull's lease, count and hash, and the ids you now hold."""

    lease: Annotated[str, Field(max_length=64)]
    ids: Annotated[
        list[Annotated[str, Field(max_length=64)]], Field(max_length=exchange.MOST_AT_ONCE)
    ]
    count: int
    sha256: Annotated[
        str, Field(max_length=200, description="Hex digest of the pull answer's body")
    ]


class AckAnswer(Strict):
    """How many of the ids are acknowledged: all of them."""

    lease: str
    acknowledged: Count


class DecisionBody(Strict):
    """A decision on one version of a case."""

    version: Version
    outcome: Outcome
    reason: Annotated[str, Field(max_length=64)] | None = None
    text: Text | None = None
    effective_on: Day | None = None
    amount: Cents | None = None

    def request(self) -> decisions.DecisionRequest:
        """The same for the action."""
        return decisions.DecisionRequest(
            self.version, self.outcome, self.reason, self.text, self.effective_on, self.amount
        )


class DecisionAnswer(Strict):
    """The case's state after the decision."""

    id: Id
    state: Outcome
    version: Version


class QuestionBody(Strict):
    """What you still need from the resident, by when, in plain words."""

    items: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=20)
    ] = []
    due_on: Day
    text: Annotated[str, Field(min_length=1, max_length=5000)]


class QuestionAnswer(Strict):
    """The request's id; its reply is in GET /api/v1/referrals/{id}."""

    id: Id


class AskedQuestion(Strict):
    """A question and, once it is there, the resident's reply."""

    id: Id
    state: Literal["open", "answered", "lapsed", "cancelled"]
    items: list[str]
    text: str
    due_on: Day
    asked_at: datetime
    reply: str | None
    answered_at: datetime | None


class ReferralAnswer(Strict):
    """Where a case stands, without its facts: those come by pull, and the few behind
    its result with its reasons."""

    id: Id
    program: ProgramId
    state: str
    version: Version
    acknowledged_version: Count
    filed_at: datetime
    due_on: Day
    requests: list[AskedQuestion]


class ReasonsAnswer(Strict):
    """The screening of a case made again, by the rules and on the day it was made by."""

    id: Id
    version: Version
    on: Day
    explained: Annotated[
        Literal["fewest", "all", "stored"],
        Field(
            description="`fewest`: no result can do without any fact its reasons name. `all`: the"
            " household is too large for that. `stored`: these rules cannot be read any more."
        ),
    ]
    determinations: Annotated[
        list[dict[str, Any]], Field(description="Determinations; see docs/api.md.")
    ]


class TakenBack(Strict):
    """A case you were offered that its resident took back: nothing more is to be done."""

    id: Id
    program: ProgramId
    version: Version
    withdrawn_at: datetime


class TakenBackList(Strict):
    """The earliest first; ask again with `after` = `next` to go on."""

    items: list[TakenBack]
    next: Id | None


async def pull(request: Request) -> Response:
    """Lease what is waiting for this agency."""
    body = await read_model(request, PullBody)
    pulled = await exchange.pull(
        services_of(request),
        actor_of(request),
        agency_of(request),
        body.limit,
        timedelta(seconds=body.lease_seconds),
        now_of(request),
    )
    return Response(pulled.body, media_type=JSON)


async def ack(request: Request) -> Response:
    """Say which referrals of a lease are safely stored on your side."""
    body = await read_model(request, AckBody)
    lease = parse_uuid(body.lease)
    ids = [parse_uuid(each) for each in body.ids]
    known: tuple[UUID, ...] = tuple(dict.fromkeys(each for each in ids if each is not None))
    receipt = exchange.Receipted(
        lease or UUID(int=0), known, body.count, body.sha256, foreign=None in ids
    )
    try:
        await exchange.acknowledge(
            services_of(request), actor_of(request), agency_of(request), receipt, now_of(request)
        )
    except NotFound:
        # An empty pull leaves no lease behind; its receipt says nothing, which is always true.
        if body.ids or body.count:
            raise
    return answer({"lease": body.lease, "acknowledged": len(known)})


async def withdrawn(request: Request) -> Response:
    """What residents took back, from a place in the list on."""
    after = read_query(request).get("after")
    place = parse_uuid(after)
    if after and place is None:
        raise Malformed("after")
    items, following = await taken_back(agency_of(request), place)
    return answer({"items": items, "next": None if following is None else str(following)})


async def show(request: Request) -> Response:
    """Where one case stands, with the questions asked and their replies."""
    case = await case_of_agency(services_of(request), actor_of(request), path_id(request))
    return answer(case)


async def reasons(request: Request) -> Response:
    """Why one case's screening came out so."""
    found = await reasons_of_case(services_of(request), actor_of(request), path_id(request))
    explained = "stored" if found.program is None else "fewest" if found.fewest else "all"
    return answer(
        {
            "id": str(found.id),
            "version": found.version,
            "on": found.on.isoformat(),
            "explained": explained,
            "determinations": list(found.screening),
        }
    )


async def decision(request: Request) -> Response:
    """Decide one case."""
    referral = path_id(request)
    body = await read_model(request, DecisionBody)
    decided = await decisions.decide(
        services_of(request), actor_of(request), referral, body.request(), now_of(request)
    )
    return answer({"id": str(referral), "state": decided.outcome, "version": decided.version})


async def ask(request: Request) -> Response:
    """Ask the resident for something; it becomes their task."""
    referral = path_id(request)
    body = await read_model(request, QuestionBody)
    question = requests.Question(tuple(body.items), body.due_on, body.text)
    asked = await requests.ask(
        services_of(request), actor_of(request), referral, question, now_of(request)
    )
    return answer({"id": str(asked)}, 201)
