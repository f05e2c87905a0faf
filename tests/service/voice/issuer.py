"""A small OpenID Connect issuer on this machine: it answers over HTTP and signs what it is told."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

CLIENT = "threshold"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@dataclass
class Issuer:
    """`person` is who signs in; `claims` and `header` take the place of what it would say."""

    port: int = 0
    person: str = "resident-1"
    now: float = 0.0
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def sign_in(self, href: str) -> str:
        """A person signs in on the issuer's page; gives the code that they bring back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(href).query).items()}
        code = f"code-{len(self.asked)}"
        self.asked[code] = asked
        return code

    def token(self, asked: dict[str, str]) -> str:
        told = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": self.person,
            "nonce": asked["nonce"],
            "iat": int(self.now),
            "exp": int(self.now) + 300,
            **self.claims,
        }
        header = {"alg": "ES256", "kid": "one", **self.header}
        signed = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(told).encode())}"
        r, s = decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def answer(self, path: str, body: str) -> tuple[int, dict[str, Any]]:
        numbers = self.key.public_key().public_numbers()
        if path == "/.well-known/openid-configuration":
            names = {"authorization_endpoint": "in", "token_endpoint": "token", "jwks_uri": "keys"}
            places = {name: f"{self.url}/{place}" for name, place in names.items()}
            return 200, {"issuer": self.url, **places}
        if path == "/keys":
            x, y = (b64(one.to_bytes(32, "big")) for one in (numbers.x, numbers.y))
            return 200, {"keys": [{"kty": "EC", "crv": "P-256", "kid": "one", "x": x, "y": y}]}
        sent = {name: values[0] for name, values in parse_qs(body).items()}
        asked = self.asked.pop(sent.get("code", ""), None)
        digest = b64(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
        if asked is None or digest != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        return 200, {"id_token": self.token(asked), "token_type": "Bearer"}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lengths = [line for line in head.lower().splitlines() if line.startswith("content-length:")]
        size = int(lengths[0].partition(":")[2]) if lengths else 0
        body = (await reader.readexactly(size)).decode()
        status, told = self.answer(head.split(" ")[1], body)
        said = json.dumps(told).encode()
        writer.write(
            f"HTTP/1.1 {status} Told\r\ncontent-type: application/json\r\n"
            f"content-length: {len(said)}\r\nconnection: close\r\n\r\n".encode()
            + said
        )
        await writer.drain()
        writer.close()


@asynccontextmanager
async def issuing() -> AsyncIterator[Issuer]:
    issuer = Issuer()
    server = await asyncio.start_server(issuer.serve, "127.0.0.1", 0)
    issuer.port = server.sockets[0].getsockname()[1]
    async with server:
        yield issuer
