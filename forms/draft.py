"""The draft: everything a resident has told so far, and the pure ways it changes.

A draft is one JSON document; every operation returns a new draft.

    {"facts": {"on"?, "people_complete"?, "household": {fact: value},
               "people": [{"id": "p1", fact: value, "incomes": [{"id": "i1", "kind", ...}]}]},
     "typed": {scope: {gate: value}},
     "asked": {step key: "answered" | "dont_know" | "declined"},
     "wanted": [help ids] | null,      null: everything that fits
     "chosen": [program ids],          programs to send to
     "only": program id | null,        "just this one"
     "contact": {"name", "mail", "phone", "language", "safe_to_write"},
     "made": {"people": 3, "incomes": 2},
     "told_before": [step keys]}       answered before sending, and not to be shown again; of a
                                       page for everybody with a person, once some told it anew

- `facts` holds facts in the contract's JSON, as they were answered, reachable or not:
  forms.facts decides what is sent. An income carries an `id`, which is not sent.
- `typed` holds answers that open or close pages and are not facts themselves ("gates"):
  `form.partner` of p2 is `typed["p2"]["partner"]`, of the household `typed["household"]`,
  of an income `typed["i1"]`. Ties between people and who applies are kept here, by person
  id, and become facts when they are sent.
- `asked` says how each step ended; a step key is "page", "page/p1" or "page/p1/i1".
- `made` counts the ids ever given, so an id is never used again after a removal.

People are p1 (the applicant), p2 ...; a value is typed and has no language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, cast

from forms.shapes import misshapen

Json: TypeAlias = Any

APPLICANT = "p1"
HOUSEHOLD = "household"
ANSWERED = "answered"


class DraftError(ValueError):
    """A stored document is not a draft, or names a person or income it does not hold."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer belongs: the household, a person, or an income of a person."""

    person: str = ""
    income: str = ""

    @property
    def scope(self) -> str:
        """The key of this place in `typed`."""
        return self.income or self.person or HOUSEHOLD


def _no_facts() -> dict[str, Json]:
    return {"people_complete": False, "household": {}, "people": [{"id": APPLICANT}]}


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft application. Never changed in place."""

    facts: Mapping[str, Json] = field(default_factory=_no_facts)
    typed: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    asked: Mapping[str, str] = field(default_factory=dict)
    wanted: tuple[str, ...] | None = None
    chosen: tuple[str, ...] = ()
    only: str | None = None
    contact: Mapping[str, Json] = field(default_factory=lambda: {"safe_to_write": False})
    made: Mapping[str, int] = field(default_factory=lambda: {"people": 1, "incomes": 0})
    told_before: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, document: Mapping[str, Json]) -> Draft:
        """Read a stored document. Raises DraftError for anything else."""
        unknown = set(document) - set(cls.__slots__)
        if unknown:
            raise DraftError(f"A draft has no part named {sorted(unknown)[0]!r}.")
        if (part := misshapen(document)) is not None:
            raise DraftError(f"This is not what a draft keeps in {part!r}.")
        parts: dict[str, Any] = dict(document)
        for part in ("wanted", "chosen", "told_before"):
            if parts.get(part) is not None:
                parts[part] = tuple(parts[part])
        draft = cls(**parts)
        ids = [person["id"] for person in draft.facts["people"]]
        if not ids or ids[0] != APPLICANT or len(set(ids)) != len(ids):
            raise DraftError("The people of a draft are p1 and others, each once.")
        return draft

    def to_json(self) -> dict[str, Json]:
        """The document to store; `from_json` of it is this draft again. The facts in it are the
        draft's own: they are to be written down, not changed."""
        return {
            "facts": dict(self.facts),
            "typed": {scope: dict(gates) for scope, gates in self.typed.items()},
            "asked": dict(self.asked),
            "wanted": None if self.wanted is None else list(self.wanted),
            "chosen": list(self.chosen),
            "only": self.only,
            "contact": dict(self.contact),
            "made": dict(self.made),
            "told_before": list(self.told_before),
        }

    @property
    def people(self) -> tuple[str, ...]:
        """The ids of everybody in the household, the applicant first."""
        return tuple(person["id"] for person in self.facts["people"])

    def person(self, person: str) -> Mapping[str, Json]:
        """One person's stored facts. Raises DraftError when there is no such person."""
        for found in self.facts["people"]:
            if found["id"] == person:
                return cast(Mapping[str, Json], found)
        raise DraftError(f"There is no person {person!r} in this draft.")

    def name(self, person: str) -> str:
        """What to call a person: a first name, or for the applicant the contact's name."""
        if person == APPLICANT:
            return str(self.contact.get("name") or "")
        return str(self.person(person).get("name") or "")

    def incomes(self, person: str) -> tuple[Mapping[str, Json], ...]:
        """Every income ever told of a person, in the order it was told."""
        return tuple(self.person(person).get("incomes") or ())

    def income(self, place: Place) -> Mapping[str, Json]:
        """One income. Raises DraftError when there is no such income."""
        for income in self.incomes(place.person):
            if income["id"] == place.income:
                return income
        raise DraftError(f"There is no income {place.income!r} in this draft.")

    def gate(self, name: str, place: Place) -> Json:
        """A gate's answer at a place or the nearest place around it; None when not given."""
        for scope in (place.income, place.person, HOUSEHOLD):
            if scope and name in self.typed.get(scope, {}):
                return self.typed[scope][name]
        return None

    def value(self, fact: str, place: Place) -> Json:
        """What is stored for a fact ("person.birth_date", "form.partner"); None if nothing."""
        entity, _, name = fact.partition(".")
        match entity:
            case "contact":
                return self.contact.get(name)
            case "form":
                return self.typed.get(place.scope, {}).get(name)
            case "people_complete":
                return self.facts.get("people_complete")
            case "household":
                return self.facts["household"].get(name)
            case "person":
                return self.person(place.person).get(name)
            case _:
                return self.income(place).get(name)

    def members(self, fact: str, place: Place) -> Mapping[str, Json]:
        """A set fact by member: {"basic_food": True, ...}; a closed list names only members."""
        stored = self.value(fact, place)
        if isinstance(stored, list):
            return dict.fromkeys(stored, True)
        return dict(stored) if isinstance(stored, Mapping) else {}


