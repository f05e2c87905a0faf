"""The addresses that voice's mails lead to. Opening one changes nothing: each page has a button."""

from __future__ import annotations

PETITION = "/voice/petitions/{number}"
AUTHOR = "/voice/mine/{token}"
SIGNATURE = "/voice/signature/{token}"
