"""What people type about a petition: cleaned, and every fault with words beside its field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from petitions.written import without_tricks
from service.errors import Fault, Invalid
from service.i18n import _
from service.templating import FieldProblem
from service.voice.contacts import MAIL, read_contact
from service.voice.rules import EVERYWHERE

if TYPE_CHECKING:
    from service.body import Form
    from service.i18n import Translator
    from service.services import Services

ASK_LETTERS, WHY_LETTERS, NAME_LETTERS = 100, 2000, 100
FEWEST_ASK, FEWEST_WHY = 10, 20
LINK = re.compile(r"https?:|www\.|\w\.(?:com|org|net)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Typed:
    """Values as they stand in the form, and the words about those that will not do."""

    values: Mapping[str, str]
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def errors(self) -> list[FieldProblem]:
        return [FieldProblem(name, text) for name, text in self.problems.items()]


def one_line(text: str) -> str:
    return " ".join(without_tricks(text).split())


def paragraphs(text: str) -> str:
    """Lines without ends of spaces; no more than one empty line together."""
    plain = without_tricks(text.replace("\r\n", "\n"))
    lines = [" ".join(line.split()) for line in plain.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def read_ask(form: Form, words: Translator) -> Typed:
    ask = one_line(form.get("ask"))
    problem = None
    if len(ask) < FEWEST_ASK:
        problem = words.gettext(_("Write what the city should do, in a few words."))
    elif len(ask) > ASK_LETTERS:
        problem = words.gettext(
            _("Use up to {n} letters. You can say more on the next pages."), n=ASK_LETTERS
        )
    elif LINK.search(ask):
        problem = words.gettext(_("Write it without a link."))
    return Typed({"ask": ask}, {"ask": problem} if problem else {})


def read_why(form: Form, services: Services, words: Translator) -> Typed:
    """Why, about what, and for which part of the city."""
    why, topic, area = paragraphs(form.get("why")), form.get("topic"), form.get("area")
    problems: dict[str, str] = {}
    if problem := why_problem(why, words):
        problems["why"] = problem
    if topic not in services.voice.topics:
        problems["topic"] = words.gettext(_("Choose what it is about."))
    if area not in services.voice.areas and area != EVERYWHERE:
        problems["area"] = words.gettext(_("Choose the part of the city it is for."))
    return Typed({"why": why, "topic": topic, "area": area}, problems)


def why_problem(why: str, words: Translator) -> str | None:
    if len(why) < FEWEST_WHY:
        return words.gettext(_("Write why this matters, in a sentence or more."))
    if len(why) > WHY_LETTERS:
        return words.gettext(
            _("Use up to {n} letters. This has {found}."), n=WHY_LETTERS, found=len(why)
        )
    return None


def read_author(form: Form, services: Services, words: Translator) -> Typed:
    """Who writes, and where their link goes."""
    values = {
        "name": one_line(form.get("name")),
        "mail": form.get("mail").strip(),
        "show_name": form.get("show_name"),
    }
    problems: dict[str, str] = {}
    name = values["name"]
    if not name or len(name) > NAME_LETTERS or LINK.search(name):
        problems["name"] = words.gettext(_("Write your name."))
    try:
        read_contact(services, MAIL, "", values["mail"])
    except Invalid as refusal:
        problems["mail"] = words.gettext(refusal.faults[0].detail)
    return Typed(values, problems)


def problems_of(
    faults: Iterable[Fault], fields: Mapping[str, str], words: Translator
) -> dict[str, str]:
    """An action's faults by the field of the page: `fields` names the control of each pointer."""
    return {
        fields.get(fault.pointer, fault.pointer.strip("/")): words.gettext(fault.detail)
        for fault in faults
    }
