from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="AgencyEndpoint",
            fields=[
                (
                    "agency",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64),
                ),
                ("url", fields.CharField(max_length=500)),
                ("set_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("paused_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "agency_endpoints",
                "app": "threshold",
                "pk_attr": "agency",
                "table_description": "Where an agency wants its webhook hints; an agency without a row only pulls.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ApiKey",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                ("key_hash", fields.CharField(unique=True, max_length=64)),
                ("kind", fields.CharField(max_length=16)),
                ("subject", fields.CharField(max_length=64)),
                ("label", fields.CharField(default="", max_length=100)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "api_keys",
                "app": "threshold",
                "pk_attr": "id",
                "table_description": "A bearer key of an agency or partner; only its SHA-256 is stored, shown once when made.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Application",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                ("state", fields.CharField(default="draft", max_length=16)),
                ("revision", fields.IntField(default=0)),
                ("version", fields.IntField(default=0)),
                ("source", fields.CharField(default="page", max_length=16)),
                ("partner", fields.CharField(null=True, max_length=64)),
                ("language", fields.CharField(default="en", max_length=16)),
                ("safe_to_write", fields.BooleanField(default=False)),
                ("draft", fields.BinaryField(null=True)),
                ("contact", fields.BinaryField(null=True)),
                ("mail_index", fields.CharField(null=True, db_index=True, max_length=64)),
                ("phone_index", fields.CharField(null=True, db_index=True, max_length=64)),
                ("reference", fields.BinaryField(null=True)),
                ("reference_index", fields.CharField(null=True, unique=True, max_length=64)),
                ("secret_hash", fields.CharField(null=True, max_length=255)),
                (
                    "secret_locked_until",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "updated_at",
                    fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "submitted_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("opened_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "opened_before_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "applications",
                "app": "threshold",
                "pk_attr": "id",
                "table_description": "One applicant's file. `state`: draft, submitted, withdrawn.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                ("at", fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ("actor_kind", fields.CharField(max_length=16)),
                ("actor_id", fields.CharField(max_length=64)),
                ("action", fields.CharField(max_length=64)),
                ("subject", fields.CharField(max_length=64)),
                ("agency", fields.CharField(null=True, max_length=64)),
                ("detail", fields.TextField(default="{}", unique=False)),
            ],
            options={
                "table": "audit_entries",
                "app": "threshold",
                "pk_attr": "id",
                "table_description": "Who did what to which record, when and why. Appended in its action's transaction, no lock.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AuditLink",
            fields=[
                (
                    "number",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("entry", fields.UUIDField(unique=True)),
                ("previous", fields.BinaryField()),
                ("hash", fields.BinaryField()),
                ("sealed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "audit_chain",
                "app": "threshold",
                "pk_attr": "number",
                "table_description": "One link of the sealed chain: hash = SHA-256(previous hash, entry's canonical bytes).",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ContactChange",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                (
                    "application",
                    fields.ForeignKeyField(
                        "threshold.Application",
                        source_field="application_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="changes",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("kind", fields.CharField(max_length=16)),
                ("change", fields.BinaryField()),
                ("token_hash", fields.CharField(null=True, unique=True, max_length=64)),
                ("state", fields.CharField(default="waiting", max_length=16)),
                ("asked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("due_at", fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "contact_changes",
                "app": "threshold",
                "pk_attr": "id",
                "table_description": "A change of contact, secret or withdrawal: waits for the old contact's word or 72 hours.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="DailyCount",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                ("day", fields.DateField()),
                ("measure", fields.CharField(max_length=32)),
                ("program", fields.CharField(default="", max_length=64)),
                ("count", fields.IntField(default=0)),
            ],
            options={
                "table": "daily_counts",
                "app": "threshold",
                "unique_together": (("day", "measure", "program"),),
                "pk_attr": "id",
                "table_description": "Figures that name nobody: drafts started a day, by program interest and language.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="IdempotencyKey",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                ("scope", fields.CharField(max_length=128)),
                ("key_hash", fields.CharField(max_length=64)),
                ("body_hash", fields.CharField(max_length=64)),
                ("status", fields.IntField()),
                ("answer", fields.BinaryField()),
                ("answered_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("about", fields.UUIDField(null=True, db_index=True)),
            ],
            options={
                "table": "idempotency_keys",
                "app": "threshold",
                "unique_together": (("scope", "key_hash"),),
                "pk_attr": "id",
                "table_description": "The first answer to one keyed request of one caller, sealed, written in the transaction of",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Lease",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                ("agency", fields.CharField(max_length=64)),
                ("count", fields.IntField()),
                ("body_hash", fields.CharField(max_length=64)),
                ("made_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "expires_at",
                    fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "leases",
                "app": "threshold",
                "pk_attr": "id",
                "table_description": "One pull: which referrals were offered, until when, and the hash of the body that was sent.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OutboxRow",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                ("topic", fields.CharField(max_length=32)),
                ("lane", fields.CharField(max_length=64)),
                ("key", fields.CharField(unique=True, max_length=128)),
                ("payload", fields.BinaryField()),
                ("state", fields.CharField(default="waiting", max_length=16)),
                ("attempts", fields.IntField(default=0)),
                ("next_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "leased_until",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("lease_token", fields.UUIDField(null=True)),
                ("last_error", fields.CharField(null=True, max_length=200)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("done_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "outbox",
                "app": "threshold",
                "indexes": [
                    Index(fields=["state", "next_at"]),
                    Index(fields=["lane", "state", "next_at"]),
                ],
                "pk_attr": "id",
                "table_description": "Work committed with the data that caused it. `state`: waiting, sent, needs_attention.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RateLimit",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                ("bucket", fields.CharField(max_length=64)),
                ("window_start", fields.BigIntField()),
                ("count", fields.IntField(default=0)),
            ],
            options={
                "table": "rate_limits",
                "app": "threshold",
                "unique_together": (("bucket", "window_start"),),
                "pk_attr": "id",
                "table_description": "A fixed window's count. `bucket` is a keyed hash of rule and address, account or the like.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Referral",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                (
                    "application",
                    fields.ForeignKeyField(
                        "threshold.Application",
                        source_field="application_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="referrals",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("program", fields.CharField(max_length=64)),
                ("agency", fields.CharField(max_length=64)),
                ("state", fields.CharField(default="queued", max_length=24)),
                ("version", fields.IntField(default=1)),
                ("acknowledged_version", fields.IntField(default=0)),
                ("waiting", fields.BooleanField(default=True)),
                ("granted", fields.BinaryField()),
                ("urgent", fields.BooleanField(default=False)),
                ("filed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("due_on", fields.DateField()),
                ("offered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "acknowledged_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("lease", fields.UUIDField(null=True, db_index=True)),
                ("assigned_to", fields.UUIDField(null=True)),
                ("applicant_index", fields.CharField(null=True, max_length=64)),
            ],
            options={
                "table": "referrals",
                "app": "threshold",
                "unique_together": (("application", "program"),),
                "indexes": [
                    Index(fields=["agency", "state", "due_on"]),
                    Index(fields=["agency", "waiting", "due_on"]),
                    Index(fields=["agency", "applicant_index"]),
                ],
                "pk_attr": "id",
                "table_description": 'Unique on (application, program). States and moves: contracts, "Referral".',
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CaseNote",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                (
                    "referral",
                    fields.ForeignKeyField(
                        "threshold.Referral",
                        source_field="referral_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="notes",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("text", fields.BinaryField()),
                ("written_by", fields.UUIDField()),
                ("written_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "case_notes",
                "app": "threshold",
                "pk_attr": "id",
                "table_description": "An internal remark; never in a resident's view.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                (
                    "referral",
                    fields.ForeignKeyField(
                        "threshold.Referral",
                        source_field="referral_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="decisions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("number", fields.IntField()),
                ("version", fields.IntField()),
                ("outcome", fields.CharField(max_length=16)),
                ("reason", fields.CharField(null=True, max_length=64)),
                ("body", fields.BinaryField(null=True)),
                ("request_hash", fields.CharField(max_length=64)),
                ("decided_by", fields.CharField(max_length=64)),
                ("decided_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "decisions",
                "app": "threshold",
                "unique_together": (("referral", "number"),),
                "pk_attr": "id",
                "table_description": "An agency's decision on one version; at most one per (referral, number). `body` is sealed",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="InformationRequest",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                (
                    "referral",
                    fields.ForeignKeyField(
                        "threshold.Referral",
                        source_field="referral_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="requests",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("state", fields.CharField(default="open", max_length=16)),
                ("body", fields.BinaryField()),
                ("reply", fields.BinaryField(null=True)),
                ("due_on", fields.DateField()),
                ("asked_by", fields.CharField(max_length=64)),
                ("asked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "answered_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "information_requests",
                "app": "threshold",
                "pk_attr": "id",
                "table_description": "An agency's question: the resident's task. `state`: open, answered, lapsed, cancelled.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LeaseItem",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                (
                    "lease",
                    fields.ForeignKeyField(
                        "threshold.Lease",
                        source_field="lease_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="items",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "referral",
                    fields.ForeignKeyField(
                        "threshold.Referral",
                        source_field="referral_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="leased",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("version", fields.IntField()),
                (
                    "acknowledged_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "lease_items",
                "app": "threshold",
                "unique_together": (("lease", "referral"),),
                "pk_attr": "id",
                "table_description": "A referral and its version inside one lease.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Objection",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                (
                    "decision",
                    fields.OneToOneField(
                        "threshold.Decision",
                        source_field="decision_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="objection",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "referral",
                    fields.ForeignKeyField(
                        "threshold.Referral",
                        source_field="referral_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="objections",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("state", fields.CharField(default="open", max_length=16)),
                ("text", fields.BinaryField()),
                ("answer", fields.BinaryField(null=True)),
                ("made_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("answered_by", fields.CharField(null=True, max_length=64)),
                (
                    "answered_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "objections",
                "app": "threshold",
                "pk_attr": "id",
                "table_description": "A resident's objection to a decision, read by another worker: open, upheld or changed.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ReferralEvent",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                (
                    "referral",
                    fields.ForeignKeyField(
                        "threshold.Referral",
                        source_field="referral_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="events",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("state", fields.CharField(max_length=24)),
                ("version", fields.IntField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "referral_events",
                "app": "threshold",
                "pk_attr": "id",
                "table_description": "Each move of a referral, for the status line, reconciliation and the weekly figures.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ReturnLink",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                ("token_hash", fields.CharField(unique=True, max_length=64)),
                (
                    "application",
                    fields.ForeignKeyField(
                        "threshold.Application",
                        source_field="application_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="links",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "return_links",
                "app": "threshold",
                "pk_attr": "id",
                "table_description": "A single-use way back by mail or text. Only the token's SHA-256 is stored.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RuleSet",
            fields=[
                (
                    "hash",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64),
                ),
                ("program", fields.CharField(max_length=64)),
                ("source", fields.TextField(unique=False)),
                ("stored_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "rule_sets",
                "app": "threshold",
                "pk_attr": "hash",
                "table_description": "The canonical rules and parameters of one program, stored once per hash.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Session",
            fields=[
                (
                    "token_hash",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64),
                ),
                ("door", fields.CharField(max_length=16)),
                ("subject", fields.UUIDField(db_index=True)),
                ("proof", fields.CharField(default="", max_length=16)),
                ("csrf", fields.CharField(max_length=64)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("seen_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "expires_at",
                    fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "sessions",
                "app": "threshold",
                "pk_attr": "token_hash",
                "table_description": "A server-side session. `door`: benefits (draft), status (after sending), staff.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="StaffAccount",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                ("mail", fields.BinaryField()),
                ("mail_index", fields.CharField(unique=True, max_length=64)),
                ("name", fields.BinaryField(null=True)),
                ("password_hash", fields.CharField(max_length=255)),
                (
                    "password_until",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("role", fields.CharField(max_length=16)),
                ("agency", fields.CharField(null=True, max_length=64)),
                ("active", fields.BooleanField(default=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "staff_accounts",
                "app": "threshold",
                "pk_attr": "id",
                "table_description": "A caseworker, supervisor, leader or other member of staff.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Submission",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                (
                    "application",
                    fields.ForeignKeyField(
                        "threshold.Application",
                        source_field="application_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="submissions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("number", fields.IntField()),
                ("facts", fields.BinaryField()),
                ("screening", fields.BinaryField()),
                ("signature", fields.BinaryField()),
                ("request_hash", fields.CharField(max_length=64)),
                ("filed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "submissions",
                "app": "threshold",
                "unique_together": (("application", "number"),),
                "pk_attr": "id",
                "table_description": "What was handed in: immutable, one row per version. `facts` and `screening` are sealed JSON.",
            },
            bases=["Model"],
        ),
    ]
