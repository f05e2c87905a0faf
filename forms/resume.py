"""Facts that were sent become a draft again, to be amended; and names that are hidden in it."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from forms.answers import age
from forms.asked import NONE
from forms.conditions import Range
from forms.definition import DONT_KNOW, Each, Form, Json, Page
from forms.draft import ANSWERED, APPLICANT, HOUSEHOLD, Draft, Place, choose, is_hidden
from forms.flow import Flow
from forms.joined import NOT_SO
from forms.steps import Live, Step

Facts = Mapping[str, Any]
Told = dict[str, dict[str, Json]]
DOTS = "•••"
CHILD = 16
NOTHING = {"amount": 0, "period": "month"}
SITUATIONS = (
    "pregnant",
    "recent_birth",
    "disabled",
    "veteran",
    "medicare",
    "paratransit",
    "college_student",
    "in_approved_activity",
    "in_school",
    "needs_child_care",
    "special_needs",
    "foster_child",
)
"""What is asked once for the home ("form.any_pregnant") before it is asked of each person."""
# How many parts the key of a step has besides its page's.
PARTS = {Each.HOUSEHOLD: 0, Each.PERSON: 1, Each.INCOME: 2}
INCOME_FACTS = ("income.", "person.incomes", "form.income_kinds")


def draft_of(facts: Facts, contact: Mapping[str, Json], programs: Iterable[str]) -> Draft:
    """The draft of which these facts would be sent, for those programs alone.

    Everybody gets the form's own ids (p1, p2 and so on, in their order), every income too. Which
    steps were answered is for `resumed` to say.
    """
    ids = {person["id"]: f"p{n}" for n, person in enumerate(facts.get("people", []), start=1)}
    people: list[dict[str, Json]] = []
    typed: Told = {HOUSEHOLD: {}}
    made = 0
    for told in facts.get("people", []):
        person = {"id": ids[told["id"]], **_own(told)}
        incomes = []
        for income in told.get("incomes") or ():
            made += 1
            incomes.append({"id": f"i{made}", **copy.deepcopy(dict(income))})
            typed[f"i{made}"] = _told_as(income)
        if isinstance(told.get("incomes"), list):
            person["incomes"] = incomes
        typed[person["id"]] = _gates_of(told)
        people.append(person)
    _put_ties(facts, ids, typed)
    _put_lists(facts, ids, typed)
    _put_situations(facts, typed)
    _put_applicants(facts, ids, typed)
    return Draft(
        facts={
            "people_complete": facts.get("people_complete") is True,
            "household": copy.deepcopy(dict(facts.get("household", {}))),
            "people": people or [{"id": APPLICANT}],
        },
        typed={scope: gates for scope, gates in typed.items() if gates},
        wanted=(),
        chosen=tuple(programs),
        contact=dict(contact),
        made={"people": max(len(people), 1), "incomes": made},
    )


def resumed(flow: Flow, adding: Iterable[str] = (), *, ask_income_again: bool = False) -> Flow:
    """The flow with everything known marked as answered, and more programs to apply for.

    What was asked for the programs so far stays answered, also what could be left empty.
    """
    # How to reach somebody is not asked again here, whatever was left empty.
    asked = {**dict(_settled(flow, optional=True)), "contact": DONT_KNOW}
    flow = added(flow.with_draft(replace(flow.draft, asked=asked)), adding)
    if not ask_income_again:
        return flow
    money = {step.key for step in flow.steps if _about_income(step.page)}
    kept = {key: how for key, how in flow.draft.asked.items() if key not in money}
    return flow.with_draft(replace(flow.draft, asked=kept))


def added(flow: Flow, programs: Iterable[str]) -> Flow:
    """The flow with more programs; what a known fact answers of their questions is settled."""
    draft, before = flow.draft, {step.key for step in flow.steps}
    flow = flow.with_draft(choose(draft, [*draft.chosen, *programs]))
    known = {k: how for k, how in _settled(flow, optional=False) if k not in before}
    unseen = (*draft.told_before, *known) if draft.told_before else ()
    return flow.with_draft(
        replace(
            flow.draft, asked={**known, **draft.asked}, told_before=tuple(dict.fromkeys(unseen))
        )
    )


def refitted(flow: Flow) -> Flow:
    """The flow of a draft begun under an older form, with everything told in it.

    A question that is asked in another way since then is answered where the known facts answer all
    of it; else it is open.
    """
    draft = flow.draft
    depth = {page.key: PARTS[page.each] for page in flow.form.pages}
    gone = {key for key in draft.asked if depth.get(key.partition("/")[0]) != key.count("/")}
    if not gone:
        return flow
    asked = {key: how for key, how in draft.asked.items() if key not in gone}
    told_before = tuple(key for key in draft.told_before if key not in gone)
    flow = flow.with_draft(replace(draft, asked=asked, told_before=told_before))
    known = {key: how for key, how in _settled(flow, optional=False) if key not in asked}
    unseen = (*told_before, *known) if draft.told_before else ()
    return flow.with_draft(replace(flow.draft, asked={**asked, **known}, told_before=unseen))


def hidden(draft: Draft) -> Draft:
    """The draft with names and jobs masked, and every answer so far marked as not to be shown."""
    people = [
        {**person, **_masked(person, "name"), "incomes": _masked_jobs(person)}
        if "incomes" in person
        else {**person, **_masked(person, "name")}
        for person in draft.facts["people"]
    ]
    return replace(
        draft,
        facts={**draft.facts, "people": people},
        contact={**draft.contact, **_masked(draft.contact, "name")},
        told_before=tuple(draft.asked),
    )


def unhidden(draft: Draft, before: Draft) -> Draft:
    """The draft with the names and jobs of `before` where a mask still stands for them."""
    old = {person["id"]: person for person in before.facts["people"]}
    people = []
    for person in draft.facts["people"]:
        known = old.get(person["id"], {})
        clear = {**person, **_unmasked(person, known, "name")}
        if "incomes" in person:
            jobs = {income["id"]: income for income in known.get("incomes") or ()}
            clear["incomes"] = [
                {**income, **_unmasked(income, jobs.get(income["id"], {}), "employer")}
                for income in person["incomes"]
            ]
        people.append(clear)
    return replace(
        draft,
        facts={**draft.facts, "people": people},
        contact={**draft.contact, **_unmasked(draft.contact, before.contact, "name")},
    )


def amended_facts(form: Form, old: Facts, new: Facts) -> dict[str, Json]:
    """The new facts under the ids the people had, with whatever the form has no question for."""
    asked = _facts_asked(form)
    before = {f"p{n}": person for n, person in enumerate(old.get("people", []), start=1)}
    taken = {person["id"] for person in before.values()}
    ids: dict[str, str] = {}
    for person in new["people"]:
        known, wanted = before.get(person["id"]), person["id"]
        while known is None and wanted in taken:
            wanted = f"{wanted}x"
        ids[person["id"]] = known["id"] if known else wanted
    people = []
    for person in new["people"]:
        kept = _not_asked(before.get(person["id"], {}), "person", asked)
        ties = [{**tie, "to": ids[tie["to"]]} if _names(tie) else tie for tie in _ties(person)]
        named = {"ties": ties} if "ties" in person else {}
        people.append({**kept, **person, **named, "id": ids[person["id"]]})
    household = {**_not_asked(old.get("household", {}), "household", asked), **new["household"]}
    return {**new, "household": household, "people": people}


def mask(name: str) -> str:
    """Enough to recognize one's own: `L•••`."""
    return f"{name[:1]}{DOTS}"


