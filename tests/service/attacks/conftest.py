"""Everybody who may be attacked, or attack: partners, agencies, residents and staff."""

from __future__ import annotations

from tests.service.exchange.conftest import (
    a_send,
    agency,
    metro,
    other_partner,
    partner,
    utilities,
)
from tests.service.resident.conftest import elsewhere, first, sent
from tests.service.resident.test_amending import alone
from tests.service.resident.test_contact_changes import known
from tests.service.staff.conftest import new_browser, send, staff

__all__ = [
    "a_send",
    "agency",
    "alone",
    "elsewhere",
    "first",
    "known",
    "metro",
    "new_browser",
    "other_partner",
    "partner",
    "send",
    "sent",
    "staff",
    "utilities",
]
