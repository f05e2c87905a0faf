"""The one JSON shape of a refusal: RFC 9457, plus code, request_id and errors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

if TYPE_CHECKING:
    from service.errors import AppError

MEDIA_TYPE = "application/problem+json; charset=utf-8"


def problem(error: AppError, request_id: str) -> dict[str, Any]:
    """The body: `title` is for people, `code` and each error's `code` are for programs."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": error.message.format(**error.values) if error.values else error.message,
        "status": error.status,
        "code": error.code,
        "request_id": request_id,
    }
    body["errors"] = [
        {"pointer": fault.pointer, "code": fault.code, "detail": fault.detail}
        for fault in error.faults
    ]
    return body


def problem_bytes(error: AppError, request_id: str) -> bytes:
    return json.dumps(problem(error, request_id), ensure_ascii=False).encode()


def problem_response(error: AppError, request_id: str) -> Response:
    """The problem as a response with the error's own headers."""
    return Response(
        problem_bytes(error, request_id),
        status_code=error.status,
        headers=dict(error.headers),
        media_type=MEDIA_TYPE,
    )