def _masked(holder: Mapping[str, Json], name: str) -> dict[str, Json]:
    value = holder.get(name)
    return {name: mask(value)} if isinstance(value, str) and value else {}


def _masked_jobs(person: Mapping[str, Json]) -> list[Json]:
    return [{**income, **_masked(income, "employer")} for income in person["incomes"]]


def _unmasked(holder: Mapping[str, Json], known: Mapping[str, Json], name: str) -> dict[str, Json]:
    value = known.get(name)
    same = isinstance(value, str) and value and holder.get(name) == mask(value)
    return {name: value} if same else {}


def _own(told: Mapping[str, Json]) -> dict[str, Json]:
    left_out = ("id", "incomes", "ties", "applies_for")
    return {k: copy.deepcopy(v) for k, v in told.items() if k not in left_out}


def _told_as(income: Mapping[str, Json]) -> dict[str, Json]:
    """How the pay of a job was told: as its last pays, as one amount, or between two."""
    if income.get("kind") != "wages":
        return {}
    if "amounts" in income:
        return {"pay_told": "pays"}
    amount = income.get("amount")
    if isinstance(amount, Mapping) and "between" in amount:
        return {"pay_told": "range"}
    return {"pay_told": "same"} if amount is not None else {}


def _gates_of(told: Mapping[str, Json]) -> dict[str, Json]:
    gates: dict[str, Json] = {}
    for gate, fact, nothing in (
        ("had_baby", "recent_birth", NONE),
        ("in_college", "college_student", "no"),
    ):
        # How is asked only of who said that it is so: "I don't know how" is a yes as well.
        if fact in told:
            gates[gate] = told[fact] != nothing
    if isinstance(told.get("incomes"), list):
        gates["income_kinds"] = list(dict.fromkeys(income["kind"] for income in told["incomes"]))
    return gates


