"""Reads the question bank: every sentence, fact and condition checked where it stands."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from eligibility.documents import Node, Place, Table, Text, plain, read_document
from eligibility.facts import ENTITIES, Fact, FactType, Vocabulary
from eligibility.findings import nearest
from eligibility.reading import Reader
from forms.answers import DERIVED
from forms.conditions import Condition, ConditionError, parse_condition
from forms.definition import Choice, Each, Kind, Question, Wording

QUESTION_KEYS = (
    "kind",
    "facts",
    "each",
    "ask",
    "you",
    "row",
    "row_you",
    "hint",
    "hint_you",
    "why",
    "leads_to",
    "when",
    "choices",
    "choices_from",
    "none",
    "dont_know",
    "declined",
    "required",
    "always",
    "only_applicants",
    "low",
    "high",
    "periods",
    "people",
    "otherwise",
    "everyone_else",
    "autocomplete",
)
CHOICE_KEYS = (
    "label",
    "you",
    "hint",
    "hint_you",
    "fact",
    "sets",
    "implies",
    "leads_to",
    "when",
)
CONTACT = ("name", "mail", "phone", "language", "safe_to_write")
PERIODS = ("week", "two_weeks", "half_month", "month", "year")


class Sentences:
    """Reads whole sentences in third and second person."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def wording(self, table: Table, other: str, you: str, each: Each) -> Wording:
        """The two forms of a sentence; without a second-person form both are the same."""
        third = self.reader.text(table.entries.get(other))
        second = self.reader.text(table.entries.get(you)) or third
        named = set() if each is Each.HOUSEHOLD else {"name"}
        for key, holes in ((other, _holes(third) - named), (you, _holes(second))):
            for hole in holes:
                place = table.keys.get(key) or table.keys.get(other, table.place)
                message = f"{{{hole}}} cannot be filled in here. Write a sentence without it."
                self.reader.add(place, "placeholder", message)
        return Wording(third, second)


