"""One program's case as its resident sees it: whose turn, since when, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from service.i18n import _
from service.referrals.states import FINAL, State

if TYPE_CHECKING:
    from service.i18n import Translator
    from service.queries.own_application import Decided, OwnApplication, OwnReferral
    from service.services import Services

OUTCOMES = {
    "approved": _("They said yes."),
    "denied": _("They said no."),
    "waitlisted": _("You are on the waiting list."),
}
TURN_FIRST = {"your_turn": 0, "late": 1}
WITH_AGENCY = (State.ACKNOWLEDGED, State.IN_REVIEW, State.REOPENED, State.INFORMATION_REQUESTED)


@dataclass(frozen=True, slots=True)
class StepView:
    """One point of the line of steps."""

    text: str
    state: str
    when: str | None = None


@dataclass(frozen=True, slots=True)
class CardView:
    """One program's card."""

    id: str
    title: str
    kind: str
    lead: str
    lines: Sequence[str]
    items: Sequence[str]
    quote: str | None
    reply: str | None
    object: str | None
    steps: Sequence[StepView]
    open: bool
    phone: str | None


def cards(
    services: Services, own: OwnApplication, words: Translator, today: date
) -> list[CardView]:
    """A card for each case: the resident's turn first, then what is late, then the rest."""
    drawn = [_Card(services, each, words, today).draw() for each in own.referrals]
    return sorted(drawn, key=lambda card: (TURN_FIRST.get(card.kind, 2), not card.open))


@dataclass(frozen=True, slots=True)
class _Card:
    services: Services
    case: OwnReferral
    words: Translator
    today: date

    @property
    def agency(self) -> str:
        found = self.services.city.agencies.get(self.case.agency)
        return self.words.gettext(found.name) if found else self.case.agency

    @property
    def kind(self) -> str:
        state = State(self.case.state)
        if self.case.open_request is not None:
            return "your_turn"
        if state in (State.APPROVED, State.DENIED, State.WAITLISTED, State.WITHDRAWN):
            return state.value
        if self.today > self.case.due_on:
            return "late"
        return "their_turn" if state in WITH_AGENCY else "sent"

    def draw(self) -> CardView:
        program = self.services.rules.programs.get(self.case.program)
        agency = self.services.city.agencies.get(self.case.agency)
        asked, decision = self.case.open_request, self._standing_decision()
        return CardView(
            id=str(self.case.id),
            title=self.words.gettext(program.name) if program else self.case.program,
            kind=self.kind,
            lead=self._lead(),
            lines=[*self._decision_lines(decision), *self._objection_lines()],
            items=list(asked.items) if asked else [],
            quote=(asked.text if asked else decision.text if decision else "") or None,
            reply=f"/benefits/status/requests/{asked.id}" if asked else None,
            object=self._objection_link(decision),
            steps=self._steps(),
            open=State(self.case.state) not in FINAL,
            phone=agency.phone.number if agency and agency.phone else None,
        )

    def _standing_decision(self) -> Decided | None:
        """The newest decision, unless the case was opened again."""
        decision = self.case.decision
        if decision is None or decision.outcome != self.case.state:
            return None
        return decision

    def _lead(self) -> str:
        words, due = self.words, self.words.date(self.case.due_on)
        asked = self.case.open_request
        if asked is not None:
            return words.gettext(
                "{agency} needs something from you by {day}.",
                agency=self.agency,
                day=words.date(asked.due_on),
            )
        match State(self.case.state):
            case State.APPROVED | State.DENIED | State.WAITLISTED as state:
                return words.gettext(OUTCOMES[state.value])
            case State.WITHDRAWN:
                return words.gettext("You took this back. Nothing more happens.")
            case State.REOPENED:
                return words.gettext("{agency} looks at it again.", agency=self.agency)
        if self.kind == "late":
            return words.gettext(
                "{agency} should have decided by {day}. Call and ask.", agency=self.agency, day=due
            )
        return words.gettext(
            "It is the turn of {agency}. You do not have to do anything.", agency=self.agency
        )

    def _decision_lines(self, decision: Decided | None) -> list[str]:
        if decision is None:
            return []
        words, lines = self.words, []
        program = self.services.rules.programs.get(self.case.program)
        if decision.reason and program and decision.reason in program.reasons:
            lines.append(words.gettext(program.reasons[decision.reason]))
        if isinstance(decision.amount, int):
            lines.append(words.gettext("Amount: {amount}.", amount=words.money(decision.amount)))
        if decision.effective_on:
            day = words.date(decision.effective_on)
            lines.append(words.gettext("It starts on {day}.", day=day))
        return lines

    def _objection_lines(self) -> list[str]:
        words = self.words
        objection = self.case.decision.objection if self.case.decision else None
        if objection is None:
            return []
        made = words.gettext("You objected on {day}.", day=words.date(objection.made_at))
        if objection.answered_at is None:
            return [made, words.gettext("Another worker reads it and answers here.")]
        upheld = words.gettext("Another worker looked at it. The decision stands.")
        changed = words.gettext("Another worker looked at it. The case is opened again.")
        return [made, upheld if objection.state == "upheld" else changed, objection.answer]

    def _objection_link(self, decision: Decided | None) -> str | None:
        if decision is None or decision.objection is not None:
            return None
        return f"/benefits/status/decisions/{decision.id}"

    def _steps(self) -> list[StepView]:
        words, case = self.words, self.case
        steps = [StepView(words.gettext("Sent"), "done", words.moment(case.filed_at))]
        if case.acknowledged_at is not None:
            text = words.gettext("Received by {agency}", agency=self.agency)
            steps.append(StepView(text, "done", words.moment(case.acknowledged_at)))
        elif case.state != State.WITHDRAWN:
            text = words.gettext("{agency} fetches it", agency=self.agency)
            steps.append(StepView(text, "now"))
        if case.state == State.WITHDRAWN:
            return [*steps, StepView(words.gettext("Taken back"), "done")]
        if case.state in (State.APPROVED, State.DENIED, State.WAITLISTED):
            when = words.moment(case.decided_at) if case.decided_at else None
            return [*steps, StepView(words.gettext("Decided"), "done", when)]
        text = words.gettext("They must decide by {day}", day=words.date(case.due_on))
        return [*steps, StepView(text, "next" if steps[-1].state == "now" else "now")]
