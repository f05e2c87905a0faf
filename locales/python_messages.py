"""Babel extractor for Python by syntax tree: sentences marked inside other calls count as well."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any, TypeAlias

Found: TypeAlias = tuple[int, str, str | tuple[str, ...], list[str]]


def extract(
    file: IO[bytes],
    keywords: Mapping[str, Any],
    comment_tags: Collection[str],
    options: Mapping[str, Any],
) -> Iterator[Found]:
    """Yield (line, function, messages, comments) for each marked literal in a module."""
    for node in ast.walk(ast.parse(file.read())):
        if not isinstance(node, ast.Call):
            continue
        name: str = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
        if name not in keywords:
            continue
        words = tuple(
            argument.value
            for argument in node.args
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        )
        wanted = 3 if name == "npgettext" else 2 if name in ("ngettext", "pgettext") else 1
        if len(words) >= wanted:
            yield node.lineno, name, words[0] if wanted == 1 else words, []
