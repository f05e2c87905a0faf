"""Pages rendered without a server, for tests of templates."""

from __future__ import annotations

from functools import cache

from service.assets import Assets
from service.i18n import Language, Languages
from service.templating import Page, Templates

OFFERED = (Language("en", "English", "complete"), Language("es", "Español", "draft"))


@cache
def templates() -> Templates:
    """Every language the demonstration offers, and the two made-up ones."""
    languages = Languages.load(OFFERED, "America/Los_Angeles", pseudo=True)
    return Templates(languages, Assets.load())


def a_page(**changed: object) -> Page:
    """What the frame of a page needs, with a demonstration city's values."""
    told: dict[str, object] = {
        "service": "Threshold · Seattle",
        "path": "/",
        "csrf": "token",
        "languages": OFFERED,
        "demo": True,
        "phone": "206-555-0100",
    }
    return Page(**{**told, **changed})  # type: ignore[arg-type]  # the names are Page's own
