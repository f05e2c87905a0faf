"""What a caseworker reads of an answer: words, never the name a machine keeps."""

from __future__ import annotations

import pytest

from eligibility.answers import TAX_ROLES as STORED
from service.answer_words import TAX_ROLES
from tests.service.pages.rendering import templates


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("role", sorted(STORED))
def test_every_tax_role_a_case_can_hold_is_said_in_words(role: str, language: str) -> None:
    said = templates().languages[language].gettext(TAX_ROLES[role])
    assert "tax return" in said if language == "en" else "impuestos" in said
