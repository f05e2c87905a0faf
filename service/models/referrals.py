"""Referrals: one submission handed to one agency, and all that comes back."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from service.models.applications import Application
from service.models.classes import Retention as R
from service.models.classes import Sensitivity as S
from service.models.classes import classed


class Referral(Model):
    """Unique on (application, program). States and moves: contracts, "Referral".

    `granted` is sealed JSON {reference, language, contact, facts, consent, signature, screening}:
    exactly what the agency receives for `version` (the number of the submission it is from), so a
    pull need not parse it; the screening in it is made anew from the granted facts. Whatever is
    not acknowledged (`acknowledged_version` < `version`) and in no lease is offered.
    """

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.CASE)
    application: fields.ForeignKeyRelation[Application] = classed(
        fields.ForeignKeyField("threshold.Application", related_name="referrals"),
        S.INTERNAL,
        R.CASE,
    )
    program = classed(fields.CharField(max_length=64), S.SENSITIVE, R.CASE)
    agency = classed(fields.CharField(max_length=64), S.SENSITIVE, R.CASE)
    state = classed(fields.CharField(max_length=24, default="queued"), S.SENSITIVE, R.CASE)
    version = classed(fields.IntField(default=1), S.INTERNAL, R.CASE)
    acknowledged_version = classed(fields.IntField(default=0), S.INTERNAL, R.CASE)
    # True while `version` is not acknowledged and not withdrawn: what a pull looks for.
    waiting = classed(fields.BooleanField(default=True), S.INTERNAL, R.CASE)
    granted = classed(fields.BinaryField(), S.SENSITIVE, R.CASE)
    urgent = classed(fields.BooleanField(default=False), S.SENSITIVE, R.CASE)
    filed_at = classed(fields.DatetimeField(), S.INTERNAL, R.CASE)
    due_on = classed(fields.DateField(), S.INTERNAL, R.CASE)
    offered_at = classed(fields.DatetimeField(null=True), S.INTERNAL, R.CASE)
    acknowledged_at = classed(fields.DatetimeField(null=True), S.INTERNAL, R.CASE)
    decided_at = classed(fields.DatetimeField(null=True), S.INTERNAL, R.CASE)
    lease = classed(fields.UUIDField(null=True, db_index=True), S.INTERNAL, R.SESSION)
    assigned_to = classed(fields.UUIDField(null=True), S.INTERNAL, R.CASE)  # a staff account
    applicant_index = classed(
        fields.CharField(max_length=64, null=True), S.PERSONAL, R.CASE
    )  # name, for search

    class Meta:
        table = "referrals"
        unique_together = (("application", "program"),)
        indexes = (
            ("agency", "state", "due_on"),
            ("agency", "waiting", "due_on"),
            ("agency", "applicant_index"),
        )


class Lease(Model):
    """One pull: which referrals were offered, until when, and the hash of the body that was sent.

    Kept with the case: its items are the agency's receipts, and reconciliation reads them.
    """

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.CASE)
    agency = classed(fields.CharField(max_length=64), S.INTERNAL, R.CASE)
    count = classed(fields.IntField(), S.INTERNAL, R.CASE)
    body_hash = classed(fields.CharField(max_length=64), S.INTERNAL, R.CASE)
    made_at = classed(fields.DatetimeField(), S.INTERNAL, R.CASE)
    expires_at = classed(fields.DatetimeField(db_index=True), S.INTERNAL, R.CASE)

    class Meta:
        table = "leases"


class LeaseItem(Model):
    """A referral and its version inside one lease."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.CASE)
    lease: fields.ForeignKeyRelation[Lease] = classed(
        fields.ForeignKeyField("threshold.Lease", related_name="items"), S.INTERNAL, R.CASE
    )
    referral: fields.ForeignKeyRelation[Referral] = classed(
        fields.ForeignKeyField("threshold.Referral", related_name="leased", db_index=True),
        S.INTERNAL,
        R.CASE,
    )
    version = classed(fields.IntField(), S.INTERNAL, R.CASE)
    acknowledged_at = classed(fields.DatetimeField(null=True), S.INTERNAL, R.CASE)

    class Meta:
        table = "lease_items"
        unique_together = (("lease", "referral"),)


class AgencyEndpoint(Model):
    """Where an agency wants its webhook hints; an agency without a row only pulls.

    `paused_at` is set when the endpoint answers 410 Gone; setting the address again ends it.
    """

    agency = classed(fields.CharField(max_length=64, primary_key=True), S.INTERNAL, R.ACCOUNT)
    url = classed(fields.CharField(max_length=500), S.INTERNAL, R.ACCOUNT)
    set_at = classed(fields.DatetimeField(), S.INTERNAL, R.ACCOUNT)
    paused_at = classed(fields.DatetimeField(null=True), S.INTERNAL, R.ACCOUNT)

    class Meta:
        table = "agency_endpoints"


