"""A password or key that is shown this once, to be handed over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.rendering import render

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


@dataclass(frozen=True, slots=True)
class OnceView:
    """The words, what they are good for, and the way back."""

    heading: str
    shown: str
    note: str
    back: str


def shown_once(request: Request, heading: str, shown: str, note: str, back: str) -> Response:
    """The page of one secret. It answers the form itself: in an address it would be kept."""
    return render(request, "administration/once.html", OnceView(heading, shown, note, back))
