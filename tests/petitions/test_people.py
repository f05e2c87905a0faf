"""Twenty spellings of one contact are one person; two contacts are two."""

from __future__ import annotations

import pytest

from petitions.people.contacts import NotAContact, canonical_mail, canonical_phone
from petitions.people.person import person_id, roll_key, slot_key

SPELLINGS = [
    "annlee@gmail.com",
    "AnnLee@Gmail.com",
    " annlee@gmail.com ",
    "ann.lee@gmail.com",
    "a.n.n.l.e.e@gmail.com",
    "annlee+news@gmail.com",
    "ann.lee+a+b@gmail.com",
    "annlee@googlemail.com",
    "Ann.Lee@GOOGLEMAIL.COM",
    "annlee@gmail.com.",
    '"annlee"@gmail.com',
    '"ann.lee"@gmail.com',
    "ａｎｎｌｅｅ@gmail.com",  # wide letters
    "аnnlее@gmail.com",  # Cyrillic а and е
    "annlee@gmаil.com",  # Cyrillic а in the domain
    "annlee@xn--gmil-63d.com",  # the same domain as the name system writes it
    "annlee@gmail。com",  # an ideographic full stop
    "ann\u200blee@gmail.com",  # a space of no width
    "𝒂𝒏𝒏𝒍𝒆𝒆@gmail.com",  # mathematical letters
    "ANN\u00adLEE+x@gmail.com",  # a soft hyphen
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_one_mail_box_has_one_form(spelling: str) -> None:
    assert canonical_mail(spelling) == "annlee@gmail.com"


@pytest.mark.parametrize(
    ("spelling", "form"),
    [
        ("ann.lee+x@example.org", "ann.lee@example.org"),
        ("annlee@example.org", "annlee@example.org"),
        ("ann-lee_x@protonmail.com", "annleex@proton.me"),
        ("annlee@pm.me", "annlee@proton.me"),
        ("ann-list@yahoo.com", "ann@yahoo.com"),
        ("ann@mac.com", "ann@icloud.com"),
        ("list@ann.fastmail.com", "ann@fastmail.com"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"),
        ("ann@BÜCHER.example", "ann@xn--bcher-kva.example"),
        ("straße@example.org", "strasse@example.org"),
        ("+tag@example.org", "+tag@example.org"),
    ],
)
def test_each_provider_has_its_own_rules(spelling: str, form: str) -> None:
    assert canonical_mail(spelling) == form


def test_different_boxes_stay_different() -> None:
    boxes = ["ann@example.org", "ann.lee@example.org", "annlee@example.org", "ann@example.com"]
    boxes += ["ann@mail.example.org", "anne@example.org", "ann1@example.org", "annl@example.org"]
    assert len({canonical_mail(box) for box in boxes}) == len(boxes)


@pytest.mark.parametrize(
    "text", ["", "ann", "@example.org", "ann@", "ann@example", "a b@example.org", "a@b@", "a@-.org"]
)
def test_what_cannot_be_an_address_is_refused(text: str) -> None:
    with pytest.raises(NotAContact):
        canonical_mail(text)


@pytest.mark.parametrize(
    "spelling",
    [
        "206-555-0123",
        "(206) 555-0123",
        "206.555.0123",
        "2065550123",
        "1 206 555 0123",
        "1-206-555-0123",
        "+1 206 555 0123",
        "+1 (206) 555-0123",
        "+12065550123",
        "(+1) 206 555 0123",
        "001 206 555 0123",
        "011 1 206 555 0123",
        "tel:+1-206-555-0123",
        " 206 555 0123 ",
        "206–555–0123",
        "206\u00a0555\u00a00123",
        "206-555-0123 ext. 9",
        "206-555-0123 x12",
        "２０６-５５５-０１２３",
        "٢٠٦ ٥٥٥ ٠١٢٣",
    ],
)
def test_one_number_has_one_form(spelling: str) -> None:
    assert canonical_phone(spelling) == "+12065550123"


@pytest.mark.parametrize(
    ("spelling", "country", "form"),
    [
        ("+44 (0)20 7946 0958", "1", "+442079460958"),
        ("020 7946 0958", "44", "+442079460958"),
        ("+52 55 1234 5678", "1", "+525512345678"),
        ("011 52 55 1234 5678", "1", "+525512345678"),
    ],
)
def test_numbers_abroad_keep_their_country(spelling: str, country: str, form: str) -> None:
    assert canonical_phone(spelling, country) == form


@pytest.mark.parametrize("text", ["", "call me", "12345", "206-555-012", "1065550123", "+1" * 12])
def test_what_cannot_be_a_number_is_refused(text: str) -> None:
    with pytest.raises(NotAContact):
        canonical_phone(text)


KEY = b"k" * 32


def test_a_person_has_another_id_in_each_petition() -> None:
    one = person_id(KEY, "petition-1", "mail", "ann@example.org")
    others = {
        person_id(KEY, "petition-2", "mail", "ann@example.org"),
        person_id(KEY, "petition-1", "phone", "ann@example.org"),
        person_id(KEY, "petition-1", "mail", "bob@example.org"),
        person_id(KEY, "petition-1", "mail", "ann@example.org", 1),
        person_id(b"x" * 32, "petition-1", "mail", "ann@example.org"),
    }
    assert one not in others
    assert len(others) == 5
    assert one == person_id(KEY, "petition-1", "mail", "ann@example.org")


def test_words_that_run_together_are_still_apart() -> None:
    assert person_id(KEY, "1", "mail", "2a") != person_id(KEY, "1", "mail", "2", 1)
    with pytest.raises(ValueError, match="pigeon"):
        person_id(KEY, "1", "pigeon", "a")


def test_the_slot_follows_from_the_roll_with_the_key_alone() -> None:
    p = roll_key(KEY, "mail", "ann@example.org")
    assert slot_key(KEY, p) == slot_key(KEY, p)
    assert slot_key(b"x" * 32, p) != slot_key(KEY, p) != p
