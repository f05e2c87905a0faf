"""Taking an answer: a page's patch, or "I don't know", becomes the next draft."""

from __future__ import annotations

from forms.asked import Raw
from forms.definition import DECLINED, DONT_KNOW, Json, Kind
from forms.draft import (
    ANSWERED,
    Draft,
    Patch,
    Place,
    add_income,
    add_person,
    apply_patch,
    is_hidden,
    mark,
    want,
)
from forms.flow import Flow
from forms.joined import joined
from forms.parse import left_as_it_was, parse_filled
from forms.parsers import NEW_INCOME, NEW_PERSON
from forms.steps import Live, Step

INCOME_KINDS = "form.income_kinds"


def answer(flow: Flow, step: Step, patch: Patch) -> Flow:
    """The flow after a page was answered; a person or income that was named is added."""
    plain = {fact: value for fact, value in patch.items() if fact not in (NEW_PERSON, NEW_INCOME)}
    draft = apply_patch(flow.draft, step.place, plain)
    if NEW_PERSON in patch:
        draft, person = add_person(draft, patch[NEW_PERSON])
        draft = joined(flow, draft, person)
    if NEW_INCOME in patch:
        draft = _one_more(draft, step.place, patch[NEW_INCOME])
    if isinstance(patch.get(INCOME_KINDS), list):
        draft = _one_of_each(draft, step.place, patch[INCOME_KINDS])
    if "form.helps_wanted" in patch:
        draft = _want(draft, patch["form.helps_wanted"])
    return flow.with_draft(mark(draft, step.key, ANSWERED, _still_hidden(flow, step, patch)))


def _still_hidden(flow: Flow, step: Step, patch: Patch) -> tuple[str, ...]:
    """Who was told of before and is not told anew, on a page that asks everybody the same."""
    told = {name.partition("/")[0] for name in patch}
    people = dict.fromkeys(live.place.person for live in flow.live(step) if live.together)
    return tuple(p for p in people if p not in told and is_hidden(flow.draft, step.key, p))


def _one_more(draft: Draft, place: Place, kind: str) -> Draft:
    ticked = draft.gate("income_kinds", place)
    kinds = [*ticked, kind] if isinstance(ticked, list) else [kind]
    draft = apply_patch(draft, place, {INCOME_KINDS: list(dict.fromkeys(kinds))})
    return add_income(draft, place.person, kind)[0]


def _one_of_each(draft: Draft, place: Place, kinds: list[str]) -> Draft:
    """Every ticked kind has an income to ask about; one told before is kept, not doubled."""
    told = {income["kind"] for income in draft.incomes(place.person)}
    for kind in kinds:
        if kind not in told:
            draft, _ = add_income(draft, place.person, kind)
    return draft


def skips(flow: Flow, step: Step) -> tuple[str, ...]:
    """How this page may be left unanswered: "dont_know", "declined", or not at all."""
    asked = [live.question for live in flow.live(step) if live.question.required]
    allowed = []
    if asked and all(question.dont_know for question in asked):
        allowed.append(DONT_KNOW)
    if asked and all(question.declined for question in asked):
        allowed.append(DECLINED)
    return tuple(allowed)


def skip(flow: Flow, step: Step, how: str, raw: Raw, locale: str) -> Flow:
    """The flow after "I don't know" or "I'd rather not say"; what was filled in still counts.

    Raises ValueError where the page does not offer it.
    """
    if how not in skips(flow, step):
        raise ValueError(f"This page cannot be left with {how!r}.")
    patch = dict(parse_filled(flow, step, raw, locale))
    for live in flow.shown(step):
        if left_as_it_was(flow, step, live, raw):
            continue
        for name, value in live.in_patch(_unknown(flow, live, how)).items():
            patch.setdefault(name, value)
    answered = answer(flow, step, patch)
    hidden = _still_hidden(flow, step, patch)
    return flow.with_draft(mark(answered.draft, step.key, how, hidden))


def _unknown(flow: Flow, live: Live, how: str) -> Patch:
    """The live question's facts marked unknown; of a set, only the members offered."""
    question, unknown = live.question, {"unknown": how}
    if not question.required or question.kind is Kind.ADD_PERSON:
        return {}
    if question.kind is Kind.MANY and question.facts and question.facts[0].endswith(".receives"):
        told = flow.draft.members(question.facts[0], live.place)
        return {question.facts[0]: {**told, **{c.value: unknown for c in live.choices}}}
    if question.kind is Kind.PAYS:
        return {"income.amounts": unknown, "income.dates": None}
    facts: dict[str, Json] = dict.fromkeys(sorted(live.facts), unknown)
    return facts


def remove_would_lose(flow: Flow, person: str) -> tuple[Step, ...]:
    """The answered steps that go when a person is removed: what to name before confirming."""
    return tuple(
        step
        for step in flow.steps
        if step.key in flow.draft.asked
        and any(live.place.person == person for live in flow.live(step))
    )


def _want(draft: Draft, helps: Json) -> Draft:
    return want(draft, helps if isinstance(helps, list) and helps else None)
