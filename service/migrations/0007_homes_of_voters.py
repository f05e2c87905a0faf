"""Who of a home came with a letter's code, so that no more vote from an address than live there."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("threshold", "0006_kept_forms_and_given_secrets")]

    initial = False

    operations = [
        ops.CreateModel(
            name="VoterHome",
            fields=[
                (
                    "p_hash",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64),
                ),
                ("vote", fields.UUIDField()),
                ("home_hash", fields.CharField(max_length=64)),
                ("place", fields.IntField()),
            ],
            options={
                "table": "voice_homes",
                "app": "threshold",
                "unique_together": (("vote", "home_hash", "place"),),
                "pk_attr": "p_hash",
                "table_description": "That somebody of a home came with a letter's code: keyed hashes, gone with the roll.",
            },
            bases=["Model"],
        ),
    ]
