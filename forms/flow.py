"""Which steps apply now, in their fixed order, and what comes after each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Protocol

from forms.answers import Seen, candidates
from forms.carried import INCOME_LISTS, Kept, Share, changed, same_interest, touched
from forms.definition import Choice, Form, Json, Kind, Question, Stage
from forms.draft import ANSWERED, Draft, Place
from forms.needs import Needs
from forms.steps import Live, Step, every_step, places_of
from forms.worth import Bits, Plan, Worths, worths

EVERY_PROGRAM: Bits = -1


class Planner(Protocol):
    """Says what the answers so far leave to ask; None while everything may matter."""

    def plan(self, flow: Flow) -> Plan | None: ...


@dataclass(frozen=True)
class Flow:
    """A form, what programs need, and a draft on one day. Everything else follows from these.

    Steps keep the form's order whatever is answered, so Back always leads where one came
    from; a page stays a step while its conditions hold, answered or not. With a planner,
    questions that can change nothing any more are left out unless they were answered.
    """

    form: Form
    needs: Needs
    draft: Draft
    on: date
    planner: Planner | None = None
    earlier: Plan | None = field(default=None, compare=False, repr=False)
    """The plan of the draft before this one, where there was one."""

    def with_draft(self, draft: Draft) -> Flow:
        """The same form with another draft. What does not look at a changed answer is kept."""
        other = replace(self, draft=draft, earlier=self.__dict__.get("plan"))
        changes = changed(self.draft, draft)
        if changes is not None and "_kept" in self.whole.__dict__:
            gone, same = touched(self.form, changes), same_interest(self.draft, draft)
            other.whole.__dict__["_kept"] = self.whole._kept.without(gone, same)
            if INCOME_LISTS.isdisjoint(changes):
                other.whole.__dict__["every_step"] = self.whole.every_step
        return other

    @cached_property
    def whole(self) -> Flow:
        """The same without a planner: every step that could matter to a program of interest."""
        return self if self.planner is None else replace(self, planner=None)

    @cached_property
    def plan(self) -> Plan | None:
        """What the planner leaves to ask; None for everything."""
        return None if self.planner is None else self.planner.plan(self)

    @cached_property
    def interest(self) -> frozenset[str]:
        """The programs the form is asked for: the one, those of the wanted help, the chosen."""
        draft = self.draft
        if draft.only is not None:
            return frozenset({draft.only})
        if draft.wanted is None:
            return self.needs.programs | frozenset(draft.chosen)
        wanted = _programs_of(self.form, draft.wanted) | frozenset(draft.chosen)
        return wanted & self.needs.programs

    def programs_for(self, person: str) -> frozenset[str]:
        """The programs of interest that this person asks help from."""
        helps = self.seen.at(person).helps()
        if helps is None:
            return self.interest
        return self.interest & _programs_of(self.form, helps)

    @cached_property
    def needed(self) -> frozenset[str]:
        """Every fact that the programs of interest decide by, or the chosen ones receive."""
        chosen = self.interest.intersection(self.draft.chosen)
        return self.needs.to_decide(self.interest) | self.needs.to_apply(chosen)

    @cached_property
    def seen(self) -> Seen:
        """The draft as conditions see it, from the household."""
        return Seen(self.draft, self.on)

    @cached_property
    def _worths(self) -> Worths:
        return worths(self.form, self.needs)

    @cached_property
    def _bits(self) -> tuple[Bits, Bits]:
        chosen = self.interest.intersection(self.draft.chosen)
        return self._worths.bits(self.interest), self._worths.bits(chosen)

    @cached_property
    def every_step(self) -> tuple[Step, ...]:
        """Every step there could be for these people and incomes, asked or not."""
        if self.planner is not None:
            return self.whole.every_step
        return tuple(every_step(self.form, self.draft))

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step that applies now, in order."""
        return tuple(step for step in self.every_step if self.live(step))

    @cached_property
    def told(self) -> dict[str, Json]:
        """Where forms.facts keeps what it made of this flow."""
        return {}

    @cached_property
    def _kept(self) -> Kept:
        return Kept()

    def live(self, step: Step) -> tuple[Live, ...]:
        """The questions a step asks now; none when the step does not apply."""
        found = self._kept.live.get(step.key)
        if found is None:
            found = self._asked(step) if self.planner is None else self.whole.live(step)
            # What is always asked needs no plan, which takes longer than all the rest.
            if self.planner is not None and not all(live.question.always for live in found):
                found = found if self.plan is None else self._left(found, step, self.plan)
            self._kept.live[step.key] = found
        return found

    def shown(self, step: Step) -> tuple[Live, ...]:
        """What a page draws and reads. One that comes back asks only what is open, if any is."""
        lives = self.live(step)
        if step.key not in self.draft.asked:
            return lives
        return tuple(live for live in lives if not self.settled(live)) or lives

    def share(self, step: Step) -> Share:
        """Where forms.facts keeps what it made of a step."""
        return self._kept.shares.setdefault(step.key, {})

    def _asked(self, step: Step) -> tuple[Live, ...]:
        interest, chosen = self._bits
        found = (self._needed(live, step, interest, chosen) for live in self.possible(step))
        return tuple(live for live in found if live is not None)

    def _needed(self, live: Live, step: Step, interest: Bits, chosen: Bits) -> Live | None:
        question, stage = live.question, step.page.stage
        if question.only_applicants:
            theirs = self._worths.bits(self.programs_for(live.place.person))
            interest, chosen = interest & theirs, chosen & theirs
        if question.always:
            # A form for one program alone has no use for what kinds of help are wanted.
            return None if question.facts == (HELPS_WANTED,) and self.draft.only else live
        if not self._worths.of_question(question).at(stage, interest, chosen):
            return None
        if not question.choices:
            return live
        worth = self._worths.of_choice
        choices = tuple(c for c in live.choices if worth(question, c).at(stage, interest, chosen))
        return replace(live, choices=choices) if choices else None

    def _left(self, lives: tuple[Live, ...], step: Step, plan: Plan) -> tuple[Live, ...]:
        """What of these questions still matters, or was answered already."""
        told = step.key in self.draft.asked
        found = (self._still(live, step, plan, told) for live in lives)
        return tuple(live for live in found if live is not None)

    def _still(self, live: Live, step: Step, plan: Plan, told: bool) -> Live | None:
        question, stage = live.question, step.page.stage
        among = EVERY_PROGRAM
        if question.only_applicants:
            among = self._worths.bits(self.programs_for(live.place.person))
        matters = question.always or plan.asks(question, None, stage, among)
        if question.facts and not question.receives:
            return live if matters or (told and self._told(live, question.facts)) else None
        if not any(choice.fact or question.receives for choice in live.choices):
            return live if matters or (told and self._told(live, live.facts)) else None
        choices = tuple(
            choice
            for choice in live.choices
            if (matters and plan.asks(question, choice, stage, among))
            or (told and self._ticked(live, choice))
        )
        if len(choices) == len(live.choices):
            return live
        return replace(live, choices=choices) if choices else None

    def _told(self, live: Live, facts: Iterable[str]) -> bool:
        return any(self.draft.value(fact, live.place) is not None for fact in facts)

    def _ticked(self, live: Live, choice: Choice) -> bool:
        """Whether a box was answered, ticked or not."""
        question = live.question
        if question.receives and question.facts:
            return choice.value in self.draft.members(question.facts[0], live.place)
        return self._told(live, (choice.fact,))

    def worth_asking(self, question: Question, step: Step) -> bool:
        """Whether a program of interest needs a fact that this question gives or leads to."""
        worth = self._worths.of_question(question)
        return question.always or worth.at(step.page.stage, *self._bits) != 0

    def possible(self, step: Step) -> tuple[Live, ...]:
        """The questions of a step whose conditions hold, whoever needs them."""
        if self.planner is not None:
            return self.whole.possible(step)
        if step.key not in self._kept.possible:
            self._kept.possible[step.key] = self._possible(step)
        return self._kept.possible[step.key]

    def _possible(self, step: Step) -> tuple[Live, ...]:
        views = [self.seen.from_place(place) for place in places_of(step, self.draft)]
        found = (
            self._if_possible(question, seen, step.page.together)
            for seen in views
            if step.page.when is None or step.page.when(seen) is not False
            for question in step.page.questions
        )
        return tuple(live for live in found if live is not None)

    def _if_possible(self, question: Question, seen: Seen, together: bool) -> Live | None:
        if question.when is not None and question.when(seen) is False:
            return None
        choices = tuple(choice for choice in question.choices if _offered(choice, seen))
        if question.choices and not choices:
            return None
        if question.kind not in (Kind.PERSON, Kind.PEOPLE, Kind.PARTNER):
            return Live(question, seen.place, choices, (), together)
        people = self._people(question, seen)
        return Live(question, seen.place, choices, people, together) if people else None

    def _people(self, question: Question, seen: Seen) -> tuple[str, ...]:
        """Whom a question can name. A pair is asked of whoever comes first in the list."""
        me, found = seen.place.person, candidates(seen, question.people)
        if question.kind is Kind.PERSON:
            return found
        if question.kind is Kind.PEOPLE:
            return tuple(person for person in found if person != me)
        order = list(self.draft.people)
        named = [self.draft.value(question.facts[0], Place(p)) for p in order if p != me]
        if me in named:
            return ()
        later = order[order.index(me) + 1 :]
        return tuple(person for person in found if person in later and person not in named)

    def find(self, key: str) -> Step | None:
        """The step with this key if it applies now, else None."""
        step = next((step for step in self.every_step if step.key == key), None)
        return step if step is not None and self.live(step) else None

    def answered(self, step: Step) -> bool:
        """Whether nothing of this step is open: asked, and every question of it settled."""
        if step.key not in self.draft.asked:
            return False
        # Somebody who came later was not there to be left open.
        left_open = self.draft.asked[step.key] != ANSWERED and not step.page.together
        return left_open or all(self.settled(live) for live in self.live(step))

    def settled(self, live: Live) -> bool:
        """Whether a question has its answer, or a mark that nothing is known."""
        question, value = live.question, self.draft.value
        match question.kind:
            case Kind.ADD_PERSON | Kind.MORE_INCOME:
                return value(question.facts[0], live.place) is True
            case Kind.MANY if question.receives:
                told = self.draft.members(question.facts[0], live.place)
                return all(choice.value in told for choice in live.choices)
            case Kind.MANY if not question.facts:
                return all(value(c.fact, live.place) is not None for c in live.choices)
            case Kind.PEOPLE | Kind.PERSON | Kind.PARTNER:
                return value(question.facts[0], live.place) is not None
        return not question.required or any(
            value(fact, live.place) is not None for fact in live.facts
        )

    def next_after(self, step: Step) -> Step | None:
        """Where Continue leads: on in order, or back into a list that is still open.

        None at the end of a stage: then the programs, or Check answers.
        """
        if self.live(step) and not self.answered(step):
            return self._open_in_run(step)
        keys = [each.key for each in self.every_step]
        if step.key not in keys:
            return self.first_open()
        later = self.every_step[keys.index(step.key) + 1 :]
        following = next((each for each in later if self.live(each)), None)
        same = following is not None and following.page.stage is step.page.stage
        return following if same else None

    def _open_in_run(self, step: Step) -> Step:
        run = next(r for s in self.form.sections for r in s.runs if step.page in r)
        mine = (s for s in self.every_step if s.place.person == step.place.person)
        still = (s for s in mine if s.page in run and self.live(s) and not self.answered(s))
        return next(still, step)

    def before(self, step: Step) -> Step | None:
        """Where Back leads: the step before in order, or None at the first."""
        keys = [each.key for each in self.every_step]
        place = keys.index(step.key) if step.key in keys else 0
        return next((s for s in reversed(self.every_step[:place]) if self.live(s)), None)

    def first_open(self, stage: Stage | None = None) -> Step | None:
        """The first step not answered yet, of one stage or of the whole form."""
        return next((s for s in self.open_steps if stage in (None, s.page.stage)), None)

    @cached_property
    def open_steps(self) -> tuple[Step, ...]:
        """Every step that is not answered yet, in order."""
        return tuple(step for step in self.steps if not self.answered(step))

    @cached_property
    def reachable(self) -> frozenset[tuple[str, str]]:
        """Every (scope, fact) that some step asks now; what is stored elsewhere is not sent."""
        return frozenset[tuple[str, str]]().union(*(self._reached(step) for step in self.steps))

    def _reached(self, step: Step) -> frozenset[tuple[str, str]]:
        found = self._kept.reached.get(step.key)
        if found is None:
            lives = self.live(step)
            found = frozenset((live.place.scope, fact) for live in lives for fact in live.facts)
            self._kept.reached[step.key] = found
        return found

    def lengths_alone(self, programs: Iterable[str]) -> int:
        """The steps of each of these programs' own forms, added up, from the same answers."""
        among = self._worths.bits(programs)
        if among not in self._lengths:
            steps = self.every_step
            self._lengths[among] = sum(self._alone(step, among).bit_count() for step in steps)
        return self._lengths[among]

    @cached_property
    def _lengths(self) -> dict[Bits, int]:
        return {}

    def _alone(self, step: Step, among: Bits) -> Bits:
        """The programs whose own form has this step."""
        found = 0
        for live in self.possible(step):
            question, stage = live.question, step.page.stage
            if question.always:
                return among
            theirs = among
            if question.only_applicants:
                theirs &= self._worths.bits(self.programs_for(live.place.person))
            worth = self._worths.of_question(question).at(stage, theirs, theirs)
            offered = 0 if question.choices else worth
            for choice in live.choices:
                offered |= self._worths.of_choice(question, choice).at(stage, theirs, theirs)
            found |= worth & offered
        return found


HELPS_WANTED = "form.helps_wanted"


def _offered(choice: Choice, seen: Seen) -> bool:
    return choice.when is None or choice.when(seen) is not False


def _programs_of(form: Form, helps: tuple[str, ...]) -> frozenset[str]:
    named = (help_.programs for help_ in form.helps if help_.id in helps)
    return frozenset[str]().union(*named)
