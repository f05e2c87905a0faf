"""What can be run or set is written down, and what is written down can be run or set."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.house.tree import ROOT, files, name, product_modules

SETTING = re.compile(r"\bTHRESHOLD_[A-Z][A-Z_]+\b")
# How service/settings.py asks for THRESHOLD_<name>.
ASKED = re.compile(r"self\.(?:get|flag)\(\s*\"([A-Z_]+)\"")
TARGET = re.compile(r"^([a-z]+):.*## ", re.M)
COMMAND = re.compile(r"`threshold ([a-z][a-z-]*)")


def _read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def _documentation() -> str:
    return "\n".join(
        path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *files("docs")]
    )


def test_make_alone_lists_every_target_and_the_readme_explains_it() -> None:
    targets = set(TARGET.findall(_read("Makefile")))
    phony = set(re.findall(r"^\.PHONY: (.+)$", _read("Makefile"), re.M)[0].split())
    assert phony == targets
    text = _documentation()
    assert {target for target in targets if f"make {target}" not in text} == set()


def test_every_setting_has_its_line_in_the_settings_page() -> None:
    asked = {f"THRESHOLD_{asked}" for asked in ASKED.findall(_read("service/settings.py"))}
    named = {setting for path in _where_settings_are_named() for setting in SETTING.findall(path)}
    rows = set(re.findall(r"^\| `(THRESHOLD_[A-Z_]+)` \|", _read("docs/settings.md"), re.M))
    assert (asked | named) - rows == set()
    assert rows - (asked | named) == set()


def _where_settings_are_named() -> list[str]:
    places = [*product_modules(), *files("tests/support", suffix=".py"), ROOT / "Makefile"]
    return [path.read_text(encoding="utf-8") for path in places]


def test_every_command_is_in_the_command_page_and_none_is_made_up() -> None:
    helped = subprocess.run(
        [sys.executable, "-c", "from service.cli import main; main(['--help'])"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    offered = set(re.findall(r"^    ([a-z][a-z-]+)(?:  |$)", helped.stdout, re.M))
    assert offered, helped.stdout + helped.stderr
    page = set(re.findall(r"^## `threshold ([a-z-]+)", _read("docs/commands.md"), re.M))
    assert offered == page


def test_a_command_that_a_page_mentions_has_its_section() -> None:
    page = set(re.findall(r"^## `threshold ([a-z-]+)", _read("docs/commands.md"), re.M))
    assert {
        command for command in COMMAND.findall(_documentation()) if command not in page
    } == set()


def test_the_changelog_has_a_place_for_what_is_not_yet_released() -> None:
    headings = re.findall(r"^## (.+)$", _read("CHANGELOG.md"), re.M)
    assert headings[0] == "[Unreleased]"


def test_every_dependency_is_weighed() -> None:
    page = _read("docs/adr/0002-dependencies.md").lower()
    project = tomllib.loads(_read("pyproject.toml"))
    groups = [project["project"]["dependencies"], *project["dependency-groups"].values()]
    names = {re.split(r"[^a-z0-9-]", wanted.lower())[0] for group in groups for wanted in group}
    assert {wanted for wanted in names if f"`{wanted}`" not in page} == set()


def test_decisions_are_numbered_and_say_what_was_decided() -> None:
    for path in files("docs/adr", suffix=".md"):
        text = path.read_text(encoding="utf-8")
        assert re.match(r"\d{4}-[a-z0-9-]+$", path.stem), name(path)
        missing = {"## Context", "## Decision", "## Consequences"} - set(text.splitlines())
        assert not missing, f"{name(path)} lacks {sorted(missing)}"


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        f"{name(page)} links to {target}"
        for page in [ROOT / "README.md", ROOT / "CHANGELOG.md", *files("docs", suffix=".md")]
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        if "://" not in target and not Path(page.parent / target).exists()
    ]
    assert broken == []
