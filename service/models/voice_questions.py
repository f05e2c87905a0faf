"""Open questions, their free answers and the themes people grouped them in."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from service.models.classes import Retention as R
from service.models.classes import Sensitivity as S
from service.models.classes import classed


class Question(Model):
    """A question to everybody. `prompt` is JSON {language: words}. `state`: draft, open, closed,
    published."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.PERMANENT)
    number = classed(fields.IntField(null=True, unique=True), S.PUBLIC, R.PERMANENT)
    state = classed(fields.CharField(max_length=16, default="draft"), S.PUBLIC, R.PERMANENT)
    person_key = classed(fields.BinaryField(null=True), S.SECRET, R.VOICE)
    prompt = classed(fields.TextField(), S.PUBLIC, R.PERMANENT)
    opens_at = classed(fields.DatetimeField(null=True), S.PUBLIC, R.PERMANENT)
    closes_at = classed(fields.DatetimeField(null=True), S.PUBLIC, R.PERMANENT)
    created_at = classed(fields.DatetimeField(), S.INTERNAL, R.PERMANENT)

    class Meta:
        table = "voice_questions"


class Reply(Model):
    """One free answer. `state`: pending, published, redacted, refused. `words` is what was written
    (sealed); `shown` what may be read, once a person has passed it."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.PERMANENT)
    question = classed(fields.UUIDField(), S.PUBLIC, R.PERMANENT)
    person_hash = classed(fields.CharField(max_length=64, null=True), S.PERSONAL, R.VOICE)
    state = classed(fields.CharField(max_length=16, default="pending"), S.INTERNAL, R.PERMANENT)
    language = classed(fields.CharField(max_length=16, default=""), S.PUBLIC, R.PERMANENT)
    words = classed(fields.BinaryField(null=True), S.PERSONAL, R.VOICE)
    shown = classed(fields.TextField(default=""), S.PUBLIC, R.PERMANENT)
    theme = classed(fields.UUIDField(null=True), S.PUBLIC, R.PERMANENT)
    suggested = classed(fields.UUIDField(null=True), S.INTERNAL, R.PERMANENT)
    at = classed(fields.DatetimeField(), S.INTERNAL, R.PERMANENT)

    class Meta:
        table = "voice_replies"
        unique_together = (("question", "person_hash"),)
        indexes = (("question", "state", "theme"),)


class Theme(Model):
    """A group of answers that say much the same, named by a person."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.PERMANENT)
    question = classed(fields.UUIDField(db_index=True), S.PUBLIC, R.PERMANENT)
    title = classed(fields.CharField(max_length=120), S.PUBLIC, R.PERMANENT)
    summary = classed(fields.TextField(default=""), S.PUBLIC, R.PERMANENT)
    position = classed(fields.IntField(default=0), S.PUBLIC, R.PERMANENT)

    class Meta:
        table = "voice_themes"
