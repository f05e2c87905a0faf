"""What can be run or set is written down, and what is written down can be run or set."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from service.cli import build_parser
from tests.house.tree import ROOT, files, name, product_modules

SETTING = re.compile(r"\bTHRESHOLD_[A-Z][A-Z_]+\b")
# How service/settings.py asks for THRESHOLD_<name>.
ASKED = re.compile(r"self\.(?:get|flag)\(\s*\"([A-Z_]+)\"")
TARGET = re.compile(r"^([a-z]+):.*## ", re.M)
COMMAND = re.compile(r"`threshold ([a-z][a-z-]*)")
OPTION = re.compile(r"--[a-z][a-z-]+")
CODE = re.compile(r"`([^`\n]+)`")
TOP = "service|forms|eligibility|petitions|tests|benchmarks|docs|locales|cities|\\.ci"
PATH = re.compile(rf"(?:{TOP})/[\w./*-]+")
TO_BE_MADE = {"locales/am/LC_MESSAGES"}


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


def _options(parser: argparse.ArgumentParser) -> set[str]:
    """Its long options, and those of the commands below it."""
    found: set[str] = set()
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found |= set().union(*(_options(below) for below in action.choices.values()))
        found |= {one for one in action.option_strings if one.startswith("--") and one != "--help"}
    return found


def test_every_option_of_a_command_is_in_its_section_or_the_page_that_it_leads_to() -> None:
    parts = re.split(r"^## `threshold ([a-z-]+)`$", _read("docs/commands.md"), flags=re.M)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    (commands,) = [one for one in build_parser()._actions if hasattr(one.choices, "items")]
    assert isinstance(commands, argparse._SubParsersAction)
    wrong = {}
    for command, parser in commands.choices.items():
        told = sections[command]
        pages = "".join(_read(f"docs/{page}") for page in re.findall(r"\]\((\w+\.md)\)", told))
        offered, named = _options(parser), set(OPTION.findall(told))
        untold = {one for one in offered if one not in told + pages}
        if untold or named - offered:
            wrong[command] = (untold, named - offered)
    assert wrong == {}


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


def _named_paths(text: str) -> list[str]:
    """Files and folders of the project that stand in a piece of code within a page."""
    words = (word.strip("().:") for code in CODE.findall(text) for word in re.split(r"[\s,]", code))
    return [word.partition("::")[0] for word in words if PATH.fullmatch(word)]


def test_every_file_and_folder_that_a_page_names_is_there() -> None:
    """Folders of languages and cities that somebody is yet to make stand with their place."""
    gone = [
        f"{name(page)} names {path}"
        for page in [ROOT / "README.md", *files("docs", suffix=".md")]
        for path in _named_paths(page.read_text(encoding="utf-8"))
        if path not in TO_BE_MADE and not any(ROOT.glob(path.rstrip("/")))
    ]
    assert gone == []


def _anchor(heading: str) -> str:
    words = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return words.replace(" ", "-")


def test_links_into_a_page_lead_to_a_heading_of_it() -> None:
    lost = []
    for page in [ROOT / "README.md", *files("docs", suffix=".md")]:
        for target in re.findall(r"\]\(([^)#\s:]*)#([^)\s]+)\)", page.read_text(encoding="utf-8")):
            other = page.parent / target[0] if target[0] else page
            headings = re.findall(r"^#+ (.+)$", other.read_text(encoding="utf-8"), re.M)
            if target[1] not in map(_anchor, headings):
                lost.append(f"{name(page)} links to {'#'.join(target)}")
    assert lost == []


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        f"{name(page)} links to {target}"
        for page in [ROOT / "README.md", ROOT / "CHANGELOG.md", *files("docs", suffix=".md")]
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        if "://" not in target and not Path(page.parent / target).exists()
    ]
    assert broken == []
