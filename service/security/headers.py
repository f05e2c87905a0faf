"""The headers on every answer: pages, errors, files, redirects and the parser's refusals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

Header = tuple[bytes, bytes]

# Nothing inline, nothing from elsewhere, no framing; forms post to us only.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
ALWAYS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    # Not no-referrer: with that a browser sends `Origin: null` on our own forms.
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
HTTPS_ONLY = ((b"strict-transport-security", b"max-age=63072000; includeSubDomains"),)
NO_STORE: Header = (b"cache-control", b"no-store")
CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


def security_headers(*, https: bool) -> tuple[Header, ...]:
    """The fixed set; HSTS only where the public address is https."""
    return ALWAYS + HTTPS_ONLY if https else ALWAYS


def complete(
    headers: Iterable[Header], fixed: tuple[Header, ...], request_id: bytes
) -> list[Header]:
    """An answer's headers with ours added; what a route set itself (caching, its policy) stays."""
    made = list(headers)
    present = {name for name, _value in made}
    made.extend(header for header in fixed if header[0] not in present)
    if b"cache-control" not in present:
        made.append(NO_STORE)
    made.append((b"x-request-id", request_id))
    return made


class Added:
    """What is added to every answer, ready to be sent: most answers bring none of it themselves."""

    def __init__(self, *, https: bool) -> None:
        self.fixed = security_headers(https=https)
        self._names = frozenset(name for name, _value in self.fixed)
        self._kept = _lines(self.fixed) + b"x-request-id: "
        self._not_kept = _lines([*self.fixed, NO_STORE]) + b"x-request-id: "

    def head(self, headers: Sequence[Header], request_id: bytes) -> bytes:
        """All headers of an answer as they are sent. Raises ValueError for one that could be read
        as two."""
        if CONTROL.search(b" ".join([part for header in headers for part in header])):
            raise ValueError("a header holds what no header may")
        names = {name for name, _value in headers}
        if not names.isdisjoint(self._names):
            return _lines(complete(headers, self.fixed, request_id))
        more = self._kept if b"cache-control" in names else self._not_kept
        return b"".join([_lines(headers), more, request_id, b"\r\n"])


def _lines(headers: Iterable[Header]) -> bytes:
    return b"".join([b"%b: %b\r\n" % header for header in headers])
