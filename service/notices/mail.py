"""A mail's way out: by SMTP, or as a file in a folder where no server is named."""

from __future__ import annotations

import asyncio
import hashlib
import os
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from service.worker import Done, GiveUp, Outcome, Retry

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

    from service.settings import Settings

SECONDS = 20.0
FOLDER = "mail"
REFUSED_FOR_GOOD = 500


async def send(
    settings: Settings, message: EmailMessage, key: str, folder: str = FOLDER
) -> Outcome:
    """Hand a mail over. `key` names it: as a file, the same key is the same file in `folder`."""
    if settings.smtp_url is None:
        name = hashlib.sha256(key.encode()).hexdigest()[:32] + ".eml"
        try:
            await asyncio.to_thread(write, settings.storage / folder, name, bytes(message))
        except OSError as error:
            return Retry(f"the folder took no mail: {type(error).__name__}")
        return Done()
    return await by_smtp(settings.smtp_url, message)


async def by_smtp(url: str, message: EmailMessage) -> Outcome:
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


def write(folder: Path, name: str, content: bytes) -> None:
    """The whole file, or none; a second try writes the same one again."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f".{name}.part"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / name)
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
