"""What residents read of the programs: short, plain, whole sentences, and no unkind word."""

from __future__ import annotations

import re

import pytest

from eligibility import Program
from tests.programs.story import rules
from tests.support.reading import grade

HARDEST = 6.0
# Names on people's letters and cards, and words of law for which there is no plainer one. Each
# counts as one short word.
FIXED = (
    "Social Security",
    "Veterans Affairs",
    "Veterans or Survivors Pension",
    "Opportunity Grant",
    "Utility Discount",
    "Seattle Public Utilities",
    "Apple Health",
    "Basic Food",
    "Medicare",
    "Lifeline",
    "Healthplanfinder",
    "Seattle",
    "disability",
    "immigration",
    "paratransit",
    "veteran",
)
UNKIND = re.compile(r"\b(failed|invalid|denied|illegal|must|shall)\b|!", re.IGNORECASE)


def sentences(program: Program) -> list[str]:
    """Every text of a program that a resident may read."""
    found = [program.summary, program.next_step, program.status_text, *program.not_checked]
    found += [*program.reasons.values(), *program.proofs]
    for test in program.all_tests():
        found += [test.met, test.unmet, test.unclear]
    return [text for text in found if text]


ALL = [(name, text) for name, one in rules().programs.items() for text in sentences(one)]


def plain(text: str) -> str:
    """The text with names taken as one word and figures as short ones."""
    for name in FIXED:
        text = text.replace(name, "name")
    return re.sub(r"\{[a-z_]+\}", "ten", text)


def test_every_sentence_of_every_program_reads_at_grade_six_or_below() -> None:
    hard = [(name, round(grade(plain(text)), 1), text) for name, text in ALL]
    assert [row for row in hard if row[1] > HARDEST] == []


def test_no_sentence_of_a_program_is_unkind() -> None:
    assert [text for _, text in ALL if UNKIND.search(text)] == []


@pytest.mark.parametrize("name", sorted(rules().programs))
def test_each_outcome_of_each_test_is_a_whole_sentence(name: str) -> None:
    for test in rules().programs[name].all_tests():
        for text in (test.met, test.unmet, test.unclear):
            assert text[0].isupper() or text[0] == "{"
            assert text.endswith(".")
