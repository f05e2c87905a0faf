"""The outbox, the audit log and its sealed chain, and figures kept without persons."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from service.models.classes import Retention as R
from service.models.classes import Sensitivity as S
from service.models.classes import classed


class OutboxRow(Model):
    """Work committed with the data that caused it. `state`: waiting, sent, needs_attention.

    `topic` names the handler (referral_hint, notice, referral_mail, referral_file). `lane` keeps
    one recipient's trouble from slowing another's work. `payload` is sealed JSON.
    """

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.DELIVERY)
    topic = classed(fields.CharField(max_length=32), S.INTERNAL, R.DELIVERY)
    lane = classed(fields.CharField(max_length=64), S.INTERNAL, R.DELIVERY)
    key = classed(fields.CharField(max_length=128, unique=True), S.INTERNAL, R.DELIVERY)
    payload = classed(fields.BinaryField(), S.SENSITIVE, R.DELIVERY)
    state = classed(fields.CharField(max_length=16, default="waiting"), S.INTERNAL, R.DELIVERY)
    attempts = classed(fields.IntField(default=0), S.INTERNAL, R.DELIVERY)
    next_at = classed(fields.DatetimeField(), S.INTERNAL, R.DELIVERY)
    leased_until = classed(fields.DatetimeField(null=True), S.INTERNAL, R.DELIVERY)
    lease_token = classed(fields.UUIDField(null=True), S.INTERNAL, R.DELIVERY)
    last_error = classed(fields.CharField(max_length=200, null=True), S.INTERNAL, R.DELIVERY)
    created_at = classed(fields.DatetimeField(), S.INTERNAL, R.DELIVERY)
    done_at = classed(fields.DatetimeField(null=True), S.INTERNAL, R.DELIVERY)

    class Meta:
        table = "outbox"
        indexes = (("state", "next_at"), ("lane", "state", "next_at"))


class AuditEntry(Model):
    """Who did what to which record, when and why. Appended in its action's transaction, no lock.

    `detail` is JSON text without personal data. `id` is a version 7 UUID from the machine's own
    clock: the sealer follows it, while `at` is the service's time. A row is sealed once a link
    names it.
    """

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.AUDIT)
    at = classed(fields.DatetimeField(db_index=True), S.INTERNAL, R.AUDIT)
    actor_kind = classed(fields.CharField(max_length=16), S.INTERNAL, R.AUDIT)
    actor_id = classed(fields.CharField(max_length=64), S.INTERNAL, R.AUDIT)
    action = classed(fields.CharField(max_length=64), S.INTERNAL, R.AUDIT)
    subject = classed(fields.CharField(max_length=64), S.INTERNAL, R.AUDIT)
    agency = classed(fields.CharField(max_length=64, null=True), S.INTERNAL, R.AUDIT)
    detail = classed(fields.TextField(default="{}"), S.INTERNAL, R.AUDIT)

    class Meta:
        table = "audit_entries"


class AuditLink(Model):
    """One link of the sealed chain: hash = SHA-256(previous hash, entry's canonical bytes)."""

    number = classed(fields.BigIntField(primary_key=True), S.INTERNAL, R.AUDIT)
    entry = classed(fields.UUIDField(unique=True), S.INTERNAL, R.AUDIT)
    previous = classed(fields.BinaryField(), S.INTERNAL, R.AUDIT)
    hash = classed(fields.BinaryField(), S.INTERNAL, R.AUDIT)
    sealed_at = classed(fields.DatetimeField(), S.INTERNAL, R.AUDIT)

    class Meta:
        table = "audit_chain"


class DailyCount(Model):
    """Figures that name nobody: drafts started a day, by program interest and language."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.PERMANENT)
    day = classed(fields.DateField(), S.INTERNAL, R.PERMANENT)
    measure = classed(fields.CharField(max_length=32), S.INTERNAL, R.PERMANENT)
    program = classed(fields.CharField(max_length=64, default=""), S.INTERNAL, R.PERMANENT)
    count = classed(fields.IntField(default=0), S.INTERNAL, R.PERMANENT)

    class Meta:
        table = "daily_counts"
        unique_together = (("day", "measure", "program"),)
