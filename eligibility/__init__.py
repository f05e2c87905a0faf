"""The rules engine: facts, dated parameters and programs in, determinations with reasons out."""

from eligibility.determination import Determination, Reason
from eligibility.facts import Fact, FactType, Vocabulary, load_vocabulary
from eligibility.findings import Finding, RulesError
from eligibility.household import FactErrors, Household
from eligibility.program import Program
from eligibility.rulebook import Rulebook, load_rules, rules_from_source
from eligibility.screening import screen, screen_text
from eligibility.urgency import is_urgent

__all__ = [
    "Determination",
    "Fact",
    "FactErrors",
    "FactType",
    "Finding",
    "Household",
    "Program",
    "Reason",
    "Rulebook",
    "RulesError",
    "Vocabulary",
    "is_urgent",
    "load_rules",
    "load_vocabulary",
    "rules_from_source",
    "screen",
    "screen_text",
]
