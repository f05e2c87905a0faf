"""The OpenAPI 3.1 document, made from the very models and routes that answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

if TYPE_CHECKING:
    from starlette.routing import Route

JSON, PROBLEM = "application/json", "application/problem+json"
REF = "#/components/schemas/{model}"
Schema = dict[str, Any]
STATUS_WORDS = {
    400: "The request itself cannot be read.",
    401: "No key, or one that is not known.",
    404: "Not there, or not yours: the two look the same.",
    409: "The code says what stands against it.",
    413: "The body is larger than this takes.",
    415: "The content type is not taken here.",
    422: "Readable; `errors` points at each value that will not do.",
    429: "Too many tries; `Retry-After` says how long to wait.",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One route as it is served and described. `key` names whose bearer key it takes, if any."""

    route: Route
    summary: str
    answer: type[BaseModel] | str | None
    status: int = 200
    body: type[BaseModel] | Schema | None = None
    csv_body: bool = False
    key: str | None = None
    idempotent: bool = False
    errors: tuple[int, ...] = ()
    query: Mapping[str, Schema] | None = None

    @property
    def name(self) -> str:
        return self.route.name

    @property
    def path(self) -> str:
        return self.route.path

    @property
    def method(self) -> str:
        """The one method: HEAD comes along with GET by itself."""
        (method,) = (self.route.methods or set()) - {"HEAD"}
        return method

    @property
    def body_errors(self) -> tuple[int, ...]:
        """What any route with a body can refuse."""
        return (400, 413, 415, 422) if self.body is not None else (400,)


def document(
    title: str, version: str, operations: Sequence[Operation], problem: type[BaseModel]
) -> Schema:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": _paths(operations, problem),
        "components": {
            "schemas": _schemas([*_models(operations), problem]),
            "securitySchemes": {
                "agency": _bearer("An agency's key: its own referrals only."),
                "partner": _bearer("A partner's key: what it sent itself only."),
            },
        },
    }


def _bearer(words: str) -> Schema:
    return {"type": "http", "scheme": "bearer", "description": words}


def _models(operations: Iterable[Operation]) -> list[type[BaseModel]]:
    found: dict[type[BaseModel], None] = {}
    for operation in operations:
        for each in (operation.body, operation.answer):
            if isinstance(each, type):
                found[each] = None
    return list(found)


def _schemas(models: Sequence[type[BaseModel]]) -> Schema:
    _, made = models_json_schema([(model, "validation") for model in models], ref_template=REF)
    schemas: Schema = made["$defs"]
    return schemas


def _paths(operations: Iterable[Operation], problem: type[BaseModel]) -> Schema:
    paths: Schema = {}
    for operation in operations:
        described = _operation(operation, problem)
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    return paths


def _operation(operation: Operation, problem: type[BaseModel]) -> Schema:
    described: Schema = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": list(_parameters(operation)),
        "responses": _responses(operation, problem),
    }
    if operation.body is not None:
        schema = _schema_of(operation.body)
        content = {JSON: {"schema": schema}}
        if operation.csv_body:
            content["text/csv"] = {"schema": {"type": "string"}}
        described["requestBody"] = {"required": True, "content": content}
    if operation.key is not None:
        described["security"] = [{operation.key: []}]
    return described


def _schema_of(body: type[BaseModel] | Schema) -> Schema:
    return _ref(body) if isinstance(body, type) else body


def _ref(model: type[BaseModel]) -> Schema:
    return {"$ref": REF.format(model=model.__name__)}


def _parameters(operation: Operation) -> Iterable[Schema]:
    for step in operation.path.split("/"):
        if step.startswith("{"):
            schema = {"type": "string", "minLength": 1, "maxLength": 64}
            yield {"name": step[1:-1], "in": "path", "required": True, "schema": schema}
    for name, schema in (operation.query or {}).items():
        yield {"name": name, "in": "query", "required": False, "schema": schema}
    if operation.idempotent:
        schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
        yield {"name": "Idempotency-Key", "in": "header", "required": True, "schema": schema}


def _responses(operation: Operation, problem: type[BaseModel]) -> Schema:
    responses: Schema = {str(operation.status): _good(operation)}
    refusals = {*operation.errors, *operation.body_errors}
    if operation.key is not None:
        refusals |= {401, 404, 429}
    for status in sorted(refusals):
        responses[str(status)] = {
            "description": STATUS_WORDS[status],
            "content": {PROBLEM: {"schema": _ref(problem)}},
        }
    return responses


def _good(operation: Operation) -> Schema:
    if isinstance(operation.answer, type):
        content: Schema = {JSON: {"schema": _ref(operation.answer)}}
    elif operation.answer is not None:
        content = {operation.answer: {"schema": {"type": "string"}}}
    else:
        content = {JSON: {"schema": {"type": "object"}}}
    return {"description": "As asked.", "content": content}
