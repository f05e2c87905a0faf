"""The only reader of request bodies and queries: strict, bounded, the same on every database."""

from __future__ import annotations

import asyncio
import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import unquote_to_bytes

from service.errors import Malformed, RequestTimeout, TooLarge, UnsupportedMedia

if TYPE_CHECKING:
    from starlette.requests import Request

FORM_BYTES = 256 * 1024
FORM_FIELDS = 1_000
FIELD_CHARACTERS = 32 * 1024
QUERY_FIELDS = 50
JSON_BYTES = 1024 * 1024
JSON_DEPTH = 32
# Beyond this a number does not survive a reader that holds numbers as doubles.
JSON_INTEGER = 2**53
# A form with one of these lets somebody in, or opens a vote: no part of it is kept or shown again.
LETS_IN = frozenset({"password", "code", "half", "secret", "shares"})
BODY_SECONDS = 20.0
# The closing quote is optional and nothing is given back, so no text takes more than one pass.
TEXT = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
BRACKET = re.compile(r"[\[\]{}]")
DEEPER = {"[": 1, "{": 1, "]": -1, "}": -1}


@dataclass(frozen=True, slots=True)
class FormRules:
    """What a route takes in a form. `files` also allows multipart, with uploads as bytes. Without
    `token` a form need not show that our own page sent it: it changes nothing but its browser."""

    max_bytes: int = FORM_BYTES
    max_fields: int = FORM_FIELDS
    files: bool = False
    token: bool = True


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a multipart form, already whole and within the form's byte limit."""

    name: str
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """Fields in the order they came. A name read as one value may be there only once."""

    pairs: tuple[tuple[str, str], ...]
    uploads: dict[str, Upload] = field(default_factory=dict)
    _values: dict[str, list[str]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """A page asks for each of its fields, some several times."""
        for name, value in self.pairs:
            self._values.setdefault(name, []).append(value)

    def get(self, name: str, default: str = "") -> str:
        """The one value of a field. Raises Malformed if it was sent more than once."""
        values = self._values.get(name)
        if values is None:
            return default
        if len(values) > 1:
            raise Malformed("repeated_parameter")
        return values[0]

    def all(self, name: str) -> list[str]:
        """Every value of a field that may repeat, as a list of ticked boxes does."""
        return list(self._values.get(name, ()))

    def single(self, lists: Iterable[str] = ()) -> dict[str, str]:
        """Every field as one value. Raises Malformed where one outside `lists` repeats."""
        declared = frozenset(lists)
        found: dict[str, str] = {}
        for name, value in self.pairs:
            if name in found and name not in declared:
                raise Malformed("repeated_parameter")
            found[name] = value
        return found

    def multi(self) -> dict[str, list[str]]:
        """Every field with all its values."""
        return {name: list(values) for name, values in self._values.items()}

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)


async def read_bytes(request: Request, limit: int) -> bytes:
    """The whole body. TooLarge beyond `limit`, RequestTimeout where it comes too slowly."""
    declared = request.headers.get("content-length", "")
    if declared and (not declared.isascii() or not declared.isdigit()):
        raise Malformed("content_length")
    if declared and (len(declared) > 18 or int(declared) > limit):
        raise TooLarge
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            more = True
            while more:
                message = await request.receive()
                if message["type"] == "http.disconnect":
                    raise Malformed("body_cut_short")
                part, more = message.get("body", b""), message.get("more_body", False)
                size += len(part)
                if size > limit:
                    raise TooLarge
                parts.append(part)
    except TimeoutError:
        raise RequestTimeout from None
    return b"".join(parts)


async def read_form(request: Request, rules: FormRules | None = None) -> Form:
    """The form of this request; read once, then remembered, so any layer may ask for it."""
    held = request.scope["state"].get("form")
    if isinstance(held, Form):
        return held
    rules = rules or FormRules()
    kind = media_type(request)
    if kind == "application/x-www-form-urlencoded":
        body = await read_bytes(request, rules.max_bytes)
        form = Form(tuple(parse_urlencoded(body, rules.max_fields)))
    elif kind == "multipart/form-data" and rules.files:
        from service.multipart import parse_multipart

        body = await read_bytes(request, rules.max_bytes)
        form = await parse_multipart(request.headers["content-type"], body, rules.max_fields)
    else:
        raise UnsupportedMedia
    request.scope["state"]["form"] = form
    return form


