"""`threshold open-vote`, `close-vote`, `trustee` and `verify-tally`: a vote by its protocol."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.commands import BadUse, open_database, read_settings
from service.commands.findings import in_words

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable, Iterator, Sequence
    from uuid import UUID

    from petitions.protocol.verifying import Verdict
    from service.services import Services

FINE, FOUND = 0, 1
Told = dict[str, Any]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    opening = subparsers.add_parser("open-vote", help="freeze a vote's rule and take ballots")
    opening.add_argument("vote", metavar="VOTE", help="the draft's id, or a JSON file of a draft")
    opening.add_argument(
        "--copy",
        metavar="FILE",
        help="write a sealed copy of the vote's secrets for a second officer",
    )
    as_command(opening, run_open)
    closing = subparsers.add_parser(
        "close-vote", help="publish the list of ballots; after the dispute window, destroy the roll"
    )
    closing.add_argument("number", type=int, metavar="NUMBER", help="the vote's number")
    as_command(closing, run_close)
    _register_trustee(subparsers)
    checking = subparsers.add_parser("verify-tally", help="check and recount a vote from its files")
    checking.add_argument("files", metavar="FILE", help="the folder or .zip of published files")
    checking.add_argument("--spec-hash", metavar="HASH", help="the rule's hash, kept since opening")
    checking.add_argument(
        "--receipt", metavar="FILE", action="append", default=[], help="a receipt to look for"
    )
    as_command(checking, run_verify)


def _register_trustee(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    trustee = subparsers.add_parser("trustee", help="make a vote's key in parts, and open with it")
    parts = trustee.add_subparsers(metavar="WHAT", required=True)
    splitting = parts.add_parser("split", help="a new key: its public half and a share for each")
    splitting.add_argument("--of", type=int, default=3, help="how many trustees; 3 if not said")
    splitting.add_argument("--needed", type=int, default=2, help="how many open; 2 if not said")
    as_command(splitting, run_split)
    opening = parts.add_parser("open", help="open a vote's ballots; shares come by standard input")
    opening.add_argument("number", type=int, metavar="NUMBER", help="the vote's number")
    opening.add_argument(
        "--auditor", metavar="NAME", action="append", default=[], help="who answers for it"
    )
    as_command(opening, run_trustee_open)


def as_command(parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


# ---- opening and closing ------------------------------------------------------------------------


def run_open(arguments: argparse.Namespace) -> int:
    """0: it is open. 2: it cannot be opened so."""
    path = Path(arguments.vote)
    text = path.read_text(encoding="utf-8") if path.is_file() else None
    return tell(arguments, with_services(lambda services: _open(services, arguments, text)))


async def _open(services: Services, arguments: argparse.Namespace, text: str | None) -> Told:
    from service.actions.voice.votes import open_vote
    from service.actor import Actor
    from service.queries.voice.votes import vote_by_id
    from service.voice.vote_keys import sealed_copy

    vote = await _draft_of(services, arguments.vote, text)
    record = await vote_by_id(vote)
    now = services.clock.now()
    opened = await open_vote(services, Actor.SYSTEM, vote, record.revision, now)
    told: Told = {"id": str(vote), "number": opened.number, "spec_hash": opened.spec_hash}
    if arguments.copy:
        copy, code = sealed_copy(services.settings, vote)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(arguments.copy, flags, 0o600), "wb") as file:
            file.write(copy)
        told["copy_code"] = code
    return told


async def _draft_of(services: Services, named: str, text: str | None) -> UUID:
    from uuid import UUID

    from service.actions.voice.vote_drafts import Draft, save_draft
    from service.actor import Actor

    if text is None:
        try:
            return UUID(named)
        except ValueError:
            raise BadUse([f"{named} is no draft's id and no file."]) from None
    try:
        draft = Draft.parse(text)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise BadUse([f"{named} is not the draft of a vote."]) from None
    return await save_draft(Actor.SYSTEM, draft, services.clock.now())


def run_close(arguments: argparse.Namespace) -> int:
    """0: done. 2: it is not time yet, or there is no such vote."""
    return tell(arguments, with_services(lambda services: _close(services, arguments.number)))


async def _close(services: Services, number: int) -> Told:
    from service.actions.voice.settling import reduce
    from service.actions.voice.votes import close_vote
    from service.actor import Actor
    from service.queries.voice.votes import vote_by_number

    record, now = await vote_by_number(number), services.clock.now()
    if record.state == "open":
        closed = await close_vote(services, record.id, now)
        until = closed.dispute_until.isoformat()
        return {"state": "disputed", "ballots": closed.leaves, "dispute_until": until}
    reduced = await reduce(services, Actor.SYSTEM, record.id, now)
    return {"state": "reduced", "ballots": reduced.leaves, "removed": reduced.removed}


def with_services(work: Callable[[Services], Awaitable[Told]]) -> Told:
    from service.clock import Clock
    from service.errors import AppError
    from service.services import load_services
    from service.voice.vote_keys import KeyGone

    settings = read_settings()

    async def run() -> Told:
        services = load_services(settings, Clock(settings.now_offset))
        async with open_database(settings):
            return await work(services)

    try:
        return asyncio.run(run())
    except AppError as refused:
        raise BadUse(_sentences(refused)) from None
    except KeyGone:
        raise BadUse(["The vote's key is not here."]) from None
    except OSError as refused:
        raise BadUse([str(refused)]) from None


def _sentences(refused: Any) -> list[str]:
    return [fault.detail for fault in refused.faults] or [refused.message]


def tell(arguments: argparse.Namespace, told: Told) -> int:
    if arguments.json:
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    else:
        for name, value in told.items():
            lines = value if isinstance(value, list) else [value]
            sys.stdout.writelines(f"{name.replace('_', ' ')}: {line}\n" for line in lines)
    return FINE


# ---- trustees -----------------------------------------------------------------------------------


def run_split(arguments: argparse.Namespace) -> int:
    """Needs no settings and no network: run it on a machine of your own."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    from petitions.protocol.shares import split

    if not 2 <= arguments.needed <= arguments.of <= 9:
        raise BadUse(["Two or more trustees open, of nine at most."])
    key = X25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw().hex()
    shares = split(key.private_bytes_raw(), public[:8], needed=arguments.needed, of=arguments.of)
    return tell(arguments, {"public_key": public, "shares": [str(one) for one in shares]})


