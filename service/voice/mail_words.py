"""What each of voice's mails says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.i18n import _

if TYPE_CHECKING:
    from service.i18n import Translator


@dataclass(frozen=True, slots=True)
class Wording:
    """A mail's subject, its news, and what to do about it. {title} is the petition's own words."""

    subject: str
    news: str
    then: str


SEE = _("Read it here: {link}")
YOUR_PAGE = _("This is your own page of the petition. Keep the link for yourself: {link}")
WORDINGS: Mapping[str, Wording] = {
    "confirm": Wording(
        _("Confirm your signature"),
        _("Somebody asked to sign this petition with your mail address: “{title}”."),
        _("Was it you? Open {link} and press the button. Until then nothing is counted."),
    ),
    "sponsor": Wording(
        _("Confirm your support"),
        _("Somebody asked to support this petition with your mail address: “{title}”."),
        _("Was it you? Open {link} and press the button. Until then nothing is counted."),
    ),
    "signed_already": Wording(
        _("Your signature"),
        _(
            "Somebody asked to sign this petition with your mail address: “{title}”."
            " It was signed with this address before, so nothing changed."
        ),
        _("You can look at your signature or take it back here: {link}"),
    ),
    "author_link": Wording(
        _("Your petition"),
        _("You began a petition: “{title}”."),
        YOUR_PAGE,
    ),
    "sponsored": Wording(
        _("Your petition is being read"),
        _(
            "Enough people stand behind your petition: “{title}”."
            " Somebody at the city reads it now."
        ),
        YOUR_PAGE,
    ),
    "opened": Wording(
        _("Your petition is open"),
        _("People can sign your petition now: “{title}”."),
        YOUR_PAGE,
    ),
    "refused": Wording(
        _("Your petition was not opened"),
        _("We could not open your petition: “{title}”.\n\n{letter}"),
        YOUR_PAGE,
    ),
    "threshold": Wording(
        _("The city owes an answer"),
        _("Enough people signed the petition “{title}”. The city has to answer now."),
        SEE,
    ),
    "answered": Wording(
        _("There is an answer to a petition"), _("The city answered the petition “{title}”."), SEE
    ),
    "promised": Wording(
        _("The city made a promise"),
        _("The city promised something on the petition “{title}”."),
        SEE,
    ),
    "delivered": Wording(
        _("The city did what it promised"),
        _("The city did what it promised on the petition “{title}”."),
        SEE,
    ),
    "merge_asked": Wording(
        _("Join two petitions"),
        _(
            "Two petitions ask for much the same: yours, “{title}”, and “{other}”."
            " Would you join them?"
        ),
        _("Open {link} to say yes or no. Nothing changes before you do."),
    ),
    "merged": Wording(
        _("Two petitions are one now"),
        _("Your petition “{title}” was joined with “{other}”. No signature counts twice."),
        YOUR_PAGE,
    ),
    "ballot": Wording(
        _("Your ballot"),
        _("Somebody asked to vote with your mail address: “{title}”."),
        _("Was it you? Open {link} to vote, or to change your vote. The link works once."),
    ),
    "question": Wording(
        _("Confirm your answer"),
        _("Somebody answered this question with your mail address: “{title}”."),
        _("Was it you? Open {link} and press the button."),
    ),
}
# A text says it in one sentence or two.
TEXTS: Mapping[str, str] = {
    "confirm": _("“{title}”: did you sign this? Open {link} and press the button."),
    "sponsor": _("“{title}”: do you support this? Open {link} and press the button."),
    "signed_already": _("“{title}” was signed with this number before. Look here: {link}"),
    "ballot": _("“{title}”: open {link} to vote, or to change your vote."),
}
_SOMEBODY = _("Somebody asked to sign a petition and gave this name and address: “{title}”.")
_THROW = _("Was it not you? Then you can throw this letter away. Nothing is counted.")
PAPERS: Mapping[str, tuple[str, ...]] = {
    "confirm": (
        _SOMEBODY,
        _("Was it you? Type this into a browser, and press the button there: {link}"),
        _THROW,
    ),
    "sponsor": (
        _SOMEBODY,
        _("Was it you? Type this into a browser, and press the button there: {link}"),
        _THROW,
    ),
    "signed_already": (
        _SOMEBODY,
        _("It was signed in this name before, so nothing changed. You can look at it here: {link}"),
    ),
    "ballot": (
        _("Somebody asked to vote and gave this name and address: “{title}”."),
        _("Was it you? Type this into a browser: {link}"),
        _("Then type your name, this address and this code: {code}. It is good for two weeks."),
        _THROW,
    ),
}
STOP = _("You hear from us because you signed and asked for news. Stop it here: {stop}")
NOT_YOU = _("If this mail is not for you, you can delete it.")
TELLS_NEWS = frozenset({"threshold", "answered", "promised", "delivered"})


def subject_of(kind: str, words: Translator) -> str:
    """The subject line. Raises KeyError for a mail we do not have."""
    return words.gettext(WORDINGS[kind].subject)


def body_of(kind: str, names: Mapping[str, str], service: str, words: Translator) -> str:
    """The whole text, a paragraph a line."""
    wording = WORDINGS[kind]
    paragraphs = [words.gettext(wording.news, **names), words.gettext(wording.then, **names)]
    if kind in TELLS_NEWS and names["stop"]:
        paragraphs.append(words.gettext(STOP, stop=names["stop"]))
    return "\n\n".join([*paragraphs, words.gettext(NOT_YOU), service]) + "\n"
