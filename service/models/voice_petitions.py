"""Petitions: what is asked, who stands behind it, how it was judged and what the city answered."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from service.models.classes import Retention as R
from service.models.classes import Sensitivity as S
from service.models.classes import classed


class Petition(Model):
    """One petition. States and moves: `petitions/petition.py`.

    `author` is sealed JSON {name, mail, canonical, language}; `author_link_hash` is the SHA-256 of
    the token in the author's own address. `person_key` (sealed, 32 random bytes) turns contacts
    into the person hashes of this petition and no other; it is destroyed with them. `count` is the
    headline: the aggregator alone writes it, in one transaction with `voice_counts`.
    `threshold_at` is written once and never taken back. `revision` guards each change of the words
    or the state.
    """

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.PERMANENT)
    number = classed(fields.IntField(null=True, unique=True), S.PUBLIC, R.PERMANENT)
    state = classed(fields.CharField(max_length=16, default="draft"), S.PUBLIC, R.PERMANENT)
    revision = classed(fields.IntField(default=0), S.INTERNAL, R.PERMANENT)
    language = classed(fields.CharField(max_length=16), S.PUBLIC, R.PERMANENT)
    ask = classed(fields.CharField(max_length=120, default=""), S.PUBLIC, R.PERMANENT)
    why = classed(fields.TextField(default=""), S.PUBLIC, R.PERMANENT)
    topic = classed(fields.CharField(max_length=32, default=""), S.PUBLIC, R.PERMANENT)
    area = classed(fields.CharField(max_length=32, default=""), S.PUBLIC, R.PERMANENT)
    author = classed(fields.BinaryField(null=True), S.PERSONAL, R.VOICE)
    author_name = classed(fields.CharField(max_length=120, default=""), S.PUBLIC, R.VOICE)
    person_key = classed(fields.BinaryField(null=True), S.SECRET, R.VOICE)
    author_link_hash = classed(
        fields.CharField(max_length=64, null=True, unique=True), S.SECRET, R.VOICE
    )
    sponsor_link_hash = classed(
        fields.CharField(max_length=64, null=True, unique=True), S.SECRET, R.VOICE
    )
    sponsors_needed = classed(fields.IntField(default=5), S.PUBLIC, R.PERMANENT)
    sponsors = classed(fields.IntField(default=0), S.PUBLIC, R.PERMANENT)
    threshold = classed(fields.IntField(default=0), S.PUBLIC, R.PERMANENT)
    count = classed(fields.IntField(default=0), S.PUBLIC, R.PERMANENT)
    created_at = classed(fields.DatetimeField(), S.INTERNAL, R.PERMANENT)
    submitted_at = classed(fields.DatetimeField(null=True), S.INTERNAL, R.PERMANENT)
    opened_at = classed(fields.DatetimeField(null=True), S.PUBLIC, R.PERMANENT)
    closes_at = classed(fields.DatetimeField(null=True, db_index=True), S.PUBLIC, R.PERMANENT)
    threshold_at = classed(fields.DatetimeField(null=True), S.PUBLIC, R.PERMANENT)
    answer_due_on = classed(fields.DateField(null=True), S.PUBLIC, R.PERMANENT)
    answered_at = classed(fields.DatetimeField(null=True), S.PUBLIC, R.PERMANENT)
    merged_into = classed(fields.UUIDField(null=True, db_index=True), S.PUBLIC, R.PERMANENT)
    locked_by = classed(fields.UUIDField(null=True), S.INTERNAL, R.PERMANENT)
    locked_until = classed(fields.DatetimeField(null=True), S.INTERNAL, R.PERMANENT)

    class Meta:
        table = "voice_petitions"
        indexes = (("state", "submitted_at"), ("state", "count"))


class VoiceEvent(Model):
    """What happened to a petition, question or vote. `once` makes a kind happen once for ever:
    "<subject>:threshold_reached" is inserted or is there already, however many try."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.PERMANENT)
    subject = classed(fields.UUIDField(db_index=True), S.INTERNAL, R.PERMANENT)
    kind = classed(fields.CharField(max_length=32), S.PUBLIC, R.PERMANENT)
    once = classed(fields.CharField(max_length=80, null=True, unique=True), S.INTERNAL, R.PERMANENT)
    at = classed(fields.DatetimeField(), S.PUBLIC, R.PERMANENT)
    public = classed(fields.BooleanField(default=True), S.INTERNAL, R.PERMANENT)
    detail = classed(fields.TextField(default="{}"), S.INTERNAL, R.PERMANENT)

    class Meta:
        table = "voice_events"


