"""The demonstration city's rules, loaded once."""

from __future__ import annotations

import pytest

from eligibility import Rulebook
from tests.eligibility.packs import city_rules


@pytest.fixture
def rules() -> Rulebook:
    return city_rules()
