"""A note to the same browser that nobody else can read: a sealed cookie of a few minutes.

What may be shown once only (a secret) survives the redirect after a form, and a reload, without
ever standing in the database or in an address.
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from service.security.keyring import SealBroken
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

LIFE = timedelta(minutes=15)
PATH = "/benefits/"
LONGEST = 4_000


def leave(
    request: Request, response: Response, name: str, value: Any, life: timedelta = LIFE
) -> None:
    """Have this browser carry `value` to the next page. `name` is the cookie's."""
    services = services_of(request)
    text = json.dumps({"value": value, "until": (now_of(request) + life).isoformat()})
    sealed = services.keyring.seal(text.encode(), table="cookies", column=name, row_id="once")
    response.set_cookie(
        name,
        base64.urlsafe_b64encode(sealed).decode(),
        max_age=int(life.total_seconds()),
        path=PATH,
        secure=services.settings.base_url.startswith("https:"),
        httponly=True,
        samesite="lax",
    )


def found(request: Request, name: str) -> Any:
    """What was left under this name, or None when there is nothing or it is too old."""
    cookie = request.cookies.get(name, "")
    if not cookie or len(cookie) > LONGEST:
        return None
    try:
        sealed = base64.urlsafe_b64decode(cookie)
        text = services_of(request).keyring.open(
            sealed, table="cookies", column=name, row_id="once"
        )
    except (SealBroken, binascii.Error, ValueError):
        return None
    note = json.loads(text)
    if datetime.fromisoformat(note["until"]) < now_of(request):
        return None
    return note["value"]


def take_away(request: Request, response: Response, name: str) -> None:
    """Nothing is left under this name from now on."""
    secure = services_of(request).settings.base_url.startswith("https:")
    response.delete_cookie(name, path=PATH, secure=secure, httponly=True, samesite="lax")
