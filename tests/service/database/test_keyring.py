"""The sealed format never changes, and a sealed value is good in one place only."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from service.security.blind_index import (
    blind_index,
    blind_indexes,
    normal_mail,
    normal_name,
    normal_phone,
)
from service.security.keyring import Keyring, SealBroken

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
ROW = UUID("01a20138-8529-71cd-a75a-54a5170f8bc0")
FIRST_RELEASE = (
    "011de0b0812c1d48ad433ef64ff8e9362abb982bf2609396a82ebc95f10bf3d9590f7dc6a465909a0ab1"
)
PLACE: dict[str, Any] = {"table": "applications", "column": "draft", "row_id": ROW}


def hkdf(secret: bytes, purpose: str) -> bytes:
    """RFC 5869 with SHA-256, no salt, one block: written out so that the library is not its own
    judge."""
    extracted = hmac.new(bytes(32), secret, hashlib.sha256).digest()
    label = f"threshold/1/{purpose}".encode()
    return hmac.new(extracted, label + b"\x01", hashlib.sha256).digest()


def test_a_sealed_value_is_laid_out_as_the_format_says() -> None:
    sealed = Keyring((OLD,)).seal(b"hello", **PLACE)
    key = hkdf(OLD, "field")
    key_id = hashlib.sha256(key).digest()[:4]
    assert sealed[0] == 1
    assert sealed[1:5] == key_id
    bound_to = f"applications|draft|{ROW}|{key_id.hex()}".encode()
    assert AESGCM(key).decrypt(sealed[5:17], sealed[17:], bound_to) == b"hello"
    assert len(sealed) == 1 + 4 + 12 + len(b"hello") + 16


def test_a_value_sealed_by_the_first_release_still_opens() -> None:
    """Made once and kept: if this fails, stored answers of residents no longer open."""
    sealed = bytes.fromhex(FIRST_RELEASE)
    assert Keyring((NEW, OLD)).open(sealed, **PLACE) == "Ana Díaz".encode()


@pytest.mark.parametrize(
    "elsewhere",
    [{"table": "referrals"}, {"column": "contact"}, {"row_id": UUID(int=ROW.int + 1)}],
)
def test_a_value_moved_to_another_place_does_not_open(elsewhere: dict[str, object]) -> None:
    ring = Keyring((OLD,))
    sealed = ring.seal(b"hello", **PLACE)
    with pytest.raises(SealBroken):
        ring.open(sealed, **{**PLACE, **elsewhere})


@given(st.integers(0, 37), st.integers(0, 7))
def test_a_value_with_any_bit_changed_does_not_open(place: int, bit: int) -> None:
    ring = Keyring((OLD,))
    sealed = bytearray(ring.seal(b"hello", **PLACE))
    sealed[place] ^= 1 << bit
    with pytest.raises(SealBroken):
        ring.open(bytes(sealed), **PLACE)


@pytest.mark.parametrize("junk", [b"", b"\x01", bytes(33), b"\x02" + bytes(60)])
def test_what_was_never_sealed_does_not_open(junk: bytes) -> None:
    with pytest.raises(SealBroken):
        Keyring((OLD,)).open(junk, **PLACE)


def test_the_newest_key_seals_and_every_key_opens() -> None:
    sealed = Keyring((OLD,)).seal(b"hello", **PLACE)
    ring = Keyring((NEW, OLD))
    assert ring.open(sealed, **PLACE) == b"hello"
    assert ring.seal(b"hello", **PLACE)[1:5] == ring.newest_id != sealed[1:5]
    with pytest.raises(SealBroken, match="key is not in the ring"):
        Keyring((NEW,)).open(sealed, **PLACE)


def test_the_same_words_never_seal_to_the_same_bytes() -> None:
    ring = Keyring((OLD,))
    assert len({ring.seal(b"hello", **PLACE) for _ in range(1000)}) == 1000


def test_an_error_says_where_and_never_what() -> None:
    with pytest.raises(SealBroken) as caught:
        Keyring((OLD,)).open(b"\x01secret words of somebody's answer", **PLACE)
    assert "secret" not in str(caught.value)
    assert str(ROW) in str(caught.value)


def test_keys_for_two_purposes_have_nothing_in_common() -> None:
    ring = Keyring((OLD,))
    purposes = ("field", "backup", "index/mail", "index/phone")
    assert len({ring.derive(purpose)[0] for purpose in purposes}) == 4
    assert ring.derive("index/mail")[0] == hkdf(OLD, "index/mail")


def test_a_blind_index_is_found_under_every_key_of_the_ring() -> None:
    stored = blind_index(Keyring((OLD,)), "mail", "ana@example.org")
    assert len(stored) == 32
    assert stored == hmac.digest(hkdf(OLD, "index/mail"), b"ana@example.org", "sha256")[:16].hex()
    both = blind_indexes(Keyring((NEW, OLD)), "mail", "ana@example.org")
    assert stored == both[1] != both[0]


def test_words_that_mean_the_same_have_one_index() -> None:
    assert normal_mail(" Ana@Example.ORG ") == "ana@example.org"
    assert normal_phone("+1 (206) 555-0199") == normal_phone("206.555.0199") == "2065550199"
    assert normal_name("  DÍAZ  Ana ") == normal_name("Diaz ana") == "diaz ana"


def test_the_ring_says_nothing_of_its_keys() -> None:
    assert OLD.hex() not in repr(Keyring((OLD,)))
    assert repr(Keyring((OLD,))) == "Keyring(1 keys)"