def run_trustee_open(arguments: argparse.Namespace) -> int:
    """0: the result is published. 2: the shares or the moment do not fit."""
    shares = [line.strip() for line in sys.stdin if line.strip()]
    return tell(arguments, with_services(lambda services: _count(services, arguments, shares)))


async def _count(services: Services, arguments: argparse.Namespace, shares: Sequence[str]) -> Told:
    from service.actions.voice.settling import open_ballots, trustee_key
    from service.actor import Actor
    from service.queries.voice.votes import vote_by_number

    record = await vote_by_number(arguments.number)
    key, now = trustee_key(shares), services.clock.now()
    files = await open_ballots(services, Actor.SYSTEM, record.id, key, arguments.auditor, now)
    result = json.loads(files["result.json"])
    return {
        "ballots": result["ballots"],
        "winners": result["winners"],
        "published": sorted(files),
    }


# ---- verifying ----------------------------------------------------------------------------------


def run_verify(arguments: argparse.Namespace) -> int:
    """0: everything fits. 1: something was altered, is missing or was added, and is named. 2: there
    is nothing to check here."""
    import tempfile

    from petitions.protocol.verifying import verify_tally

    receipts = [_receipt(Path(named)) for named in arguments.receipt]
    with tempfile.TemporaryDirectory() as empty:
        folder = _folder(Path(arguments.files), Path(empty))
        made = [_claimed(folder, words) for words in receipts]
        verdict = verify_tally(folder, spec_hash=arguments.spec_hash, receipts=made)
    if arguments.json:
        sys.stdout.write(json.dumps(as_json(verdict), ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(verdict)) + "\n")
    return FOUND if verdict.findings else FINE


def _folder(named: Path, empty: Path) -> Path:
    """The folder itself or the one in it, as some programs unpack; or the known files of a .zip,
    unpacked where nothing else is."""
    import zipfile

    from service.queries.voice.votes import ORDER

    if named.is_dir():
        inside = [] if (named / "spec.json").is_file() else list(named.glob("*/spec.json"))
        return inside[0].parent if len(inside) == 1 else named
    try:
        with zipfile.ZipFile(named) as packed:
            for entry in packed.infolist():
                name = Path(entry.filename).name
                if name in ORDER and entry.file_size <= 1 << 30:
                    (empty / name).write_bytes(packed.read(entry))
    except (OSError, zipfile.BadZipFile, NotImplementedError):
        raise BadUse([f"{named} is no folder and no .zip of published files."]) from None
    return empty


def _receipt(path: Path) -> list[str]:
    try:
        words = path.read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        raise BadUse([f"{path} cannot be read."]) from None
    if len(words) != 3:
        raise BadUse([f"{path} is not a receipt: three parts, as it was shown."])
    return words


def _claimed(folder: Path, words: Sequence[str]) -> Any:
    """A receipt names no vote: it is one of the vote whose files these are."""
    from petitions.protocol.sealing import Receipt

    try:
        vote = str(json.loads((folder / "spec.json").read_bytes())["vote"])
    except (OSError, ValueError, TypeError, KeyError):
        vote = ""
    return Receipt(vote, words[0].lower(), words[1], words[2].lower())


def as_json(verdict: Verdict) -> Told:
    """What was found, as a machine reads it."""
    return {
        "sound": not verdict.findings,
        "findings": [
            {"code": one.code, "leaf": one.leaf, "text": one.text} for one in verdict.findings
        ],
        "leaves": verdict.leaves,
        "removed": verdict.removed,
        "recounted": verdict.recounted,
        "result": verdict.result,
    }


def _lines(verdict: Verdict) -> Iterator[str]:
    yield from in_words(verdict.findings)
    yield f"Ballots in the final list: {verdict.leaves}. Removed before: {verdict.removed}."
    if verdict.findings:
        yield f"Things that do not fit: {len(verdict.findings)}."
    elif verdict.recounted:
        yield "Everything fits, and counting again gives the published result."
    else:
        yield "Everything fits. The ballots are not published, so they were not counted again."
