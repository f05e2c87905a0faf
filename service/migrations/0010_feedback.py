"""What people say of this service itself."""

from uuid import uuid4

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("threshold", "0009_signature_log_heads")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Feedback",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                ("form", fields.UUIDField(unique=True)),
                (
                    "given_at",
                    fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False),
                ),
                ("language", fields.CharField(max_length=35)),
                ("ease", fields.CharField(default="", max_length=16)),
                ("words", fields.BinaryField(null=True)),
            ],
            options={
                "table": "feedback",
                "app": "threshold",
                "pk_attr": "id",
                "table_description": "A note about this service, tied to no application and no person. `form`: of one page shown,",
            },
            bases=["Model"],
        ),
    ]
