"""Standard Webhooks, held to the published vector, RFC 8032, and a corpus of broken headers."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.referrals.webhooks import (
    BadKey,
    NotGenuine,
    PrivateKey,
    parse_signer,
    parse_verifier,
    sign,
    verify,
)

# The vector of the Standard Webhooks reference libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

# RFC 8032, 7.1, test 1.
SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")


def key(prefix: str, raw: bytes) -> str:
    return prefix + "_" + base64.b64encode(raw).decode("ascii")


def signed(**changes: str) -> dict[str, str]:
    return {**sign(MESSAGE, AT, BODY, [parse_signer(SECRET)]), **changes}


def test_the_published_vector_is_signed_as_published() -> None:
    assert signed() == {
        "webhook-id": MESSAGE,
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNATURE,
    }


def test_an_attempt_in_another_zone_signs_the_same_instant() -> None:
    pacific = AT.astimezone(timezone(timedelta(hours=-8)))
    assert sign(MESSAGE, pacific, BODY, [parse_signer(SECRET)]) == signed()


def test_the_ed25519_pair_of_rfc_8032_signs_and_is_checked_by_its_public_half() -> None:
    private = parse_signer(key("whsk", SEED))
    assert isinstance(private, PrivateKey)
    assert private.public() == key("whpk", PUBLIC)
    assert private.sign(b"").hex().startswith("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974")
    headers = sign(MESSAGE, AT, BODY, [private])
    assert headers["webhook-signature"].startswith("v1a,")
    assert verify(headers, BODY, [parse_verifier(private.public())], AT) == MESSAGE


def test_old_and_new_key_overlap_so_a_change_loses_nothing() -> None:
    both = [parse_signer(key("whsk", SEED)), parse_signer(SECRET)]
    headers = sign(MESSAGE, AT, BODY, both)
    assert verify(headers, BODY, [parse_verifier(SECRET)], AT) == MESSAGE
    assert verify(headers, BODY, [parse_verifier(key("whpk", PUBLIC))], AT) == MESSAGE


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_five_minutes_either_way_are_tolerated(seconds: int) -> None:
    now = AT + timedelta(seconds=seconds)
    assert verify(signed(), BODY, [parse_verifier(SECRET)], now) == MESSAGE


@pytest.mark.parametrize("seconds", [-301, 301])
def test_an_older_or_newer_message_is_not_genuine(seconds: int) -> None:
    with pytest.raises(NotGenuine):
        verify(signed(), BODY, [parse_verifier(SECRET)], AT + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook-id": "msg_other"},
        {"webhook-id": "\ud800"},
        {"webhook-timestamp": "1_614_265_330"},
        {"webhook-timestamp": "１６１４２６５３３０"},
        {"webhook-timestamp": "NaN"},
        {"webhook-timestamp": "9" * 400},
        {"webhook-timestamp": "-1"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,%%%"},
        {"webhook-signature": "v1,é"},
        {"webhook-signature": "v1,a,b,c"},
        {"webhook-signature": SIGNATURE.replace("v1,", "v1a,")},
        {"webhook-signature": SIGNATURE.replace("v1,", "v2,")},
    ],
)
def test_a_broken_header_is_not_genuine_and_nothing_else(changes: dict[str, str]) -> None:
    verifiers = [parse_verifier(SECRET), parse_verifier(key("whpk", PUBLIC))]
    with pytest.raises(NotGenuine):
        verify(signed(**changes), BODY, verifiers, AT)


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_not_genuine(missing: str) -> None:
    headers = {name: value for name, value in signed().items() if name != missing}
    with pytest.raises(NotGenuine):
        verify(headers, BODY, [parse_verifier(SECRET)], AT)


@given(st.binary(max_size=64), st.dictionaries(st.text(max_size=20), st.text(max_size=60)))
def test_no_bytes_and_no_headers_raise_anything_but_not_genuine(
    body: bytes, extra: dict[str, str]
) -> None:
    headers = {**signed(), "webhook-signature": " ".join(extra.values()), **extra}
    with pytest.raises(NotGenuine):
        verify(headers, body, [parse_verifier(SECRET)], AT)


@given(st.binary(max_size=200), st.text(min_size=1, max_size=30))
def test_what_is_signed_is_genuine_and_one_changed_byte_is_not(body: bytes, name: str) -> None:
    name = name.encode("utf-8", "ignore").decode() or "msg"
    headers = sign(name, AT, body, [parse_signer(SECRET)])
    assert verify(headers, body, [parse_verifier(SECRET)], AT) == name
    with pytest.raises(NotGenuine):
        verify(headers, body + b"x", [parse_verifier(SECRET)], AT)


@pytest.mark.parametrize(
    "text",
    ["", "whsec_", "whsec_%%", "secret", key("whsec", b"short"), key("whsk", SEED + b"x"), "é_é"],
)
def test_a_key_that_is_not_what_it_says_is_refused(text: str) -> None:
    for parse in (parse_signer, parse_verifier):
        with pytest.raises(BadKey):
            parse(text)
