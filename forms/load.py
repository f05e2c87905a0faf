"""Reads the question bank and a city's pages into a Form, strictly, naming file and line."""

from __future__ import annotations

from pathlib import Path

from eligibility.documents import Node, Table, Text, read_document
from eligibility.facts import Vocabulary
from eligibility.findings import nearest
from eligibility.reading import Reader
from forms.conditions import Condition
from forms.definition import Choice, Each, Form, Help, Page, Question, Section, Stage, Wording
from forms.load_questions import Names, Sentences, read_questions

PAGE_KEYS = ("page", "title", "you", "hint", "hint_you", "why", "when", "together", "questions")


def load_form(bank: Path, city: Path, vocabulary: Vocabulary) -> Form:
    """The form of a city: `bank` is the folder of questions, `city` holds pages.yaml.

    A city's own questions stand in its questions.yaml.

    Raises RulesError with every finding: unknown keys, facts, questions or conditions,
    a fact asked by two questions, a question on two pages or on none.
    """
    reader = Reader()
    names = Names(vocabulary, reader)
    path = city / "pages.yaml"
    table = reader.table(read_document(path), ("helps", "sections"), ("helps", "sections"))
    helps = _read_helps(reader, table)
    own = city / "questions.yaml"
    files = [*sorted(bank.glob("*.yaml")), *([own] if own.exists() else [])]
    choices = tuple(Choice(h.id, Wording(h.label, h.label)) for h in helps)
    questions = read_questions(files, names, choices)
    names.check_each_fact_once(questions)
    pages = _PageReader(names, questions)
    sections = tuple(
        pages.section(node) for node in reader.items(table.entries.get("sections", None))
    )
    pages.check_all_placed(table)
    reader.stop_if_any()
    return Form(sections, helps)


def _read_helps(reader: Reader, table: Table) -> tuple[Help, ...]:
    found = []
    for name, node in reader.named(table.entries.get("helps", table)).items():
        row = reader.table(node, ("label", "programs"), ("label", "programs"))
        label = reader.text(row.entries.get("label"))
        programs = frozenset(reader.texts(row.entries.get("programs")))
        found.append(Help(name, label, programs))
    return tuple(found)


class _PageReader:
    """Turns pages.yaml into sections, and remembers which questions it has placed."""

    def __init__(self, names: Names, questions: dict[str, tuple[Question, Each]]) -> None:
        self.names = names
        self.reader = names.reader
        self.questions = questions
        self.placed: set[str] = set()
        self.keys: set[str] = set()

    def section(self, node: Node) -> Section:
        table = self.reader.table(node, ("id", "title", "stage", "pages"), ("id", "title", "pages"))
        get = table.entries.get
        section = self.reader.text(get("id"))
        stage = Stage(self.reader.choice(get("stage"), list(Stage), Stage.DECIDE))
        runs = tuple(
            self._run(item, section, stage) for item in self.reader.items(get("pages", None))
        )
        return Section(section, self.reader.text(get("title")), runs)

    def _run(self, node: Node, section: str, stage: Stage) -> tuple[Page, ...]:
        if isinstance(node, Table) and "run" in node.entries:
            table = self.reader.table(node, ("run",))
            pages = self.reader.items(table.entries["run"])
            return tuple(self._page(item, section, stage) for item in pages)
        return (self._page(node, section, stage),)

    def _page(self, node: Node, section: str, stage: Stage) -> Page:
        if isinstance(node, Text):
            question, each = self._question(node)
            self._new_key(node, node.value)
            title = question.ask
            return Page(node.value, section, each, stage, title, (question,))
        table = self.reader.table(node, PAGE_KEYS, ("page", "title", "questions"))
        get = table.entries.get
        key = self.reader.text(get("page"))
        self._new_key(node, key)
        asked = [self._question(item) for item in self.reader.items(get("questions"))]
        order = list(Each)
        each = max((each for _, each in asked), key=order.index, default=Each.HOUSEHOLD)
        together = self.reader.flag(get("together"))
        if together and each is not Each.PERSON:
            message = "Only questions about a person can be asked of everybody together."
            self.reader.add(table.place, "together", message)
        each = Each.HOUSEHOLD if together else each
        sentences = Sentences(self.reader)
        return Page(
            key=key,
            section=section,
            each=each,
            stage=stage,
            title=sentences.wording(table, "title", "you", each),
            questions=tuple(question for question, _ in asked),
            hint=sentences.wording(table, "hint", "hint_you", each),
            why=self.reader.text(get("why")),
            when=self._condition(get("when")),
            together=together,
        )

    def _condition(self, node: Node | None) -> Condition | None:
        return self.names.condition(node)

    def _new_key(self, node: Node, key: str) -> None:
        if key in self.keys:
            self.reader.add(node.place, "page_twice", f'There are two pages named "{key}".')
        self.keys.add(key)

    def _question(self, node: Node) -> tuple[Question, Each]:
        name = self.reader.text(node)
        if name in self.placed:
            self.reader.add(node.place, "asked_twice", f'"{name}" is on two pages.')
        self.placed.add(name)
        if name in self.questions:
            return self.questions[name]
        message = f'There is no question "{name}" in the bank.'
        self.reader.add(node.place, "unknown_question", message, nearest(name, self.questions))
        empty = Wording()
        first = next(iter(self.questions.values()))[0]
        return Question(name, first.kind, (), empty, empty), Each.HOUSEHOLD

    def check_all_placed(self, table: Table) -> None:
        for name in sorted(set(self.questions) - self.placed):
            message = f'No page of this city asks "{name}"; its facts would never be known.'
            self.reader.add(table.place, "never_asked", message)
