"""What a check of published files tells: one thing that does not fit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`leaf` names the ballot where it is one."""

    code: str
    text: str
    leaf: str | None = None
