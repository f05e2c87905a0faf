"""What happened to a petition, in words for the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from service.i18n import _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from service.i18n import Translator
    from service.queries.voice.desk import Joining, Judged
    from service.services import Services

REVIEWS = {
    ("approve", "confirmed"): _("Opened"),
    ("refuse", "proposed"): _("Refusal proposed"),
    ("refuse", "confirmed"): _("Refused"),
    ("refuse", "overturned"): _("Refusal not agreed to"),
}
MERGES = {
    "asked": _("Both authors are asked"),
    "moving": _("Signatures are on their way"),
    "done": _("Joined"),
    "declined": _("An author said no"),
    "undone": _("Taken back"),
}
EVENTS = {
    "began": _("Sent by its author"),
    "sponsored": _("Enough people stand behind it"),
    "sent_again": _("Changed and sent again by its author"),
    "refused": _("Refused"),
    "restored": _("Taken to the desk again"),
    "redacted": _("Personal words taken out"),
    "opened": _("Opened"),
    "hidden": _("Hidden"),
    "shown": _("Shown again"),
    "closed": _("Closed"),
    "withdrawn": _("Taken back by its author"),
    "merged": _("Joined with another"),
    "unmerged": _("The joining was taken back"),
    "took_in": _("Took in another petition"),
    "let_go": _("Another petition left it again"),
    "threshold_reached": _("Reached its threshold"),
    "answered": _("Answered"),
    "corrected": _("Answer corrected"),
    "promised": _("Promised"),
    "promise_changed": _("Promise changed"),
    "delivered": _("Delivered"),
    "reopened": _("Not delivered after all"),
}


@dataclass(frozen=True, slots=True)
class Option:
    """A petition that may be meant."""

    value: str
    label: str
    lang: str
    hint: str


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A verdict and whose it was."""

    verdict: str
    reason: str
    people: str
    when: str


@dataclass(frozen=True, slots=True)
class JoiningRow:
    """A merge, and whether it can be taken back here."""

    id: str
    state: str
    other: str
    href: str
    direction: str
    undo: bool


def review_rows(
    reviews: Sequence[Judged], services: Services, words: Translator
) -> list[ReviewRow]:
    reasons = services.voice.refusals
    return [
        ReviewRow(
            words.gettext(REVIEWS[each.verdict, each.state]),
            words.gettext(reasons[each.reason].sentence) if each.reason in reasons else "",
            words.list([name for name in (each.first, each.second) if name]),
            words.moment(each.settled_at or each.at),
        )
        for each in reviews
        if (each.verdict, each.state) in REVIEWS
    ]


def joining_rows(merges: Sequence[Joining], words: Translator) -> list[JoiningRow]:
    into, taken = words.gettext("goes into"), words.gettext("takes in")
    return [
        JoiningRow(
            id=str(each.id),
            state=words.gettext(MERGES[each.state]),
            other=each.ask,
            href=f"/staff/voice/petitions/{each.other}",
            direction=into if each.into else taken,
            undo=each.state in ("asked", "moving", "done"),
        )
        for each in merges
    ]


def event_rows(
    events: Sequence[tuple[str, datetime, Mapping[str, Any]]], words: Translator
) -> list[tuple[str, str]]:
    """The moment and what happened; kinds we have no words for are left out."""
    return [
        (words.moment(at), words.gettext(EVENTS[kind]))
        for kind, at, _detail in events
        if kind in EVENTS
    ]
