"""From typed trees to Python functions: the scalar evaluator of three-valued logic and spans."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count
from threading import RLock
from types import CodeType, FunctionType
from typing import Any

from eligibility.expressions.called import CALLED
from eligibility.expressions.tree import EACH_SLOT, PERSON_SLOT, Expr
from eligibility.expressions.write import write
from eligibility.expressions.writer import NOTHING, Writer
from eligibility.world import PLACES, PersonView

Function = Callable[..., Any]
Body = Callable[[Writer], str]
CHEAP = ("fact", "truth", "call", "likely", "pays")
"""What is read at once, or remembered anyway."""


class Places:
    """Where the values of a tree, by its id, or of a named root are remembered. Two threads never
    give one place to two values: the next number is taken in one step."""

    def __init__(self) -> None:
        self._known: dict[Any, int] = {}
        self._numbers = count(1)

    def of(self, what: Any) -> int:
        """The place of what is asked for; a new one the first time."""
        found = self._known.get(what)
        if found is None:
            found = self._known.setdefault(what, next(self._numbers) * PLACES * PLACES)
        return found


class Compiler:
    """Makes one function of each value that is remembered, and of each tree asked for. Equal trees
    are one object, so programs share them. A function is written when it is first called.

    A plain and a traced compiler of one rulebook share `places`, so that a value the one
    remembered is found by the other.
    """

    def __init__(self, traced: bool = False, places: Places | None = None) -> None:
        self.traced = traced
        self.derived = derived_noting if traced else derived
        self.tests: dict[int, Function] = {}
        self._places = Places() if places is None else places
        self._space: dict[str, Any] = {**CALLED, "derived": self.derived}
        self._constants: dict[Any, str] = {}
        self._functions: dict[Any, str] = {}
        self._entries: dict[int, Function] = {}
        self._kept: list[Expr] = []
        self._lock = RLock()

    def tracing(self) -> Compiler:
        """A compiler whose functions note what they read."""
        return Compiler(True, self._places)

    def place(self, what: Any) -> int:
        """Where the values of a tree, by its id, or of a named root are remembered."""
        return self._places.of(what)

    def compile(self, tree: Expr) -> Function:
        """The function of a tree, called with a world that has the person decided on. Tests give
        True, False or None; numbers may be spans. A traced one leaves in `log` what it read."""
        found = self._entries.get(id(tree))
        if found is None:
            if tree.op == "call" and tree.data != "each":
                found = self._remembering(tree.args[0])
            else:
                found = self._space[self.apart(tree)]
            self._entries[id(tree)] = found
            self._kept.append(tree)
        return found

    def remembering(self, tree: Expr) -> Function:
        """The function of a test, worked out once for a household, or once for each person."""
        found = self.tests.get(id(tree))
        if found is None:
            found = self.compile(tree) if tree.op in CHEAP else self._remembering(tree)
            self.tests[id(tree)] = found
        return found

    def looked_at(self, tree: Expr) -> tuple[int, Function, bool]:
        """Where a test is remembered, its function, and whether it looks at the person decided
        on, whom the function is given then. Every test has a place here, also a cheap one."""
        inner = tree.args[0] if tree.op == "call" and tree.data != "each" else tree
        name, place = self.value(inner, False)
        self._kept.append(inner)
        return place, self._space[name], PERSON_SLOT in inner.free

    def test(self, to: Writer, tree: Expr) -> str:
        """The same within a function that is being written."""
        return write(to, tree) if tree.op in CHEAP else to.remembered(tree, None)

    def root(self, name: str, body: Body, by_person: bool) -> tuple[int, Function]:
        """The place and the function of a whole program's result."""
        slots = (PERSON_SLOT,) if by_person else ()
        return self.place(name), self._space[self._named(("root", name), body, slots, None)]

    def constant(self, value: Any) -> str:
        """The name of a value that is none of Python's own few."""
        key = (type(value), value if isinstance(value, str | tuple | frozenset) else id(value))
        name = self._constants.get(key)
        if name is None:
            name = self._constants[key] = f"k{len(self._constants)}"
            self._space[name] = value
        return name

    def value(self, tree: Expr, each: bool) -> tuple[str, int]:
        """The function of a remembered value, and the place of what it gives."""
        place = self.place(id(tree))
        slots = (*sorted(tree.free & {PERSON_SLOT}), *((EACH_SLOT,) if each else ()))
        return self._named(("value", id(tree)), lambda to: write(to, tree), slots, place), place

    def kept(self, which: Expr, slot: int, body: Body) -> tuple[str, int]:
        """The function of the people a loop lets in, and the place of what it gives."""
        key = ("kept", id(which))
        place = self.place(key)
        slots = tuple(sorted(which.free - {slot}))
        return self._named(key, body, slots, place), place

    def apart(self, tree: Expr) -> str:
        """The function of any other tree."""
        slots = tuple(sorted(tree.free))
        return self._named(("apart", id(tree)), lambda to: write(to, tree), slots, None)

    def _remembering(self, tree: Expr) -> Function:
        name, place = self.value(tree, False)
        self._kept.append(tree)
        entry = _noting_entry if self.traced else _entry
        return entry(self._space[name], place, PERSON_SLOT in tree.free)

    def _named(
        self, key: tuple[str, Any], body: Body, slots: tuple[int, ...], place: int | None
    ) -> str:
        """The name of a function. It begins as one that writes itself, so what is never called
        is never written."""
        with self._lock:
            name = self._functions.get(key)
            if name is None:
                name = self._functions[key] = f"f{len(self._functions)}"
                made = self._space[name] = FunctionType(_first.__code__, self._space, name)
                made.__kwdefaults__ = {"make": partial(self._make, made, body, slots, place)}
        return name

    def _make(
        self, made: FunctionType, body: Body, slots: tuple[int, ...], place: int | None
    ) -> FunctionType:
        with self._lock:
            if made.__kwdefaults__:
                to = Writer(self, slots)
                to.returned(body(to), place)
                made.__defaults__ = (None,) if slots == (PERSON_SLOT,) else None
                made.__code__ = _code(to.text(made.__name__))
                made.__kwdefaults__ = None
        return made


