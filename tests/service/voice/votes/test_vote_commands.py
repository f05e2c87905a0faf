"""The four commands, and what an outsider finds in files somebody changed."""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.actions.voice.settling import trustee_key
from service.cli import main
from service.errors import Invalid
from tests.petitions.voting import a_spec, hold

VOTERS = 60


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "files"
    place.mkdir()
    return hold(a_spec(), VOTERS).write(place)


def verify(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    status = main(["verify-tally", *arguments, "--json"])
    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    return status, printed


def lines(path: Path) -> list[str]:
    return path.read_text().split()


def flip(path: Path, at: int) -> tuple[str, str]:
    """Change one bit of one line; says what stood there and stands there now."""
    rows = lines(path)
    before = rows[at]
    if path.name == "leaves.txt":
        rows[at] = before[:20] + ("1" if before[20] != "1" else "2") + before[21:]
    else:
        raw = bytearray(base64.b64decode(before))
        raw[60] ^= 1
        rows[at] = base64.b64encode(raw).decode()
    path.write_text("".join(f"{row}\n" for row in rows))
    return before, rows[at]


def drop(path: Path, at: int) -> str:
    rows = lines(path)
    gone = rows.pop(at)
    path.write_text("".join(f"{row}\n" for row in rows))
    return gone


def test_good_files_check_out_as_a_folder_and_as_a_zip(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, found = verify(capsys, str(folder))
    assert (status, found["sound"], found["recounted"], found["leaves"]) == (0, True, True, VOTERS)
    packed = tmp_path / "all.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in folder.iterdir():
            archive.write(path, f"some/folder/{path.name}")
        archive.writestr("../../evil.txt", "x")
    assert verify(capsys, str(packed))[0] == 0
    assert main(["verify-tally", str(packed)]) == 0
    assert "counting again gives the published result" in capsys.readouterr().out
    assert verify(capsys, str(folder.parent))[0] == 0, "as some programs unpack: one folder more"
    assert main(["verify-tally", str(folder / "spec.json")]) == 2
    assert main(["verify-tally", str(folder / "nothing")]) == 2


@pytest.mark.parametrize("name", ["leaves.txt", "ballots.txt"])
def test_a_flipped_removed_or_added_leaf_is_named(
    folder: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / name
    good = path.read_text()
    leaves = lines(folder / "leaves.txt")
    for change in (flip, drop):
        path.write_text(good)
        change(path, 7)
        status, found = verify(capsys, str(folder))
        assert status == 1
        # Where the list was altered, the leaf that the signed root has stands in the words.
        assert leaves[7] in str(found["findings"]), change
    path.write_text(good)
    added = "ab" * 32 if name == "leaves.txt" else base64.b64encode(b"\x01" * 100).decode()
    rows = sorted([*lines(path), added]) if name == "leaves.txt" else [*lines(path), added]
    path.write_text("".join(f"{row}\n" for row in rows))
    status, found = verify(capsys, str(folder))
    assert status == 1
    assert {one["code"] for one in found["findings"]} & {"added_leaf", "added_ballot"}


def test_a_file_cut_in_half_is_told_without_a_line_for_each_ballot(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "ballots.txt"
    path.write_text("".join(f"{row}\n" for row in lines(path)[:30]))
    assert main(["verify-tally", str(folder)]) == 1
    told = capsys.readouterr().out
    assert told.count("A listed ballot is missing.") == 10
    assert "missing_ballot: 20 more of these. --json prints all." in told
    assert len(verify(capsys, str(folder))[1]["findings"]) > 30


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("spec.json", lambda text: text.replace("Corner a", "Corner z")),
        ("closed.json", lambda text: text.replace('"leaves":60', '"leaves":59')),
        ("final.json", lambda text: text.replace('"leaves":60', '"leaves":59')),
        ("opened.json", lambda text: text.replace("0", "1", 5)),
        ("result.json", lambda text: text.replace('"a"', '"b"', 1)),
        ("result.json", lambda _text: "[1]"),
        ("leaves.txt", lambda text: text + "\n../../x\n"),
        ("ballots.txt", lambda _text: ""),
    ],
)
def test_any_other_change_is_found(
    folder: Path, name: str, change: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / name
    path.write_text(change(path.read_text()))
    status, found = verify(capsys, str(folder))
    assert (status, found["sound"]) == (1, False)


def test_a_missing_file_another_hash_and_a_lost_receipt_are_found(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(capsys, str(folder), "--spec-hash", "0" * 64)[0] == 1
    leaf, receipt = lines(folder / "leaves.txt")[3], tmp_path / "receipt.txt"
    receipt.write_text(f"{leaf} 2026-11-22 {'0' * 128}\n")
    status, found = verify(capsys, str(folder), "--receipt", str(receipt))
    assert (status, found["findings"][0]["code"]) == (1, "bad_receipt")
    receipt.write_text("two words")
    assert main(["verify-tally", str(folder), "--receipt", str(receipt)]) == 2
    (folder / "closed.json").unlink()
    status, found = verify(capsys, str(folder))
    assert "missing_file" in {one["code"] for one in found["findings"]}


def test_a_key_is_made_in_parts_and_two_of_them_open_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["trustee", "split", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert len(made["shares"]) == 3
    for pair in ((0, 1), (0, 2), (2, 1)):
        key = trustee_key([made["shares"][at] for at in pair])
        assert key.public_key().public_bytes_raw().hex() == made["public_key"]
    for wrong in ([], made["shares"][:1], ["x"], [made["shares"][0]] * 2):
        with pytest.raises(Invalid):
            trustee_key(wrong)
    assert main(["trustee", "split", "--of", "2", "--needed", "3"]) == 2
