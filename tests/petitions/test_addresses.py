"""One home is one address, however it is written."""

from __future__ import annotations

import pytest

from petitions.people.addresses import canonical_address
from petitions.people.contacts import NotAContact

SPELLINGS = (
    "1234 5th Avenue Northeast, Apt 3, Seattle WA 98101",
    "1234 5th Ave NE Apt 3\n98101",
    "1234 Fifth Ave. N.E. #3\nSeattle, WA 98101-1234",
    "1234  5TH AV NE unit 3, 98101",
    "１２３４ 5th ave ne Apartment 3\n98101",
    "1234 5th Ave NE, # 3, Seattle, Washington, 98101",
)


def test_all_spellings_of_one_home_are_one() -> None:
    assert {canonical_address(one) for one in SPELLINGS} == {"1234 5 ave ne|3|98101"}


@pytest.mark.parametrize(
    "other",
    [
        "1234 5th Ave NE Apt 4\n98101",
        "1234 5th Ave NE\n98101",
        "1234 5th Ave NW Apt 3\n98101",
        "1234 5th Ave NE Apt 3\n98102",
        "1235 5th Ave NE Apt 3\n98101",
        "1234 15th Ave NE Apt 3\n98101",
    ],
)
def test_another_home_is_another(other: str) -> None:
    assert canonical_address(other) != canonical_address(SPELLINGS[0])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "98101",
        "Main Street\n98101",
        "12 Main St",
        "PO Box 12\n98101",
        "P.O. Box 9, 98101",
        "12 Main St\n9810",
        "12 " + "x" * 300 + "\n98101",
    ],
)
def test_what_is_nobodys_home_is_refused(text: str) -> None:
    with pytest.raises(NotAContact):
        canonical_address(text)
