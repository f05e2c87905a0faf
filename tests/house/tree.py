"""The project's own files, as the house tests read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("service", "forms", "eligibility", "petitions")
CODE = (*PRODUCT, "locales", "tests", "benchmarks")
TEXT_SUFFIXES = frozenset(
    {".py", ".md", ".toml", ".yaml", ".yml", ".html", ".css", ".js", ".svg", ".txt", ".cfg"}
    | {".lock", ".po", ".pot", ".json", ".csv"}
)
NOT_OURS = frozenset({".venv", ".cache", ".git", "var", "build", "screenshots", "__pycache__"})


def files(*folders: str, suffix: str = "") -> list[Path]:
    """Files of these folders of the project, sorted; none of a folder that is not there."""
    return sorted(
        path
        for folder in folders
        for path in (ROOT / folder).rglob(f"*{suffix}")
        if path.is_file() and not NOT_OURS.intersection(path.relative_to(ROOT).parts)
    )


def text_files() -> list[Path]:
    """Every file of the project that a person may read."""
    named = {"Makefile", "LICENSE", "run", ".gitignore"}
    return [path for path in files(".") if path.suffix in TEXT_SUFFIXES or path.name in named]


def product_modules() -> list[Path]:
    """Python of the product, without the migrations that a command writes."""
    return [path for path in files(*PRODUCT, suffix=".py") if "migrations" not in path.parts]


def name(path: Path) -> str:
    """A path as a finding prints it."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """A module's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Every node of a module, walked once for all the rules."""
    return tuple(ast.walk(tree(path)))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything a module imports, wherever in it."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = list(path.relative_to(ROOT).with_suffix("").parts[: -node.level or None])
            base = [*(package if node.level else []), *([node.module] if node.module else [])]
            yield from ((node.lineno, ".".join([*base, alias.name])) for alias in node.names)


def calls(path: Path) -> Iterator[tuple[ast.Call, str]]:
    """Every call with its dotted name as written: `time.sleep`, `datetime.now`."""
    for node in nodes(path):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)
