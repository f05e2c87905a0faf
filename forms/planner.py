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
from forms.definition import Json
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
        self._leans_on = {name: frozenset(rules.linked(name)) for name in rules.programs}

    def plan(self, flow: Flow) -> Plan | None:
        """What is left to ask; None until everybody of the home is listed."""
        if flow.draft.facts.get("people_complete") is not True:
            return None
        facts = sendable_facts(flow)
        made = self._made(flow, facts)
        worths = worths_in_play(flow.form, self._own)
        chosen = worths.bits(flow.interest.intersection(flow.draft.chosen))
        return Plan(worths, worths.bits(self.in_play(flow, made)), chosen, facts, made)

    def _made(self, flow: Flow, facts: Mapping[str, Json]) -> Made:
        """What comes out; only programs are screened that the newest answers can change."""
        needed = self._needed(flow)
        made = self._as_before(flow, flow.earlier, facts) if flow.earlier else {}
        left = [name for name in needed if name not in made]
        if left:
            household = Household.from_facts(facts, self.rules.facts)
            found: dict[str, list[Determination]] = {name: [] for name in left}
            for each in screen(household, self.rules, flow.on, left, explain=False):
                found[each.program].append(each)
            made.update(found)
        return {name: made[name] for name in needed}

    def _as_before(
        self, flow: Flow, earlier: Plan, facts: Mapping[str, Json]
    ) -> dict[str, Sequence[Determination]]:
        """The results that stand: their programs read nothing new, or are settled for good."""
        names = differing(earlier.facts, facts)
        more = only_more(earlier.facts, facts)
        return {
            name: results
            for name, results in earlier.made.items()
            if flow.needs.decide[name].isdisjoint(names) or (more and _settled(results))
        }

    def _needed(self, flow: Flow) -> list[str]:
        """The programs of interest and those they lean on, in the order of the rules."""
        found = frozenset[str]().union(*(self._leans_on[each] for each in flow.interest))
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


def differing(before: Mapping[str, Json], now: Mapping[str, Json]) -> frozenset[str]:
    """The facts that are not the same, as programs name them."""
    found = {f"household.{name}" for name in _unlike(before["household"], now["household"])}
    found |= {name for name in ("people_complete", "on") if before[name] != now[name]}
    people = {person["id"]: person for person in before["people"]}
    for person in now["people"]:
        found |= {f"person.{name}" for name in _unlike(people.pop(person["id"], {}), person)}
    # Whoever comes or goes changes everything that is counted.
    found |= {"people_complete"} if people or len(before["people"]) != len(now["people"]) else set()
    return frozenset(found)


def _unlike(before: Mapping[str, Json], now: Mapping[str, Json]) -> set[str]:
    """The names under which two things differ; of benefits received, each member."""
    names = {name for name in {*before, *now} if before.get(name) != now.get(name)}
    if "receives" in names:
        one, other = before.get("receives"), now.get("receives")
        names |= {
            f"receives.{member}"
            for member in _unlike(
                one if isinstance(one, Mapping) else {}, other if isinstance(other, Mapping) else {}
            )
        }
    return names


def only_more(before: Json, now: Json) -> bool:
    """Whether facts say all that they said before, and perhaps more."""
    if before == now:
        return True
    if isinstance(before, Mapping) and "unknown" in before:
        return True
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        return all(name in now and only_more(each, now[name]) for name, each in before.items())
    if isinstance(before, list) and isinstance(now, list):
        return len(before) == len(now) and all(map(only_more, before, now))
    return False


def _settled(results: Iterable[Determination]) -> bool:
    """Whether no answer can change what is said: each result, and what each is worth."""
    return all(
        each.outcome != UNCLEAR
        and (each.outcome != LIKELY or each.amount is None or each.amount.low == each.amount.high)
        for each in results
    )
