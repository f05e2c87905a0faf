"""One module per command; each adds itself to the parser and imports what it needs when run."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from service.settings import Settings


class BadUse(Exception):
    """The command cannot be run so: every reason, a sentence each. Ends with exit status 2."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(*self.problems)


def read_settings() -> Settings:
    """The environment's settings. Raises BadUse with all that is wrong with them."""
    from service.settings import Settings, SettingsError

    try:
        return Settings.from_env(os.environ)
    except SettingsError as refused:
        raise BadUse(refused.problems) from None


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[None]:
    """The database while a command works. Raises BadUse where it is away, or of another version."""
    from service import db
    from service.migrator import migrations_current

    try:
        await db.open_database(settings)
        if not await migrations_current():
            raise BadUse(["The database is not at this version: run `threshold migrate`."])
        yield
    except db.DatabaseUnavailable as away:
        raise BadUse([f"The database cannot be reached: {away}."]) from None
    finally:
        await db.close_database()
