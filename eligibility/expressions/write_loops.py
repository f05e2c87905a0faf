"""Sums, counts and quantifiers over people and their incomes, with lists that may be open.

A list that is not closed may hold more members, up to the vocabulary's limit, of whom nothing
is known. They take part as one stand-in member, so a sum over an open list is an interval.

Several loops go through the same people, such as those who file taxes together with somebody.
Where a loop looks at all of them, whom it lets in is worked out once and remembered. One that notes
what it reads does so member by member, since answers are told in the order they were read in.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import NamedTuple

from eligibility.expressions.tree import EACH_SLOT, PERSON_SLOT, Expr
from eligibility.expressions.writer import Writer

Write = Callable[[Writer, Expr], str]


class Member(NamedTuple):
    """What is written of a member: whether it is in for sure, and how many it stands for."""

    sure: str
    times: str


Body = Callable[[Member], None]


class Loop:
    """Goes through the members of a loop, leaving out certain misses. `done` is when to stop."""

    def __init__(
        self, to: Writer, tree: Expr, write: Write, done: str, asks_more: str = ""
    ) -> None:
        self.to = to
        self.write = write
        self.person, self.income = tree.data
        first = 0 if tree.op == "count" else 1
        self.which, self.which_income = (
            None if _holds_always(arg) else arg for arg in tree.args[first : first + 2]
        )
        self.owner: int = tree.args[-1].data if self.person is None else self.person
        self.done = done
        self.asks_more = asks_more or done

    def each(self, body: Body) -> None:
        """Write what is done with every member in turn."""
        if self.person is None:
            self._incomes(Member("True", "1"), body)
        elif self.income is None:
            self._people(body)
        else:
            self._people(lambda person: self._incomes(person, body))

    def _people(self, body: Body) -> None:
        which = self.which
        if which is None or not self._remembers(which):
            self._everybody(body)
            return
        sure, times = self.to.fresh(), self.to.fresh()
        members = self.to.kept(which, self.person, self._kept)
        with self.to.member(self.person, members, (sure, times)):
            body(Member(sure, times))

    def _remembers(self, which: Expr) -> bool:
        """Whether the people it lets in can be remembered: all are looked at, and they depend on
        nobody but the person decided on or the one a function is of."""
        own = which.free - {self.person} <= {PERSON_SLOT, EACH_SLOT}
        return own and not (self.to.traced or self.done)

    def _kept(self, to: Writer) -> str:
        """In a function of its own: the people it lets in, each with how they take part."""
        found, same = to.fresh(), copy(self)
        same.to, same.income = to, None
        to.line(f"{found} = []")
        same._everybody(
            lambda one: to.line(f"{found}.append((v{self.person}, {one.sure}, {one.times}))")
        )
        return found

    def _everybody(self, body: Body) -> None:
        top, name = self.to.of_world("top"), self.to.constant("people_complete")
        bits = f"{self.to.of_world('home_bits')}[{name}]" if self.to.traced else ""
        closed = f"{top}[{name}] is True", bits, "world.more_people()"
        ends = self.asks_more if self.income is None else self.done
        self._go(
            self.person, self.to.of_world("people"), "world.anybody", self.which, closed, ends, body
        )

    def _incomes(self, person: Member, body: Body) -> None:
        to, owner = self.to, self.owner
        name = to.constant("person.incomes_complete")
        bits = f"{to.of_member(owner, 'bits')}[{name}]" if to.traced else ""
        more = f"world.more_incomes(v{owner})"
        closed = f"{to.of_member(owner, 'cells')}[{name}] is True", bits, more

        def inner(income: Member) -> None:
            body(Member(_both(person.sure, income.sure), _product(person.times, income.times)))

        self._go(
            self.income,
            f"v{owner}.incomes",
            "world.any_incomes",
            self.which_income,
            closed,
            self.done,
            inner,
        )
        if self.person is not None and self.done:
            to.line(f"if {self.done}: break")

    def _go(
        self,
        slot: int,
        members: str,
        stand_in: str,
        which: Expr | None,
        closed: tuple[str, str, str],
        done: str,
        body: Body,
    ) -> None:
        """The members, and then once more the same for one who stands for those not described."""
        to, (is_closed, bits, how_many) = self.to, closed
        rest, more = to.fresh(), to.fresh()
        to.line(f"{rest} = {members}")
        to.line(f"{more} = 0")
        with to.block("while True:"):
            with to.member(slot, rest):
                self._inside(which, more, body)
            to.line(f"if {more}{' or ' + done if done else ''}: break")
            to.noted(bits)
            to.line(f"if {is_closed}: break")
            to.line(f"{more} = {how_many}")
            to.line(f"if not {more}: break")
            to.line(f"{rest} = {stand_in}")

    def _inside(self, which: Expr | None, more: str, body: Body) -> None:
        to = self.to
        if which is None:
            body(Member(f"not {more}", f"({more} or 1)"))
            return
        inside = to.named(self.write(to, which))
        with to.block(f"if {inside} is not False:"):
            body(Member(f"{inside} and not {more}", f"({more} or 1)"))


def _both(first: str, second: str) -> str:
    return second if first == "True" else f"{first} and {second}"


def _product(first: str, second: str) -> str:
    return second if first == "1" else f"{first} * {second}"


def _holds_always(tree: Expr) -> bool:
    return (
        tree.data is True
        if tree.op == "truth"
        else tree.op == "and" and all(map(_holds_always, tree.args))
    )


def _sum(to: Writer, tree: Expr, write: Write) -> str:
    """What is certain is added up, and apart from it the least and the most of what is not."""
    exact, low, high = to.fresh(), to.fresh(), to.fresh()
    to.line(f"{exact} = {low} = {high} = 0")

    def add(member: Member) -> None:
        value = to.named(write(to, tree.args[0]))
        with to.block(f"if {member.sure}:"):
            to.line(f"{exact} = {exact} + {value}")
        with to.block("else:"):
            to.line(f"{low}, {high} = widened({low}, {high}, {value}, {member.times})")

    Loop(to, tree, write, "").each(add)
    to.line(f"if {low} or {high}: {exact} = {exact} + span({low}, {high})")
    return exact


def _count(to: Writer, tree: Expr, write: Write) -> str:
    low, high = to.fresh(), to.fresh()
    to.line(f"{low} = {high} = 0")

    def add(member: Member) -> None:
        to.line(f"{high} += {member.times}")
        to.line(f"if {member.sure}: {low} += 1")

    Loop(to, tree, write, "").each(add)
    return f"({low} if {low} == {high} else Span({low}, {high}))"


def _any(to: Writer, tree: Expr, write: Write) -> str:
    result = to.fresh()
    to.line(f"{result} = False")

    def look(member: Member) -> None:
        found = to.named(write(to, tree.args[0]))
        with to.block(f"if {found} is not False:"):
            with to.block(f"if {found} and {member.sure}:"):
                to.line(f"{result} = True")
                to.line("break")
            to.line(f"{result} = None")

    # Whether there may be more people says nothing new once it is not known for those who are.
    Loop(to, tree, write, f"{result} is True", f"{result} is not False").each(look)
    return result


def _all(to: Writer, tree: Expr, write: Write) -> str:
    result = to.fresh()
    to.line(f"{result} = True")

    def look(member: Member) -> None:
        found = to.named(write(to, tree.args[0]))
        with to.block(f"if {found} is not True:"):
            with to.block(f"if {found} is False and {member.sure}:"):
                to.line(f"{result} = False")
                to.line("break")
            to.line(f"{result} = None")

    Loop(to, tree, write, f"{result} is False").each(look)
    return result


def _extreme(largest: bool) -> Callable[[Writer, Expr, Write], str]:
    def write_it(to: Writer, tree: Expr, write: Write) -> str:
        sure, perhaps, default = to.fresh(), to.fresh(), to.fresh()
        to.line(f"{sure}, {perhaps}, {default} = [], [], None")

        def look(member: Member) -> None:
            value = write(to, tree.args[0])
            to.line(f"({sure} if {member.sure} else {perhaps}).append({value})")

        Loop(to, tree, write, "").each(look)
        with to.block(f"if not {sure}:"):
            to.line(f"{default} = {write(to, tree.args[3])}")
        return f"furthest({largest}, {sure}, {perhaps}, {default})"

    return write_it


WRITE_LOOP: dict[str, Callable[[Writer, Expr, Write], str]] = {
    "sum": _sum,
    "count": _count,
    "any": _any,
    "all": _all,
    "least_of": _extreme(False),
    "greatest_of": _extreme(True),
}
