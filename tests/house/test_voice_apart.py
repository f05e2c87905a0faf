"""Voice and benefits share no table, key or module that could join a signature to a case."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from service.schema import every_model
from tests.house.tree import imports, name, product_modules, tree

VOICE = re.compile(
    r"service/(voice/|voice_desk/|public_voice/|voice_demo\w*\.py"
    r"|actions/voice/|queries/voice/|commands/voice)"
)
# What both stand on: sessions and outbox by a table's name, and the house's own upkeep.
SHARED_CODE = {
    "service/outbox.py",
    "service/security/sessions.py",
    "service/retention.py",
    "service/backup.py",
    "service/sealed_columns.py",
    "service/rows.py",
}
# Staff, their log and the counters of tries belong to the house and not to either door.
SHARED_TABLES = {
    "staff_accounts",
    "second_factors",
    "recovery_codes",
    "audit_entries",
    "audit_chain",
    "rate_limits",
}
NOT_FOR_VOICE = (
    "forms",
    "eligibility",
    "service.resident",
    "service.caseworker",
    "service.referrals",
    "service.drafts",
    "service.notices.delivery",
    "service.notices.words",
)
# Reading a city's YAML strictly is no business of benefits alone.
READERS = ("eligibility.documents", "eligibility.reading", "eligibility.findings")
# Plain helpers that hold and read nothing: how a cell of a table and a day are written.
PLAIN = {"safe_cell", "Typed", "day_parts"}
TABLES = {model._meta.db_table for model in every_model()}
AFTER = re.compile(r"\b(?:from|join|into|update)\s+\"?([a-z_]+)", re.I)


def _tables_named(path: Path) -> set[str]:
    """Tables that stand in the SQL of a module's texts."""
    texts = (
        node.value
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return {found for text in texts for found in AFTER.findall(text)} & TABLES


def test_voice_reads_and_writes_tables_of_its_own_only() -> None:
    found = {
        name(path): sorted(other)
        for path in product_modules()
        if VOICE.match(name(path))
        and (
            other := {t for t in _tables_named(path) if not t.startswith("voice_")} - SHARED_TABLES
        )
    }
    assert found == {}


def test_benefits_never_name_a_table_of_voice() -> None:
    found = {
        name(path): sorted(voice)
        for path in product_modules()
        if not VOICE.match(name(path))
        and name(path) not in SHARED_CODE
        and not name(path).startswith(("service/models/", "service/migrations/"))
        and (voice := {t for t in _tables_named(path) if t.startswith("voice_")})
    }
    assert found == {}


def test_voice_knows_no_module_of_benefits() -> None:
    found = [
        f"{name(path)}:{line} imports {imported}"
        for path in product_modules()
        if VOICE.match(name(path))
        for line, imported in imports(path)
        if imported.startswith(NOT_FOR_VOICE)
        and not imported.startswith(READERS)
        and imported.rpartition(".")[2] not in PLAIN
    ]
    assert found == []
