"""What a partner told last of an application, so that only what it changes is changed."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("threshold", "0007_homes_of_voters")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Application",
            name="partner_facts",
            field=fields.BinaryField(null=True),
        ),
    ]
