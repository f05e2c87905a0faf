"""Forms of staff whose session ended, and secrets that an office gives out for one visit."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from uuid import uuid4
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("threshold", "0005_ballot_order")]

    initial = False

    operations = [
        ops.CreateModel(
            name="KeptForm",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                ("account", fields.UUIDField(db_index=True)),
                ("path", fields.CharField(max_length=200)),
                ("typed", fields.BinaryField()),
                (
                    "kept_at",
                    fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "kept_forms",
                "app": "threshold",
                "unique_together": (("account", "path"),),
                "pk_attr": "id",
                "table_description": "What staff had typed when their session ended, for the same account to find again.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Application",
            name="secret_given_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