def _holes(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return {text}


def _never_chosen(text: str, vocabulary: Vocabulary) -> Iterator[tuple[str, Fact]]:
    """Values that a condition waits for and no choice has: it would be False for everybody."""
    for node in ast.walk(ast.parse(text, mode="eval")):
        match node:
            case ast.Compare(
                left=ast.Attribute(value=ast.Name(id=of), attr=name), comparators=[to]
            ):
                fact = vocabulary.facts.get(f"{of if of in ENTITIES else 'person'}.{name}")
                told = [one.value for one in ast.walk(to) if isinstance(one, ast.Constant)]
                if fact is not None and fact.choices:
                    yield from ((str(one), fact) for one in told if one not in fact.choices)


class Names:
    """Every name a question or condition may use, and the conditions read with them."""

    def __init__(self, vocabulary: Vocabulary, reader: Reader) -> None:
        self.vocabulary = vocabulary
        self.reader = reader
        self.gates: set[str] = set()
        self.places: dict[str, Place] = {}

    def known(self, entity: str, name: str) -> bool:
        """Whether a condition may speak of `entity.name`."""
        if name in DERIVED.get(entity, ()):
            return True
        if entity == "form":
            return name in self.gates
        return f"{entity}.{name}" in self.vocabulary

    def condition(self, node: Node | None) -> Condition | None:
        """A condition where there is one; what is wrong with it becomes a finding."""
        if node is None:
            return None
        text = self.reader.text(node)
        try:
            condition = parse_condition(text, self.known)
        except ConditionError as error:
            self.reader.add(node.place, "condition", str(error))
            return None
        for value, fact in _never_chosen(text, self.vocabulary):
            message = f'"{value}" is not one of {fact.id}: {", ".join(fact.choices)}.'
            self.reader.add(node.place, "unknown_choice", message, nearest(value, fact.choices))
        return condition

    def fact(self, node: Node) -> str:
        """A fact id that exists: of the vocabulary, the contact, or one of the form's gates."""
        name = self.reader.text(node)
        entity, _, short = name.partition(".")
        if name in self.vocabulary or entity == "form":
            return name
        if entity == "contact" and short in CONTACT:
            return name
        message = f'There is no fact "{name}".'
        self.reader.add(node.place, "unknown_fact", message, nearest(name, self.vocabulary.facts))
        return name

    def reason(self, facts: tuple[str, ...]) -> str:
        """Why we ask, in the vocabulary's words, where a question has none of its own."""
        return self.vocabulary[facts[0]].why if facts and facts[0] in self.vocabulary else ""

    def values(self, node: Node | None) -> dict[str, Any]:
        """A table of fact ids and the values they take."""
        if node is None:
            return {}
        table = self.reader.named(node)
        found = {}
        for name, value in table.items():
            fact = self.fact(Text(name, False, value.place))
            found[fact] = self._value(fact, value)
        return found

    def _value(self, fact: str, node: Node) -> Any:
        if isinstance(node, Table) and set(node.entries) == {"amount", "period"}:
            return {
                "amount": self.reader.whole(node.entries["amount"]),
                "period": self.reader.choice(node.entries["period"], PERIODS, "month"),
            }
        if isinstance(node, Table) and set(node.entries) == {"between"}:
            ends = self.reader.items(node.entries["between"])
            return {"between": [None if plain(e) == "null" else self.reader.whole(e) for e in ends]}
        text = self.reader.text(node)
        known = self.vocabulary.facts.get(fact)
        if known is not None and known.type is FactType.CHOICE and text not in known.choices:
            message = f'"{text}" is not one of the values of {fact}.'
            self.reader.add(node.place, "choice", message, nearest(text, known.choices))
        if known is not None and known.type is FactType.INTEGER:
            return self.reader.whole(node)
        if text in ("true", "false") and (known is None or known.type is FactType.BOOL):
            return text == "true"
        return text

    def check_each_fact_once(self, questions: dict[str, tuple[Question, Each]]) -> None:
        """A fact belongs to one question, so nobody is asked it twice."""
        asked: dict[str, str] = {}
        for question, _ in questions.values():
            for fact in {*question.facts, *_choice_facts(question)}:
                if fact in asked and not fact.startswith("income."):
                    message = f"{fact} is asked by both {asked[fact]} and {question.id}."
                    self.reader.findings.append(self.places[question.id].finding("twice", message))
                asked[fact] = question.id


def _choice_facts(question: Question) -> set[str]:
    own = {choice.fact for choice in question.choices if choice.fact}
    return own | {fact for choice in question.choices for fact in choice.sets}


def read_questions(
    files: Iterable[Path], names: Names, helps: tuple[Choice, ...]
) -> dict[str, tuple[Question, Each]]:
    """All questions by id, with how often each is asked. `helps` are a city's kinds of help."""
    tables: dict[str, Table] = {}
    reader = names.reader
    for path in files:
        document = reader.table(read_document(path), ("questions",), ("questions",))
        listed = document.entries.get("questions", document)
        for name, node in reader.named(listed).items():
            if name in tables:
                reader.add(node.place, "duplicate", f'There are two questions named "{name}".')
            tables[name] = reader.table(node, QUESTION_KEYS, ("kind", "ask"))
            names.places[name] = listed.keys[name] if isinstance(listed, Table) else node.place
    names.gates.update(_gates(reader, tables.values()))
    found = {name: _read_question(names, name, table) for name, table in tables.items()}
    return {
        name: (_with_choices(names, tables[name], q, found, helps), each)
        for name, (q, each) in found.items()
    }


def _gates(reader: Reader, tables: Iterable[Table]) -> Iterator[str]:
    """The names after `form.` that questions and ticked boxes answer."""
    for table in tables:
        facts = [reader.text(node) for node in reader.items(table.entries.get("facts"))]
        facts += _facts_of_choices(table)
        yield from (fact.removeprefix("form.") for fact in facts if fact.startswith("form."))


def _facts_of_choices(table: Table) -> list[str]:
    choices = table.entries.get("choices")
    found: list[str] = []
    for node in choices.entries.values() if isinstance(choices, Table) else ():
        if isinstance(node, Table) and isinstance(fact := node.entries.get("fact"), Text):
            found.append(fact.value)
        if isinstance(node, Table) and isinstance(sets := node.entries.get("sets"), Table):
            found.extend(sets.entries)
    return found


def _with_choices(
    names: Names,
    table: Table,
    question: Question,
    found: dict[str, tuple[Question, Each]],
    helps: tuple[Choice, ...],
) -> Question:
    """The question with the choices of another question, or of the city's kinds of help."""
    node = table.entries.get("choices_from")
    if node is None:
        return question
    source = names.reader.text(node)
    if source == "helps":
        return replace(question, choices=helps)
    if source not in found:
        message = f'There is no question "{source}" to take choices from.'
        names.reader.add(node.place, "unknown_question", message, nearest(source, found))
        return question
    return replace(question, choices=found[source][0].choices)


def _read_question(names: Names, name: str, table: Table) -> tuple[Question, Each]:
    reader, get = names.reader, table.entries.get
    facts = tuple(names.fact(node) for node in reader.items(get("facts")))
    each = _each(reader, table, facts)
    sentences = Sentences(reader)
    ask = sentences.wording(table, "ask", "you", each)
    question = Question(
        id=name,
        kind=Kind(reader.choice(get("kind"), list(Kind), Kind.TEXT)),
        facts=facts,
        ask=ask,
        row=sentences.wording(table, "row", "row_you", each) or ask,
        hint=sentences.wording(table, "hint", "hint_you", each),
        why=reader.text(get("why")) or names.reason(facts),
        leads_to=tuple(names.fact(node) for node in reader.items(get("leads_to"))),
        when=names.condition(get("when")),
        choices=_read_choices(names, get("choices"), each),
        none=reader.text(get("none")),
        dont_know=reader.flag(get("dont_know"), True),
        declined=reader.flag(get("declined")),
        required=reader.flag(get("required"), True),
        always=reader.flag(get("always")),
        only_applicants=reader.flag(get("only_applicants")),
        low=reader.whole(get("low")),
        high=reader.whole(get("high")),
        periods=tuple(reader.choice(p, PERIODS, "month") for p in reader.items(get("periods"))),
        people=names.condition(get("people")),
        otherwise=names.values(get("otherwise")),
        everyone_else=reader.flag(get("everyone_else")),
        autocomplete=reader.text(get("autocomplete")),
    )
    return question, each


def _each(reader: Reader, table: Table, facts: tuple[str, ...]) -> Each:
    if "each" in table.entries:
        return Each(reader.choice(table.entries["each"], list(Each), Each.HOUSEHOLD))
    entities = {fact.partition(".")[0] for fact in (*facts, *_facts_of_choices(table))}
    if "income" in entities:
        return Each.INCOME
    return Each.PERSON if "person" in entities else Each.HOUSEHOLD


def _read_choices(names: Names, node: Node | None, each: Each) -> tuple[Choice, ...]:
    if node is None:
        return ()
    reader, sentences = names.reader, Sentences(names.reader)
    found = []
    for value, item in reader.named(node).items():
        table = reader.table(item, CHOICE_KEYS, ("label",))
        fact = table.entries.get("fact")
        found.append(
            Choice(
                value=value,
                label=sentences.wording(table, "label", "you", each),
                hint=sentences.wording(table, "hint", "hint_you", each),
                fact=names.fact(fact) if fact is not None else "",
                sets=names.values(table.entries.get("sets")),
                implies=names.values(table.entries.get("implies")),
                leads_to=tuple(names.fact(n) for n in reader.items(table.entries.get("leads_to"))),
                when=names.condition(table.entries.get("when")),
            )
        )
    return tuple(found)