def _put_ties(facts: Facts, ids: Mapping[str, str], typed: Told) -> None:
    """Couples, parents and tax returns, as the form asks for them."""
    people = facts.get("people", [])
    if not people or any("ties" not in person for person in people):
        return
    order = [person["id"] for person in people]
    spouse = {p["id"]: t["to"] for p in people for t in p["ties"] if t["kind"] == "spouse"}
    children = {(p["id"], t["to"]) for p in people for t in p["ties"] if t["kind"] == "parent_of"}
    filer = {p["id"]: t["to"] for p in people for t in p["ties"] if t["kind"] == "tax_household"}
    for person in order:
        gates = typed[ids[person]]
        partner = spouse.get(person)
        if partner is None:
            gates["partner"] = NONE
        elif order.index(partner) > order.index(person):
            gates["partner"] = ids[partner]
        gates["parents"] = [ids[each] for each in order if (each, person) in children]
    if len(order) == 1 or not filer:
        return
    together = set(filer) == set(order) and set(filer.values()) == {order[0]}
    typed[HOUSEHOLD]["one_tax_return"] = together
    if not together:
        for person, of in filer.items():
            listed = any(o == person for p, o in filer.items() if p != person)
            alone = of == person and not listed
            typed[ids[person]]["tax_return"] = NONE if alone else ids[of]


def _put_lists(facts: Facts, ids: Mapping[str, str], typed: Told) -> None:
    """Who pays medical costs or child support, and which children have money."""
    people = facts.get("people", [])
    for gate, fact, of_everybody in (
        ("medical_payers", "medical_expenses", False),
        ("child_support_payers", "child_support_paid", True),
    ):
        told = [person for person in people if fact in person]
        if told and (not of_everybody or len(told) == len(people)):
            paying = [ids[person["id"]] for person in told if person[fact] != NOTHING]
            typed[HOUSEHOLD][gate] = paying
    children = [person for person in people if _may_be_a_child(person, facts)]
    if all(_money_is_known(person) for person in children):
        with_money = [ids[child["id"]] for child in children if child.get("incomes")]
        typed[HOUSEHOLD]["children_with_income"] = with_money


