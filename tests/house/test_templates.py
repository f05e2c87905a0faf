"""Every template parses, escapes what it prints and keeps to the strict content policy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import Environment, StrictUndefined

from tests.house.tree import files, name

TEMPLATES = files("service/templates", suffix=".html")
MOST_PAGE_LINES = 80
FORBIDDEN = {
    "prints text without escaping it": re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\("),
    "has a script of its own": re.compile(r"<script(?![^>]*\bsrc=)", re.I),
    "has a style of its own": re.compile(r"<style\b|\sstyle\s*=", re.I),
    "has a script in an attribute": re.compile(r"\son[a-z]+\s*=\s*[\"']|javascript:", re.I),
    "asks another host": re.compile(r"(?:src|action)\s*=\s*[\"']?(?:https?:)?//", re.I),
    "loads a style from another host": re.compile(
        r"<link[^>]+href\s*=\s*[\"'](?:https?:)?//", re.I
    ),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_parses(path: Path) -> None:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, extensions=["jinja2.ext.i18n"]
    )
    environment.parse(path.read_text(encoding="utf-8"), name(path))


@pytest.mark.parametrize("promise", FORBIDDEN)
def test_no_template(promise: str) -> None:
    found = [
        f"{name(path)}:{number} {promise}: {line.strip()}"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if FORBIDDEN[promise].search(line)
    ]
    assert found == []


def test_a_page_holds_no_more_than_a_screen_or_two() -> None:
    """What does not fit is a component, or is prepared in the page's Python."""
    long = {
        name(path): lines
        for path in TEMPLATES
        if "components" not in path.parts
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_PAGE_LINES
    }
    assert long == {}
