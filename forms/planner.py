"""The planner: which programs still have something to ask, as the answers so far stand.

Rules are screened with what is known. A result that came out is not contradicted by any further
answer, so questions that matter only to programs that certainly do not fit are left out, and so
are those of programs one applies for elsewhere once their result is known. A program that may
still be sent keeps every question whose answer its agency receives. A program that leans on
another's result needs the other's questions only until that result is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from eligibility import Determination, Household, Rulebook, screen
from eligibility.determination import LIKELY, UNCLEAR, UNLIKELY
from forms.facts import sendable_facts
from forms.flow import Flow
from forms.needs import Needs, needs_of
from forms.worth import Plan, worths_in_play

ROUTED = "routed"

Made = Mapping[str, Sequence[Determination]]
"""What came out, by program."""


class RulesPlanner:
    """Plans by a city's rules. Holds nothing of a resident; one serves everybody."""

    def __init__(self, rules: Rulebook) -> None:
        self.rules = rules
        own = {program.id: program.facts for program in rules.programs.values()}
        self._own: Needs = needs_of(rules.programs.values(), own)

    def plan(self, flow: Flow) -> Plan | None:
        """What is left to ask; None until everybody of the home is listed."""
        if flow.draft.facts.get("people_complete") is not True:
            return None
        made: dict[str, list[Determination]] = {}
        household = Household.from_facts(sendable_facts(flow), self.rules.facts)
        for each in screen(household, self.rules, flow.on, self._needed(flow), explain=False):
            made.setdefault(each.program, []).append(each)
        worths = worths_in_play(flow.form, self._own)
        chosen = flow.interest.intersection(flow.draft.chosen)
        return Plan(worths, worths.bits(self.in_play(flow, made)), worths.bits(chosen))

    def _needed(self, flow: Flow) -> list[str]:
        """The programs of interest and those they lean on, in the order of the rules."""
        found = {name for each in flow.interest for name in self.rules.linked(each)}
        return [name for name in self.rules.programs if name in found]

    def in_play(self, flow: Flow, made: Made) -> frozenset[str]:
        """The programs for whose sake questions are still asked."""
        undecided = {name for name, results in made.items() if not _settled(results)}
        waiting = [each for each in flow.interest if each in undecided]
        found = set(waiting)
        while waiting:
            leans_on = self.rules.programs[waiting.pop()].links & undecided
            waiting += leans_on - found
            found |= leans_on
        sendable = (each for each in flow.interest if self._may_be_sent(each, made[each], flow))
        return frozenset(found).union(sendable, flow.interest.intersection(flow.draft.chosen))

    def _may_be_sent(self, program: str, results: Iterable[Determination], flow: Flow) -> bool:
        return self.rules.programs[program].apply == ROUTED and any(
            each.outcome != UNLIKELY for each in results
        )


def _settled(results: Iterable[Determination]) -> bool:
    """Whether no answer can change what is said: each result, and what each is worth."""
    return all(
        each.outcome != UNCLEAR
        and (each.outcome != LIKELY or each.amount is None or each.amount.low == each.amount.high)
        for each in results
    )
