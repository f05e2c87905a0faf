"""The programs a household may get, as cards in a language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from forms import person_label
from service.i18n import _
from service.reasons import cents, distance_text, reason_text
from service.saying import say

if TYPE_CHECKING:
    from eligibility.program import Program
    from forms import Flow
    from service.i18n import Translator
    from service.services import Services

LIKELY, UNCLEAR, UNLIKELY = "likely", "unclear", "unlikely"
ELSEWHERE = "elsewhere"  # likely as well, but not sent from here
ORDER = (LIKELY, UNCLEAR, UNLIKELY)
MOST_REASONS = 3
GROUPS = (
    (LIKELY, _("You may get these"), ""),
    (
        ELSEWHERE,
        _("You may get these too"),
        _("You apply there yourself, or they come by themselves."),
    ),
    (
        UNCLEAR,
        _("Not clear yet"),
        _("We could not tell from your answers. You can apply, and the office looks at it."),
    ),
    (
        UNLIKELY,
        _("These may not fit"),
        _("From what you told us. You can still apply. Only the office decides."),
    ),
    ("closed", _("Not open now"), _("You cannot apply for these at the moment.")),
)
ROUNDING = ((100_000, 1_000), (1_000_000, 5_000))
COARSEST = 10_000
SMALL = 10_000
# First what can be sent from here, then what is applied for elsewhere, then what comes by itself.
WAYS = ("routed", "handoff", "automatic")

Made = Mapping[str, Any]
"""One determination as the contract's object."""


@dataclass(frozen=True, slots=True)
class HowView:
    """One step of "How we worked this out"."""

    text: str
    source: str
    url: str
    figures: str | None


@dataclass(frozen=True, slots=True)
class CardView:
    """One program: what it seems, why, and every way on."""

    program: str
    title: str
    summary: str
    outcome: str
    amount: str | None
    whom: str | None
    note: str | None
    because: Sequence[str]
    how: Sequence[HowView]
    not_checked: Sequence[str]
    apply: str
    choose: str | None
    chosen: bool
    applied: bool
    only: bool
    office: str


@dataclass(frozen=True, slots=True)
class CardGroup:
    """Cards of one outcome."""

    id: str
    title: str
    lead: str
    cards: Sequence[CardView]


def card_groups(
    services: Services,
    flow: Flow,
    made: Sequence[Made],
    words: Translator,
    chosen: Sequence[str],
    applied: Sequence[str],
) -> list[CardGroup]:
    """Every program's card, grouped by outcome; what is not open stands last."""
    draw = Cards(services, flow, words, frozenset(chosen), frozenset(applied))
    by_program: dict[str, list[Made]] = {}
    for each in made:
        by_program.setdefault(each["program"], []).append(each)
    placed: dict[str, list[CardView]] = {group: [] for group, _title, _lead in GROUPS}
    for program, found in by_program.items():
        card = draw.card(services.rules.programs[program], found)
        away = card.outcome == LIKELY and card.apply != "routed"
        placed[ELSEWHERE if away else card.outcome].append(card)
    for cards in placed.values():
        cards.sort(key=lambda card: WAYS.index(card.apply))
    return [
        CardGroup(group, words.gettext(title), words.gettext(lead) if lead else "", placed[group])
        for group, title, lead in GROUPS
        if placed[group]
    ]


