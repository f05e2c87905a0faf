"""What people say of this service itself."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from service.models.classes import Retention as R
from service.models.classes import Sensitivity as S
from service.models.classes import classed


class Feedback(Model):
    """A note about this service, tied to no application and no person. `form`: of one page shown,
    so that a second tap adds nothing. `words` is sealed text, as somebody typed it."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.FEEDBACK)
    form = classed(fields.UUIDField(unique=True), S.INTERNAL, R.FEEDBACK)
    given_at = classed(fields.DatetimeField(db_index=True), S.INTERNAL, R.FEEDBACK)
    language = classed(fields.CharField(max_length=35), S.INTERNAL, R.FEEDBACK)
    ease = classed(fields.CharField(max_length=16, default=""), S.INTERNAL, R.FEEDBACK)
    words = classed(fields.BinaryField(null=True), S.SENSITIVE, R.FEEDBACK)

    class Meta:
        table = "feedback"