def read_query(request: Request, lists: Sequence[str] = ()) -> Form:
    """The query, as strictly as a form; a repeated name outside `lists` is Malformed."""
    form = Form(tuple(parse_urlencoded(request.scope["query_string"], QUERY_FIELDS)))
    form.single(lists)
    return form


async def read_json(request: Request, limit: int = JSON_BYTES) -> Any:
    """The JSON body, checked for everything a database or another reader could trip over."""
    if media_type(request) != "application/json":
        raise UnsupportedMedia
    return parse_json(await read_bytes(request, limit))


def media_type(request: Request) -> str:
    """The bare content type; a charset other than UTF-8 is refused."""
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        wanted = value.strip().strip('"').lower()
        if name.strip().lower() == "charset" and wanted not in ("utf-8", "utf8"):
            raise UnsupportedMedia
    return kind.strip().lower()


def parse_urlencoded(body: bytes, max_fields: int) -> list[tuple[str, str]]:
    """Names and values of an urlencoded body; `;` is not a separator."""
    if not body:
        return []
    if body.count(b"&") >= max_fields:
        raise TooLarge("too_many_fields")
    pairs = []
    for part in body.split(b"&"):
        if part:
            name, _, value = part.partition(b"=")
            pairs.append((decode(name), decode(value)))
    return pairs


def decode(raw: bytes) -> str:
    """One percent-encoded value as clean text."""
    plain = raw.replace(b"+", b" ")
    return clean_text(unquote_to_bytes(plain) if b"%" in plain else plain)


def clean_text(raw: bytes) -> str:
    """UTF-8 without NUL. UTF-8 cannot hold a lone surrogate, so none gets past here."""
    if len(raw) > FIELD_CHARACTERS * 4:
        raise TooLarge("field_too_long")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("not_utf8") from None
    if "\x00" in text:
        raise Malformed("nul_character")
    if len(text) > FIELD_CHARACTERS:
        raise TooLarge("field_too_long")
    return text


def parse_json(body: bytes) -> Any:
    """Strict JSON: UTF-8, bounded depth and numbers, no NaN, repeated key or lone surrogate."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("not_utf8") from None
    check_depth(text)
    try:
        value = json.loads(
            text,
            object_pairs_hook=unique_keys,
            parse_constant=refuse_constant,
            parse_int=bounded_integer,
            parse_float=finite_number,
        )
    except ValueError:
        raise Malformed("not_json") from None
    # A NUL or a surrogate can only be written as an escape once the bytes are UTF-8.
    if "\\u" in text:
        check_text(value)
    elif "\x00" in text:
        raise Malformed("nul_character")
    return value


def check_depth(text: str) -> None:
    """Refuse deep nesting before the parser's recursion meets it; brackets in text do not count."""
    if text.count("[") + text.count("{") <= JSON_DEPTH:
        return
    # Without an escape, what stands between quotes is every second piece.
    bare = TEXT.sub("", text) if "\\" in text else "".join(text.split('"')[::2])
    brackets = BRACKET.findall(bare)
    if max(accumulate(map(DEEPER.__getitem__, brackets)), default=0) > JSON_DEPTH:
        raise Malformed("too_deep")


def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("repeated_key")
    return found


def refuse_constant(_name: str) -> NoReturn:
    raise Malformed("not_a_number")


def bounded_integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > JSON_INTEGER:
        raise Malformed("number_too_large")
    return int(digits)


def finite_number(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value) or len(digits) > 40:
        raise Malformed("number_too_large")
    return value


def check_text(value: Any) -> None:
    """Refuse a NUL or a lone surrogate in any text of a JSON value, keys included."""
    if isinstance(value, str):
        if "\x00" in value:
            raise Malformed("nul_character")
        if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
            raise Malformed("lone_surrogate")
    elif isinstance(value, dict):
        for key, item in value.items():
            check_text(key)
            check_text(item)
    elif isinstance(value, list):
        for item in value:
            check_text(item)
