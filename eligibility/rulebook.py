"""All rules of a city, loaded, checked and compiled once; frozen from then on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from eligibility.circles import refuse_circles
from eligibility.documents import Node, Table, read_document, read_text
from eligibility.expressions.compile import Body, Compiler
from eligibility.expressions.repeats import read_twice
from eligibility.expressions.tree import Expr, Trees
from eligibility.expressions.write import pays_key, write
from eligibility.expressions.writer import Writer
from eligibility.facts import Vocabulary, load_vocabulary
from eligibility.household import Household
from eligibility.parameter_files import load_parameters, parameters_of
from eligibility.parameters import MAX_SIZE, Parameter
from eligibility.plan import Plans
from eligibility.program import Group, Program, Test
from eligibility.program_files import Known, read_program
from eligibility.reading import Reader
from eligibility.standing import Standings
from eligibility.tracing import TracedWorld
from eligibility.world import Blank, Figures, Root, World

MAX_DAYS = 64
ENGINE = 1
"""Raised when the meaning of a rule text changes, so that a replay knows."""

Roots = Mapping[str, Root]


@dataclass(frozen=True, repr=False)
class Rulebook:
    """Facts, parameters and programs of one city, with their compiled tests."""

    facts: Vocabulary
    parameters: Mapping[str, Parameter]
    programs: Mapping[str, Program]
    compiler: Compiler
    blank: Blank
    roots: Roots
    _figures: dict[date, Figures] = field(default_factory=dict)
    _sources: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    _tried: dict[str, frozenset[str]] = field(default_factory=dict)
    _twice: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Rulebook({', '.join(self.programs)})"

    def figures_on(self, on: date) -> Figures:
        """What parameters read on a day, remembered for the few days screened last."""
        found = self._figures.get(on)
        if found is None:
            while len(self._figures) >= MAX_DAYS:
                self._figures.pop(next(iter(self._figures)), None)
            found = Figures(self.parameters, on)
            found.standing = Standings(self.programs, on, self.hash_of)
            self._figures[on] = found
        return found

    def world(self, household: Household, on: date) -> World:
        """A household laid out for these rules on a day."""
        return World(household, self.blank, self.figures_on(on), self.roots, on)

    def traced_world(self, household: Household, on: date) -> TracedWorld:
        """The same, noting which answers and figures are read."""
        roots = self.traced[1]
        return TracedWorld(household, self.blank, self.figures_on(on), roots, on).trace()

    @cached_property
    def traced(self) -> tuple[Compiler, Roots, Plans]:
        """What explanations need: functions that note what they read, and the tests laid out."""
        compiler = self.compiler.tracing()
        return compiler, compile_roots(compiler, self.programs), Plans(compiler, self.programs)

    @cached_property
    def plans(self) -> Plans:
        """The tests laid out with functions that note nothing."""
        return Plans(self.compiler, self.programs)

    def read_twice(self, rule: Expr) -> tuple[str, ...]:
        """The answers of few values that a rule of these programs reads in more than one place."""
        found = self._twice.get(id(rule))
        if found is None:
            found = self._twice[id(rule)] = read_twice(rule, self.facts)
        return found

    def tried_for(self, program: Program) -> frozenset[str]:
        """The same of all tests of a program."""
        found = self._tried.get(program.id)
        if found is None:
            names = (self.read_twice(test.rule) for test in program.all_tests())
            found = self._tried[program.id] = frozenset().union(*names)
        return found

    def hash_of(self, program_id: str) -> str:
        """SHA-256 of the program's canonical rule text."""
        return self._source(program_id)[0]

    def source_of(self, rules_hash: str) -> dict[str, Any]:
        """The canonical rule text with this hash. Raises KeyError for any other."""
        for program_id in self.programs:
            found, source = self._source(program_id)
            if found == rules_hash:
                return source
        raise KeyError(rules_hash)

    def needed_facts(self, programs: Iterable[str]) -> tuple[str, ...]:
        """Every fact the programs, and those they lean on, can use."""
        ids: set[str] = set()
        for program_id in programs:
            for name in self.linked(program_id):
                program = self.programs[name]
                ids.update(program.fields if name == program_id else _decisive(program))
        return tuple(sorted(ids))

    def linked(self, program_id: str) -> tuple[str, ...]:
        """The program and every program whose derived result it reads."""
        found, waiting = [program_id], list(self.programs[program_id].links)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.append(name)
                waiting += self.programs[name].links
        return (program_id, *sorted(found[1:]))

    def _source(self, program_id: str) -> tuple[str, dict[str, Any]]:
        if program_id not in self._sources:
            source = self._canonical(program_id)
            self._sources[program_id] = canonical_hash(source), source
        return self._sources[program_id]

    def _canonical(self, program_id: str) -> dict[str, Any]:
        programs = [self.programs[name] for name in self.linked(program_id)]
        parameters = {key[0] for program in programs for key in program.all_figures}
        facts = frozenset().union(*(program.all_facts for program in programs))
        return {
            "engine": ENGINE,
            "program": program_id,
            "programs": {program.id: program.raw for program in programs},
            "parameters": {name: self.parameters[name].raw for name in sorted(parameters)},
            "facts": self.facts.canonical(facts),
        }


