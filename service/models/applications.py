"""Applications: drafts, what was sent, and how a resident comes back."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from service.models.classes import Retention as R
from service.models.classes import Sensitivity as S
from service.models.classes import classed


class Application(Model):
    """One applicant's file. `state`: draft, submitted, withdrawn.

    `draft` and `contact` are sealed JSON (table "applications", column name, row id). `revision`
    guards every change to the draft: update ... where revision = the one that was read.
    `reference_index` is a blind index of the reference, never the reference itself; the reference
    is sealed in `reference` so that pages and agencies can be shown it.
    """

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.CASE)
    state = classed(fields.CharField(max_length=16, default="draft"), S.INTERNAL, R.CASE)
    revision = classed(fields.IntField(default=0), S.INTERNAL, R.CASE)
    version = classed(fields.IntField(default=0), S.INTERNAL, R.CASE)  # newest submission number
    source = classed(fields.CharField(max_length=16, default="page"), S.INTERNAL, R.CASE)
    partner = classed(fields.CharField(max_length=64, null=True), S.INTERNAL, R.CASE)
    language = classed(fields.CharField(max_length=16, default="en"), S.PERSONAL, R.CASE)
    safe_to_write = classed(fields.BooleanField(default=False), S.SENSITIVE, R.CASE)
    draft = classed(fields.BinaryField(null=True), S.SENSITIVE, R.DRAFT)
    contact = classed(fields.BinaryField(null=True), S.PERSONAL, R.CASE)
    mail_index = classed(
        fields.CharField(max_length=64, null=True, db_index=True), S.PERSONAL, R.CASE
    )
    phone_index = classed(
        fields.CharField(max_length=64, null=True, db_index=True), S.PERSONAL, R.CASE
    )
    reference = classed(fields.BinaryField(null=True), S.PERSONAL, R.CASE)
    reference_index = classed(
        fields.CharField(max_length=64, null=True, unique=True), S.PERSONAL, R.CASE
    )
    secret_hash = classed(fields.CharField(max_length=255, null=True), S.SECRET, R.CASE)
    # When an office gave the secret out: then it lets in once, and its owner gets another one.
    secret_given_at = classed(fields.DatetimeField(null=True), S.INTERNAL, R.CASE)
    secret_locked_until = classed(fields.DatetimeField(null=True), S.INTERNAL, R.CASE)
    created_at = classed(fields.DatetimeField(), S.INTERNAL, R.CASE)
    updated_at = classed(fields.DatetimeField(db_index=True), S.INTERNAL, R.CASE)
    submitted_at = classed(fields.DatetimeField(null=True), S.INTERNAL, R.CASE)
    # When somebody came back to it last, and the time before: "not you?"
    opened_at = classed(fields.DatetimeField(null=True), S.PERSONAL, R.CASE)
    opened_before_at = classed(fields.DatetimeField(null=True), S.PERSONAL, R.CASE)
    # Sealed JSON: programs elsewhere the resident says they applied for. Nobody else sees it.
    applied = classed(fields.BinaryField(null=True), S.SENSITIVE, R.CASE)
    # Sealed JSON: the facts as a partner told them last, so that only what it changes is changed.
    partner_facts = classed(fields.BinaryField(null=True), S.SENSITIVE, R.CASE)
    # A legal hold: why (a code), and since when. Retention leaves the file alone.
    hold = classed(fields.CharField(max_length=16, null=True), S.INTERNAL, R.CASE)
    held_at = classed(fields.DatetimeField(null=True), S.INTERNAL, R.CASE)

    class Meta:
        table = "applications"


class Submission(Model):
    """What was handed in: immutable, one row per version. `facts` and `screening` are sealed JSON.

    `signature` is sealed JSON {name, signed_at, ip_prefix?}. `request_hash` is SHA-256 of the send
    request, so the same send again is told from another one.
    """

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.CASE)
    application: fields.ForeignKeyRelation[Application] = classed(
        fields.ForeignKeyField("threshold.Application", related_name="submissions"),
        S.INTERNAL,
        R.CASE,
    )
    number = classed(fields.IntField(), S.INTERNAL, R.CASE)
    facts = classed(fields.BinaryField(), S.SENSITIVE, R.CASE)
    screening = classed(fields.BinaryField(), S.SENSITIVE, R.CASE)
    signature = classed(fields.BinaryField(), S.PERSONAL, R.CASE)
    request_hash = classed(fields.CharField(max_length=64), S.INTERNAL, R.CASE)
    filed_at = classed(fields.DatetimeField(), S.INTERNAL, R.CASE)

    class Meta:
        table = "submissions"
        unique_together = (("application", "number"),)


class RuleSet(Model):
    """The canonical rules and parameters of one program, stored once per hash."""

    hash = classed(fields.CharField(max_length=64, primary_key=True), S.PUBLIC, R.PERMANENT)
    program = classed(fields.CharField(max_length=64), S.PUBLIC, R.PERMANENT)
    source = classed(fields.TextField(), S.PUBLIC, R.PERMANENT)  # canonical JSON text
    stored_at = classed(fields.DatetimeField(), S.PUBLIC, R.PERMANENT)

    class Meta:
        table = "rule_sets"


class ReturnLink(Model):
    """A single-use way back by mail or text. Only the token's SHA-256 is stored."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.SESSION)
    token_hash = classed(fields.CharField(max_length=64, unique=True), S.SECRET, R.SESSION)
    application: fields.ForeignKeyRelation[Application] = classed(
        fields.ForeignKeyField("threshold.Application", related_name="links", db_index=True),
        S.INTERNAL,
        R.SESSION,
    )
    created_at = classed(fields.DatetimeField(), S.INTERNAL, R.SESSION)
    expires_at = classed(fields.DatetimeField(), S.INTERNAL, R.SESSION)
    used_at = classed(fields.DatetimeField(null=True), S.INTERNAL, R.SESSION)

    class Meta:
        table = "return_links"


class ContactChange(Model):
    """A change of contact, secret or withdrawal: waits for the old contact's word or 72 hours."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.CASE)
    application: fields.ForeignKeyRelation[Application] = classed(
        fields.ForeignKeyField("threshold.Application", related_name="changes", db_index=True),
        S.INTERNAL,
        R.CASE,
    )
    kind = classed(fields.CharField(max_length=16), S.INTERNAL, R.CASE)  # contact, secret, withdraw
    change = classed(fields.BinaryField(), S.PERSONAL, R.CASE)
    token_hash = classed(fields.CharField(max_length=64, null=True, unique=True), S.SECRET, R.CASE)
    state = classed(fields.CharField(max_length=16, default="waiting"), S.INTERNAL, R.CASE)
    asked_at = classed(fields.DatetimeField(), S.INTERNAL, R.CASE)
    due_at = classed(fields.DatetimeField(db_index=True), S.INTERNAL, R.CASE)

    class Meta:
        table = "contact_changes"
