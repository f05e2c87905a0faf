"""Every operation of version 1 described on one screen: the document is made from it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from service.api.v1 import applications, decisions, petitions, programs, referrals, routes, webhook
from service.api.v1.shapes import Problem
from service.openapi import JSON, Operation, document

TITLE, VERSION = "Threshold", "1"
ROUTES = {route.name: route for route in routes}
DRY_RUN = {"dry_run": {"type": "string", "enum": ["true", "false", "1", "0"]}}
FACTS = {"type": "object", "description": "Facts; see docs/api.md."}


async def openapi(_: Request) -> Response:
    """This very document."""
    return Response(_written(), media_type=JSON)


def openapi_document() -> dict[str, Any]:
    """The document as a value."""
    return document(TITLE, VERSION, OPERATIONS, Problem)


@cache
def _written() -> bytes:
    return json.dumps(openapi_document(), ensure_ascii=False).encode()


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        ROUTES["api.openapi"],
        "This document.",
        None,
    ),
    Operation(
        ROUTES["api.programs"],
        "The city's programs, and the facts each one's agency is granted.",
        programs.ProgramList,
    ),
    Operation(
        ROUTES["api.petitions"],
        "Petitions that are or were open, the newest first.",
        petitions.PetitionList,
        query=petitions.QUERY,
    ),
    Operation(
        ROUTES["api.petitions.csv"],
        "The same petitions by number, for a spreadsheet.",
        "text/csv",
    ),
    Operation(
        ROUTES["api.petition"],
        "One petition, the city's answers and its promises.",
        petitions.PetitionAnswer,
        errors=(404,),
    ),
    Operation(
        ROUTES["api.screenings"],
        "What seems likely for these facts. Nothing is stored.",
        programs.ScreeningAnswer,
        body=FACTS,
        query=programs.QUERY,
        errors=(401, 429),
    ),
    Operation(
        ROUTES["api.applications"],
        "Send one application to every program named in it.",
        applications.ApplicationReceipt,
        201,
        applications.ApplicationBody,
        key="partner",
        idempotent=True,
        errors=(409,),
    ),
    Operation(
        ROUTES["api.amendments"],
        "Send the changed facts of an application you sent.",
        applications.AmendmentReceipt,
        201,
        applications.AmendmentBody,
        key="partner",
        idempotent=True,
        errors=(409,),
    ),
    Operation(
        ROUTES["api.referrals.pull"],
        "Lease waiting referrals, the oldest due first.",
        referrals.PullAnswer,
        body=referrals.PullBody,
        key="agency",
    ),
    Operation(
        ROUTES["api.referrals.ack"],
        "Acknowledge some or all of a lease: receipt_mismatch or not_in_lease refuse all of it.",
        referrals.AckAnswer,
        body=referrals.AckBody,
        key="agency",
        errors=(409,),
    ),
    Operation(
        ROUTES["api.referrals.csv"],
        "Cases not acknowledged yet, for a spreadsheet.",
        "text/csv",
        key="agency",
    ),
    Operation(
        ROUTES["api.referrals.withdrawn"],
        "Cases you were offered that residents took back, the earliest first.",
        referrals.TakenBackList,
        key="agency",
        query={"after": {"type": "string", "format": "uuid"}},
    ),
    Operation(
        ROUTES["api.referral"],
        "Where a case stands, with its questions and their replies.",
        referrals.ReferralAnswer,
        key="agency",
    ),
    Operation(
        ROUTES["api.referral.reasons"],
        "Why a case's screening came out so: the fewest facts behind each result.",
        referrals.ReasonsAnswer,
        key="agency",
    ),
    Operation(
        ROUTES["api.referral.decision"],
        "Decide: the same again is fine; already_decided and newer_version refuse.",
        referrals.DecisionAnswer,
        body=referrals.DecisionBody,
        key="agency",
        errors=(409,),
    ),
    Operation(
        ROUTES["api.referral.requests"],
        "Ask the resident for something.",
        referrals.QuestionAnswer,
        201,
        referrals.QuestionBody,
        key="agency",
        errors=(409,),
    ),
    Operation(
        ROUTES["api.decisions"],
        "Decide many cases, each on its own; dry_run only says what would happen.",
        decisions.BatchAnswer,
        body=decisions.DecisionBatch,
        csv_body=True,
        key="agency",
        query=DRY_RUN,
    ),
    Operation(
        ROUTES["api.webhook"],
        "Where hints go, and the keys that check them.",
        webhook.WebhookAnswer,
        key="agency",
    ),
    Operation(
        ROUTES["api.webhook.set"],
        "Have hints posted to an https address.",
        webhook.WebhookAnswer,
        body=webhook.WebhookBody,
        key="agency",
    ),
    Operation(
        ROUTES["api.webhook.remove"],
        "Have no more hints.",
        webhook.WebhookAnswer,
        key="agency",
    ),
)
