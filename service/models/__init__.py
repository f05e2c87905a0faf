"""Every stored table, by noun. One Tortoise app label, `threshold`, for all of them."""

from service.models.accounts import ApiKey, IdempotencyKey, RateLimit, Session, StaffAccount
from service.models.applications import (
    Application,
    ContactChange,
    ReturnLink,
    RuleSet,
    Submission,
)
from service.models.journal import AuditEntry, AuditLink, DailyCount, OutboxRow
from service.models.referrals import (
    AgencyEndpoint,
    CaseNote,
    Decision,
    InformationRequest,
    Lease,
    LeaseItem,
    Objection,
    Referral,
    ReferralEvent,
)

__all__ = [
    "AgencyEndpoint",
    "ApiKey",
    "Application",
    "AuditEntry",
    "AuditLink",
    "CaseNote",
    "ContactChange",
    "DailyCount",
    "Decision",
    "IdempotencyKey",
    "InformationRequest",
    "Lease",
    "LeaseItem",
    "Objection",
    "OutboxRow",
    "RateLimit",
    "Referral",
    "ReferralEvent",
    "ReturnLink",
    "RuleSet",
    "Session",
    "StaffAccount",
    "Submission",
]
