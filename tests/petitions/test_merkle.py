"""RFC 6962 hashing against the vectors of the Certificate Transparency project, and its laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petitions.protocol.merkle import (
    consistency_proof,
    consistent,
    included,
    inclusion_proof,
    leaf_hash,
    root,
)

LEAVES = [
    leaf_hash(bytes.fromhex(one))
    for one in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
FIRST_OF_EIGHT = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size: int) -> None:
    assert root(LEAVES[:size]).hex() == ROOTS[size]


def test_an_inclusion_proof_is_the_published_one() -> None:
    assert [one.hex() for one in inclusion_proof(0, LEAVES)] == FIRST_OF_EIGHT


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=40), st.data())
def test_a_proof_holds_for_its_leaf_alone(data: list[bytes], draw: st.DataObject) -> None:
    leaves = [leaf_hash(one) for one in data]
    at = draw.draw(st.integers(0, len(leaves) - 1))
    proof, head = inclusion_proof(at, leaves), root(leaves)
    assert included(leaves[at], at, len(leaves), proof, head)
    assert not included(leaf_hash(b"other leaf"), at, len(leaves), proof, head)
    assert not included(leaves[at], at, len(leaves), [*proof, head], head)
    assert not included(leaves[at], len(leaves), len(leaves), proof, head)


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=40), st.data())
def test_a_longer_list_shows_that_it_begins_with_the_shorter(
    data: list[bytes], draw: st.DataObject
) -> None:
    leaves = [leaf_hash(one) for one in data]
    older = draw.draw(st.integers(1, len(leaves)))
    proof, head = consistency_proof(older, leaves), root(leaves)
    before = root(leaves[:older])
    assert consistent(older, len(leaves), before, head, proof)
    forged = root([leaf_hash(b"other leaf"), *leaves[1:older]])
    assert not consistent(older, len(leaves), forged, head, proof)
