"""Two of three trustees put a key together; one knows nothing."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petitions.protocol import shares
from petitions.protocol.canonical import NotWhatItSays
from petitions.protocol.shares import Share, join, split


def test_the_field_is_that_of_aes() -> None:
    """FIPS 197 section 4.2: {57} times {83} is {c1}; {53} and {ca} are inverse."""
    assert shares._times(0x57, 0x83) == 0xC1
    assert shares._inverse(0x53) == 0xCA


def test_a_split_with_known_dice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Share x is secret + x * dice: 42 + 1·53, 42 + 2·53, 42 + 3·53 in the field."""
    monkeypatch.setattr(shares, "token_bytes", lambda size: b"\x53" * size)
    assert [one.value.hex() for one in split(b"\x42", "00000000")] == ["11", "e4", "b7"]


@given(st.binary(min_size=1, max_size=4), st.integers(2, 4), st.integers(0, 3))
def test_any_so_many_join_and_fewer_do_not(secret: bytes, needed: int, more: int) -> None:
    parts = split(secret, "0123abcd", needed=needed, of=needed + more)
    for some in combinations(parts, needed):
        assert join(some) == secret
    assert join(parts) == secret
    with pytest.raises(NotWhatItSays):
        join(parts[: needed - 1])


def test_one_share_fits_every_secret() -> None:
    """For share 1 of some secret there is, for each other secret, a share 2 that joins to it."""
    one = split(b"\x42", "00000000")[0]
    joined = {join([one, Share(2, 2, "00000000", bytes([byte]))]) for byte in range(256)}
    assert len(joined) == 256


def test_a_share_is_typed_in_and_a_slip_is_noticed() -> None:
    one = split(b"k" * 32, "0123abcd")[0]
    assert Share.parse(f" {str(one).upper()}\n") == one
    text = str(one)
    for at in range(len("threshold-share:1:2:"), len(text)):
        wrong = text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :]
        with pytest.raises(NotWhatItSays):
            Share.parse(wrong)


def test_shares_of_two_keys_do_not_join() -> None:
    with pytest.raises(NotWhatItSays):
        join([split(b"a", "0123abcd")[0], split(b"a", "0123abce")[1]])
