"""Values worked out once: for a household, for each person decided on, or for each person given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eligibility.expressions.loops import LOOPS
from eligibility.expressions.tree import EACH_SLOT, PERSON_SLOT, Expr
from eligibility.world import ENV_SIZE, PersonView, World

Closure = Callable[[World], Any]


def derived(world: World, name: str, person: PersonView | None) -> bool | None:
    """Whether a program's tests are met, or whether it pays: worked out once for each person."""
    saved = world.env
    found: bool | None = _kept(
        world, (name, person.index if person else None), world.roots[name], person, None
    )
    world.env = saved
    return found


def _kept(world: World, place: Any, body: Closure, person: Any, given: Any) -> Any:
    """A value worked out once, with variables of its own. The caller takes its own back."""
    found = world.memo.get(place)
    if found is not None:
        world.log |= found[1]
        return found[0]
    outer, world.log = world.log, 0
    env = world.env = [None] * ENV_SIZE
    env[PERSON_SLOT], env[EACH_SLOT] = person, given
    value = body(world)
    world.memo[place] = value, world.log
    world.log |= outer
    return value


def remembered(body: Closure, key: int, by_person: bool) -> Closure:
    """The same, but worked out once for a household, or once for each person decided on."""

    def remember(world: World) -> Any:
        place = (key, world.env[PERSON_SLOT].index) if by_person else key
        found = world.memo.get(place)
        if found is not None:
            world.log |= found[1]
            return found[0]
        outer, world.log = world.log, 0
        value = body(world)
        world.memo[place] = value, world.log
        world.log |= outer
        return value

    return remember


def with_own_variables(body: Closure) -> Closure:
    """Runs a named value with variables of its own, so that its loops disturb no one else's."""

    def apart(world: World) -> Any:
        saved = world.env
        env = world.env = [None] * ENV_SIZE
        env[PERSON_SLOT] = saved[PERSON_SLOT]
        found = body(world)
        world.env = saved
        return found

    return apart


def called_with(body: Closure, key: int, uses_person: bool, slot: int) -> Closure:
    """A value for each person, worked out once for each."""

    def called(world: World) -> Any:
        saved = world.env
        person = saved[PERSON_SLOT] if uses_person else None
        given = saved[slot]
        place = (key, person.index if person else None, given.index)
        found = _kept(world, place, body, person, given)
        world.env = saved
        return found

    return called


def has_loop(tree: Expr) -> bool:
    """Whether evaluating a tree sets loop variables; named values it uses have their own."""
    if tree.op in LOOPS:
        return True
    return tree.op != "call" and any(map(has_loop, tree.args))
