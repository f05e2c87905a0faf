"""What happened on a case, as rows: questions and replies, decisions, notes, the screening."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from service.caseworker.case_words import STATES
from service.i18n import _
from service.reasons import reason_text
from service.referrals.grants import not_shared

if TYPE_CHECKING:
    from service.i18n import Translator
    from service.queries.casefile import CaseFile, DecisionMade, ObjectionMade
    from service.services import Services

OUTCOMES = {
    "likely": _("May get it"),
    "unlikely": _("May not fit"),
    "unclear": _("Not clear from the answers"),
}
HIDDEN = _("From answers not shared with you.")
TESTS = {"met": _("Met"), "unmet": _("Not met"), "unclear": _("Not clear")}
REQUEST_STATES = {
    "open": _("Waiting for the resident"),
    "answered": _("Answered"),
    "lapsed": _("Not answered in time"),
    "cancelled": _("No longer asked"),
}
OBJECTION_STATES = {
    "open": _("Waits for another worker"),
    "upheld": _("The decision stands"),
    "changed": _("The case was opened again"),
}


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A question and its reply; the reply keeps its own language."""

    state: str
    when: str
    due: str
    items: Sequence[str]
    text: str
    reply: str | None
    replied: str
    lang: str


@dataclass(frozen=True, slots=True)
class ObjectionRow:
    """An objection in the resident's words, and its answer."""

    href: str
    state: str
    when: str
    text: str
    answer: str | None
    lang: str
    open: bool


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One decision, by whom, and the objection to it."""

    outcome: str
    when: str
    by: str
    lines: Sequence[str]
    text: str
    objection: ObjectionRow | None


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A remark."""

    by: str
    when: str
    text: str


@dataclass(frozen=True, slots=True)
class TestRow:
    """One test of the screening in the rule's own words (English)."""

    outcome: str
    text: str
    source: str
    url: str | None
    since: str


@dataclass(frozen=True, slots=True)
class Screened:
    """One guess of the screening: for whom, what, why, under which rules."""

    who: str
    outcome: str
    tests: Sequence[TestRow]
    not_checked: Sequence[str]
    rules: str


def request_rows(found: CaseFile, words: Translator, language: str) -> list[RequestRow]:
    """Questions to the resident, the newest first."""
    rows = [
        RequestRow(
            state=words.gettext(REQUEST_STATES[each.state]),
            when=words.moment(each.asked_at),
            due=words.date(each.due_on),
            items=[words.gettext(item) for item in each.items],
            text=each.text,
            reply=each.reply,
            replied=words.moment(each.answered_at) if each.answered_at else "",
            lang=language,
        )
        for each in found.requests
    ]
    return rows[::-1]


def decision_rows(
    found: CaseFile,
    services: Services,
    words: Translator,
    language: str,
    names: Mapping[UUID, str],
) -> list[DecisionRow]:
    """Decisions, the newest first, each with the objection to it."""
    objections = {each.decision: each for each in found.objections}
    rows = []
    for each in found.decisions:
        objection = objections.get(each.id)
        rows.append(
            DecisionRow(
                outcome=words.gettext(STATES[each.outcome]),
                when=words.moment(each.decided_at),
                by=_decider(each.decided_by, names, words),
                lines=_decision_lines(each, found.program, services, words),
                text=each.text,
                objection=_objection_row(objection, words, language) if objection else None,
            )
        )
    return rows[::-1]


def note_rows(found: CaseFile, words: Translator, names: Mapping[UUID, str]) -> list[NoteRow]:
    """Remarks in the order they were written."""
    gone = words.gettext("A former colleague")
    return [
        NoteRow(names.get(each.written_by, gone), words.moment(each.written_at), each.text)
        for each in found.notes
    ]


def screened(told: Mapping[str, Any], facts: Mapping[str, Any], words: Translator) -> Screened:
    """A stored determination, made from the granted answers alone."""
    people = {p["id"]: p.get("name") for p in facts.get("people") or []}
    return Screened(
        who=str(people.get(told.get("person")) or words.gettext("The household")),
        outcome=words.gettext(OUTCOMES.get(told["outcome"], told["outcome"])),
        tests=[_test_row(str(told["program"]), each, words) for each in told["because"]],
        not_checked=[words.gettext(each) for each in told["not_checked"]],
        rules=str(told["rules"])[:12],
    )


def _test_row(program: str, test: Mapping[str, Any], words: Translator) -> TestRow:
    source = test.get("source") or {}
    since = test.get("since")
    return TestRow(
        outcome=words.gettext(TESTS.get(test["outcome"], test["outcome"])),
        text=words.gettext(HIDDEN) if not_shared(test) else reason_text(program, test, words),
        source=str(source.get("title") or ""),
        url=source.get("url"),
        since=words.date(date.fromisoformat(since)) if since else "",
    )


def _decider(decided_by: str, names: Mapping[UUID, str], words: Translator) -> str:
    found = next((name for account, name in names.items() if str(account) == decided_by), None)
    return found or words.gettext("The office’s own system")


def _decision_lines(
    made: DecisionMade, program: str, services: Services, words: Translator
) -> list[str]:
    lines = []
    definition = services.rules.programs.get(program)
    if made.reason and definition and made.reason in definition.reasons:
        lines.append(words.gettext(definition.reasons[made.reason]))
    if made.amount is not None:
        lines.append(words.gettext("Amount: {amount}.", amount=words.money(made.amount)))
    if made.effective_on:
        lines.append(words.gettext("It starts on {day}.", day=words.date(made.effective_on)))
    return lines


def _objection_row(made: ObjectionMade, words: Translator, language: str) -> ObjectionRow:
    return ObjectionRow(
        href=f"/staff/objections/{made.id}",
        state=words.gettext(OBJECTION_STATES[made.state]),
        when=words.moment(made.made_at),
        text=made.text,
        answer=made.answer,
        lang=language,
        open=made.state == "open",
    )
