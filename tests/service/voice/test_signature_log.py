"""The public log of signatures: an outsider counts again, and finds what was changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from service import db
from service.actions.voice.own_signature import withdraw
from service.cli import main
from service.voice.counting import count_steps
from service.voice.signature_log import seal_log
from tests.service.voice.signers import Signers
from tests.support.clock import StoppedClock


@pytest.fixture
async def published(signers: Signers, client: httpx.AsyncClient, tmp_path: Path) -> Path:
    """Seven signed, two of them left again; fetched by somebody who trusts nobody."""
    tokens = await signers.sign_many(7)
    await signers.counted()
    await seal_log(signers.services)
    for token in tokens[:2]:
        await withdraw(signers.services, token, signers.services.clock.now())
    await signers.counted()
    await seal_log(signers.services)
    number = (await signers.row())["number"]
    folder = tmp_path / "files"
    folder.mkdir()
    for path, name in (
        ("/voice/log.json", "log.json"),
        ("/voice/log/leaves.txt", "leaves.txt"),
        (f"/voice/petitions/{number}/log.csv", f"petition-{number}.csv"),
    ):
        answer = await client.get(path)
        assert answer.status_code == 200
        (folder / name).write_bytes(answer.content)
    return folder


def verify(
    folder: Path, capsys: pytest.CaptureFixture[str], *more: str
) -> tuple[int, list[str], list[int]]:
    status = main(["verify-signatures", str(folder), "--json", *more])
    told = json.loads(capsys.readouterr().out)
    return status, [each["code"] for each in told["findings"]], list(told["counts"].values())


async def test_an_outsider_counts_again_from_the_files_alone(
    published: Path, signers: Signers, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(published, capsys) == (0, [], [5])
    assert await signers.headline() == 5
    heads = json.loads((published / "log.json").read_text())["heads"]
    assert [head["size"] for head in heads] == [9, 7]
    text = "".join(path.read_text() for path in published.iterdir())
    for row in await db.fetch("select id, person_hash from voice_signatures"):
        assert str(row["id"]) not in text
        assert row["person_hash"] not in text


async def test_nobody_sees_who_left(published: Path) -> None:
    """Each mark stands once: those who left have a mark of their own that leads to nobody."""
    [path] = published.glob("petition-*.csv")
    marks = [line.split(",")[2] for line in path.read_text().split()[1:]]
    assert len(set(marks)) == 9


async def test_nothing_new_makes_no_head_and_two_workers_make_one(
    signers: Signers,
) -> None:
    assert await seal_log(signers.services) == 0
    await signers.sign_many(3)
    assert await seal_log(signers.services) == 0, "what is not counted yet may have gaps before it"
    await count_steps(signers.services)
    sealed = await asyncio.gather(*(seal_log(signers.services) for _each in range(3)))
    assert sum(sealed) == 3
    assert len(await db.fetch("select id from voice_log_heads")) == 1


def changed_step(folder: Path) -> None:
    [path] = folder.glob("petition-*.csv")
    path.write_text(path.read_text().replace(",-1,", ",1,", 1))


def cut(folder: Path) -> None:
    leaves = (folder / "leaves.txt").read_text().split()
    (folder / "leaves.txt").write_text("\n".join(leaves[:-1]))


def swapped(folder: Path) -> None:
    leaves = (folder / "leaves.txt").read_text().split()
    (folder / "leaves.txt").write_text("\n".join([leaves[1], leaves[0], *leaves[2:]]))


def forged_head(folder: Path) -> None:
    told = json.loads((folder / "log.json").read_text())
    told["heads"][0]["at"] = "2020-01-01T00:00:00+00:00"
    (folder / "log.json").write_text(json.dumps(told))


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (changed_step, {"not_in_log"}),
        (cut, {"cut", "not_in_log"}),
        (swapped, {"changed", "step_order"}),
        (forged_head, {"unsigned"}),
    ],
)
async def test_whatever_was_changed_is_found(
    published: Path,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[Path], None],
    codes: set[str],
) -> None:
    change(published)
    status, found, _counts = verify(published, capsys)
    assert (status, set(found)) == (1, codes)


async def test_a_head_that_was_kept_shows_a_log_that_was_written_anew(
    published: Path, capsys: pytest.CaptureFixture[str], clock: StoppedClock
) -> None:
    heads = json.loads((published / "log.json").read_text())["heads"]
    assert verify(published, capsys, "--head", f"7:{heads[1]['root']}")[0] == 0
    status, found, _counts = verify(published, capsys, "--head", f"7:{heads[0]['root']}")
    assert (status, found) == (1, ["changed"])
    assert verify(published, capsys, "--head", f"40:{heads[0]['root']}")[1] == ["cut"]
    assert main(["verify-signatures", str(published), "--head", "x"]) == 2
    assert main(["verify-signatures", str(published / "none")]) == 2
