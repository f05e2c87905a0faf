"""Every stored column is classed, and what is personal is sealed."""

from __future__ import annotations

import pytest
from tortoise.fields import BinaryField

from service.inventory import column_class, inventory
from service.models.classes import ColumnClass, Retention, Sensitivity
from service.retention import RULES
from service.schema import every_model
from service.sealed_columns import PLAIN_BYTES, SEALED_TEXT
from service.services import Services
from service.settings import ROOT

COLUMNS = [
    (model._meta.db_table, name, model._meta.fields_map[name])
    for model in every_model()
    for name in model._meta.fields_map
    if name in model._meta.fields_db_projection
]
# Personal, and in the clear with a reason: a code, a yes or no, or a state that queries need.
CLEAR = {
    ("applications", "language"),
    ("applications", "safe_to_write"),
    ("applications", "opened_at"),
    ("applications", "opened_before_at"),
    ("referrals", "program"),
    ("referrals", "agency"),
    ("referrals", "state"),
    ("referrals", "urgent"),
    ("decisions", "outcome"),
    ("decisions", "reason"),
    ("information_requests", "state"),
    ("objections", "state"),
    ("referral_events", "state"),
}


def class_of(table: str, name: str) -> ColumnClass | None:
    model = next(model for model in every_model() if model._meta.db_table == table)
    return column_class(model, name)


@pytest.mark.parametrize(("table", "name"), [(table, name) for table, name, _ in COLUMNS])
def test_a_column_says_what_it_holds_and_how_long_it_is_kept(table: str, name: str) -> None:
    assert class_of(table, name) is not None, f"{table}.{name} is not classed"


def test_personal_words_are_sealed_or_hashed() -> None:
    bare = set()
    for table, name, field in COLUMNS:
        found = class_of(table, name)
        if found is None or found.sensitivity not in (Sensitivity.PERSONAL, Sensitivity.SENSITIVE):
            continue
        if not isinstance(field, BinaryField) and not name.endswith(("_index", "_hash")):
            bare.add((table, name))
    assert bare == CLEAR


def test_secrets_are_kept_as_hashes_or_sealed() -> None:
    secret = {
        (table, name): field
        for table, name, field in COLUMNS
        if (found := class_of(table, name)) and found.sensitivity is Sensitivity.SECRET
    }
    plain = {
        place
        for place, field in secret.items()
        if not place[1].endswith("_hash") and not isinstance(field, BinaryField)
    }
    assert plain == {("sessions", "csrf"), ("voice_sessions", "csrf")}
    assert set(secret) >= SEALED_TEXT


def test_sealed_columns_are_all_bytes_but_the_chain_s_hashes() -> None:
    tables = {model._meta.db_table for model in every_model()}
    assert {table for table, _ in PLAIN_BYTES | SEALED_TEXT} <= tables


def test_every_retention_that_ends_has_a_rule() -> None:
    # An application's own rule takes all that refers to it; accounts end by a person's order.
    ends = set(Retention) - {Retention.PERMANENT, Retention.ACCOUNT}
    ruled = {rule.table for rule in RULES}
    for kept in ends:
        tables = {
            table
            for table, name, _ in COLUMNS
            if (c := class_of(table, name)) and c.retention is kept
        }
        assert tables & ruled, kept


def test_the_data_inventory_is_what_the_models_say(services: Services) -> None:
    page = (ROOT / "docs" / "data-inventory.md").read_text(encoding="utf-8")
    assert page == inventory(services.city), "run: threshold inventory > docs/data-inventory.md"