class Decision(Model):
    """An agency's decision on one version; at most one per (referral, number). `body` is sealed
    JSON {text, effective_on, amount}; `request_hash` tells the same decision again from another."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.CASE)
    referral: fields.ForeignKeyRelation[Referral] = classed(
        fields.ForeignKeyField("threshold.Referral", related_name="decisions"), S.INTERNAL, R.CASE
    )
    number = classed(fields.IntField(), S.INTERNAL, R.CASE)
    version = classed(fields.IntField(), S.INTERNAL, R.CASE)
    outcome = classed(fields.CharField(max_length=16), S.SENSITIVE, R.CASE)
    reason = classed(fields.CharField(max_length=64, null=True), S.SENSITIVE, R.CASE)
    body = classed(fields.BinaryField(null=True), S.SENSITIVE, R.CASE)
    request_hash = classed(fields.CharField(max_length=64), S.INTERNAL, R.CASE)
    decided_by = classed(fields.CharField(max_length=64), S.INTERNAL, R.CASE)
    decided_at = classed(fields.DatetimeField(), S.INTERNAL, R.CASE)

    class Meta:
        table = "decisions"
        unique_together = (("referral", "number"),)


class InformationRequest(Model):
    """An agency's question: the resident's task. `state`: open, answered, lapsed, cancelled.

    `body` is sealed JSON {items: [...], text}; `reply` is sealed JSON {text}.
    """

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.CASE)
    referral: fields.ForeignKeyRelation[Referral] = classed(
        fields.ForeignKeyField("threshold.Referral", related_name="requests", db_index=True),
        S.INTERNAL,
        R.CASE,
    )
    state = classed(fields.CharField(max_length=16, default="open"), S.SENSITIVE, R.CASE)
    body = classed(fields.BinaryField(), S.SENSITIVE, R.CASE)
    reply = classed(fields.BinaryField(null=True), S.SENSITIVE, R.CASE)
    due_on = classed(fields.DateField(), S.INTERNAL, R.CASE)
    asked_by = classed(fields.CharField(max_length=64), S.INTERNAL, R.CASE)
    asked_at = classed(fields.DatetimeField(), S.INTERNAL, R.CASE)
    answered_at = classed(fields.DatetimeField(null=True), S.INTERNAL, R.CASE)

    class Meta:
        table = "information_requests"


class Objection(Model):
    """A resident's objection to a decision, read by another worker: open, upheld or changed."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.CASE)
    decision: fields.OneToOneRelation[Decision] = classed(
        fields.OneToOneField("threshold.Decision", related_name="objection"), S.INTERNAL, R.CASE
    )
    referral: fields.ForeignKeyRelation[Referral] = classed(
        fields.ForeignKeyField("threshold.Referral", related_name="objections", db_index=True),
        S.INTERNAL,
        R.CASE,
    )
    state = classed(fields.CharField(max_length=16, default="open"), S.SENSITIVE, R.CASE)
    text = classed(fields.BinaryField(), S.SENSITIVE, R.CASE)
    answer = classed(fields.BinaryField(null=True), S.SENSITIVE, R.CASE)
    made_at = classed(fields.DatetimeField(), S.INTERNAL, R.CASE)
    answered_by = classed(fields.CharField(max_length=64, null=True), S.INTERNAL, R.CASE)
    answered_at = classed(fields.DatetimeField(null=True), S.INTERNAL, R.CASE)

    class Meta:
        table = "objections"


class CaseNote(Model):
    """An internal remark; never in a resident's view."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.CASE)
    referral: fields.ForeignKeyRelation[Referral] = classed(
        fields.ForeignKeyField("threshold.Referral", related_name="notes", db_index=True),
        S.INTERNAL,
        R.CASE,
    )
    text = classed(fields.BinaryField(), S.SENSITIVE, R.CASE)
    written_by = classed(fields.UUIDField(), S.INTERNAL, R.CASE)
    written_at = classed(fields.DatetimeField(), S.INTERNAL, R.CASE)

    class Meta:
        table = "case_notes"


class ReferralEvent(Model):
    """Each move of a referral, for the status line, reconciliation and the weekly figures."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.CASE)
    referral: fields.ForeignKeyRelation[Referral] = classed(
        fields.ForeignKeyField("threshold.Referral", related_name="events", db_index=True),
        S.INTERNAL,
        R.CASE,
    )
    state = classed(fields.CharField(max_length=24), S.SENSITIVE, R.CASE)
    version = classed(fields.IntField(), S.INTERNAL, R.CASE)
    at = classed(fields.DatetimeField(), S.INTERNAL, R.CASE)

    class Meta:
        table = "referral_events"