def canonical_hash(source: Mapping[str, Any]) -> str:
    """SHA-256 over the source as JSON with sorted keys and no spaces, in UTF-8."""
    text = json.dumps(source, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def _decisive(program: Program) -> set[str]:
    return {".".join(fact.split(".")[:2]) for fact in program.facts}


def load_rules(shared: Path, city: Path | None = None) -> Rulebook:
    """Load the shared rules and a city's own. Raises RulesError with every finding."""
    reader = Reader()
    vocabulary = load_vocabulary(shared / "facts")
    parameters = load_parameters(reader, shared / "parameters")
    folders = [shared / "programs"]
    if city is not None:
        parameters.update(load_parameters(reader, city / "parameters"))
        folders.append(city / "programs")
    documents: dict[str, Node] = {}
    for folder in folders:
        for home in sorted(folder.glob("*/")):
            path = home / "program.yaml"
            if path.exists() or path.is_symlink():  # a link to nowhere is a mistake, not a gap
                documents[str(path)] = read_document(path)
    return build_rules(reader, vocabulary, parameters, list(documents.values()))


def rules_from_source(source: Mapping[str, Any], vocabulary: Vocabulary) -> Rulebook:
    """The rules as they stood, from a stored canonical text, its keys in any order. Raises
    RulesError if it cannot be read any more."""
    reader = Reader()
    parameters: dict[str, Parameter] = {}
    for name, raw in source["parameters"].items():
        family, _, own = name.partition(".")
        body = {key: _in_order(value) for key, value in raw.items() if key != "sources"}
        document = {
            "family": family,
            "sources": raw.get("sources", {}),
            "parameters": {own or "_": body},
        }
        for parameter in parameters_of(reader, _as_node(document, name)):
            parameters[parameter.id] = parameter
    documents = [_as_node(raw, name) for name, raw in source["programs"].items()]
    then = vocabulary.as_stored(source["facts"])
    return build_rules(reader, then, parameters, documents, whole=False)


def _in_order(value: Any) -> Any:
    """Tables by size count up, also where a store gave the keys back as 1, 10, 2."""
    if isinstance(value, list):
        return [_in_order(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    keys = sorted(value, key=lambda key: int(key) if key.isdecimal() else MAX_SIZE + 1)
    return {key: _in_order(value[key]) for key in keys}


def _as_node(value: Any, name: str) -> Node:
    return read_text(json.dumps(value), f"stored rules of {name}")


def build_rules(
    reader: Reader,
    vocabulary: Vocabulary,
    parameters: Mapping[str, Parameter],
    documents: list[Node],
    whole: bool = True,
) -> Rulebook:
    """Read and compile programs. `whole` is off for stored texts, which name programs that
    are not in them."""
    units = _units(reader, documents)
    known_ids = frozenset(units) | (frozenset() if whole else vocabulary.program_ids)
    facts = vocabulary.with_programs(known_ids)
    names = {**dict.fromkeys(known_ids, "household"), **units}
    known = Known(Trees(), facts, parameters, names)
    programs = {}
    for document in documents:
        program = read_program(reader, document, known)
        programs[program.id] = program
    reader.stop_if_any()
    refuse_circles(programs)
    compiler = Compiler()
    roots = compile_roots(compiler, programs)
    return Rulebook(facts, parameters, programs, compiler, Blank(facts), roots)


def _units(reader: Reader, documents: list[Node]) -> dict[str, str]:
    """Program ids with their units, read first so that programs may name each other."""
    units: dict[str, str] = {}
    for document in documents:
        if not isinstance(document, Table) or "id" not in document.entries:
            continue
        program_id = reader.text(document.entries["id"])
        if program_id in units:
            reader.add(document.place, "duplicate_key", f'The id "{program_id}" is used twice.')
        unit = document.entries.get("unit")
        units[program_id] = reader.text(unit) if unit else "household"
    return units


def compile_roots(compiler: Compiler, programs: Mapping[str, Program]) -> Roots:
    """Whether each program's tests are met, and whether it pays."""
    roots: dict[str, Root] = {}
    for program in programs.values():
        by_person = program.unit == "person"
        for name, build in ((program.id, program_root), (pays_key(program.id), pays_root)):
            roots[name] = compiler.root(name, build(compiler, program), by_person)
        for test in program.all_tests():
            compiler.remembering(test.rule)
    return roots


def program_root(compiler: Compiler, program: Program) -> Body:
    """Whether all tests of a program are met; a closed program never is."""
    if program.status_now == "closed":
        return lambda to: "False"
    parts = [program.tests] if program.who is None else [program.who, program.tests]
    return lambda to: to.all_of([partial(write_tests, compiler, to, part) for part in parts])


def pays_root(compiler: Compiler, program: Program) -> Body:
    """Whether a program is likely and worth more than nothing; without an amount, if likely."""
    root, amount = program_root(compiler, program), program.amount
    if amount is None:
        return root

    def worth(to: Writer) -> str:
        low, high = write(to, amount.low), write(to, amount.high)
        return f"is_more({low}, {high})"

    return lambda to: to.all_of([partial(root, to), partial(worth, to)])


def write_tests(compiler: Compiler, to: Writer, node: Test | Group) -> str:
    """A test or a group of tests."""
    if isinstance(node, Test):
        return compiler.test(to, node.rule)
    parts = [partial(write_tests, compiler, to, member) for member in node.members]
    return to.all_of(parts) if node.kind == "all" else to.any_of(parts)
