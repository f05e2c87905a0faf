"""Mails in plain text, put together fast: at a rush they are a large part of all work."""

from __future__ import annotations

from binascii import b2a_qp
from dataclasses import dataclass
from email._policybase import Compat32
from email.header import Header
from email.message import Message
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# RFC 5322 asks for no more in a line.
LINE = 78


class _Lines(Compat32):
    """A header that fits on its line is written as it is. To look for where each might be folded
    was half of a mail's work."""

    def fold(self, name: str, value: Any) -> str:
        return _short(name, value) or super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self.fold(name, value).encode("ascii")


def _short(name: str, value: Any) -> str:
    line = f"{name}: {value}"
    plain = isinstance(value, str) and value.isascii() and value.isprintable()
    return line + "\n" if plain and len(line) <= LINE else ""


def _coded(name: str, value: str) -> str:
    return Header(value, "utf-8", header_name=name).encode()


_LINES = _Lines()
# What every mail of text says of itself.
OF_TEXT = (
    ("MIME-Version", "1.0"),
    ("Content-Type", 'text/plain; charset="utf-8"'),
    ("Content-Transfer-Encoding", "quoted-printable"),
)


@dataclass(frozen=True, slots=True)
class PlainMail:
    """Headers and text as mail carries them, so there is nothing to look for when it is written."""

    headers: tuple[tuple[str, str], ...]
    text: str

    def __bytes__(self) -> bytes:
        lines = [
            _short(name, value) or _LINES.fold(name, value)
            for name, value in (*self.headers, *OF_TEXT)
        ]
        return "".join([*lines, "\n", self.text]).encode("ascii")

    def message(self) -> Message:
        """The same for what hands mails to a server. The plain kind: the newer one reads each
        header that it is given."""
        made = Message(_LINES)
        for name, value in (*self.headers, *OF_TEXT):
            made[name] = value
        made.set_payload(self.text)
        return made


def plain_mail(headers: Mapping[str, str], body: str) -> PlainMail:
    """A mail of text alone, in UTF-8 with only those letters escaped that mail cannot carry.

    Raises ValueError for a header of several lines: the second could be a header of its own.
    """
    if broken := [name for name, value in headers.items() if len(value.splitlines()) > 1]:
        raise ValueError(f"a header of several lines: {broken}")
    coded = [
        (name, value if value.isascii() else _coded(name, value)) for name, value in headers.items()
    ]
    return PlainMail(tuple(coded), b2a_qp(body.encode(), istext=True).decode("ascii"))
