"""What may happen to a referral, and nothing else: the table is the documentation."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a referral stands. Delivery of hints, mail and files is the outbox row's own matter."""

    QUEUED = "queued"
    OFFERED = "offered"
    ACKNOWLEDGED = "acknowledged"
    IN_REVIEW = "in_review"
    INFORMATION_REQUESTED = "information_requested"
    APPROVED = "approved"
    DENIED = "denied"
    WAITLISTED = "waitlisted"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"


class IllegalMove(Exception):
    """A move that the table does not hold."""

    def __init__(self, state: State, to: State) -> None:
        super().__init__(f"a referral cannot move from {state} to {to}")
        self.state = state
        self.to = to


OUTCOMES = frozenset({State.APPROVED, State.DENIED, State.WAITLISTED})
FINAL = frozenset({State.APPROVED, State.DENIED, State.WITHDRAWN})
OPEN = frozenset(State) - FINAL

MOVES: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.OFFERED, State.WITHDRAWN}),
    # A lease that ends gives its referrals back to the queue.
    State.OFFERED: frozenset({State.ACKNOWLEDGED, State.QUEUED, State.WITHDRAWN}),
    State.ACKNOWLEDGED: frozenset({State.IN_REVIEW, State.WITHDRAWN}) | OUTCOMES,
    State.IN_REVIEW: frozenset({State.INFORMATION_REQUESTED, State.WITHDRAWN}) | OUTCOMES,
    State.INFORMATION_REQUESTED: frozenset({State.IN_REVIEW, State.WITHDRAWN}) | OUTCOMES,
    State.WAITLISTED: frozenset({State.APPROVED, State.DENIED, State.WITHDRAWN}),
    State.APPROVED: frozenset({State.REOPENED}),
    State.DENIED: frozenset({State.REOPENED}),
    State.REOPENED: frozenset({State.IN_REVIEW, State.WITHDRAWN}),
    State.WITHDRAWN: frozenset(),
}


def move(state: State, to: State) -> State:
    """The state after a move; IllegalMove when the table does not allow it."""
    if to not in MOVES[state]:
        raise IllegalMove(state, to)
    return to


def sources_of(to: State) -> tuple[State, ...]:
    """Every state from which a referral may come to `to`: the guard of one update statement."""
    return tuple(state for state in State if to in MOVES[state])
