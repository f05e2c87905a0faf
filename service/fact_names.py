"""Every fact by the name people read: in consents, on program pages and in a caseworker's case."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eligibility.facts import Vocabulary
    from service.i18n import Translator


def fact_name(fact: str, facts: Vocabulary, words: Translator) -> str:
    """What a fact is called when it is asked for or given away."""
    known = facts.named_by(fact)
    return words.gettext(known.called) if known is not None else fact


def answer_name(fact: str, facts: Vocabulary, words: Translator) -> str:
    """What an answer is called beside its value, whoever reads it."""
    known = facts.named_by(fact)
    return words.gettext(known.beside) if known is not None else fact
