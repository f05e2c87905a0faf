"""The start page, privacy, accessibility and, in the demonstration, the components."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.errors import NotFound
from service.i18n import Language
from service.public.gallery import Component, components
from service.rendering import redirect, render, translator_of
from service.web import services_of, web_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


# Addresses as people type them: the name of the route, and the page they mean.
SHORT = {
    "/benefits": ("benefits", "/benefits/start"),
    "/benefits/": ("benefits_folder", "/benefits/start"),
    "/voice": ("voice", "/voice/"),
    "/staff": ("staff", "/staff/"),
}


@dataclass(frozen=True, slots=True)
class StartView:
    """The first page: how many programs there are, and in which languages."""

    heading: str
    city: str
    programs: int
    languages: Sequence[Language]


@dataclass(frozen=True, slots=True)
class TextView:
    """A page of words only."""

    heading: str
    city: str


@dataclass(frozen=True, slots=True)
class GalleryView:
    heading: str
    components: Sequence[Component]


async def start(request: Request) -> Response:
    """What this is for, what helps to have at hand, and one button."""
    services, words = services_of(request), translator_of(request)
    view = StartView(
        heading=words.gettext("One form. All the help your household may get."),
        city=services.city.name,
        programs=len(services.rules.programs),
        languages=web_of(request).languages.offered,
    )
    return render(request, "public/start.html", view)


async def privacy(request: Request) -> Response:
    """What we keep, who sees it, for how long, and how to have it removed."""
    words = translator_of(request)
    view = TextView(words.gettext("Your privacy"), services_of(request).city.name)
    return render(request, "public/privacy.html", view)


async def accessibility(request: Request) -> Response:
    """What we hold these pages to, what was tested and what was not."""
    words = translator_of(request)
    view = TextView(words.gettext("Accessibility"), services_of(request).city.name)
    return render(request, "public/accessibility.html", view)


async def gallery_page(request: Request) -> Response:
    """Every component with its examples; only in the demonstration."""
    if not services_of(request).settings.demo:
        raise NotFound
    web, words = web_of(request), translator_of(request)
    shown = components(web.templates.environments[words.code])
    return render(request, "public/components.html", GalleryView("Components", shown))


async def in_full(request: Request) -> Response:
    """From an address somebody typed by heart to its page."""
    return redirect(SHORT[request.url.path][1])
