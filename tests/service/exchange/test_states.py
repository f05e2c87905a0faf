"""The referral's table of moves, held to what the contract says."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.referrals.states import FINAL, MOVES, OUTCOMES, IllegalMove, State, move, sources_of

STATES = st.sampled_from(list(State))


@pytest.mark.parametrize("outcome", sorted(OUTCOMES))
@pytest.mark.parametrize("state", ["acknowledged", "in_review", "information_requested"])
def test_any_outcome_may_follow_while_an_agency_works_on_a_case(state: str, outcome: State) -> None:
    assert move(State(state), outcome) is outcome


def test_a_lease_that_ends_gives_the_referral_back_to_the_queue() -> None:
    assert move(State.OFFERED, State.QUEUED) is State.QUEUED


def test_nothing_is_decided_before_it_is_acknowledged() -> None:
    for outcome in OUTCOMES:
        for early in (State.QUEUED, State.OFFERED):
            with pytest.raises(IllegalMove):
                move(early, outcome)


def test_a_waiting_list_ends_in_yes_or_no() -> None:
    assert MOVES[State.WAITLISTED] == {State.APPROVED, State.DENIED, State.WITHDRAWN}


def test_every_open_state_may_be_withdrawn_and_nothing_follows() -> None:
    for state in State:
        if state in FINAL:
            with pytest.raises(IllegalMove):
                move(state, State.WITHDRAWN)
        else:
            assert move(state, State.WITHDRAWN) is State.WITHDRAWN
    assert MOVES[State.WITHDRAWN] == frozenset()


@given(st.lists(STATES, max_size=12))
def test_a_decision_is_only_reopened_never_silently_changed(wishes: list[State]) -> None:
    """Whatever is asked in whatever order, a yes or no is followed by reopened or nothing."""
    state, path = State.QUEUED, [State.QUEUED]
    for wish in wishes:
        if wish in MOVES[state]:
            state = move(state, wish)
            path.append(state)
    for before, after in itertools.pairwise(path):
        assert before not in (State.APPROVED, State.DENIED) or after is State.REOPENED


@given(STATES, STATES)
def test_the_guard_of_an_update_is_the_table_read_backwards(state: State, to: State) -> None:
    assert (state in sources_of(to)) == (to in MOVES[state])
