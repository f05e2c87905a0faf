"""How a petition's state, topic, area and progress are said, in lists and on its own page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from petitions.petition import State
from service.i18n import _
from service.voice.rules import EVERYWHERE

if TYPE_CHECKING:
    from service.i18n import Translator
    from service.queries.voice.petitions import Listed
    from service.services import Services
    from service.voice.rules import VoiceRules

# The look of the tag, and its words.
STATES = {
    State.OPEN: ("sent", _("Open for signatures")),
    State.AWAITING: ("their_turn", _("The city owes an answer")),
    State.ANSWERED: ("approved", _("The city answered")),
    State.PROMISED: ("waitlisted", _("The city made a promise")),
    State.DELIVERED: ("approved", _("Done")),
    State.CLOSED: ("quiet", _("Closed")),
    State.MERGED: ("quiet", _("Joined with another petition")),
    State.REFUSED: ("quiet", _("Not opened")),
    State.DRAFT: ("your_turn", _("Not sent yet")),
    State.SPONSORS: ("your_turn", _("Looking for people behind it")),
    State.MODERATION: ("their_turn", _("Being read by the city")),
    State.WITHDRAWN: ("quiet", _("Taken back")),
}
UNKNOWN = ("quiet", _("Not shown now"))
EVERY_PART = _("The whole city")


@dataclass(frozen=True, slots=True)
class Option:
    """A choice in a form."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Card:
    """A petition in a list."""

    href: str
    ask: str
    language: str
    look: str
    state: str
    facts: str
    count: str


def state_words(state: State, words: Translator) -> tuple[str, str]:
    """The look of its tag and what it says."""
    look, text = STATES.get(state, UNKNOWN)
    return look, words.gettext(text)


def topic_name(rules: VoiceRules, topic: str, words: Translator) -> str:
    return words.gettext(rules.topics[topic]) if topic in rules.topics else ""


def area_name(rules: VoiceRules, area: str, words: Translator) -> str:
    if area == EVERYWHERE:
        return words.gettext(EVERY_PART)
    return words.gettext(rules.areas[area]) if area in rules.areas else ""


def topic_options(rules: VoiceRules, words: Translator) -> Sequence[Option]:
    return [Option(id, words.gettext(name)) for id, name in rules.topics.items()]


def area_options(rules: VoiceRules, words: Translator, everywhere: bool) -> Sequence[Option]:
    """The city's areas; the whole city first where it is a choice."""
    first = [Option(EVERYWHERE, words.gettext(EVERY_PART))] if everywhere else []
    return [*first, *(Option(id, words.gettext(name)) for id, name in rules.areas.items())]


def of_threshold(item: Listed, words: Translator) -> str:
    """How many signed, and how many it takes or took."""
    if item.count > item.threshold:
        return words.ngettext(
            "{n} signature, {threshold} needed",
            "{n} signatures, {threshold} needed",
            item.count,
            threshold=words.number(item.threshold),
        )
    return words.ngettext(
        "{n} of {threshold} signatures",
        "{n} of {threshold} signatures",
        item.count,
        threshold=words.number(item.threshold),
    )


def card_of(item: Listed, services: Services, words: Translator) -> Card:
    look, state = state_words(item.state, words)
    rules = services.voice
    facts = [topic_name(rules, item.topic, words), area_name(rules, item.area, words)]
    if item.state is State.OPEN:
        facts.append(words.gettext("until {date}", date=words.date(item.closes_at)))
    return Card(
        href=f"/voice/petitions/{item.number}",
        ask=item.ask,
        language=item.language,
        look=look,
        state=state,
        facts=" · ".join(fact for fact in facts if fact),
        count=of_threshold(item, words),
    )
