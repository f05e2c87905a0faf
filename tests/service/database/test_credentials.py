"""References, secrets, tokens and passwords."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest
from argon2 import extract_parameters
from hypothesis import given
from hypothesis import strategies as st

from service.security.keyring import Keyring
from service.security.passwords import AT_ONCE, OWASP, Passwords
from service.security.references import (
    ALPHABET,
    new_reference,
    new_secret,
    parse_reference,
    parse_secret,
    show_reference,
    show_secret,
)
from service.security.tokens import new_token, token_hash
from tests.support.databases import TEST_KEY

ROW = uuid4()


def test_a_reference_is_read_back_however_it_was_typed() -> None:
    reference = new_reference()
    shown = show_reference(reference, "SEA")
    assert len(shown) == len("SEA-7K4M-2QX9C")
    for typed in (shown, reference, shown.lower(), shown.replace("-", " "), f"  {reference} "):
        assert parse_reference(typed, "SEA") == reference


def test_letters_that_look_like_figures_are_taken_for_them() -> None:
    assert parse_reference("OOOO-OOOO-O") == parse_reference("000000000") == "000000000"
    assert parse_reference("iIlL-1111-" + "X") is None


@given(st.integers(0, 8), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(place: int, letter: str) -> None:
    reference = new_reference()
    typed = reference[:place] + letter + reference[place + 1 :]
    assert parse_reference(typed) == (reference if typed == reference else None)


@given(st.integers(0, 7))
def test_two_swapped_neighbours_are_always_noticed(place: int) -> None:
    reference = new_reference()
    a, b = reference[place : place + 2]
    typed = reference[:place] + b + a + reference[place + 2 :]
    assert parse_reference(typed) == (reference if a == b else None)


@given(st.text(max_size=100))
def test_nothing_typed_breaks_the_readers(typed: str) -> None:
    for read in (parse_reference, parse_secret):
        assert read(typed) is None or read(typed) == read(typed)


def test_a_secret_is_sixteen_digits_in_fours_and_any_script_s_figures_do() -> None:
    secret = new_secret()
    assert len(show_secret(secret)) == 19
    arabic = "".join(chr(0x0660 + int(digit)) for digit in secret)
    for typed in (secret, show_secret(secret), show_secret(secret).replace(" ", "-"), arabic):
        assert parse_secret(typed) == secret
    assert parse_secret(secret[:-1]) is None
    assert parse_secret(secret[:-1] + "x") is None


def test_tokens_are_long_random_and_kept_as_a_hash() -> None:
    token = new_token()
    assert len(token) >= 43
    assert token != new_token()
    assert len(token_hash(token)) == 64
    assert token_hash("\ud800") != token_hash("")


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(Keyring((TEST_KEY,)))


async def a_hash(passwords: Passwords, row: UUID = ROW) -> str:
    return await passwords.hash(
        "1234567890123456", table="applications", column="secret_hash", row_id=row
    )


async def check(passwords: Passwords, stored: str | None, text: str, row: UUID | None) -> bool:
    return await passwords.verify(
        stored, text, table="applications", column="secret_hash", row_id=row
    )


async def test_a_password_is_known_in_its_own_row_only(passwords: Passwords) -> None:
    stored = await a_hash(passwords)
    assert len(stored) <= 255
    assert "argon2" not in stored
    assert await check(passwords, stored, "1234567890123456", ROW)
    assert not await check(passwords, stored, "1234567890123457", ROW)
    assert not await check(passwords, stored, "1234567890123456", uuid4())
    assert not await check(passwords, "not ours", "1234567890123456", ROW)


async def test_nobody_s_password_costs_as_much_and_is_never_right(passwords: Passwords) -> None:
    assert not await check(passwords, None, "nobody's", None)
    ours = extract_parameters(passwords._hasher.hash("x"))
    assert ours == extract_parameters(OWASP.nobody)
    assert (ours.memory_cost, ours.time_cost, ours.parallelism) == (19 * 1024, 2, 1)


async def test_at_most_two_are_worked_on_at_once(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    at_work, most, lock = 0, 0, threading.Lock()
    matches = Passwords._matches

    def counted(self: Passwords, known: str, text: str) -> bool:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        try:
            return matches(self, known, text)
        finally:
            with lock:
                at_work -= 1

    monkeypatch.setattr(Passwords, "_matches", counted)
    await asyncio.gather(*(check(passwords, None, "x", None) for _ in range(8)))
    assert most == AT_ONCE
