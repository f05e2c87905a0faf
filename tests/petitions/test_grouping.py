"""Which free answers say much the same: found by pieces of words, or by a model a city installs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from petitions import meaning
from petitions.grouping import Rows, assign, suggest

BENCHES = ["Benches at the bus stops", "More benches, please", "Bus stops need benches to sit"]
LAMPS = ["Street lamps by the lake", "It is dark: lamps by the lake", "Broken street lamps"]
ANSWERS = [*BENCHES, *LAMPS]


def groups_of(found: Sequence[int]) -> set[frozenset[int]]:
    return {frozenset(at for at, one in enumerate(found) if one == group) for group in set(found)}


def test_answers_in_like_words_come_together_whatever_their_order() -> None:
    assert groups_of(suggest(ANSWERS, 2).group) == {frozenset({0, 1, 2}), frozenset({3, 4, 5})}
    back = suggest(ANSWERS[::-1], 2).group
    assert groups_of(back) == {frozenset({0, 1, 2}), frozenset({3, 4, 5})}


def test_the_same_answers_give_the_same_groups_each_time() -> None:
    assert suggest(ANSWERS, 3) == suggest(ANSWERS, 3)


def test_the_most_typical_of_a_group_comes_first() -> None:
    found = suggest([*BENCHES, BENCHES[0], *LAMPS], 2)
    first = found.members(found.group[0])
    assert found.nearness[first[0]] == max(found.nearness[at] for at in first)


@pytest.mark.parametrize("texts", [[], [""], ["", "  ", "?!"], ["One answer alone"]])
def test_few_or_empty_answers_are_no_trouble(texts: list[str]) -> None:
    assert len(suggest(texts, 12).group) == len(texts)


def test_new_answers_go_to_the_theme_that_people_made() -> None:
    found = assign(["A bench for the stop", "No lamps on the path"], [BENCHES, LAMPS])
    assert found.group == (0, 1)
    assert assign([], [BENCHES]).group == ()


def test_another_reading_of_the_texts_takes_the_place_of_ours() -> None:
    """As a model does that knows two languages."""
    lamps = ("lamp", "farola")

    def by_meaning(texts: Sequence[str]) -> Rows:
        said = [any(word in text.lower() for word in lamps) for text in texts]
        return np.array([[1.0, 0.0] if one else [0.0, 1.0] for one in said], np.float32)

    answers = ["Farolas junto al lago", *LAMPS, "Bancos en las paradas", *BENCHES]
    assert groups_of(suggest(answers, 2, by_meaning).group) == {
        frozenset({0, 1, 2, 3}),
        frozenset({4, 5, 6, 7}),
    }
    assert assign(["Farolas"], [BENCHES, LAMPS], by_meaning).group == (1,)


def test_without_the_model_or_with_too_many_answers_our_own_way_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(meaning, "find_spec", lambda _name: None)
    assert meaning.reader(10) is None
    monkeypatch.setattr(meaning, "find_spec", lambda _name: object())
    assert meaning.reader(10) is meaning.read
    assert meaning.reader(meaning.MOST + 1) is None