Patch: TypeAlias = Mapping[str, Json]
"""Fact id to value; None takes the value away. Made by forms.parse, applied here.

Where a page asks several people the same, a person stands before each fact: "p2/person.disabled".
"""


def apply_patch(draft: Draft, place: Place, patch: Patch) -> Draft:
    """The draft with these answers, at this place, or at the person that stands before one."""
    for name, value in patch.items():
        person, _, fact = name.rpartition("/")
        draft = _put(draft, Place(person) if person else place, fact, value)
    return draft


def _put(draft: Draft, place: Place, fact: str, value: Json) -> Draft:
    entity, _, name = fact.partition(".")
    match entity:
        case "contact":
            return replace(draft, contact=_with(draft.contact, name, value))
        case "form":
            scope = _with(draft.typed.get(place.scope, {}), name, value)
            return replace(draft, typed={**draft.typed, place.scope: scope})
        case "people_complete":
            return replace(draft, facts={**draft.facts, "people_complete": value is True})
        case "household":
            household = _with(draft.facts["household"], name, value)
            return replace(draft, facts={**draft.facts, "household": household})
        case "person":
            return _change_person(draft, place.person, lambda person: _with(person, name, value))
        case "income":
            return _change_income(draft, place, lambda income: _with(income, name, value))
        case _:
            raise DraftError(f"A draft has no place for {fact!r}.")


def _with(mapping: Mapping[str, Json], name: str, value: Json) -> dict[str, Json]:
    kept = {key: old for key, old in mapping.items() if key != name}
    return kept if value is None else {**kept, name: value}


Change: TypeAlias = Callable[[dict[str, Json]], dict[str, Json]]


def _change_person(draft: Draft, person: str, change: Change) -> Draft:
    draft.person(person)
    people = [change(dict(p)) if p["id"] == person else p for p in draft.facts["people"]]
    return replace(draft, facts={**draft.facts, "people": people})


def _change_income(draft: Draft, place: Place, change: Change) -> Draft:
    draft.income(place)

    def changed(person: dict[str, Json]) -> dict[str, Json]:
        incomes = [change(dict(i)) if i["id"] == place.income else i for i in person["incomes"]]
        return {**person, "incomes": incomes}

    return _change_person(draft, place.person, changed)