class Review(Model):
    """A moderator's verdict. A refusal is `proposed` until a second person confirms it."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.PERMANENT)
    subject = classed(fields.UUIDField(db_index=True), S.INTERNAL, R.PERMANENT)
    subject_kind = classed(fields.CharField(max_length=16), S.INTERNAL, R.PERMANENT)
    verdict = classed(fields.CharField(max_length=16), S.INTERNAL, R.PERMANENT)
    reason = classed(fields.CharField(max_length=32, default=""), S.PUBLIC, R.PERMANENT)
    letter = classed(fields.BinaryField(null=True), S.PERSONAL, R.VOICE)
    state = classed(fields.CharField(max_length=16), S.INTERNAL, R.PERMANENT)
    first_by = classed(fields.UUIDField(), S.INTERNAL, R.PERMANENT)
    second_by = classed(fields.UUIDField(null=True), S.INTERNAL, R.PERMANENT)
    at = classed(fields.DatetimeField(), S.INTERNAL, R.PERMANENT)
    settled_at = classed(fields.DatetimeField(null=True), S.INTERNAL, R.PERMANENT)

    class Meta:
        table = "voice_reviews"
        indexes = (("state", "at"),)


class Answer(Model):
    """The city's public answer to a petition or a vote. Corrections are new rows."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.PERMANENT)
    subject = classed(fields.UUIDField(db_index=True), S.PUBLIC, R.PERMANENT)
    text = classed(fields.TextField(), S.PUBLIC, R.PERMANENT)
    office = classed(fields.CharField(max_length=120), S.PUBLIC, R.PERMANENT)
    outcome = classed(fields.CharField(max_length=16), S.PUBLIC, R.PERMANENT)
    replaces = classed(fields.UUIDField(null=True), S.INTERNAL, R.PERMANENT)
    at = classed(fields.DatetimeField(), S.PUBLIC, R.PERMANENT)

    class Meta:
        table = "voice_answers"


class Promise(Model):
    """Something the city said it would do: by whom and by when. Overdue is told from the date."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.PERMANENT)
    subject = classed(fields.UUIDField(db_index=True), S.PUBLIC, R.PERMANENT)
    text = classed(fields.TextField(), S.PUBLIC, R.PERMANENT)
    owner = classed(fields.CharField(max_length=120), S.PUBLIC, R.PERMANENT)
    due_on = classed(fields.DateField(), S.PUBLIC, R.PERMANENT)
    state = classed(fields.CharField(max_length=16, default="open"), S.PUBLIC, R.PERMANENT)
    note = classed(fields.TextField(default=""), S.PUBLIC, R.PERMANENT)
    made_at = classed(fields.DatetimeField(), S.PUBLIC, R.PERMANENT)
    settled_on = classed(fields.DateField(null=True), S.PUBLIC, R.PERMANENT)

    class Meta:
        table = "voice_promises"


class Merge(Model):
    """One petition joined into another with both authors' consent; `undone` takes it all back."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.PERMANENT)
    source = classed(fields.UUIDField(db_index=True), S.PUBLIC, R.PERMANENT)
    target = classed(fields.UUIDField(db_index=True), S.PUBLIC, R.PERMANENT)
    state = classed(fields.CharField(max_length=16), S.INTERNAL, R.PERMANENT)
    source_agreed_at = classed(fields.DatetimeField(null=True), S.INTERNAL, R.PERMANENT)
    target_agreed_at = classed(fields.DatetimeField(null=True), S.INTERNAL, R.PERMANENT)
    asked_at = classed(fields.DatetimeField(), S.INTERNAL, R.PERMANENT)
    done_at = classed(fields.DatetimeField(null=True), S.INTERNAL, R.PERMANENT)
    undone_at = classed(fields.DatetimeField(null=True), S.INTERNAL, R.PERMANENT)

    class Meta:
        table = "voice_merges"
