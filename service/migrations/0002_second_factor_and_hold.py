from tortoise import migrations
from tortoise.migrations import operations as ops
from uuid import uuid4
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("threshold", "0001_initial")]

    initial = False

    operations = [
        ops.CreateModel(
            name="RecoveryCode",
            fields=[
                (
                    "code_hash",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64),
                ),
                ("account", fields.UUIDField(db_index=True)),
                ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "recovery_codes",
                "app": "threshold",
                "pk_attr": "code_hash",
                "table_description": "A way in for somebody without their phone: good once, shown once, stored as SHA-256.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SecondFactor",
            fields=[
                (
                    "account",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                ("secret", fields.BinaryField()),
                ("step", fields.BigIntField(default=0)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "confirmed_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "second_factors",
                "app": "threshold",
                "pk_attr": "account",
                "table_description": "The authenticator app of one account (RFC 6238). `secret` is sealed.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Application",
            name="held_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Application",
            name="hold",
            field=fields.CharField(null=True, max_length=16),
        ),
    ]