def _first(*given: Any, make: Callable[[], FunctionType]) -> Any:
    """What every function is until it is first called."""
    return make()(*given)


def _code(text: str) -> CodeType:
    """The one function in a text that a writer made. The text itself is never run."""
    whole = compile(text, "<rule>", "exec", dont_inherit=True)
    return next(one for one in whole.co_consts if isinstance(one, CodeType))


def _entry(compute: Function, place: int, by_person: bool) -> Function:
    """Reads a remembered value from outside."""

    def of_household(world: Any) -> Any:
        found = world.memo.get(place, NOTHING)
        return compute(world) if found is NOTHING else found

    def of_person(world: Any) -> Any:
        person = world.env[PERSON_SLOT]
        found = world.memo.get(place + person.place, NOTHING)
        return compute(world, person) if found is NOTHING else found

    return of_person if by_person else of_household


def _noting_entry(compute: Function, place: int, by_person: bool) -> Function:
    """The same, noting what the value rests on."""

    def of_household(world: Any) -> Any:
        found = world.memo.get(place, NOTHING)
        if found is NOTHING:
            found = compute(world)
        world.log = world.logs[place]
        return found

    def of_person(world: Any) -> Any:
        person = world.env[PERSON_SLOT]
        at = place + person.place
        found = world.memo.get(at, NOTHING)
        if found is NOTHING:
            found = compute(world, person)
        world.log = world.logs[at]
        return found

    return of_person if by_person else of_household


def derived(world: Any, name: str, person: PersonView | None) -> bool | None:
    """Whether a program is likely, or whether it pays: worked out once for each person."""
    place, root = world.roots[name]
    at = place + person.place if person else place
    found: Any = world.memo.get(at, NOTHING)
    if found is NOTHING:
        found = world.memo[at] = root(world, person) if person else root(world)
    return found  # type: ignore[no-any-return]  # a root gives True, False or None


def derived_noting(world: Any, name: str, person: PersonView | None) -> bool | None:
    """The same, noting what the result rests on."""
    place = world.roots[name][0]
    at = place + person.place if person else place
    known = at in world.memo
    found = derived(world, name, person)
    if known:
        world.log = world.logs[at]
    else:
        world.logs[at] = world.log
    return found
