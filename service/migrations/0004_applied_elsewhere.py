from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("threshold", "0003_voice")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Application",
            name="applied",
            field=fields.BinaryField(null=True),
        ),
    ]
