"""On SQLite the roll and the box lie in the order of their own keys: no row number tells when a row
came. PostgreSQL has no such table; there the rows are written again (service/voice/mixing.py)."""

from tortoise import migrations
from tortoise.migrations import operations as ops

TABLES = ("voice_roll", "voice_box")


async def _again(editor, ending, wanted):
    """Make both tables anew as they were made, with another ending, and move their rows."""
    client = editor.client
    if client.capabilities.dialect != "sqlite":
        return
    for table in TABLES:
        rows = await client.execute_query_dict(
            "select sql from sqlite_master where type = 'table' and name = ?", [table]
        )
        made = rows[0]["sql"].rstrip().rstrip(";")
        body, _, tail = made.rpartition(")")
        if ("rowid" in tail.lower()) == wanted:
            continue
        old = f"{table}_before"
        await client.execute_script(f'alter table "{table}" rename to "{old}"')
        await client.execute_script(f"{body}){ending}")
        await client.execute_script(f'insert into "{table}" select * from "{old}"')
        await client.execute_script(f'drop table "{old}"')


async def forward(_apps, editor):
    await _again(editor, " without rowid", wanted=True)


async def backward(_apps, editor):
    await _again(editor, "", wanted=False)


class Migration(migrations.Migration):
    dependencies = [("threshold", "0004_applied_elsewhere")]

    initial = False

    operations = [ops.RunPython(forward, backward)]
