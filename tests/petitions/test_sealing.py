"""Seals, receipts and the frozen rule."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from petitions.protocol.canonical import NotWhatItSays, canonical
from petitions.protocol.choices import read_choice, write_choice
from petitions.protocol.pairs import shown_pair
from petitions.protocol.sealing import leaf, receipt, seal, unseal
from petitions.protocol.spec import METHODS, VoteSpec
from tests.petitions.voting import SERVER, TRUSTEES, a_spec

SPEC = a_spec()


def test_the_trustees_read_what_was_sealed() -> None:
    ballot = write_choice(["b", "a"], SPEC)
    assert unseal(seal(ballot, SPEC), TRUSTEES, SPEC) == ballot


def test_the_same_ballot_looks_different_each_time_and_all_are_of_one_length() -> None:
    choices = [[], ["a"], ["d", "c", "b", "a"]]
    sealed = [seal(write_choice(one, SPEC), SPEC) for one in choices * 2]
    assert len(set(sealed)) == 6
    assert len({len(one) for one in sealed}) == 1


@pytest.mark.parametrize("method", METHODS)
def test_every_ballot_of_a_vote_has_room(method: str) -> None:
    spec = replace(a_spec(method), rank_depth=3 if method == "pairwise" else 0)
    full: list[object] = [option.id for option in spec.options]
    if method == "single":
        full = full[:1]
    elif method == "score":
        full = [[one, 5] for one in full]
    elif method == "pairwise":
        run = [shown_pair(spec, 2, at) for at in range(3)]
        full = [*sorted([spec.options[one].id for one in pair] for pair in run)]
    assert unseal(seal(write_choice(full, spec), spec), TRUSTEES, spec)


@pytest.mark.parametrize(
    "other",
    [
        replace(SPEC, vote="7d0d"),
        replace(SPEC, question="Which corner loses its crossing?"),
        replace(SPEC, trustee_key=SPEC.signing_key),
    ],
)
def test_a_seal_opens_for_its_own_vote_and_rule_only(other: VoteSpec) -> None:
    sealed = seal(write_choice(["a"], SPEC), SPEC)
    with pytest.raises(NotWhatItSays):
        unseal(sealed, TRUSTEES, other)


def test_no_byte_of_a_seal_can_change_and_no_other_key_opens_it() -> None:
    sealed = seal(write_choice(["a"], SPEC), SPEC)
    for at in range(len(sealed)):
        with pytest.raises(NotWhatItSays):
            unseal(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :], TRUSTEES, SPEC)
    with pytest.raises(NotWhatItSays):
        unseal(sealed, X25519PrivateKey.generate(), SPEC)
    with pytest.raises(NotWhatItSays):
        unseal(b"", TRUSTEES, SPEC)


def test_a_receipt_holds_for_its_ballot_and_day() -> None:
    sealed = seal(write_choice(["a"], SPEC), SPEC)
    slip = receipt(sealed, SPEC.vote, "2026-11-03", SERVER)
    assert slip.leaf == leaf(sealed)
    assert slip.holds(SPEC)
    assert not replace(slip, day="2026-11-04").holds(SPEC)
    assert not replace(slip, leaf=leaf(b"other")).holds(SPEC)
    assert not replace(slip, signature="00").holds(SPEC)
    assert not slip.holds(replace(SPEC, vote="7d0d"))


def test_the_rule_s_hash_is_that_of_its_bytes_and_every_word_counts() -> None:
    assert VoteSpec.parse(SPEC.text()) == SPEC
    assert SPEC.hash != replace(SPEC, seats=2).hash
    with pytest.raises(NotWhatItSays):
        VoteSpec.parse(SPEC.text().replace(b":", b": ", 1))
    with pytest.raises(NotWhatItSays):
        VoteSpec.parse(b'{"vote": 1}')


@pytest.mark.parametrize(
    ("method", "choice"),
    [
        ("single", ["a", "b"]),
        ("single", ["x"]),
        ("single", "a"),
        ("approval", ["b", "a"]),
        ("irv", ["a", "a"]),
        ("score", [["a", 6]]),
        ("score", [["a", True], ["a", 1]]),
        ("score", [["a", 1], ["a", 2]]),
        ("pairwise", [["a", "a"]]),
        ("pairwise", [["a", "b"], ["b", "a"]]),
    ],
)
def test_a_choice_that_the_vote_does_not_offer_is_refused(method: str, choice: object) -> None:
    with pytest.raises(NotWhatItSays):
        write_choice(choice, a_spec(method))


def test_a_ballot_is_written_in_one_way() -> None:
    """Two ways to write one choice would be a mark by which a bought voter shows obedience."""
    assert read_choice(canonical({"choice": ["b", "a"]}), SPEC) == (1, 0)
    for other in (b'{"choice": ["b","a"]}', b'{"choice":["b","a"],"x":1}', b"[", b"3"):
        with pytest.raises(NotWhatItSays):
            read_choice(other, SPEC)


@pytest.mark.parametrize(
    ("method", "choice"),
    [("score", [["b", 1], ["a", 2]]), ("pairwise", [["b", "a"], ["a", "c"]])],
)
def test_nobody_marks_a_ballot_by_the_order_of_its_answers(
    method: str, choice: list[list[object]]
) -> None:
    spec = replace(a_spec(method), rank_depth=0)
    write_choice(sorted(choice, key=str), spec)
    with pytest.raises(NotWhatItSays):
        write_choice(choice, spec)
