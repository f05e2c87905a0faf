"""The head of an answer that is sent whole is the one that ASGI's messages would make."""

from __future__ import annotations

import pytest
from starlette.responses import RedirectResponse

from service.rendering import redirect
from service.security.headers import Added, complete

ID = b"0123456789abcdef"


@pytest.mark.parametrize("https", [True, False])
@pytest.mark.parametrize(
    "own",
    [
        [],
        [(b"content-length", b"2"), (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")],
        [(b"cache-control", b"max-age=60")],
        [(b"content-security-policy", b"default-src 'none'"), (b"cache-control", b"public")],
    ],
)
def test_it_holds_the_same_lines_in_the_same_order(
    own: list[tuple[bytes, bytes]], *, https: bool
) -> None:
    added = Added(https=https)
    lines = [name + b": " + value for name, value in complete(own, added.fixed, ID)]
    assert added.head(own, ID).split(b"\r\n") == [*lines, b""]


@pytest.mark.parametrize("value", [b"/a\r\nset-cookie: b=1", b"a\nb", b"a\rb", b"a\x00b"])
def test_a_header_that_could_be_read_as_two_is_never_sent(value: bytes) -> None:
    with pytest.raises(ValueError, match="header"):
        Added(https=False).head([(b"location", value)], ID)


@pytest.mark.parametrize(
    "path", ["/voice/look?by=mail&x=%20", "/voice/peticiones/ñ", "/a/<b>^`{c}|d"]
)
def test_a_redirect_is_written_as_starlette_writes_it(path: str) -> None:
    made = redirect(path)
    expected = RedirectResponse(path, status_code=303)
    assert made.status_code == 303
    assert sorted(made.raw_headers) == sorted(expected.raw_headers)
