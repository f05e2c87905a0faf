"""Signatures: a row each, appended; counts are told from the log of steps, never kept in a row
that every signer must lock."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from service.models.classes import Retention as R
from service.models.classes import Sensitivity as S
from service.models.classes import classed


class Signature(Model):
    """One person's support. `state`: pending, confirmed, withdrawn, invalid.

    `person_hash` is an HMAC of the canonical contact under the petition's own key: nobody can
    be followed from petition to petition. `slot` is above 0 only where a city lets people share an
    address. `contact` is sealed JSON {mail|phone, canonical, language}. `via` names the merge that
    brought the row here. `marked` says why it looks odd, for people to judge.
    """

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.VOICE)
    petition = classed(fields.UUIDField(), S.PUBLIC, R.PERMANENT)
    person_hash = classed(fields.CharField(max_length=64), S.PERSONAL, R.VOICE)
    slot = classed(fields.IntField(default=0), S.INTERNAL, R.VOICE)
    state = classed(fields.CharField(max_length=16), S.INTERNAL, R.PERMANENT)
    kind = classed(fields.CharField(max_length=16, default="signature"), S.INTERNAL, R.PERMANENT)
    tier = classed(fields.CharField(max_length=16), S.PUBLIC, R.PERMANENT)
    area = classed(fields.CharField(max_length=32, default=""), S.PUBLIC, R.PERMANENT)
    name = classed(fields.BinaryField(null=True), S.PERSONAL, R.VOICE)
    show_name = classed(fields.BooleanField(default=False), S.INTERNAL, R.VOICE)
    contact = classed(fields.BinaryField(null=True), S.PERSONAL, R.VOICE)
    follow = classed(fields.BooleanField(default=False), S.INTERNAL, R.VOICE)
    link_hash = classed(fields.CharField(max_length=64, null=True, unique=True), S.SECRET, R.VOICE)
    network_hash = classed(fields.CharField(max_length=64, null=True), S.PERSONAL, R.VOICE)
    domain_hash = classed(fields.CharField(max_length=64, null=True), S.PERSONAL, R.VOICE)
    marked = classed(fields.CharField(max_length=32, null=True), S.INTERNAL, R.VOICE)
    via = classed(fields.UUIDField(null=True, db_index=True), S.INTERNAL, R.VOICE)
    asked_at = classed(fields.DatetimeField(), S.INTERNAL, R.VOICE)
    confirmed_at = classed(fields.DatetimeField(null=True), S.INTERNAL, R.VOICE)
    ended_at = classed(fields.DatetimeField(null=True), S.INTERNAL, R.VOICE)

    class Meta:
        table = "voice_signatures"
        unique_together = (("petition", "person_hash", "slot"),)
        indexes = (("petition", "state", "confirmed_at"),)


class SignatureStep(Model):
    """One step of a count: +1 confirmed, -1 withdrawn or found invalid. Appended, never changed.

    `id` follows the order of writing; the aggregator reads up to a moment in the past, so that a
    row committed late is not stepped over.
    """

    id = classed(fields.BigIntField(primary_key=True, generated=True), S.INTERNAL, R.PERMANENT)
    petition = classed(fields.UUIDField(), S.PUBLIC, R.PERMANENT)
    signature = classed(fields.UUIDField(), S.INTERNAL, R.VOICE)
    step = classed(fields.IntField(), S.INTERNAL, R.PERMANENT)
    tier = classed(fields.CharField(max_length=16), S.PUBLIC, R.PERMANENT)
    area = classed(fields.CharField(max_length=32, default=""), S.PUBLIC, R.PERMANENT)
    at = classed(fields.DatetimeField(), S.INTERNAL, R.PERMANENT)

    class Meta:
        table = "voice_signature_steps"
        indexes = (("petition", "id"),)


class LogHead(Model):
    """A signed head of the log of steps, so many steps long. `peaks`: what the next one goes on
    from. `key` is public: it changes with the ring."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.PERMANENT)
    size = classed(fields.BigIntField(unique=True), S.PUBLIC, R.PERMANENT)
    root = classed(fields.CharField(max_length=64), S.PUBLIC, R.PERMANENT)
    moment = classed(fields.CharField(max_length=32), S.PUBLIC, R.PERMANENT)
    key = classed(fields.CharField(max_length=64), S.PUBLIC, R.PERMANENT)
    signature = classed(fields.CharField(max_length=128), S.PUBLIC, R.PERMANENT)
    peaks = classed(fields.TextField(), S.PUBLIC, R.PERMANENT)

    class Meta:
        table = "voice_log_heads"


