"""Voice's own sessions and outbox: nothing joins them to a benefits case."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from service.models.classes import Retention as R
from service.models.classes import Sensitivity as S
from service.models.classes import classed


class VoiceSession(Model):
    """A server-side session of an author or signer. Never holds a choice."""

    token_hash = classed(fields.CharField(max_length=64, primary_key=True), S.SECRET, R.SESSION)
    door = classed(fields.CharField(max_length=16), S.INTERNAL, R.SESSION)
    subject = classed(fields.UUIDField(db_index=True), S.INTERNAL, R.SESSION)
    proof = classed(fields.CharField(max_length=16, default=""), S.INTERNAL, R.SESSION)
    csrf = classed(fields.CharField(max_length=64), S.SECRET, R.SESSION)
    created_at = classed(fields.DatetimeField(), S.INTERNAL, R.SESSION)
    seen_at = classed(fields.DatetimeField(), S.INTERNAL, R.SESSION)
    expires_at = classed(fields.DatetimeField(db_index=True), S.INTERNAL, R.SESSION)

    class Meta:
        table = "voice_sessions"


class VoiceOutboxRow(Model):
    """Mail of the voice door, committed with the data that caused it. `payload` is sealed JSON."""

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
        table = "voice_outbox"
        indexes = (("state", "next_at"), ("lane", "state", "next_at"))