@dataclass(frozen=True, slots=True)
class Cards:
    """Draws the card of one program from the determinations of its household or people."""

    services: Services
    flow: Flow
    words: Translator
    chosen: frozenset[str]
    applied: frozenset[str]

    def card(self, program: Program, found: Sequence[Made]) -> CardView:
        words, on = self.words, self.flow.on
        outcome = outcome_of(program, found, on)
        shown = [each for each in found if each["outcome"] == outcome] or list(found)
        reasons = self._reasons(program, shown)
        open_now = outcome != "closed"
        return CardView(
            program=program.id,
            title=words.gettext(program.name),
            summary=words.gettext(program.summary),
            outcome=outcome,
            amount=amount_text(shown, words) if outcome == LIKELY else None,
            whom=self._whom(shown) if program.unit == "person" and outcome != UNLIKELY else None,
            note=self._note(program, outcome),
            because=[self._sentence(program, each) for each in deciding(reasons)]
            if open_now
            else [],
            how=[self._how(program, each) for each in reasons] if open_now else [],
            not_checked=[words.gettext(each) for each in program.not_checked] if open_now else [],
            apply=program.apply,
            choose=self._choose(program, outcome) if open_now else None,
            chosen=program.id in self.chosen,
            applied=program.id in self.applied,
            only=open_now and program.apply == "routed" and self.flow.draft.only is None,
            office=self._office(program),
        )

    def _reasons(self, program: Program, shown: Sequence[Made]) -> list[Mapping[str, Any]]:
        """The reasons of the first person, then what differs for the others, each sentence once."""
        found: dict[str, Mapping[str, Any]] = {}
        for each in shown:
            for reason in each["because"]:
                found.setdefault(reason_text(program.id, reason, self.words), reason)
        return list(found.values())

    def _sentence(self, program: Program, reason: Mapping[str, Any]) -> str:
        text = reason_text(program.id, reason, self.words)
        further = distance_text(reason, self.words)
        return f"{text} {further}" if further else text

    def _how(self, program: Program, reason: Mapping[str, Any]) -> HowView:
        source = reason["source"] or program.law.to_json()
        figures = None
        if reason["stale"]:
            figures = self.words.gettext("Uses {label} figures.", label=reason["label"])
        elif reason["since"]:
            since = self.words.date(date.fromisoformat(reason["since"]))
            figures = self.words.gettext("Figures from {day}.", day=since)
        return HowView(
            reason_text(program.id, reason, self.words), source["title"], source["url"], figures
        )

    def _whom(self, shown: Sequence[Made]) -> str | None:
        if len(self.flow.draft.people) == 1:
            return None
        people = [each["person"] for each in shown if each["concerned"] and each["person"]]
        named = [say(person_label(self.flow, person), self.words) for person in people]
        return self.words.gettext("For: {people}", people=self.words.list(named)) if named else None

    def _note(self, program: Program, outcome: str) -> str | None:
        if outcome == "closed":
            return self.words.gettext(program.status_text) if program.status_text else None
        if program.apply == "automatic":
            return self.words.gettext(
                "You do not apply for this here. It comes with another program, or by the school."
            )
        first = [self.services.rules.programs[each] for each in program.first_try]
        if first:
            names = self.words.list(self.words.gettext(each.name) for each in first)
            return self.words.gettext("Try this first: {programs}.", programs=names)
        return None

    def _choose(self, program: Program, outcome: str) -> str | None:
        if program.apply != "routed":
            return None
        if outcome == LIKELY:
            return self.words.gettext("Apply for this")
        return self.words.gettext("Apply anyway")

    def _office(self, program: Program) -> str:
        agency = self.services.city.agencies.get(program.agency)
        if agency is not None:
            return self.words.gettext(agency.name)
        return self.words.gettext(program.handoff.title) if program.handoff else ""


def deciding(reasons: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The two or three to read first: those with a limit before the rest, in their own order."""
    by_weight = sorted(reasons, key=lambda reason: reason["limit"] is None)
    chosen = by_weight[:MOST_REASONS]
    return [reason for reason in reasons if any(reason is each for each in chosen)]


def outcome_of(program: Program, found: Sequence[Made], on: date) -> str:
    """The best outcome among the people of a program; closed where nobody can apply now."""
    if program.status_on(on) != "open":
        return "closed"
    outcomes = {each["outcome"] for each in found}
    return next((each for each in ORDER if each in outcomes), UNCLEAR)


def amount_text(found: Sequence[Made], words: Translator) -> str | None:
    """What a program is worth, as a rounded range: a guess with cents looks like a promise."""
    worth = [each["amount"] for each in found if each["amount"]]
    if not worth or any(each["high"] is None for each in worth):
        return None
    low = cents(sum(_low(each["low"]) for each in worth))
    high = cents(sum(_high(each["high"]) for each in worth))
    return range_text(low, high, worth[0]["period"], words) if high > 0 else None


def range_text(low: int, high: int, period: str, words: Translator) -> str:
    """`about $540 to $560 a month`."""
    low, high = rounded(low, high) if low != high else nearest(high)
    top = words.amount(high, "" if period == "once" else period)
    if low == high:
        return words.gettext("about {amount}", amount=top)
    if low == 0:
        return words.gettext("up to {high}", high=top)
    return words.gettext("about {low} to {high}", low=words.money(low), high=top)


def nearest(amount: int) -> tuple[int, int]:
    """One known amount to whole dollars, to tens from $100 on."""
    step = 100 if amount < SMALL else 1_000
    whole = (amount + step // 2) // step * step
    return whole, whole


def rounded(low: int, high: int) -> tuple[int, int]:
    """Outward to tens of dollars, fifties over $1,000 and hundreds over $10,000."""
    step = next((step for most, step in ROUNDING if high < most), COARSEST)
    return low // step * step, -(-high // step) * step


def monthly_worth(made: Sequence[Made], open_programs: frozenset[str]) -> tuple[int, int] | None:
    """What the likely programs with a monthly value come to together."""
    worth = [
        each["amount"]
        for each in made
        if each["outcome"] == LIKELY
        and each["program"] in open_programs
        and each["amount"]
        and each["amount"]["period"] == "month"
        and each["amount"]["high"] is not None
    ]
    if not worth:
        return None
    low = cents(sum(_low(each["low"]) for each in worth))
    return low, cents(sum(_high(each["high"]) for each in worth))


def _low(value: Any) -> float:
    return float(value["low"] or 0) if isinstance(value, Mapping) else float(value)


def _high(value: Any) -> float:
    return float(value["high"] or 0) if isinstance(value, Mapping) else float(value)
