"""The states of a petition, and the clock of the city's answer."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petitions.petition import MOVES, IllegalMove, Petition, State, next_on_count
from petitions.response import Clock, Owed, Story, response_clock


def test_the_table_knows_every_state_and_leads_to_none_that_it_does_not() -> None:
    assert set(MOVES) == set(State)
    reachable = {State.DRAFT}
    while True:
        more = {to for state in reachable for to in MOVES[state]} | reachable
        if more == reachable:
            break
        reachable = more
    assert reachable == set(State)


@given(st.lists(st.sampled_from(State), max_size=20))
def test_nothing_opens_without_moderation(wishes: list[State]) -> None:
    petition, seen = Petition(), [State.DRAFT]
    for to in wishes:
        try:
            petition = petition.move(to)
        except IllegalMove:
            continue
        seen.append(to)
        if to is State.OPEN:
            assert State.MODERATION in seen
    assert petition.revision == len(seen) - 1


def test_a_withdrawn_petition_never_moves_again() -> None:
    for to in State:
        with pytest.raises(IllegalMove):
            Petition(State.WITHDRAWN).move(to)


@pytest.mark.parametrize("before", [State.OPEN, State.MODERATION, State.AWAITING])
def test_an_undone_merge_leads_back_to_where_the_petition_was(before: State) -> None:
    merged = Petition(before).move(State.MERGED)
    for to in MOVES[State.MERGED] - {before}:
        with pytest.raises(IllegalMove):
            merged.move(to)
    back = merged.move(before)
    assert (back.state, back.before, back.revision) == (before, None, 2)


def test_what_was_hidden_comes_back_to_where_it_was_and_nowhere_else() -> None:
    hidden = Petition(State.AWAITING).move(State.HIDDEN)
    with pytest.raises(IllegalMove):
        hidden.move(State.OPEN)
    assert hidden.move(State.AWAITING).state is State.AWAITING
    with pytest.raises(IllegalMove):
        Petition(State.MERGED, before=State.OPEN).move(State.HIDDEN)


@pytest.mark.parametrize(
    ("state", "sponsors", "signatures", "then"),
    [
        (State.SPONSORS, 4, 0, State.SPONSORS),
        (State.SPONSORS, 5, 0, State.MODERATION),
        (State.OPEN, 5, 99, State.OPEN),
        (State.OPEN, 5, 100, State.AWAITING),
        (State.AWAITING, 5, 99, State.AWAITING),
        (State.CLOSED, 5, 200, State.CLOSED),
    ],
)
def test_counts_move_a_petition_on_and_never_back(
    state: State, sponsors: int, signatures: int, then: State
) -> None:
    assert next_on_count(state, sponsors, signatures, (5, 100)) == then


REACHED = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("story", "today", "clock"),
    [
        (Story(), REACHED, Clock(Owed.NOTHING)),
        (Story(REACHED), date(2026, 12, 2), Clock(Owed.ANSWER, date(2026, 12, 2), 0)),
        (Story(REACHED), date(2026, 12, 3), Clock(Owed.ANSWER, date(2026, 12, 2), -1)),
        (Story(REACHED, answered=REACHED), date(2027, 1, 1), Clock(Owed.NOTHING)),
        (
            Story(REACHED, REACHED, promised_for=date(2027, 3, 1)),
            date(2027, 3, 2),
            Clock(Owed.DELIVERY, date(2027, 3, 1), -1),
        ),
        (
            Story(REACHED, REACHED, date(2027, 3, 1), delivered=date(2027, 4, 1)),
            date(2027, 5, 1),
            Clock(Owed.NOTHING),
        ),
    ],
)
def test_the_clock_says_what_is_owed_and_when_it_is_late(
    story: Story, today: date, clock: Clock
) -> None:
    found = response_clock(story, today, answer_days=30)
    assert found == clock
    assert found.late == (clock.days is not None and clock.days < 0)
