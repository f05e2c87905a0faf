"""What may happen to a petition, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class State(StrEnum):
    DRAFT = "draft"
    SPONSORS = "sponsors"
    MODERATION = "moderation"
    REFUSED = "refused"
    OPEN = "open"
    CLOSED = "closed"
    MERGED = "merged"
    AWAITING = "awaiting"
    ANSWERED = "answered"
    PROMISED = "promised"
    DELIVERED = "delivered"
    WITHDRAWN = "withdrawn"
    HIDDEN = "hidden"


S = State
# A refusal can be looked at a second time, a merge undone, a promise corrected. `awaiting` has
# reached its threshold and waits for the city; signing goes on there until the petition closes.
# `hidden` is for emergencies: words that harm somebody go at once, and people judge afterward.
MOVES: dict[State, frozenset[State]] = {
    S.DRAFT: frozenset({S.SPONSORS, S.WITHDRAWN}),
    S.SPONSORS: frozenset({S.MODERATION, S.WITHDRAWN, S.CLOSED}),
    S.MODERATION: frozenset({S.OPEN, S.REFUSED, S.WITHDRAWN, S.MERGED, S.HIDDEN}),
    S.REFUSED: frozenset({S.MODERATION, S.OPEN, S.HIDDEN}),
    S.OPEN: frozenset({S.AWAITING, S.CLOSED, S.MERGED, S.WITHDRAWN, S.ANSWERED, S.HIDDEN}),
    S.MERGED: frozenset({S.MODERATION, S.OPEN, S.AWAITING, S.CLOSED}),
    S.AWAITING: frozenset({S.ANSWERED, S.MERGED, S.HIDDEN}),
    S.CLOSED: frozenset({S.ANSWERED, S.HIDDEN}),
    S.ANSWERED: frozenset({S.PROMISED, S.DELIVERED, S.HIDDEN}),
    S.PROMISED: frozenset({S.DELIVERED, S.ANSWERED, S.HIDDEN}),
    S.DELIVERED: frozenset({S.PROMISED, S.HIDDEN}),
    S.WITHDRAWN: frozenset(),
}
# Where a petition can be hidden, and so come back to.
CAN_HIDE = frozenset(state for state, moves in MOVES.items() if S.HIDDEN in moves)
MOVES[S.HIDDEN] = CAN_HIDE
# States left only for the one the petition came from.
ASIDE = frozenset({S.MERGED, S.HIDDEN})


class IllegalMove(ValueError):
    def __init__(self, state: State, to: State) -> None:
        super().__init__(f"A petition that is {state} cannot become {to}.")
        self.state, self.to = state, to


@dataclass(frozen=True, slots=True)
class Petition:
    """Where a petition stands. `revision` grows with each move: whoever moves it names the one
    they saw."""

    state: State = State.DRAFT
    revision: int = 0
    before: State | None = None

    def move(self, to: State) -> Petition:
        """Raises IllegalMove. Merged or hidden, a petition goes back to where it was."""
        if to not in MOVES[self.state]:
            raise IllegalMove(self.state, to)
        if self.state in ASIDE and to is not self.before:
            raise IllegalMove(self.state, to)
        before = self.state if to in ASIDE else None
        return replace(self, state=to, revision=self.revision + 1, before=before)


def next_on_count(state: State, sponsors: int, signatures: int, needs: tuple[int, int]) -> State:
    """Where the counts take a petition: (sponsors needed, threshold). Never back: a threshold once
    reached stays reached when signatures are withdrawn."""
    if state is State.SPONSORS and sponsors >= needs[0]:
        return State.MODERATION
    if state is State.OPEN and signatures >= needs[1]:
        return State.AWAITING
    return state
