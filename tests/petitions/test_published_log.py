"""An outsider checks the log of signatures from its files; whatever was changed is told by line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from petitions.published_log import Checked, NoLog, check_folder
from petitions.signature_log import Peaks, Step, mark_of, signed_head

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
# Two petitions take turns; one who signed the first leaves again.
STEPS = [Step("ab"[at % 2], 1, mark_of(str(at))) for at in range(8)]
STEPS.append(Step("a", -1, mark_of("0", 9)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The log after five steps and after all nine, with the files of both petitions."""
    peaks, heads = Peaks(), []
    for step in STEPS:
        peaks = peaks.add(step.leaf)
        if peaks.size in {5, 9}:
            heads.insert(0, signed_head(peaks, "2026-11-03T12:00:00+00:00", KEY))
    (tmp_path / "log.json").write_text(json.dumps({"heads": heads}))
    (tmp_path / "leaves.txt").write_text("".join(f"{step.leaf.hex()}\n" for step in STEPS))
    for name in "ab":
        rows = [f"{one.petition},{one.step},{one.mark}" for one in STEPS if one.petition == name]
        text = "\r\n".join(["petition,step,mark", *rows, ""])
        (tmp_path / f"petition-{name}.csv").write_bytes(text.encode())
    return tmp_path


def told(checked: Checked) -> list[str]:
    return [f"{one.code}: {one.text}" for one in checked.findings]


def test_whole_files_fit_and_are_counted(folder: Path) -> None:
    checked = check_folder(folder, {})
    assert told(checked) == []
    assert checked.counts == {"petition-a": 3, "petition-b": 4}
    assert (checked.heads, checked.steps, checked.uncovered, checked.unexplained) == (2, 9, 0, 0)
    assert checked.keys == (KEY.public_key().public_bytes_raw().hex(),)


def edit(name: str, change: Callable[[list[str]], list[str]]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        rows = (folder / name).read_text().splitlines()
        (folder / name).write_text("".join(f"{row}\n" for row in change(rows)))

    return apply


def head(change: Callable[[list[dict[str, object]]], object]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        document = json.loads((folder / "log.json").read_text())
        change(document["heads"])
        (folder / "log.json").write_text(json.dumps(document))

    return apply


@pytest.mark.parametrize(
    ("change", "first"),
    [
        (
            edit("petition-a.csv", lambda rows: [*rows[:2], rows[2].replace(",1,", ",-1,")]),
            "not_in_log: Line 3 of petition-a.csv is no leaf of the log, or stands here twice.",
        ),
        (
            edit("petition-b.csv", lambda rows: [*rows, rows[-1]]),
            "not_in_log: Line 6 of petition-b.csv is no leaf of the log, or stands here twice.",
        ),
        (
            edit("petition-b.csv", lambda rows: [rows[0], rows[2], rows[1], *rows[3:]]),
            "step_order: Line 3 of petition-b.csv came before the line above it.",
        ),
        (
            edit("petition-a.csv", lambda rows: [*rows, f"b,1,{mark_of('7')}"]),
            "step_order: Line 7 of petition-a.csv came before the line above it.",
        ),
        (
            edit("petition-a.csv", lambda rows: [*rows[:2], f"b,1,{mark_of('7')}"]),
            "other_petition: Line 3 of petition-a.csv is of another petition than the one above.",
        ),
        (
            edit("petition-b.csv", lambda rows: [*rows[:3], rows[3][:2]]),
            "bad_line: Line 4 of petition-b.csv is no step.",
        ),
        (
            edit("petition-b.csv", lambda rows: rows[1:]),
            "bad_line: Line 1 of petition-b.csv does not name petition, step, mark.",
        ),
        (
            edit("leaves.txt", lambda rows: ["?", *rows[1:]]),
            "bad_leaf: Line 1 of leaves.txt is no hash.",
        ),
        (
            edit("leaves.txt", lambda rows: rows[:7]),
            "cut: A head tells of 9 steps, but only 7 are here.",
        ),
        (
            edit("leaves.txt", lambda rows: [rows[1], rows[0], *rows[2:]]),
            "changed: The first 5 steps are not those that a head tells of.",
        ),
        (
            head(lambda heads: heads[0].update(at="2020-01-01T00:00:00+00:00")),
            "unsigned: The head of 9 steps is not signed by its key.",
        ),
        (head(lambda heads: heads[1].pop("root")), "bad_head: Head 2 of log.json is none."),
        (head(lambda heads: heads[1].update(size="5")), "bad_head: Head 2 of log.json is none."),
        (head(lambda heads: heads.append({})), "bad_head: Head 3 of log.json is none."),
        (
            head(lambda heads: heads.clear()),
            "unsigned: log.json has no signed head, so nothing vouches for leaves.txt.",
        ),
        (
            lambda folder: (folder / "log.json").write_text('["heads"'),
            "unreadable_file: log.json is not the document it should be.",
        ),
    ],
)
def test_what_was_changed_is_told_with_its_line(
    change: Callable[[Path], None], first: str, folder: Path
) -> None:
    change(folder)
    assert first in told(check_folder(folder, {}))


def test_two_heads_of_one_size_cannot_both_hold(folder: Path) -> None:
    """The second may be signed as well: by whoever wrote the log anew."""
    other = signed_head(Peaks().add(STEPS[1].leaf), "2026-11-03T12:00:00+00:00", KEY)
    one = signed_head(Peaks().add(STEPS[0].leaf), "2026-11-03T12:00:00+00:00", KEY)
    head(lambda heads: heads.extend([other, one]))(folder)
    assert told(check_folder(folder, {})) == [
        "changed: The first 1 steps are not those that a head tells of."
    ]


def test_what_the_files_cannot_show_is_counted(folder: Path) -> None:
    """A line that was taken out of a petition's file, and a leaf that no head covers yet."""
    edit("petition-b.csv", lambda rows: rows[:-1])(folder)
    edit("leaves.txt", lambda rows: [*rows, "ab" * 32])(folder)
    checked = check_folder(folder, {})
    assert (told(checked), checked.uncovered, checked.unexplained) == ([], 1, 2)


@pytest.mark.parametrize("name", ["log.json", "leaves.txt"])
def test_without_heads_or_leaves_there_is_nothing_to_check(name: str, folder: Path) -> None:
    (folder / name).unlink()
    with pytest.raises(NoLog, match=name):
        check_folder(folder, {})
