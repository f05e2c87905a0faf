"""Staff, keys, sessions, limits and idempotency: who may act, and how often."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from service.models.classes import Retention as R
from service.models.classes import Sensitivity as S
from service.models.classes import classed


class StaffAccount(Model):
    """A caseworker, supervisor, leader or other member of staff.

    `mail` is sealed; sign-in looks it up by `mail_index`. `role` is one of the contract's roles;
    `agency` is null for city-wide ones. With `password_until` the password was given by somebody
    else: until then it is good for choosing one's own, and for nothing else.
    """

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.ACCOUNT)
    mail = classed(fields.BinaryField(), S.PERSONAL, R.ACCOUNT)
    mail_index = classed(fields.CharField(max_length=64, unique=True), S.PERSONAL, R.ACCOUNT)
    name = classed(fields.BinaryField(null=True), S.PERSONAL, R.ACCOUNT)
    password_hash = classed(fields.CharField(max_length=255), S.SECRET, R.ACCOUNT)
    password_until = classed(fields.DatetimeField(null=True), S.INTERNAL, R.ACCOUNT)
    role = classed(fields.CharField(max_length=16), S.INTERNAL, R.ACCOUNT)
    agency = classed(fields.CharField(max_length=64, null=True), S.INTERNAL, R.ACCOUNT)
    active = classed(fields.BooleanField(default=True), S.INTERNAL, R.ACCOUNT)
    created_at = classed(fields.DatetimeField(), S.INTERNAL, R.ACCOUNT)

    class Meta:
        table = "staff_accounts"


class SecondFactor(Model):
    """The authenticator app of one account (RFC 6238). `secret` is sealed.

    Until `confirmed_at` it was only offered and asks for nothing. `step` is the newest 30-second
    step whose code was taken: neither that code nor an older one counts again.
    """

    account = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.ACCOUNT)
    secret = classed(fields.BinaryField(), S.SECRET, R.ACCOUNT)
    step = classed(fields.BigIntField(default=0), S.INTERNAL, R.ACCOUNT)
    created_at = classed(fields.DatetimeField(), S.INTERNAL, R.ACCOUNT)
    confirmed_at = classed(fields.DatetimeField(null=True), S.INTERNAL, R.ACCOUNT)

    class Meta:
        table = "second_factors"


class RecoveryCode(Model):
    """A way in for somebody without their phone: good once, shown once, stored as SHA-256."""

    code_hash = classed(fields.CharField(max_length=64, primary_key=True), S.SECRET, R.ACCOUNT)
    account = classed(fields.UUIDField(db_index=True), S.INTERNAL, R.ACCOUNT)
    used_at = classed(fields.DatetimeField(null=True), S.INTERNAL, R.ACCOUNT)

    class Meta:
        table = "recovery_codes"


class Session(Model):
    """A server-side session. `door`: benefits (draft), status (after sending), staff.

    Only the SHA-256 of the cookie's token is stored. `subject` is an application or account id.
    `proof` says how the resident came in (draft, secret, link): a link unmasks contacts.
    """

    token_hash = classed(fields.CharField(max_length=64, primary_key=True), S.SECRET, R.SESSION)
    door = classed(fields.CharField(max_length=16), S.INTERNAL, R.SESSION)
    subject = classed(fields.UUIDField(db_index=True), S.INTERNAL, R.SESSION)
    proof = classed(fields.CharField(max_length=16, default=""), S.INTERNAL, R.SESSION)
    csrf = classed(fields.CharField(max_length=64), S.SECRET, R.SESSION)
    created_at = classed(fields.DatetimeField(), S.INTERNAL, R.SESSION)
    seen_at = classed(fields.DatetimeField(), S.INTERNAL, R.SESSION)
    expires_at = classed(fields.DatetimeField(db_index=True), S.INTERNAL, R.SESSION)

    class Meta:
        table = "sessions"


class KeptForm(Model):
    """What staff had typed when their session ended, for the same account to find again.

    `path` is the page it was for: an address of ours with ids in it. `typed` is sealed JSON.
    """

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.SESSION)
    account = classed(fields.UUIDField(db_index=True), S.INTERNAL, R.SESSION)
    path = classed(fields.CharField(max_length=200), S.INTERNAL, R.SESSION)
    typed = classed(fields.BinaryField(), S.SENSITIVE, R.SESSION)
    kept_at = classed(fields.DatetimeField(db_index=True), S.INTERNAL, R.SESSION)

    class Meta:
        table = "kept_forms"
        unique_together = (("account", "path"),)


class ApiKey(Model):
    """A bearer key of an agency or partner; only its SHA-256 is stored, shown once when made."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.ACCOUNT)
    key_hash = classed(fields.CharField(max_length=64, unique=True), S.SECRET, R.ACCOUNT)
    kind = classed(fields.CharField(max_length=16), S.INTERNAL, R.ACCOUNT)  # agency, partner
    subject = classed(fields.CharField(max_length=64), S.INTERNAL, R.ACCOUNT)
    label = classed(fields.CharField(max_length=100, default=""), S.INTERNAL, R.ACCOUNT)
    created_at = classed(fields.DatetimeField(), S.INTERNAL, R.ACCOUNT)
    revoked_at = classed(fields.DatetimeField(null=True), S.INTERNAL, R.ACCOUNT)

    class Meta:
        table = "api_keys"


class IdempotencyKey(Model):
    """The first answer to one keyed request of one caller, sealed, written in the transaction of
    the work it answers: a crash leaves both or neither, so no key is ever stuck half way."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.CASE)
    scope = classed(fields.CharField(max_length=128), S.INTERNAL, R.CASE)  # caller and route
    key_hash = classed(fields.CharField(max_length=64), S.INTERNAL, R.CASE)
    body_hash = classed(fields.CharField(max_length=64), S.INTERNAL, R.CASE)
    status = classed(fields.IntField(), S.INTERNAL, R.CASE)
    answer = classed(fields.BinaryField(), S.SENSITIVE, R.CASE)
    answered_at = classed(fields.DatetimeField(), S.INTERNAL, R.CASE)
    # The application it was about: the key is kept as long as that is.
    about = classed(fields.UUIDField(null=True, db_index=True), S.INTERNAL, R.CASE)

    class Meta:
        table = "idempotency_keys"
        unique_together = (("scope", "key_hash"),)


class RateLimit(Model):
    """A fixed window's count. `bucket` is a keyed hash of rule and address, account or the like."""

    id = classed(fields.UUIDField(primary_key=True), S.INTERNAL, R.SESSION)
    bucket = classed(fields.CharField(max_length=64), S.INTERNAL, R.SESSION)
    window_start = classed(fields.BigIntField(), S.INTERNAL, R.SESSION)  # Unix seconds
    count = classed(fields.IntField(default=0), S.INTERNAL, R.SESSION)

    class Meta:
        table = "rate_limits"
        unique_together = (("bucket", "window_start"),)
