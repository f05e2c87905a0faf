"""The project speaks of itself alone, and only of what its reader has."""

from __future__ import annotations

import re

import pytest

from tests.house.tree import ROOT, files, name, text_files

# Joined here, so that this file does not say them either.
REGISTRY_HOSTS = (
    ".".join(("py" + "pi", "org")),
    "python" + "hosted",
    ".".join(("registry", "npm" + "js")),
    "deb." + "debian",
    "crates" + ".io",
)
TOOLS = re.compile(
    "|".join(
        rf"\b{first}{second}\b"
        for first, second in [
            ("cla", "ude"),
            ("anth", "ropic"),
            ("chat", "gpt"),
            ("open", "ai"),
            ("co", "pilot"),
            ("ll", "ms?"),
            ("sub-?", "agents?"),
            ("language ", "model"),
        ]
    )
    + r"|(?<![\w.>-])/wo"
    + r"rk/|/tmp/pl"
    + r"an",
    re.IGNORECASE,
)
PAGE = re.compile(r"(?<![\w/.<])[\w/-]+\.md\b")


def _lines(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name(path)}:{number}: {line.strip()[:120]}"
        for path in text_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_package_registry() -> None:
    """Where packages come from is the reader's business: a mirror, a proxy, a folder."""
    assert _lines(re.compile("|".join(re.escape(host) for host in REGISTRY_HOSTS))) == []


@pytest.mark.parametrize("lock", files(".", suffix=".lock"), ids=name)
def test_a_lock_holds_hashes_and_no_address(lock: object) -> None:
    text = (ROOT / str(lock)).read_text(encoding="utf-8")
    assert "://" not in text
    assert "file:" not in text
    assert not re.search(r"^\s*-(-index-url|-extra-index-url|-find-links|i\b|f\b)", text, re.M)
    pinned = re.split(r"^(?=[a-z0-9])", text, flags=re.M | re.I)[1:]
    assert pinned
    assert [block.split()[0] for block in pinned if "--hash=sha256:" not in block] == []


def test_no_file_speaks_of_how_it_was_written() -> None:
    assert _lines(TOOLS) == []


def test_every_page_that_a_file_names_is_here() -> None:
    """A comment that points to a page the reader does not have explains nothing."""
    here = {path.name for path in files(".", suffix=".md")}
    missing = [
        f"{name(path)}:{number} names {named}"
        for path in text_files()
        if path.suffix in {".py", ".md", ".yaml", ".css", ".html"} or path.name == "Makefile"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "://" not in line
        for named in PAGE.findall(line)
        if named.rpartition("/")[2] not in here
    ]
    assert missing == []
