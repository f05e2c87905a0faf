"""Reads one program file into a Program. Every mistake is a finding with its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from eligibility.countable import read_conversion, read_countable, read_expression
from eligibility.dates import MonthDay, month_day
from eligibility.documents import Items, Node, Table, plain
from eligibility.expressions.scope import Figure, Scope
from eligibility.expressions.tree import (
    BOOL,
    EACH_SLOT,
    PERIODS,
    PERSON_SLOT,
    UNITS,
    Expr,
    Trees,
    Type,
)
from eligibility.facts import Vocabulary
from eligibility.findings import RulesError, nearest
from eligibility.parameter_files import read_source
from eligibility.parameters import Parameter, Source
from eligibility.program import Amount, Clock, Group, Handoff, Program, Season, Test
from eligibility.reading import Reader

PROGRAM_KEYS = (
    "id",
    "name",
    "summary",
    "unit",
    "apply",
    "agency",
    "status",
    "status_text",
    "law",
    "figures",
    "convert",
    "countable",
    "values",
    "for_each_person",
    "who",
    "eligible",
    "amount",
    "not_checked",
    "excludes",
    "first_try",
    "automatic_with",
    "one_per_household",
    "apply_facts",
    "reasons",
    "clock",
    "proofs",
    "next_step",
    "handoff",
)
REQUIRED = ("id", "name", "summary", "unit", "apply", "agency", "law", "eligible")
TEST_KEYS = ("test", "is", "met", "unmet", "unclear", "source")
MAX_GROUPS = 6
MAX_WAY = 24
TOO_LONG = f"Named values lean on each other over {MAX_WAY} steps deep."


@dataclass(frozen=True)
class Known:
    """What a program file may refer to."""

    trees: Trees
    vocabulary: Vocabulary
    parameters: Mapping[str, Parameter]
    programs: Mapping[str, str]


def read_program(reader: Reader, node: Node, known: Known) -> Program:
    """The program in a file. Findings go to the reader; the result is whole if there are none."""
    table = reader.table(node, PROGRAM_KEYS, REQUIRED)
    try:
        return _ProgramReader(reader, table, known).read()
    except RecursionError:  # short ways of long expressions may still be too much
        reader.add(table.place, "too_deep", TOO_LONG)
        raise RulesError(reader.findings) from None


class _ProgramReader:
    """Holds what the parts of one program file share."""

    def __init__(self, reader: Reader, table: Table, known: Known) -> None:
        self.reader = reader
        self.table = table
        self.get = table.entries.get
        self.known = known
        self.unit = reader.choice(self.get("unit"), ("household", "person"), "household")
        self.nodes: dict[str, tuple[str, Node]] = {}
        for section in ("countable", "values", "for_each_person"):
            self._collect(section)
        self.done: dict[str, Expr] = {}
        self.open: list[str] = []
        self.tests: set[str] = set()
        self.scope = self._scope()

    def _collect(self, section: str) -> None:
        node = self.get(section)
        if node is None:
            return
        for name, entry in self.reader.named(node).items():
            if name in self.nodes or not name.isidentifier():
                message = f'"{name[:40]}" is used twice, or is not a plain name.'
                self.reader.add(entry.place, "name", message)
            self.nodes[name] = (section, entry)

    def _scope(self) -> Scope:
        functions = {name for name, (_, entry) in self.nodes.items() if self._is_function(name)}
        return Scope(
            trees=self.known.trees,
            vocabulary=self.known.vocabulary,
            parameters=self.known.parameters,
            figures=self._figures(),
            programs=self.known.programs,
            conversion=read_conversion(self.reader, self.get("convert")),
            value_names=frozenset(self.nodes) - functions,
            function_names=frozenset(functions),
            value=self.value,
            has_person=self.unit == "person",
        )

    def _is_function(self, name: str) -> bool:
        section, entry = self.nodes[name]
        if section == "countable":
            return isinstance(entry, Table) and "each" in entry.entries
        return section == "for_each_person"

    def _figures(self) -> dict[str, Figure]:
        node = self.get("figures")
        if node is None:
            return {}
        found: dict[str, Figure] = {}
        for name, entry in self.reader.named(node).items():
            table = self.reader.table(entry, ("parameter", "takes_over"), ("parameter",))
            parameter = self.reader.text(table.entries.get("parameter"))
            if parameter not in self.known.parameters:
                message = f'"{parameter[:60]}" is not a parameter.'
                hint = nearest(parameter, self.known.parameters)
                self.reader.add(entry.place, "unknown_parameter", message, hint)
                continue
            days = table.entries.get("takes_over")
            nodes = days.items if isinstance(days, Items) else (days,) if days else ()
            found[name] = Figure(parameter, tuple(map(self._month_day, nodes)))
        return found

    def _month_day(self, node: Node) -> MonthDay:
        text = self.reader.text(node)
        try:
            return month_day(text)
        except ValueError:
            message = f'"{text[:20]}" is not a day of the year like 04-01.'
            self.reader.add(node.place, "not_a_date", message)
            return 1, 1

    def value(self, name: str) -> Expr:
        """The tree of a named value, read when first needed. A circle is a finding."""
        if name in self.done:
            return self.done[name]
        section, node = self.nodes[name]
        if name in self.open:
            circle = " -> ".join([*self.open[self.open.index(name) :], name])
            message = f"These values need each other in a circle: {circle}."
            self.reader.add(node.place, "cycle", message)
            return self.known.trees.make("truth", (), True, BOOL)
        if len(self.open) >= MAX_WAY:
            self.reader.add(node.place, "too_deep", TOO_LONG)
            raise RulesError(self.reader.findings)
        self.open.append(name)
        tree = self._read_value(section, node)
        self.open.remove(name)
        self.done[name] = tree
        return tree

    def _read_value(self, section: str, node: Node) -> Expr:
        if section == "countable":
            return read_countable(self.reader, node, self.scope)
        table = self.reader.table(node, ("unit", "period", "is"), ("unit", "is"))
        wanted = self._declared(table)
        scope = self.scope
        if section == "for_each_person":
            scope = replace(scope, variables={"p": ("person", EACH_SLOT)})
        expression = table.entries.get("is")
        if expression is None:
            return self.known.trees.make("truth", (), True, wanted)
        return read_expression(self.reader, expression, scope, wanted)

    def _declared(self, table: Table) -> Type:
        units = ("bool", "choice", *UNITS)
        unit = self.reader.choice(table.entries.get("unit"), units, "bool")
        period = self.reader.choice(table.entries.get("period"), PERIODS, "") or None
        return Type(unit) if unit in ("bool", "choice") else Type("number", unit, period)

    def read(self) -> Program:
        """The whole program."""
        reader, get = self.reader, self.get
        for name in self.nodes:
            self.value(name)
        status, seasons = self._status()
        program = Program(
            id=reader.text(get("id")),
            name=reader.text(get("name")),
            summary=reader.text(get("summary")),
            unit=self.unit,
            apply=reader.choice(get("apply"), ("routed", "handoff", "automatic"), "handoff"),
            agency=reader.text(get("agency")),
            status_now=status,
            status_text=reader.text(get("status_text")),
            seasons=seasons,
            law=self._law(),
            who=self._who(),
            tests=self._eligible(),
            amount=self._amount(),
            values=dict(self.done),
            not_checked=reader.texts(get("not_checked")),
            excludes=self._programs("excludes"),
            first_try=self._programs("first_try"),
            automatic_with=self._programs("automatic_with"),
            one_per_household=reader.flag(get("one_per_household")),
            apply_facts=self._apply_facts(),
            reasons=self._reasons(),
            clock=self._clock(),
            proofs=reader.texts(get("proofs")),
            next_step=reader.text(get("next_step")),
            handoff=self._handoff(),
            place=self.table.place,
            raw=plain(self.table),
        )
        self._check_whole(program)
        return program

    def _status(self) -> tuple[str, tuple[Season, ...]]:
        node = self.get("status")
        if not isinstance(node, Table):
            return self.reader.choice(node, ("open", "paused", "closed"), "open"), ()
        table = self.reader.table(node, ("seasonal",), ("seasonal",))
        seasons = []
        for entry in self.reader.items(table.entries.get("seasonal")):
            days = self.reader.table(entry, ("from", "to"), ("from", "to")).entries
            if "from" in days and "to" in days:
                seasons.append(Season(self._month_day(days["from"]), self._month_day(days["to"])))
        return "open", tuple(seasons)

    def _law(self) -> Source:
        node = self.get("law")
        return read_source(self.reader, node) if node else Source("", "")

    def _eligible(self) -> Test | Group:
        node = self.get("eligible")
        return self._group(node, 1) if node else Group("all", ())

    def _who(self) -> Test | None:
        node = self.get("who")
        if node is None:
            return None
        if self.unit != "person":
            self.reader.add(node.place, "who", "Only a program decided by person has `who`.")
        table = self.reader.table(node, TEST_KEYS[1:], ("is", "unmet", "unclear"))
        return self._test(table, "who")

    def _group(self, node: Node, depth: int) -> Test | Group:
        reader = self.reader
        if depth > MAX_GROUPS:
            reader.add(node.place, "too_deep", f"Groups are nested over {MAX_GROUPS} levels deep.")
            return Group("all", ())
        if isinstance(node, Table) and ("all" in node.entries or "any" in node.entries):
            table = reader.table(node, ("all", "any"))
            if len(table.entries) != 1:
                reader.add(node.place, "group", "A group is either `all` or `any`.")
            kind, inner = next(iter(table.entries.items()))
            members = tuple(self._group(member, depth + 1) for member in reader.items(inner))
            if not members:
                reader.add(node.place, "group", "A group needs a test.")
            return Group(kind, members)
        table = reader.table(node, TEST_KEYS, ("test", "is", "met", "unmet", "unclear"))
        return self._test(table, reader.text(table.entries.get("test")))

    def _test(self, table: Table, test_id: str) -> Test:
        reader, get = self.reader, table.entries.get
        if test_id in self.tests:
            reader.add(table.place, "duplicate_key", f'The test "{test_id[:40]}" is here twice.')
        self.tests.add(test_id)
        rule = get("is")
        truth = self.known.trees.make("truth", (), True, BOOL)
        return Test(
            test_id,
            read_expression(reader, rule, self.scope, BOOL) if rule else truth,
            reader.text(get("met")),
            reader.text(get("unmet")),
            reader.text(get("unclear")),
            read_source(reader, table.entries["source"]) if "source" in table.entries else None,
            table.place,
        )

    def _amount(self) -> Amount | None:
        node = self.get("amount")
        if node is None:
            return None
        table = self.reader.table(node, ("is", "low", "high"))
        names = ("is",) if "is" in table.entries else ("low", "high")
        found = []
        for name in names:
            if name not in table.entries:
                self.reader.add(node.place, "missing_key", f'The key "{name}" is missing here.')
                return None
            tree = read_expression(self.reader, table.entries[name], self.scope, None)
            if tree.type.unit != "money":
                message = f"An amount is money, but this is {tree.type}."
                self.reader.add(table.entries[name].place, "type", message)
            elif not tree.cents:
                message = "An amount must end in whole cents."
                hint = "Write round_down(..., dollar), or another rounding, around it."
                self.reader.add(table.entries[name].place, "no_rounding", message, hint)
            found.append(tree)
        if found[0].type.period != found[-1].type.period:
            self.reader.add(node.place, "period", "Both amounts need the same period.")
        period = found[0].type.period or "once"
        return Amount(found[0], found[-1], period, node.place)

    def _programs(self, key: str) -> tuple[str, ...]:
        node = self.get(key)
        names = self.reader.texts(node)
        for name in names:
            if node is not None and name not in self.known.programs:
                message = f'"{name[:40]}" is not a program.'
                hint = nearest(name, self.known.programs)
                self.reader.add(node.place, "unknown_program", message, hint)
        return names

    def _apply_facts(self) -> tuple[str, ...]:
        node = self.get("apply_facts")
        names = self.reader.texts(node)
        for name in names:
            if node is not None and name not in self.known.vocabulary:
                hint = nearest(name, self.known.vocabulary.facts)
                message = f'"{name[:60]}" is not a fact.'
                self.reader.add(node.place, "unknown_fact", message, hint)
        return names

    def _reasons(self) -> dict[str, str]:
        node = self.get("reasons")
        if node is None:
            return {}
        return {name: self.reader.text(text) for name, text in self.reader.named(node).items()}

    def _clock(self) -> Clock | None:
        node = self.get("clock")
        if node is None:
            return None
        keys = ("working_days", "urgent_working_days", "urgent_when")
        get = self.reader.table(node, keys, keys[:1]).entries.get
        urgent, when = get("urgent_working_days"), get("urgent_when")
        if when is not None and urgent is None:
            self.reader.add(when.place, "clock", "Say urgent_working_days as well.")
        scope = replace(self.scope, has_person=False)
        return Clock(
            self.reader.whole(get("working_days")),
            self.reader.whole(urgent) if urgent else None,
            read_expression(self.reader, when, scope, BOOL) if when is not None else None,
        )

    def _handoff(self) -> Handoff | None:
        node = self.get("handoff")
        if node is None:
            return None
        get = self.reader.table(node, ("title", "url", "phone"), ("title", "url")).entries.get
        text = self.reader.text
        return Handoff(text(get("title")), text(get("url")), text(get("phone")))

    def _check_whole(self, program: Program) -> None:
        place, add = self.table.place, self.reader.add
        if not program.id.isidentifier() or program.id.lower() != program.id:
            add(place, "id", "An id is small letters, digits and underscores.")
        if program.apply == "routed" and not program.reasons:
            add(place, "missing_key", "A routed program needs `reasons` for its agency.")
        if program.apply == "routed" and program.clock is None:
            add(place, "missing_key", "A routed program needs a `clock`.")
        if program.apply == "handoff" and program.handoff is None:
            add(place, "missing_key", "A handoff program needs a `handoff` address.")
        for test in program.all_tests():
            if any(slot not in (PERSON_SLOT,) for slot in test.rule.free):
                add(test.place, "type", "This test reads a person outside a loop.")
