"""Pages answered on one form, beside the separate forms of the programs that are sent."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.asking.households import ON, SEED, Facts
from benchmarks.asking.resident import Resident, Walk
from benchmarks.asking.separate import SeparateForms
from eligibility import Household, Rulebook, load_rules, screen
from forms import (
    Draft,
    Flow,
    Form,
    RulesPlanner,
    choose,
    load_form,
    needs_of_rules,
    only,
    sendable_facts,
)
from forms.flow import Planner
from forms.planner import Made

ROOT = Path(__file__).parents[2]
EVERYTHING: tuple[str, ...] = ()
KINDS = (1, 2, 3)


BEHIND_OURS, BEHIND_EACH = 3, 2
"""Pages behind the questions. Ours: the programs to choose from, checking, consents and signature.
A separate form: checking, and consent and signature."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How much somebody was asked: pages, questions on them, and single boxes and fields."""

    pages: int
    questions: int
    parts: int

    @classmethod
    def on(cls, *walks: Walk) -> Asked:
        """All of these forms together."""
        return cls(
            sum(len(walk.pages) for walk in walks),
            sum(walk.questions for walk in walks),
            sum(sum(walk.told.values()) for walk in walks),
        )


@dataclass(frozen=True, slots=True)
class Sent:
    """One resident: what was sent, and what was asked in each way."""

    programs: int
    everything: bool
    planned: Asked
    fixed: Asked
    least: Asked
    """What the agencies must be told anyway: asked by who knows beforehand what will be sent."""
    separate: Asked
    alike: Asked
    """The separate forms, laid out on pages as ours is today."""
    alone: float | None
    """For one of the programs that were sent: "just this one" by its own separate form."""
    twice: int
    """Facts that were asked more than once."""
    times: tuple[float, ...]

    def share(self, asked: Asked) -> float:
        """Pages as a share of the separate forms."""
        return asked.pages / self.separate.pages

    def shares(self) -> tuple[float, ...]:
        """Pages; with those behind the questions; questions; single parts; pages laid out alike."""
        ours, theirs = self.planned, self.separate
        behind = theirs.pages + self.programs * BEHIND_EACH
        return (
            ours.pages / theirs.pages,
            (ours.pages + BEHIND_OURS) / behind,
            ours.questions / theirs.questions,
            ours.parts / theirs.parts,
            ours.pages / self.alike.pages,
        )


class Clairvoyant(RulesPlanner):
    """Knows from the first page on what will be sent, and asks for nothing else."""

    def __init__(self, rules: Rulebook, sent: Iterable[str]) -> None:
        super().__init__(rules)
        self.sent = frozenset(sent)

    def in_play(self, flow: Flow, made: Made) -> frozenset[str]:
        """Only what is sent."""
        return self.sent & flow.interest


class City:
    """The demonstration city's form, its rules, and what each program asks alone."""

    def __init__(self) -> None:
        city = ROOT / "cities" / "seattle"
        self.rules: Rulebook = load_rules(ROOT / "eligibility", city)
        self.form: Form = load_form(ROOT / "forms" / "questions", city, self.rules.facts)
        self.needs = needs_of_rules(self.rules)
        self.planner = RulesPlanner(self.rules)
        self.separate = SeparateForms(self.rules.facts)

    def flow(self, draft: Draft, planner: Planner | None) -> Flow:
        """A draft under this city's form, on the day of the measure."""
        return Flow(self.form, self.needs, draft, ON, planner)

    def wanted(self, random: Random) -> tuple[str, ...]:
        """Every second resident wants everything that fits, the others some kinds of help."""
        if random.random() < 0.5:
            return EVERYTHING
        kinds = [help_.id for help_ in self.form.helps]
        return tuple(random.sample(kinds, random.choice(KINDS)))

    def fitting(self, flow: Flow) -> list[str]:
        """What a resident sends: all that can be sent from here and is not unlikely. A program that
        came after the separate forms were written down has none to be measured against."""
        household = Household.from_facts(sendable_facts(flow), self.rules.facts)
        sendable = [
            program.id
            for program in self.rules.programs.values()
            if program.id in flow.interest
            and program.id in self.separate.programs
            and program.apply == "routed"
            and program.status_on(ON) == "open"
        ]
        found = screen(household, self.rules, ON, sendable, explain=False)
        fits = {each.program for each in found if each.outcome != "unlikely"}
        return [program for program in sendable if program in fits]

    def walk(
        self, resident: Resident, planner: Planner | None, sent: list[str] | None = None
    ) -> tuple[Walk, list[str]]:
        """From the first page to the last before the signature, and what is sent."""
        walk = resident.walks(self.flow(Draft(), planner))
        sent = self.fitting(walk.flow) if sent is None else sent
        walk.flow = walk.flow.with_draft(choose(walk.flow.draft, sent))
        return resident.goes_on(walk, walk.flow.first_open()), sent

    def alone(self, resident: Resident, program: str, planner: Planner | None) -> Walk:
        """Our form for "just this one"."""
        draft = choose(only(Draft(), program), [program])
        return resident.walks(self.flow(draft, planner))


def measured(city: City, number: int, facts: Facts) -> Sent:
    """One resident goes every way."""
    wanted = city.wanted(Random(-SEED - number))
    resident = Resident(facts, wanted)
    planned, sent = city.walk(resident, city.planner)
    fixed, also = city.walk(resident, None)
    assert sent == also, f"resident {number}: the planner changed what is sent"
    least, _same = city.walk(resident, Clairvoyant(city.rules, sent), sent)
    own = {program: city.separate.walked(resident, program, ON) for program in sent}
    alike = [city.alone(resident, program, None) for program in sent]
    one = sent[number % len(sent)] if sent else None
    alone = (
        len(city.alone(resident, one, city.planner).pages) / len(own[one].pages) if one else None
    )
    return Sent(
        programs=len(sent),
        everything=wanted == EVERYTHING,
        planned=Asked.on(planned),
        fixed=Asked.on(fixed),
        least=Asked.on(least),
        separate=Asked.on(*own.values()),
        alike=Asked.on(*alike),
        alone=alone,
        twice=sum(times > 1 for times in planned.told.values()),
        times=tuple(planned.times),
    )


def median(shares: Iterable[float]) -> float:
    """The middle one; nothing for none."""
    found = list(shares)
    return statistics.median(found) if found else 0.0


def tenths(shares: Iterable[float]) -> list[float]:
    """The 10th, 50th and 90th of a hundred."""
    found = sorted(shares)
    return [found[int(len(found) * part)] for part in (0.1, 0.5, 0.9)] if found else []
