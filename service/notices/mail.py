"""A mail's way out: by SMTP, or as a file in a folder where no server is named."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from service.gathering import Gathering
from service.worker import Done, GiveUp, Outcome, Retry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from email.message import Message

    from service.settings import Settings

SECONDS = 20.0
FOLDER = "mail"
REFUSED_FOR_GOOD = 500
# Files that the disk is waited for at the same time.
WAITING = 8
File = tuple[Path, str, bytes]


async def send(settings: Settings, message: Message, key: str, folder: str = FOLDER) -> Outcome:
    """Hand a mail over. `key` names it: as a file, the same key is the same file in `folder`."""
    if settings.smtp_url is None:
        name = hashlib.sha256(key.encode()).hexdigest()[:32] + ".eml"
        trouble = await write_one(settings.storage / folder, name, bytes(message))
        return Retry(f"the folder took no mail: {trouble}") if trouble else Done()
    return await by_smtp(settings.smtp_url, message)


async def write_one(folder: Path, name: str, content: bytes) -> str:
    """Have a file kept, with whichever others come at the same time. Says what went wrong, if
    anything did."""
    return await _writing((folder, name, content))


async def by_smtp(url: str, message: Message) -> Outcome:
    """To the server of `smtp://user:password@host:port` or `smtps://…`."""
    import aiosmtplib  # a town that writes files never loads it

    parts = urlsplit(url)
    try:
        await aiosmtplib.send(
            message,
            hostname=parts.hostname,
            port=parts.port,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            use_tls=parts.scheme == "smtps",
            timeout=SECONDS,
        )
    except aiosmtplib.SMTPRecipientsRefused as refused:
        worst = max(each.code for each in refused.recipients)
        return after_refusal(worst)
    except aiosmtplib.SMTPResponseException as error:
        return after_refusal(error.code)
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        return Retry(type(error).__name__)
    return Done()


def after_refusal(code: int) -> Outcome:
    """5xx will stay so; anything else may pass."""
    why = f"mail answered {code}"
    return GiveUp(why) if code >= REFUSED_FOR_GOOD else Retry(why)


async def _write_all(files: Sequence[File]) -> Sequence[str]:
    return await asyncio.to_thread(write, files)


_writing: Gathering[File, str] = Gathering(_write_all)


def write(files: Sequence[File]) -> list[str]:
    """Each file whole, or not at all; a second try writes the same one again. Says for each what
    went wrong, if anything did. Files that are waited for together cost the disk little more than
    one: so all are written before the first is waited for, and several wait at the same time."""
    trouble = dict.fromkeys(files, "")
    drafts: dict[File, int] = {}
    try:
        for file in trouble:
            with _noting(trouble, file):
                drafts[file] = _draft(file)
        with ThreadPoolExecutor(min(WAITING, len(drafts)) or 1) as waiting:
            for _kept in waiting.map(partial(_keep_file, trouble), drafts, drafts.values()):
                continue
    finally:
        for handle in drafts.values():
            os.close(handle)
    for folder in {file[0] for file in drafts}:
        keep(folder)
    return [trouble[file] for file in files]


def _keep_file(trouble: dict[File, str], file: File, handle: int) -> None:
    with _noting(trouble, file):
        os.fsync(handle)
        _path(file, draft=True).replace(_path(file))


@contextlib.contextmanager
def _noting(trouble: dict[File, str], file: File) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        trouble[file] = type(error).__name__


def _draft(file: File) -> int:
    folder, _name, content = file
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    handle = os.open(_path(file, draft=True), flags, 0o600)
    with open(handle, "wb", closefd=False) as out:
        out.write(content)
    return handle


def _path(file: File, *, draft: bool = False) -> Path:
    folder, name, _content = file
    return folder / (f".{name}.part" if draft else name)


def keep(folder: Path) -> None:
    """Have the disk keep which files are in a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
