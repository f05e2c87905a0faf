"""What each notice says. No name, program, office or answer: somebody else may read the mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.i18n import _

if TYPE_CHECKING:
    from service.i18n import Translator


@dataclass(frozen=True, slots=True)
class Wording:
    """A notice's subject, its news, and what to do about it."""

    subject: str
    news: str
    then: str


COME_BACK = _("Open {link} and come back with your reference and your secret number.")
WORDINGS: Mapping[str, Wording] = {
    "received": Wording(
        _("We have what you sent"),
        _("What you sent has reached us. You can see how it goes at any time."),
        COME_BACK,
    ),
    "your_turn": Wording(
        _("It is your turn"),
        _("Somebody needs one more thing from you. There is a day by which to answer."),
        COME_BACK,
    ),
    "decided": Wording(
        _("There is an answer for you"), _("There is an answer to what you sent."), COME_BACK
    ),
    "objection": Wording(
        _("There is an answer for you"), _("There is an answer to your objection."), COME_BACK
    ),
    "contact_changed": Wording(
        _("Something was changed"),
        _(
            "We changed how we reach you, your secret number, or what you sent, as we were asked."
            " If that was not you, call us."
        ),
        COME_BACK,
    ),
    "change_asked": Wording(
        _("Somebody asked for a change"),
        _(
            "Somebody asked to change how we reach you, your secret number, or what you sent."
            " It happens after 72 hours, unless you stop it."
        ),
        _("Open {link} to say yes at once, or to stop it."),
    ),
    "link": Wording(
        _("Your link"),
        _("You asked for a link to come back. It works once and for 20 minutes."),
        _("Open {link} to come back."),
    ),
}
NOT_YOU = _("If this mail is not for you, you can delete it.")
CALL = _("Questions? Call {phone}. An interpreter is free.")


def subject_of(kind: str, words: Translator) -> str:
    """The subject line. Raises KeyError for a notice we do not have."""
    return words.gettext(WORDINGS[kind].subject)


def body_of(kind: str, link: str, service: str, phone: str | None, words: Translator) -> str:
    """The whole text, a paragraph a line."""
    wording = WORDINGS[kind]
    paragraphs = [words.gettext(wording.news), words.gettext(wording.then, link=link)]
    if phone:
        paragraphs.append(words.gettext(CALL, phone=phone))
    paragraphs += [words.gettext(NOT_YOU), service]
    return "\n\n".join(paragraphs) + "\n"
