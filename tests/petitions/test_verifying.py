"""An outsider checks a published folder; whatever was changed in it is named."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from petitions.protocol.choices import write_choice
from petitions.protocol.sealing import leaf, receipt, seal
from petitions.protocol.spec import METHODS
from petitions.protocol.verifying import Verdict, verify_tally
from tests.petitions.voting import SERVER, Held, a_spec, hold

SPEC = a_spec()


@pytest.fixture(scope="module")
def held() -> Held:
    return hold(SPEC, voters=56, removed=2)


def codes(verdict: Verdict) -> set[str]:
    return {one.code for one in verdict.findings}


@pytest.mark.parametrize("method", METHODS)
def test_an_honest_vote_verifies_by_every_method(method: str, tmp_path: Path) -> None:
    held = hold(a_spec(method), voters=50)
    verdict = verify_tally(held.write(tmp_path), spec_hash=held.spec.hash)
    assert verdict.findings == ()
    assert verdict.recounted
    assert verdict.leaves == 50


def test_removals_are_counted_and_receipts_found(held: Held, tmp_path: Path) -> None:
    slip = receipt(held.sealed[0], SPEC.vote, "2026-11-03", SERVER)
    verdict = verify_tally(held.write(tmp_path), receipts=[slip])
    assert (verdict.findings, verdict.removed, verdict.leaves) == ((), 2, 54)
    lost = receipt(b"never recorded", SPEC.vote, "2026-11-03", SERVER)
    assert codes(verify_tally(tmp_path, receipts=[lost])) == {"receipt_missing"}
    gone = json.loads(held.files["final.json"])["removed"][0][0]
    removed = [receipt(b"", SPEC.vote, "2026-11-03", SERVER)]
    assert gone not in {leaf(one) for one in held.sealed}
    assert codes(verify_tally(tmp_path, receipts=removed)) == {"receipt_missing"}


def test_a_quiet_vote_publishes_plain_ballots_and_no_key(tmp_path: Path) -> None:
    held = hold(a_spec(mode="quiet"))
    assert "ballots.txt" not in held.files
    assert b"trustee_key" not in held.files["opened.json"]
    verdict = verify_tally(held.write(tmp_path))
    assert (verdict.findings, verdict.recounted) == ((), True)
    lines = (tmp_path / "plain.txt").read_text().splitlines()
    (tmp_path / "plain.txt").write_text("\n".join(lines[1:]) + "\n")
    assert {"ballot_count"} <= codes(verify_tally(tmp_path))
    (tmp_path / "plain.txt").write_text("\n".join(reversed(lines)) + "\n")
    assert codes(verify_tally(tmp_path)) == {"ballot_order"}


def test_a_quiet_vote_by_pairs_publishes_each_answer_alone(tmp_path: Path) -> None:
    """A dozen answers together would be found again by whoever gave them."""
    held = hold(a_spec("pairwise", "quiet"))
    verdict = verify_tally(held.write(tmp_path))
    assert (verdict.findings, verdict.recounted) == ((), True)
    assert verdict.result is not None
    lines = (tmp_path / "plain.txt").read_text().splitlines()
    assert {len(json.loads(line)["choice"]) for line in lines} == {0, 1}
    assert lines == sorted(lines)
    assert len(lines) > 60 == verdict.result["ballots"]
    assert lines.count('{"choice":[]}') == verdict.result["blank"] > 0
    (tmp_path / "plain.txt").write_text("\n".join(lines[:-1]) + "\n")
    assert codes(verify_tally(tmp_path)) == {"result_differs"}
    (tmp_path / "plain.txt").write_text("\n".join(lines[1:]) + "\n")
    assert "result_differs" in codes(verify_tally(tmp_path))
    (tmp_path / "plain.txt").write_text("\n".join(lines * 9) + "\n")
    assert {"ballot_count", "result_differs"} <= codes(verify_tally(tmp_path))


def test_of_few_ballots_by_pairs_only_the_order_is_told(tmp_path: Path) -> None:
    held = hold(a_spec("pairwise"), voters=49)
    assert codes(verify_tally(held.write(tmp_path))) == set()
    told = json.loads(held.files["result.json"])
    assert len(told["winners"]) == 4
    assert set(told).isdisjoint({"scores", "exact", "pairwise"})


def test_under_fifty_ballots_only_totals_are_published(tmp_path: Path) -> None:
    held = hold(SPEC, voters=49)
    assert set(held.files).isdisjoint({"ballots.txt", "plain.txt"})
    verdict = verify_tally(held.write(tmp_path))
    assert (verdict.findings, verdict.recounted) == ((), False)


def edit(name: str, change: Callable[[list[str]], list[str]]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        lines = (folder / name).read_text().splitlines()
        (folder / name).write_text("".join(f"{line}\n" for line in change(lines)))

    return apply


def flip(line: str) -> str:
    data = bytearray(b64decode(line))
    data[-1] ^= 1
    return b64encode(data).decode()


def swapped(line: str) -> str:
    """Another, well sealed ballot in the place of one."""
    return b64encode(seal(write_choice(["d"], SPEC), SPEC)).decode()


FORGED = leaf(b"a leaf that nobody cast")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (edit("ballots.txt", lambda rows: [*rows[:3], flip(rows[3]), *rows[4:]]), "altered_ballot"),
        (
            edit("ballots.txt", lambda rows: [*rows[:3], swapped(rows[3]), *rows[4:]]),
            "altered_ballot",
        ),
        (edit("ballots.txt", lambda rows: rows[:3] + rows[4:]), "missing_ballot"),
        (edit("ballots.txt", lambda rows: [*rows, swapped("")]), "added_ballot"),
        (edit("ballots.txt", lambda rows: [*rows, rows[3]]), "repeated_ballot"),
        (edit("ballots.txt", lambda rows: [*rows, "?"]), "bad_ballot"),
        (edit("ballots.txt", lambda rows: [*rows, "é"]), "bad_ballot"),
        (edit("leaves.txt", lambda rows: sorted([*rows[:9], FORGED, *rows[10:]])), "root_differs"),
        (edit("leaves.txt", lambda rows: rows[:-1]), "root_differs"),
        (edit("leaves.txt", lambda rows: sorted([*rows, FORGED])), "root_differs"),
        (edit("leaves.txt", lambda rows: [rows[1], rows[0], *rows[2:]]), "leaf_order"),
        (edit("leaves.txt", lambda rows: [*rows, "zz"]), "bad_leaf"),
        (edit("leaves.txt", lambda rows: [*rows, "\x1b[2J"]), "bad_leaf"),
        (edit("leaves.txt", lambda rows: sorted([*rows, FORGED])), "added_leaf"),
        (edit("leaves.txt", lambda rows: rows[:3] + rows[4:]), "missing_leaf"),
        (edit("ballots.txt", lambda rows: [rows[1], rows[0], *rows[2:]]), "ballot_order"),
        (
            edit("result.json", lambda rows: [row.replace("54", "55") for row in rows]),
            "result_differs",
        ),
        (edit("closed.json", lambda rows: [rows[0].replace("20:00", "21:00")]), "bad_signature"),
        (
            edit("final.json", lambda rows: [rows[0].replace("resident", "citizen")]),
            "bad_signature",
        ),
        (edit("spec.json", lambda rows: [rows[0].replace("Which", "What")]), "other_vote"),
        (edit("opened.json", lambda rows: [rows[0].replace("open", "quiet", 1)]), "mode"),
        (lambda folder: (folder / "ballots.txt").unlink(), "missing_file"),
        (lambda folder: (folder / "closed.json").write_text("[]"), "unreadable_file"),
    ],
)
def test_whatever_was_changed_is_found(
    change: Callable[[Path], None], code: str, held: Held, tmp_path: Path
) -> None:
    change(held.write(tmp_path))
    assert code in codes(verify_tally(tmp_path))


@pytest.mark.parametrize("name", ["spec.json", "leaves.txt", "ballots.txt"])
def test_a_file_that_is_not_there_is_told_and_nothing_that_only_follows_from_it(
    name: str, held: Held, tmp_path: Path
) -> None:
    (held.write(tmp_path) / name).unlink()
    assert [one.text for one in verify_tally(tmp_path).findings] == [f"{name} is missing."]


@pytest.mark.parametrize("name", ["vote", "rank_depth", "budget", "trustee_key", "signing_key"])
@pytest.mark.parametrize("value", [[1], True, None, 1.5])
def test_a_rule_with_a_value_of_another_kind_is_none(
    name: str, value: object, held: Held, tmp_path: Path
) -> None:
    path = held.write(tmp_path) / "spec.json"
    path.write_text(json.dumps({**json.loads(path.read_bytes()), name: value}))
    assert codes(verify_tally(tmp_path)) == {"bad_spec"}


def test_line_ends_of_another_system_are_no_change(held: Held, tmp_path: Path) -> None:
    held.write(tmp_path)
    for name in ("ballots.txt", "leaves.txt"):
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes().replace(b"\n", b"\r\n"))
    assert verify_tally(tmp_path).findings == ()


def test_the_altered_the_missing_and_the_added_ballot_are_named(held: Held, tmp_path: Path) -> None:
    leaves = sorted(leaf(one) for one in held.sealed)
    edit("ballots.txt", lambda rows: [*rows[:3], flip(rows[3]), *rows[4:]])(held.write(tmp_path))
    found = verify_tally(tmp_path).findings
    assert [one.leaf for one in found if one.code == "altered_ballot"] == [leaves[3]]
    edit("ballots.txt", lambda rows: rows[:5] + rows[6:])(held.write(tmp_path))
    found = verify_tally(tmp_path).findings
    assert [one.leaf for one in found if one.code == "missing_ballot"] == [leaves[5]]
    extra = swapped("")
    edit("ballots.txt", lambda rows: [*rows, extra])(held.write(tmp_path))
    found = verify_tally(tmp_path).findings
    assert [one.leaf for one in found if one.code == "added_ballot"] == [leaf(b64decode(extra))]


def test_an_altered_list_is_told_from_an_altered_ballot(held: Held, tmp_path: Path) -> None:
    leaves = sorted(leaf(one) for one in held.sealed)
    wrong = leaves[4][:-1] + ("0" if leaves[4][-1] != "0" else "1")
    edit("leaves.txt", lambda rows: [row.replace(leaves[4], wrong) for row in rows])(
        held.write(tmp_path)
    )
    found = verify_tally(tmp_path).findings
    assert [one.leaf for one in found if one.code == "altered_leaf"] == [wrong]


def test_a_rule_changed_after_opening_is_found_by_its_hash(held: Held, tmp_path: Path) -> None:
    verdict = verify_tally(held.write(tmp_path), spec_hash=a_spec("stv").hash)
    assert codes(verdict) == {"spec_changed"}


def test_an_empty_folder_is_said_to_be_one(tmp_path: Path) -> None:
    assert codes(verify_tally(tmp_path)) == {"missing_file"}