def _put_situations(facts: Facts, typed: Told) -> None:
    """What is so for somebody, or certainly for nobody."""
    people = facts.get("people", [])
    for fact in SITUATIONS:
        told = [person[fact] for person in people if fact in person]
        if any(value not in NOT_SO for value in told):
            typed[HOUSEHOLD][f"any_{fact}"] = True
        elif told and len(told) == len(people):
            typed[HOUSEHOLD][f"any_{fact}"] = False


def _may_be_a_child(person: Mapping[str, Json], facts: Facts) -> bool:
    if not isinstance(facts.get("on"), str):
        return False
    years = age(person, date.fromisoformat(facts["on"]))
    if isinstance(years, Range):
        return years.low is None or years.low < CHILD
    return years is not None and years < CHILD


def _money_is_known(person: Mapping[str, Json]) -> bool:
    return person.get("incomes_complete") is True or bool(person.get("incomes"))


def _put_applicants(facts: Facts, ids: Mapping[str, str], typed: Told) -> None:
    """Who asks for help: everyone, or those named. By kind of help cannot be told apart again."""
    typed[HOUSEHOLD]["helps_wanted"] = []
    people = [person for person in facts.get("people", []) if "applies_for" in person]
    if not people:
        return
    wanted = {frozenset(person["applies_for"]) for person in people}
    if len(wanted) == 1:
        typed[HOUSEHOLD]["applicants"] = "everyone"
    elif len(wanted) == 2 and frozenset() in wanted:
        typed[HOUSEHOLD]["applicants"] = "some"
        named = [ids[person["id"]] for person in people if person["applies_for"]]
        typed[HOUSEHOLD]["applicants_named"] = named


def _settled(flow: Flow, *, optional: bool) -> Iterator[tuple[str, str]]:
    """Each step that the known facts answer, and how: answered, or left with "I don't know"."""
    everything = flow.with_draft(
        replace(flow.draft, asked={step.key: ANSWERED for step in flow.steps})
    )
    for step in flow.steps:
        lives = flow.live(step)
        marks = [mark for live in lives for fact in live.facts for mark in _marks(flow, live, fact)]
        if marks:
            yield step.key, marks[0]
        elif (optional or any(live.question.required for live in lives)) and everything.answered(
            step
        ):
            yield step.key, ANSWERED


def _marks(flow: Flow, live: Live, fact: str) -> Iterator[str]:
    value = flow.draft.value(fact, live.place)
    if isinstance(value, Mapping):
        for each in (value, *value.values()):
            if isinstance(each, Mapping) and "unknown" in each:
                yield str(each["unknown"])


def _about_income(page: Page) -> bool:
    facts = {fact for question in page.questions for fact in question.facts}
    return any(fact.startswith(INCOME_FACTS) for fact in facts)


def _facts_asked(form: Form) -> frozenset[str]:
    return frozenset(
        fact
        for page in form.pages
        for question in page.questions
        for fact in (
            *question.facts,
            *question.leads_to,
            *question.otherwise,
            *(f for c in question.choices for f in (c.fact, *c.sets, *c.implies, *c.leads_to)),
        )
    )


def _not_asked(holder: Mapping[str, Json], entity: str, asked: frozenset[str]) -> dict[str, Json]:
    return {k: v for k, v in holder.items() if f"{entity}.{k}" not in asked}


def _ties(person: Mapping[str, Json]) -> list[dict[str, Json]]:
    return list(person.get("ties") or ())


def _names(tie: Mapping[str, Json]) -> bool:
    """Whether a tie points at a person; a tax role says what, not to whom."""
    return str(tie["kind"]) != "tax_role"


def step_is_hidden(draft: Draft, step: Step, place: Place | None = None) -> bool:
    """Whether a step's answer was given before sending and may not be shown, here or of anybody."""
    if place is not None or not step.page.together:
        return is_hidden(draft, step.key, place.person if place else "")
    return any(is_hidden(draft, step.key, person) for person in draft.people)