class VoiceCount(Model):
    """A petition's confirmed signatures by area and tier; they sum to the headline at all times."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.PERMANENT)
    petition = classed(fields.UUIDField(), S.PUBLIC, R.PERMANENT)
    area = classed(fields.CharField(max_length=32), S.PUBLIC, R.PERMANENT)
    tier = classed(fields.CharField(max_length=16), S.PUBLIC, R.PERMANENT)
    count = classed(fields.IntField(default=0), S.PUBLIC, R.PERMANENT)

    class Meta:
        table = "voice_counts"
        unique_together = (("petition", "area", "tier"),)


class Cursor(Model):
    """How far a follower of a log has read, and who holds the place."""

    name = classed(fields.CharField(max_length=32, primary_key=True), S.INTERNAL, R.PERMANENT)
    position = classed(fields.BigIntField(default=0), S.INTERNAL, R.PERMANENT)
    holder = classed(fields.UUIDField(null=True), S.INTERNAL, R.PERMANENT)
    held_until = classed(fields.DatetimeField(null=True), S.INTERNAL, R.PERMANENT)

    class Meta:
        table = "voice_cursors"


class PaperLine(Model):
    """One line of a paper sheet, typed by two people. Where they agree it becomes a signature."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.VOICE)
    petition = classed(fields.UUIDField(), S.PUBLIC, R.VOICE)
    sheet = classed(fields.CharField(max_length=32), S.INTERNAL, R.VOICE)
    line = classed(fields.IntField(), S.INTERNAL, R.VOICE)
    first_typed = classed(fields.BinaryField(), S.PERSONAL, R.VOICE)
    first_by = classed(fields.UUIDField(), S.INTERNAL, R.VOICE)
    second_typed = classed(fields.BinaryField(null=True), S.PERSONAL, R.VOICE)
    second_by = classed(fields.UUIDField(null=True), S.INTERNAL, R.VOICE)
    state = classed(fields.CharField(max_length=16), S.INTERNAL, R.VOICE)
    signature = classed(fields.UUIDField(null=True), S.INTERNAL, R.VOICE)

    class Meta:
        table = "voice_paper_lines"
        unique_together = (("petition", "sheet", "line"),)


class Suspicion(Model):
    """A burst that looks odd (one network, one domain, one pace), for a person to judge."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.VOICE)
    petition = classed(fields.UUIDField(), S.PUBLIC, R.VOICE)
    kind = classed(fields.CharField(max_length=16), S.INTERNAL, R.VOICE)
    bucket_hash = classed(fields.CharField(max_length=64), S.PERSONAL, R.VOICE)
    found = classed(fields.IntField(default=0), S.INTERNAL, R.VOICE)
    state = classed(fields.CharField(max_length=16, default="open"), S.INTERNAL, R.VOICE)
    judged_by = classed(fields.UUIDField(null=True), S.INTERNAL, R.VOICE)
    first_at = classed(fields.DatetimeField(), S.INTERNAL, R.VOICE)
    last_at = classed(fields.DatetimeField(), S.INTERNAL, R.VOICE)

    class Meta:
        table = "voice_suspicions"
        unique_together = (("petition", "kind", "bucket_hash"),)


class Batch(Model):
    """Signatures declared invalid together: previewed and counted first, stopped or taken back."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.VOICE)
    petition = classed(fields.UUIDField(db_index=True), S.PUBLIC, R.VOICE)
    rule = classed(fields.TextField(), S.INTERNAL, R.VOICE)
    reason = classed(fields.CharField(max_length=200), S.INTERNAL, R.VOICE)
    found = classed(fields.IntField(default=0), S.INTERNAL, R.VOICE)
    done = classed(fields.IntField(default=0), S.INTERNAL, R.VOICE)
    state = classed(fields.CharField(max_length=16), S.INTERNAL, R.VOICE)
    made_by = classed(fields.UUIDField(), S.INTERNAL, R.VOICE)
    made_at = classed(fields.DatetimeField(), S.INTERNAL, R.VOICE)

    class Meta:
        table = "voice_batches"


class BatchItem(Model):
    """One signature of a batch, so that the batch can be taken back exactly."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.VOICE)
    batch = classed(fields.UUIDField(db_index=True), S.INTERNAL, R.VOICE)
    signature = classed(fields.UUIDField(), S.INTERNAL, R.VOICE)
    undone = classed(fields.BooleanField(default=False), S.INTERNAL, R.VOICE)

    class Meta:
        table = "voice_batch_items"
        unique_together = (("batch", "signature"),)
