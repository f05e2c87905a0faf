"""What a check found wrong with a pack: file, line, column and a plain sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing to mend. Lines and columns count from 1; 0 means the whole file."""

    file: str
    line: int
    column: int
    code: str
    message: str
    suggestion: str | None = None

    def __str__(self) -> str:
        hint = f" {self.suggestion}" if self.suggestion else ""
        return f"{self.file}:{self.line}:{self.column}: {self.message}{hint} [{self.code}]"


class RulesError(Exception):
    """A pack cannot be used. Carries every finding, so an author mends them in one go."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = sorted(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


def nearest(name: str, known: Iterable[str]) -> str | None:
    """A sentence that names the closest known name, or None when nothing is close."""
    close = get_close_matches(name[:80], list(known), n=1, cutoff=0.6)
    return f'Did you mean "{close[0]}"?' if close else None
