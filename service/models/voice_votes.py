"""Votes: the frozen rule, the roll of who voted and, apart from it, the box of sealed ballots."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from service.models.classes import Retention as R
from service.models.classes import Sensitivity as S
from service.models.classes import classed


class Vote(Model):
    """One vote. `state`: draft, open, disputed, reduced, counted, called_off.

    `spec` is the canonical JSON whose SHA-256 is `spec_hash`; neither changes after opening.
    `turnout` is the last published step, never the true count while the vote is open.
    """

    id = classed(fields.UUIDField(primary_key=True), S.PUBLIC, R.PERMANENT)
    number = classed(fields.IntField(null=True, unique=True), S.PUBLIC, R.PERMANENT)
    state = classed(fields.CharField(max_length=16, default="draft"), S.PUBLIC, R.PERMANENT)
    revision = classed(fields.IntField(default=0), S.INTERNAL, R.PERMANENT)
    method = classed(fields.CharField(max_length=16), S.PUBLIC, R.PERMANENT)
    spec = classed(fields.TextField(), S.PUBLIC, R.PERMANENT)
    spec_hash = classed(fields.CharField(max_length=64, null=True), S.PUBLIC, R.PERMANENT)
    opens_at = classed(fields.DatetimeField(null=True), S.PUBLIC, R.PERMANENT)
    closes_at = classed(fields.DatetimeField(null=True, db_index=True), S.PUBLIC, R.PERMANENT)
    dispute_until = classed(fields.DatetimeField(null=True), S.PUBLIC, R.PERMANENT)
    turnout = classed(fields.IntField(default=0), S.PUBLIC, R.PERMANENT)
    turnout_on = classed(fields.DateField(null=True), S.PUBLIC, R.PERMANENT)
    result = classed(fields.TextField(null=True), S.PUBLIC, R.PERMANENT)
    made_by = classed(fields.UUIDField(null=True), S.INTERNAL, R.PERMANENT)
    created_at = classed(fields.DatetimeField(), S.INTERNAL, R.PERMANENT)

    class Meta:
        table = "voice_votes"


class RollEntry(Model):
    """Somebody voted: no time, no order, nothing that names a ballot. Ordered by its own key."""

    p_hash = classed(fields.CharField(max_length=64, primary_key=True), S.PERSONAL, R.BALLOT)
    vote = classed(fields.UUIDField(), S.PUBLIC, R.BALLOT)
    tier = classed(fields.CharField(max_length=16), S.INTERNAL, R.BALLOT)
    area = classed(fields.CharField(max_length=32, default=""), S.INTERNAL, R.BALLOT)
    flag = classed(fields.CharField(max_length=32, default=""), S.INTERNAL, R.BALLOT)
    fresh = classed(fields.BooleanField(default=True), S.INTERNAL, R.BALLOT)

    class Meta:
        table = "voice_roll"


class VoterHome(Model):
    """That somebody of a home came with a letter's code: keyed hashes, gone with the roll."""

    p_hash = classed(fields.CharField(max_length=64, primary_key=True), S.PERSONAL, R.BALLOT)
    vote = classed(fields.UUIDField(), S.PUBLIC, R.BALLOT)
    home_hash = classed(fields.CharField(max_length=64), S.PERSONAL, R.BALLOT)
    place = classed(fields.IntField(), S.INTERNAL, R.BALLOT)

    class Meta:
        table = "voice_homes"
        unique_together = (("vote", "home_hash", "place"),)


class SealedBallot(Model):
    """A ballot sealed to the trustees. `n` counts its changes; `fresh`: not yet rewritten in key
    order with the others since the last round."""

    s_hash = classed(fields.CharField(max_length=64, primary_key=True), S.SECRET, R.BALLOT)
    vote = classed(fields.UUIDField(), S.PUBLIC, R.BALLOT)
    sealed = classed(fields.BinaryField(), S.SECRET, R.BALLOT)
    n = classed(fields.IntField(default=1), S.INTERNAL, R.BALLOT)
    fresh = classed(fields.BooleanField(default=True), S.INTERNAL, R.BALLOT)

    class Meta:
        table = "voice_box"


class Publication(Model):
    """A file of a vote that anyone may fetch: spec, receipts, roots, ballots, result."""

    id = classed(fields.UUIDField(primary_key=True), S.PUBLIC, R.PERMANENT)
    vote = classed(fields.UUIDField(), S.PUBLIC, R.PERMANENT)
    name = classed(fields.CharField(max_length=64), S.PUBLIC, R.PERMANENT)
    body = classed(fields.TextField(), S.PUBLIC, R.PERMANENT)
    at = classed(fields.DatetimeField(), S.PUBLIC, R.PERMANENT)

    class Meta:
        table = "voice_publications"
        unique_together = (("vote", "name"),)


class Dispute(Model):
    """Something said against the roll or a receipt in the dispute window; two people settle it."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.PERMANENT)
    vote = classed(fields.UUIDField(db_index=True), S.PUBLIC, R.PERMANENT)
    kind = classed(fields.CharField(max_length=16), S.INTERNAL, R.PERMANENT)
    leaf = classed(fields.CharField(max_length=64, null=True), S.INTERNAL, R.BALLOT)
    p_hash = classed(fields.CharField(max_length=64, null=True), S.PERSONAL, R.BALLOT)
    reason = classed(fields.CharField(max_length=200), S.INTERNAL, R.PERMANENT)
    state = classed(fields.CharField(max_length=16), S.INTERNAL, R.PERMANENT)
    first_by = classed(fields.UUIDField(null=True), S.INTERNAL, R.PERMANENT)
    second_by = classed(fields.UUIDField(null=True), S.INTERNAL, R.PERMANENT)
    settled_on = classed(fields.DateField(null=True), S.PUBLIC, R.PERMANENT)

    class Meta:
        table = "voice_disputes"
