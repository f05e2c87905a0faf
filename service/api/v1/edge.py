"""Between HTTP and the actions: read a strict body, answer JSON, find the caller's agency."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError
from pydantic_core import to_json
from starlette.responses import Response

from service.api.v1.shapes import parse_uuid
from service.body import parse_json, read_json
from service.errors import Fault, Invalid, NotFound

if TYPE_CHECKING:
    from starlette.requests import Request

    from service.actor import Actor

M = TypeVar("M", bound=BaseModel)
JSON = "application/json"
BODY_BYTES = 512 * 1024
MOST_FAULTS = 50


async def read_model(request: Request, model: type[M], limit: int = BODY_BYTES) -> M:
    """The body as a model. Raises Malformed or Invalid; nothing else for any body."""
    return parse_model(await read_json(request, limit), model)


def parse_bytes(body: bytes, model: type[M]) -> M:
    """A body that was read already."""
    return parse_model(parse_json(body), model)


def parse_model(value: Any, model: type[M], at: str = "") -> M:
    """A JSON value as a model; Invalid points at each value that will not do."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise Invalid(list(faults_of(error, at))[:MOST_FAULTS]) from None


def faults_of(error: ValidationError, at: str = "") -> list[Fault]:
    """Pydantic's findings with JSON pointers; the value itself is never repeated."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [
        Fault(at + "".join(f"/{_escaped(step)}" for step in each["loc"]), each["type"], each["msg"])
        for each in found
    ]


def answer(body: Mapping[str, Any], status: int = 200) -> Response:
    """A JSON answer: the same bytes as json's compact form, in a quarter of its time."""
    return Response(to_json(body), status, media_type=JSON)


def answer_text(body: str) -> Response:
    """A JSON answer that is text already."""
    return Response(body.encode(), media_type=JSON)


def actor_of(request: Request) -> Actor:
    """Who calls, as the guard found them."""
    actor: Actor = request.state.actor
    return actor


def agency_of(request: Request) -> str:
    """The agency whose key this is."""
    agency = actor_of(request).agency
    if agency is None:
        raise NotFound
    return agency


def path_id(request: Request, name: str = "id") -> UUID:
    """The id in the path; one that is not an id is not there."""
    found = parse_uuid(request.path_params[name])
    if found is None:
        raise NotFound
    return found


def _escaped(step: int | str) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")
