"""Whether a city's form asks all that its programs need: for `threshold check` and tests."""

from __future__ import annotations

from forms.definition import Form
from forms.needs import Needs

FILLED_IN = frozenset(
    {
        "household.language",
        "income.kind",
        "person.age_months",
        "person.applies_for",
        "person.name",
    }
)
"""Facts that follow from other answers: names and language from the contact page, the kind
of an income from the box that was ticked, who applies from the kinds of help."""


def never_asked(form: Form, needs: Needs) -> dict[str, frozenset[str]]:
    """The facts of each program that no question gives, for programs that have such facts.

    Such a fact stays unknown, so the program can never be more than unclear.
    """
    given = FILLED_IN.union(*(question.serves for p in form.pages for question in p.questions))
    missing = {program: facts - given for program, facts in needs.apply.items()}
    return {program: facts for program, facts in sorted(missing.items()) if facts}


def under_no_help(form: Form, needs: Needs) -> frozenset[str]:
    """The programs that no kind of help stands for: only "everything that fits" finds them."""
    return needs.programs.difference(*(each.programs for each in form.helps))
