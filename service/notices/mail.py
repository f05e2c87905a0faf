"""A mail's way out: by SMTP, or as a file in a folder where no server is named."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote, urlsplit

from service.gathering import Gathering
from service.mail_text import PlainMail
from service.worker import Done, GiveUp, Outcome, Retry

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from email.message import Message

    from service.settings import Settings

SECONDS = 20.0
FOLDER = "mail"
REFUSED_FOR_GOOD = 500
# So many threads wait for the disk at the same time, each for so many files and more.
WAITING, SHARE = 8, 4
# Their own: whoever signs in while mails are written must not wait behind them for a thread.
THREADS = ThreadPoolExecutor(WAITING, "mail-files")
File = tuple[Path, str, bytes]
K = TypeVar("K")


async def send(
    settings: Settings, message: Message | PlainMail, key: str, folder: str = FOLDER
) -> Outcome:
    """Hand a mail over. `key` names it: as a file, the same key is the same file in `folder`."""
    if settings.smtp_url is None:
        name = hashlib.sha256(key.encode()).hexdigest()[:32] + ".eml"
        trouble = await write_one(settings.storage / folder, name, bytes(message))
        return Retry(f"the folder took no mail: {trouble}") if trouble else Done()
    written = message.message() if isinstance(message, PlainMail) else message
    return await by_smtp(settings.smtp_url, written)


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
    """Each file whole, or not at all; a second try writes the same one again. Says for each what
    went wrong, if anything did. Several wait for the disk at the same time: together they cost it
    little more than one."""
    trouble = dict.fromkeys(files, "")
    wanted = list(trouble)
    threads = min(WAITING, -(-len(wanted) // SHARE))
    shares = [wanted[at::threads] for at in range(threads)]
    in_threads = asyncio.get_running_loop().run_in_executor
    for told in await asyncio.gather(*(in_threads(THREADS, _keep_files, each) for each in shares)):
        trouble |= told
    folders = {file[0] for file in wanted if not trouble[file]}
    lost = await in_threads(THREADS, _keep_folders, folders)
    return [trouble[file] or lost.get(file[0], "") for file in files]


_writing: Gathering[File, str] = Gathering(_write_all)


def _keep_files(files: Sequence[File]) -> dict[File, str]:
    """Those with which something went wrong, and what. All are written before the first is waited
    for. Calls are few: after each the thread has to wait for its turn among those that compute."""
    told: dict[File, str] = {}
    drafts: list[tuple[File, int]] = []
    for file in files:
        with _noting(told, file):
            drafts.append((file, _draft(file)))
    for file, handle in drafts:
        with _noting(told, file):
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
            os.replace(_place(file, draft=True), _place(file))  # noqa: PTH105  (ten times as fast)
    return told


def _draft(file: File) -> int:
    """The file under another name, open."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    try:
        handle = os.open(_place(file, draft=True), flags, 0o600)
    except FileNotFoundError:
        file[0].mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(_place(file, draft=True), flags, 0o600)
    try:
        left = memoryview(file[2])
        while left:
            left = left[os.write(handle, left) :]
    except BaseException:
        os.close(handle)
        raise
    return handle


def _place(file: File, *, draft: bool = False) -> str:
    folder, name, _content = file
    return f"{folder}/.{name}.part" if draft else f"{folder}/{name}"


@contextlib.contextmanager
def _noting(told: dict[K, str], what: K) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        told[what] = type(error).__name__


def _keep_folders(folders: Collection[Path]) -> dict[Path, str]:
    """Have the disk keep which files are in them. Says of which it could not be."""
    told: dict[Path, str] = {}
    for folder in folders:
        with _noting(told, folder):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
    return told
