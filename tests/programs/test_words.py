"""What residents read of the programs: short, plain, whole sentences, and no unkind word."""

from __future__ import annotations

import re

import pytest

from eligibility import Program
from eligibility.determination import Measure, Reason
from eligibility.spans import OPEN, Span
from eligibility.telling import sentence
from service.i18n import Language, Languages
from service.reasons import reason_text
from tests.programs.story import rules
from tests.support.reading import grade

HARDEST = 6.0
ENGLISH = Languages.load([Language("en", "English")], "America/Los_Angeles").source
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


def reason(outcome: str, value: Span, limit: Span, size: Span) -> Reason:
    text = "Your income of {value} a month is {distance} over {limit} for {size}."
    measures = {
        "value": Measure(value, "money", "month"),
        "limit": Measure(limit, "money", "month"),
        "distance": Measure(Span(100_00, 900_00), "money", "month"),
        "size": Measure(size, "people", None),
    }
    nothing = (None,) * 4
    told = ("money", "month", *nothing[:3], False, None, None, text, measures, None)
    return Reason("income", outcome, {}, limit, value, None, *told)


def test_of_a_range_a_reason_names_the_end_that_decides() -> None:
    size = Span(3, 19)
    over = reason("unmet", Span(5_000_00, OPEN), Span(1_000_00, 4_000_00), size)
    assert sentence(over) == (
        "Your income of $5,000 or more a month is $100 or more over up to $4,000 "
        "for up to 19 people."
    )
    within = reason("met", Span(-9_000_00, 3_420_00), Span(4_553_00, 9_000_00), size)
    assert sentence(within).startswith("Your income of up to $3,420 a month is ")
    assert sentence(within).endswith(" over $4,553 or more for 3 people or more.")
    near = reason("unclear", Span(3_180_00, 3_420_00), Span(3_331_00, 3_415_00), size)
    assert sentence(near).startswith("Your income of $3,180 to $3,420 a month is ")
    for each in (over, within, near):
        assert reason_text("help", each.to_json(), ENGLISH) == sentence(each)
