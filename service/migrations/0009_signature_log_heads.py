"""Signed heads of the public log of signatures."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from uuid import uuid4
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("threshold", "0008_partner_facts")]

    initial = False

    operations = [
        ops.CreateModel(
            name="LogHead",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                ("size", fields.BigIntField(unique=True)),
                ("root", fields.CharField(max_length=64)),
                ("moment", fields.CharField(max_length=32)),
                ("key", fields.CharField(max_length=64)),
                ("signature", fields.CharField(max_length=128)),
                ("peaks", fields.TextField(unique=False)),
            ],
            options={
                "table": "voice_log_heads",
                "app": "threshold",
                "pk_attr": "id",
                "table_description": "A signed head of the log of steps, so many steps long. `peaks`: what the next one goes on",
            },
            bases=["Model"],
        ),
    ]