def mark(draft: Draft, step_key: str, how: str, still_hidden: Iterable[str] = ()) -> Draft:
    """Note how a step ended: "answered", "dont_know" or "declined".

    `still_hidden` are the people of a page for everybody who were not told anew.
    """
    told_before = tuple(
        key for key in draft.told_before if not f"{key}/".startswith(f"{step_key}/")
    )
    told_before += tuple(f"{step_key}/{person}" for person in still_hidden)
    return replace(draft, asked={**draft.asked, step_key: how}, told_before=told_before)


def is_hidden(draft: Draft, step_key: str, person: str = "") -> bool:
    """Whether the answer of a step was given before sending; on a page for everybody, of whom."""
    return step_key in draft.told_before or f"{step_key}/{person}" in draft.told_before


def add_person(draft: Draft, name: str) -> tuple[Draft, str]:
    """The draft with one more person, and the new id."""
    number = draft.made["people"] + 1
    person = f"p{number}"
    people = [*draft.facts["people"], {"id": person, "name": name}]
    facts = {**draft.facts, "people": people}
    return replace(draft, facts=facts, made={**draft.made, "people": number}), person


def rename_person(draft: Draft, person: str, name: str) -> Draft:
    """The draft with another first name for a person."""
    return _change_person(draft, person, lambda told: {**told, "name": name})


def remove_person(draft: Draft, person: str) -> Draft:
    """The draft without this person and without what others' answers said of them.

    The applicant cannot be removed.
    """
    if person == APPLICANT:
        raise DraftError("The applicant cannot be taken out of the draft.")
    gone = {person, *(income["id"] for income in draft.incomes(person))}
    people = [p for p in draft.facts["people"] if p["id"] != person]
    typed = {
        scope: {name: _without(value, person) for name, value in gates.items() if value != person}
        for scope, gates in draft.typed.items()
        if scope not in gone
    }
    asked = {key: how for key, how in draft.asked.items() if not gone & set(key.split("/")[1:])}
    return replace(draft, facts={**draft.facts, "people": people}, typed=typed, asked=asked)


def _without(value: Json, person: str) -> Json:
    return [item for item in value if item != person] if isinstance(value, list) else value


def add_income(draft: Draft, person: str, kind: str) -> tuple[Draft, str]:
    """The draft with one more income of this kind for a person, and the new id."""
    number = draft.made["incomes"] + 1
    income = f"i{number}"

    def added(told: dict[str, Json]) -> dict[str, Json]:
        return {**told, "incomes": [*(told.get("incomes") or ()), {"id": income, "kind": kind}]}

    draft = _change_person(draft, person, added)
    return replace(draft, made={**draft.made, "incomes": number}), income


def remove_income(draft: Draft, place: Place) -> Draft:
    """The draft without this income; a kind with no income left is no longer ticked."""
    gone = draft.income(place)

    def removed(told: dict[str, Json]) -> dict[str, Json]:
        return {**told, "incomes": [i for i in told["incomes"] if i["id"] != place.income]}

    draft = _change_person(draft, place.person, removed)
    kept = {income["kind"] for income in draft.incomes(place.person)}
    typed = {scope: gates for scope, gates in draft.typed.items() if scope != place.income}
    gates = typed.get(place.person, {})
    if gone["kind"] not in kept and isinstance(gates.get("income_kinds"), list):
        ticked = [kind for kind in gates["income_kinds"] if kind != gone["kind"]]
        typed = {**typed, place.person: {**gates, "income_kinds": ticked}}
    asked = {key: how for key, how in draft.asked.items() if place.income not in key.split("/")[1:]}
    return replace(draft, typed=typed, asked=asked)


def want(draft: Draft, helps: Iterable[str] | None) -> Draft:
    """Set the kinds of help of interest; None is everything that fits."""
    return replace(draft, wanted=None if helps is None else tuple(helps))


def choose(draft: Draft, programs: Iterable[str]) -> Draft:
    """Set the programs to send to, each once, in the order given."""
    return replace(draft, chosen=tuple(dict.fromkeys(programs)))


def only(draft: Draft, program: str | None) -> Draft:
    """Narrow the form to what one program needs ("just this one"); None widens it again."""
    return replace(draft, only=program)
