"""The people of the benchmark over HTTP: plain sockets and one poll, because they share the machine
with the server they measure.

Each comes from an address of their own, fetches the petition's page, sends the form, waits for the
mail, opens its link on another connection and presses the button; so many are at it at any moment.
"""

from __future__ import annotations

import os
import re
import select
import socket
import time
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

# At 250 a second, with a mail on its way for a second.
AT_ONCE = 250
TOKEN = re.compile(rb'name="_csrf" value="([^"]+)"')
COOKIE = re.compile(rb"\r\nset-cookie: ([^;\r]+)", re.IGNORECASE)
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
MAIL = re.compile(rb"^To: http(\d+)@.*?/voice/signature/([A-Za-z0-9_-]{43})", re.DOTALL | re.M)
FORM = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
SENT = b"303"
LOOK_SECONDS, QUIET_SECONDS = 0.05, 120.0
PIECE = 65_536
# What somebody asks, to go on with the answer; or their number, to go on with the token in their
# mail.
Life = Generator[bytes | int, bytes, None]


@dataclass(slots=True)
class _Line:
    """A connection, whose it is, and what has come of the answer that is waited for."""

    wire: socket.socket
    life: Life
    got: bytes = b""

    def whole(self) -> bool:
        end = self.got.find(b"\r\n\r\n")
        if end < 0:
            return False
        found = LENGTH.search(self.got, 0, end + 2)
        return len(self.got) >= end + 4 + (int(found[1]) if found else 0)


@dataclass(slots=True)
class Crowd:
    """People who sign one petition, each when their turn comes."""

    port: int
    number: int
    folder: Path
    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    _lines: dict[int, _Line] = field(default_factory=dict)
    _mails: dict[int, Life] = field(default_factory=dict)
    _early: dict[int, bytes] = field(default_factory=dict)
    _poll: select.epoll = field(default_factory=select.epoll)

    def sign(self, people: Iterable[int]) -> None:
        """Until the last of them is done. Raises RuntimeError for an answer that is none, and when
        nothing happens any more."""
        waiting = iter(people)
        look_at = heard_at = time.perf_counter()
        while self._fill_up(waiting):
            for number, _event in self._poll.poll(LOOK_SECONDS):
                self._hear(number)
                heard_at = time.perf_counter()
            if time.perf_counter() >= look_at:
                self._read_mails()
                look_at = time.perf_counter() + LOOK_SECONDS
            if time.perf_counter() > heard_at + QUIET_SECONDS:
                raise RuntimeError(f"{len(self._mails)} people wait for a mail in vain")

    def _fill_up(self, waiting: Iterator[int]) -> int:
        """So many are at it now."""
        while len(self._lines) + len(self._mails) < AT_ONCE:
            each = next(waiting, None)
            if each is None:
                break
            life = self._life(each)
            self._call(life, next(life))
        return len(self._lines) + len(self._mails)

    def _life(self, each: int) -> Life:
        head = _head(self.port, each)
        fields = {"name": "Sam Signer", "mail": f"http{each}@load{each % 97}.example.net"}
        yield from self._form("asked", f"/voice/petitions/{self.number}", head, fields)
        begun = time.perf_counter()
        token = (yield each).decode()
        self.took["mail"].append(time.perf_counter() - begun)
        confirm = {"_action": "confirm"}
        yield from self._form("confirmed", f"/voice/signature/{token}", head, confirm)

    def _form(self, kind: str, path: str, head: str, fields: dict[str, str]) -> Life:
        """Fetch a page and send its form."""
        begun = time.perf_counter()
        page = yield f"GET {path} {head}\r\n".encode()
        token, cookie = TOKEN.search(page), COOKIE.search(page)
        if token is None or cookie is None:
            raise RuntimeError(f"{path} answered {page[:30]!r} and has no form")
        form = urlencode({"_csrf": token[1].decode(), **fields})
        cookies = f"Cookie: {cookie[1].decode()}\r\n"
        answer = yield f"POST {path} {head}{cookies}{FORM}{len(form)}\r\n\r\n{form}".encode()
        if answer[9:12] != SENT:
            raise RuntimeError(f"{kind} answered {answer[9:12]!r}")
        self.took[kind].append(time.perf_counter() - begun)

    def _call(self, life: Life, asked: bytes | int) -> None:
        """Ask on a connection of its own."""
        wire = socket.create_connection(("127.0.0.1", self.port))
        wire.setblocking(False)
        self._lines[wire.fileno()] = _Line(wire, life)
        self._poll.register(wire.fileno(), select.EPOLLIN)
        wire.sendall(asked if isinstance(asked, bytes) else b"")

    def _hear(self, number: int) -> None:
        """Take what came on a connection, and go on when the answer is whole."""
        line = self._lines[number]
        piece = line.wire.recv(PIECE)
        if not piece:
            raise RuntimeError("the server ended a connection")
        line.got += piece
        if not line.whole():
            return
        answer, line.got = line.got, b""
        try:
            wanted = line.life.send(answer)
        except StopIteration:
            self._hang_up(number)
            return
        if isinstance(wanted, bytes):
            line.wire.sendall(wanted)
            return
        self._hang_up(number)
        self._mails[wanted] = line.life
        if token := self._early.pop(wanted, None):
            self._open(wanted, token)

    def _hang_up(self, number: int) -> None:
        self._poll.unregister(number)
        self._lines.pop(number).wire.close()

    def _read_mails(self) -> None:
        """Each mail as soon as it lies there. It may be there before its owner has the answer."""
        for content in taken(self.folder):
            if found := MAIL.search(content.replace(b"=\n", b"")):
                self._open(int(found[1]), found[2])

    def _open(self, each: int, token: bytes) -> None:
        life = self._mails.pop(each, None)
        if life is None:
            self._early[each] = token
        else:
            self._call(life, life.send(token))


def _head(port: int, number: int) -> str:
    high, low = divmod(number, 250)
    address = f"10.{high // 250}.{high % 250}.{low + 1}"
    return f"HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Forwarded-For: {address}\r\n"


def taken(folder: Path) -> list[bytes]:
    """The mails that lie there, which then lie there no more."""
    contents = []
    for entry in os.scandir(folder) if folder.is_dir() else ():
        if entry.name.endswith(".eml"):
            with open(entry.path, "rb", buffering=0) as file:  # noqa: PTH123  (half the time)
                contents.append(file.read())
            os.unlink(entry.path)  # noqa: PTH108
    return contents
