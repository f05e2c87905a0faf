"""The tree that grows leaf by leaf is the tree of RFC 6962, at every size."""

from __future__ import annotations

from petitions.protocol.merkle import leaf_hash, root
from petitions.signature_log import Peaks, Step, mark_of


def test_peaks_have_the_root_of_the_whole_tree_at_every_size() -> None:
    leaves, peaks = [leaf_hash(bytes([at])) for at in range(70)], Peaks()
    for size, leaf in enumerate(leaves):
        assert peaks.root == root(leaves[:size])
        peaks = peaks.add(leaf)
    assert (peaks.size, len(peaks.hashes)) == (70, 3)


def test_a_leaf_tells_petition_step_and_mark_apart() -> None:
    steps = [Step("p", 1, "m"), Step("p", -1, "m"), Step("q", 1, "m"), Step("p", 1, "n")]
    assert len({step.leaf for step in steps}) == 4


def test_a_mark_leads_to_no_signature_and_going_has_another() -> None:
    assert len({mark_of("one"), mark_of("two"), mark_of("one", 7), mark_of("one", 8)}) == 4
    assert "one" not in mark_of("one")
