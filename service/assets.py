"""The few files a page loads: one style sheet, one small script, one mark; named by content."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).resolve().parent / "static"
SHEETS = ("tokens.css", "base.css", "layout.css")
LAYERS = "@layer tokens, base, layout, components, theme;"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as served: its public path holds the hash of its bytes, so it never goes stale."""

    path: str
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Assets:
    """All assets by their plain name and by their public path."""

    by_name: Mapping[str, Asset]
    by_path: Mapping[str, Asset]

    @classmethod
    def load(cls, theme: Path | None = None, static: Path = STATIC) -> Assets:
        """Read and bundle once at start; `theme` is a city's own sheet of tokens."""
        files = {"threshold.css": style_sheet(static / "css", theme).encode()}
        for folder in ("js", "img"):
            for file in sorted((static / folder).glob("*.*")):
                files[file.name] = file.read_bytes()
        made = [asset(name, body) for name, body in files.items()]
        return cls(dict(zip(files, made, strict=True)), {item.path: item for item in made})

    def url(self, name: str) -> str:
        """The address of an asset; an unknown name is an error of ours, so it raises."""
        return f"/static/{self.by_name[name].path}"


def asset(name: str, body: bytes) -> Asset:
    stem, _, suffix = name.rpartition(".")
    digest = hashlib.sha256(body).hexdigest()[:12]
    return Asset(f"{stem}.{digest}.{suffix}", TYPES["." + suffix], body)


def style_sheet(folder: Path, theme: Path | None = None) -> str:
    """Every sheet in layer order, without comments and spare spaces."""
    sheets = [folder / name for name in SHEETS] + sorted((folder / "components").glob("*.css"))
    text = "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    if theme is not None and theme.exists():
        text += f"@layer theme{{{theme.read_text(encoding='utf-8')}}}"
    return LAYERS + squeeze(text)


def squeeze(css: str) -> str:
    """The same rules in fewer bytes; strings and calc() keep their spaces."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r"\s*([{};,>])\s*", r"\1", css)
    css = re.sub(r":\s+(?=[^{}]*[;}])", ":", css)
    css = re.sub(r"\(([\w-]+): ", r"(\1:", css)
    css = re.sub(r" \+ (?=[^{};]*\{)", "+", css)
    css = re.sub(r"(?<![\w.])0\.(?=\d)", ".", css)
    return css.replace(";}", "}").strip()
