"""What a form is: sections of pages of questions, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from forms.conditions import Condition

Json: TypeAlias = Any
"""A value of JSON type, as it is kept in a draft."""

DONT_KNOW = "dont_know"
DECLINED = "declined"


class Kind(StrEnum):
    """How a question is answered; each has one parser in forms/parse.py."""

    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    INTEGER = "integer"
    YES_NO = "yes_no"
    CHOICE = "choice"
    """One of the choices; a choice that `sets` facts answers several at once."""
    MANY = "many"
    """Any of the choices, or none: each choice is one fact, or one member of a set."""
    PERSON = "person"
    """One person of the household (perhaps oneself), or nobody."""
    PARTNER = "partner"
    """One other person, or nobody. Each pair is asked once: of whoever is listed first."""
    PEOPLE = "people"
    """Any of the people of the household, or nobody."""
    DATE = "date"
    """Day, month and year; the year alone is an answer."""
    MONEY = "money"
    MONEY_PERIOD = "money_period"
    MONEY_RANGE = "money_range"
    PAYS = "pays"
    """The last few pays, each beside its date."""
    ADDRESS = "address"
    ADD_PERSON = "add_person"
    """Anyone else? With the first name of the next person."""
    MORE_INCOME = "more_income"
    """Any other income? With its kind."""


class Each(StrEnum):
    """How often a page comes: once, once a person, or once an income of a person."""

    HOUSEHOLD = "household"
    PERSON = "person"
    INCOME = "income"


class Stage(StrEnum):
    """Before the programs a resident may get are shown, or after some are chosen."""

    DECIDE = "decide"
    APPLY = "apply"


@dataclass(frozen=True, slots=True)
class Wording:
    """One sentence about somebody: with {name} for others, and in second person."""

    other: str = ""
    you: str = ""

    def __bool__(self) -> bool:
        return bool(self.other or self.you)


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose.

    `fact` is its own fact, true when ticked (or what `sets` says of it). Without one, `sets`
    are the facts it answers. `implies` is known without asking once this is chosen.
    `leads_to` are facts that later pages ask because it was ticked.
    """

    value: str
    label: Wording
    hint: Wording = Wording()
    fact: str = ""
    sets: Mapping[str, Json] = field(default_factory=dict)
    implies: Mapping[str, Json] = field(default_factory=dict)
    leads_to: tuple[str, ...] = ()
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One thing asked in plain words, and the facts its answer gives.

    `leads_to` are facts that later pages ask because of this answer: the question is
    worth asking when one of them is needed. `otherwise` is what is known, without asking,
    where a box is not ticked, a person not named, or the question's condition is False;
    with `everyone_else` also of people who could not be named. `only_applicants` questions
    are asked only of a person who applies for a program that needs the fact.
    """

    id: str
    kind: Kind
    facts: tuple[str, ...]
    ask: Wording
    row: Wording
    hint: Wording = Wording()
    why: str = ""
    leads_to: tuple[str, ...] = ()
    when: Condition | None = None
    choices: tuple[Choice, ...] = ()
    none: str = ""
    dont_know: bool = True
    declined: bool = False
    required: bool = True
    always: bool = False
    only_applicants: bool = False
    low: int = 0
    high: int = 0
    periods: tuple[str, ...] = ()
    people: Condition | None = None
    otherwise: Mapping[str, Json] = field(default_factory=dict)
    everyone_else: bool = False
    autocomplete: str = ""
    receives: tuple[str, ...] = field(init=False)
    """The sets of benefits received that its boxes are members of."""
    serves: frozenset[str] = field(init=False)
    """Every fact for whose sake the question is asked, benefits received by member."""
    gives: frozenset[str] = field(init=False)
    """Every fact its answer can give, with all its choices."""
    implies: bool = field(init=False)
    """Whether a choice of it answers other questions."""
    tells_more: bool = field(init=False)
    """Whether something can be known from it without asking."""

    def __post_init__(self) -> None:
        own = {choice.fact for choice in self.choices if choice.fact}
        sets = {fact for choice in self.choices for fact in choice.sets}
        later = {fact for choice in self.choices for fact in choice.leads_to}
        lists = tuple(f for f in (*self.facts, *self.leads_to) if f.endswith(".receives"))
        members = {f"{fact}.{choice.value}" for fact in lists for choice in self.choices}
        serves = frozenset({*self.facts, *self.leads_to, *own, *sets, *later, *members})
        object.__setattr__(self, "receives", lists)
        object.__setattr__(self, "serves", serves)
        object.__setattr__(self, "gives", frozenset({*self.facts, *own, *sets}))
        implies = any(choice.implies for choice in self.choices)
        object.__setattr__(self, "implies", implies)
        boxes = self.kind in (Kind.PEOPLE, Kind.MANY)
        object.__setattr__(self, "tells_more", implies or boxes or bool(self.otherwise))


@dataclass(frozen=True, slots=True)
class Page:
    """One step of the form: one question, or one tight group of them.

    A page `together` comes once and asks its question of each person.
    """

    key: str
    section: str
    each: Each
    stage: Stage
    title: Wording
    questions: tuple[Question, ...]
    hint: Wording = Wording()
    why: str = ""
    when: Condition | None = None
    together: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A named stretch of the form. Pages of one `run` repeat together, person by person."""

    id: str
    title: str
    runs: tuple[tuple[Page, ...], ...]


@dataclass(frozen=True, slots=True)
class Help:
    """A kind of help a resident can ask for, and the programs it stands for."""

    id: str
    label: str
    programs: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """A city's whole form, in its fixed order."""

    sections: tuple[Section, ...]
    helps: tuple[Help, ...]
    pages: tuple[Page, ...] = field(init=False, repr=False)
    """Every page once, in order."""
    _by_key: Mapping[str, Page] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        pages = tuple(page for section in self.sections for run in section.runs for page in run)
        object.__setattr__(self, "pages", pages)
        # The first of two with one key, as a search through all would find.
        object.__setattr__(self, "_by_key", {page.key: page for page in reversed(pages)})

    def page(self, key: str) -> Page | None:
        """The page with this key, or None."""
        return self._by_key.get(key)
