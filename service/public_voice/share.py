"""Sharing a petition: its link, a QR code to print, and a sheet for names on paper."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from starlette.responses import Response as PlainResponse

from service.queries.voice import petitions as asking
from service.rendering import render, translator_of
from service.web import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

LINES = 12
QR_KEPT = "public, max-age=86400"


@dataclass(frozen=True, slots=True)
class ShareView:
    """The link in full, the code and the sheet."""

    heading: str
    section: str
    language: str
    link: str
    qr: str
    sheet: str
    back: str


@dataclass(frozen=True, slots=True)
class SheetView:
    """One sheet of paper: the whole ask, numbered lines, and where to bring it."""

    heading: str
    language: str
    number: int
    why: str
    link: str
    qr: str
    lines: range
    until: str
    with_areas: bool
    back: str


async def share(request: Request) -> Response:
    item = await asking.at_address(request.path_params["number"])
    words = translator_of(request)
    here = f"/voice/petitions/{item.number}"
    view = ShareView(
        heading=words.gettext("Share this petition"),
        section=item.ask,
        language=item.language,
        link=link_of(request, item.number),
        qr=f"{here}/qr.svg",
        sheet=f"{here}/sheet",
        back=here,
    )
    return render(request, "voice/share.html", view)


async def sheet(request: Request) -> Response:
    """A page made for paper."""
    item = await asking.at_address(request.path_params["number"])
    words, rules = translator_of(request), services_of(request).voice
    view = SheetView(
        heading=item.ask,
        language=item.language,
        number=item.number,
        why=item.why,
        link=link_of(request, item.number),
        qr=f"/voice/petitions/{item.number}/qr.svg",
        lines=range(1, LINES + 1),
        until=words.date(item.closes_at),
        with_areas=bool(rules.areas),
        back=f"/voice/petitions/{item.number}/share",
    )
    return render(request, "voice/sheet.html", view)


async def qr(request: Request) -> Response:
    """The link as a QR code, black on white whatever the page's colors are."""
    item = await asking.at_address(request.path_params["number"])
    body = qr_svg(link_of(request, item.number))
    headers = {"Cache-Control": QR_KEPT}
    return PlainResponse(body, media_type="image/svg+xml", headers=headers)


def link_of(request: Request, number: int) -> str:
    return f"{services_of(request).settings.base_url}/voice/petitions/{number}"


@lru_cache(256)
def qr_svg(link: str) -> bytes:
    """A code with a quarter of it to spare, so that a crumpled poster still reads."""
    import segno  # only these pages need it

    out = io.BytesIO()
    code = segno.make(link, error="q", micro=False)
    code.save(out, kind="svg", scale=8, border=4, dark="#000", light="#fff", xmldecl=False)
    return out.getvalue()
