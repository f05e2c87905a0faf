"""`threshold check` reads a whole city: words in each language offered, and what its form asks."""

from __future__ import annotations

import ast
import json
import re
import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from eligibility.check import Report
from eligibility.documents import read_document
from eligibility.findings import Finding
from eligibility.sentences import of_parameters, of_program
from locales.yaml_messages import extract
from service.cli import main
from service.pack_check import check_city
from tests.eligibility.packs import ROOT, one_test, write_pack
from tests.eligibility.test_check import CASES, RULE

TODAY = date(2025, 6, 1)
SEATTLE = ROOT / "cities" / "seattle"
OWN_FILES = ("city", "agencies", "routing", "pages", "questions")
KNOWN = "Federal poverty guideline"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The vocabulary and a few figures whose words the catalogue has, and no program."""
    rules = write_pack(tmp_path_factory.mktemp("shared") / "rules")
    change(rules / "parameters" / "line.yaml", '"A table that ends"', f'"{KNOWN}"')
    return rules


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A city with the demonstration's own files and one program of its own."""
    folder = tmp_path / "town"
    home = folder / "programs" / "help"
    home.mkdir(parents=True)
    for name in OWN_FILES:
        shutil.copy(SEATTLE / f"{name}.yaml", folder)
    (home / "program.yaml").write_text(one_test(RULE), encoding="utf-8")
    (home / "cases.yaml").write_text(CASES, encoding="utf-8")
    return folder


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def of(findings: Iterable[Finding], code: str, folder: Path) -> list[str]:
    return [str(one).replace(f"{folder}/", "") for one in findings if one.code == code]


def checked(city: Path, shared: Path) -> Report:
    return check_city(city, TODAY, shared)


HINT = "Run make messages, then fill locales/es/LC_MESSAGES/programs.po. [untranslated]"


def test_a_program_without_words_in_an_offered_language_is_named(city: Path, shared: Path) -> None:
    errors = checked(city, shared).errors
    text = "programs/help/program.yaml:3:7: None of these 5 sentences has words in Español. "
    assert of(errors, "untranslated", city) == [text + HINT]


def test_one_sentence_without_words_is_named_at_its_own_line(city: Path, shared: Path) -> None:
    """Two of the five are words that the catalogue has."""
    path = city / "programs" / "help" / "program.yaml"
    change(path, '"A program"', '"Housing"')
    change(path, '"Some help."', f'"{KNOWN}"')
    found = of(checked(city, shared).errors, "untranslated", city)
    assert [one.split('"')[1] for one in found if "program.yaml" in one] == [
        "Yes.",
        "No.",
        "Perhaps.",
    ]
    assert f'program.yaml:10:77: "Yes." has no words in Español. {HINT}' in found[0]


def test_a_program_that_is_not_open_yet_may_wait_for_its_words(city: Path, shared: Path) -> None:
    change(city / "programs" / "help" / "program.yaml", "apply:", "status: paused\napply:")
    report = checked(city, shared)
    assert of(report.errors, "untranslated", city) == []
    assert len(of(report.notes, "untranslated", city)) == 1


def test_a_figure_that_an_open_program_reads_needs_words_too(city: Path, shared: Path) -> None:
    (city / "parameters").mkdir()
    text = (shared / "parameters" / "line.yaml").read_text(encoding="utf-8")
    own = city / "parameters" / "own.yaml"
    text = text.replace("family: line", "family: own").replace(KNOWN, "Our own table")
    own.write_text(text, encoding="utf-8")
    change(city / "programs" / "help" / "program.yaml", "line.short", "own.short")
    wanted = f'parameters/own.yaml:25:12: "Our own table" has no words in Español. {HINT}'
    assert wanted in of(checked(city, shared).errors, "untranslated", city)
    change(own, "Our own table", KNOWN)
    assert not any("own" in one for one in of(checked(city, shared).errors, "untranslated", city))


def test_a_fact_that_no_question_asks_is_named_where_it_is_read(city: Path, shared: Path) -> None:
    path = city / "questions.yaml"
    questions = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"  utility_account:\n(    .*\n)+", "", questions), encoding="utf-8")
    change(city / "pages.yaml", "      - utility_account\n", "")
    rule = city / "programs" / "help" / "program.yaml"
    change(rule, "line.short(1)", "line.short(1) and household.utility_account")
    change(rule, "apply:", "apply_facts: [household.utility_account]\napply:")
    text = 'programs/help/program.yaml:11:11: No question asks "household.utility_account", '
    hint = "Add a question that serves it to questions.yaml, and its page to pages.yaml."
    found = of(checked(city, shared).errors, "not_asked", city)
    assert found == [f'{text}which "help" needs. {hint} [not_asked]']


def test_a_program_under_no_kind_of_help_is_a_note(city: Path, shared: Path) -> None:
    report = checked(city, shared)
    text = '"help" stands under no kind of help; only asking for everything finds it.'
    hint = "Name it under `helps` in pages.yaml. [under_no_help]"
    assert of(report.notes, "under_no_help", city) == [
        f"programs/help/program.yaml:2:1: {text} {hint}"
    ]
    change(city / "pages.yaml", "[basic_food,", "[help, basic_food,")
    assert of(checked(city, shared).notes, "under_no_help", city) == []


def test_a_kind_of_help_that_names_no_program_is_named(city: Path, shared: Path) -> None:
    change(city / "pages.yaml", "[property_tax_exemption]", "[hlp]")
    found = of(checked(city, shared).errors, "unknown_program", city)
    wanted = 'pages.yaml:25:16: "hlp" is not a program. Did you mean "help"? [unknown_program]'
    assert wanted in found


def test_the_citys_own_files_and_its_form_are_read_too(city: Path, shared: Path) -> None:
    change(city / "city.yaml", "America/Los_Angeles", "America/Nowhere")
    change(city / "city.yaml", "code: es", "code: ../es")
    change(city / "pages.yaml", "      - utility_account\n", "")
    codes = {one.code for one in checked(city, shared).errors}
    assert {"time_zone", "language", "never_asked"} <= codes


def test_the_command_prints_each_finding_and_ends_with_1(
    city: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(city / "programs" / "help" / "program.yaml", "household.rent", "household.rnt")
    assert main(["check", str(city), "--on", "2025-06-01"]) == 1
    first, last = capsys.readouterr().out.splitlines()
    assert first.endswith(
        '"household.rnt" is not a fact. Did you mean "household.rent"? [unknown_fact]'
    )
    assert last == "1 to mend in town."
    assert main(["check", str(city), "--on", "2025-06-01", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    (row,) = told["findings"]
    assert (row["level"], row["line"], row["column"]) == ("error", 10, 37)
    assert (row["code"], row["suggestion"]) == ("unknown_fact", 'Did you mean "household.rent"?')
    assert row["file"] == str(city / "programs" / "help" / "program.yaml")


@pytest.mark.parametrize(
    "path",
    [
        "eligibility/programs/basic_food/program.yaml",
        "cities/seattle/programs/vehicle_fee_rebate/program.yaml",
        "eligibility/programs/lifeline/program.yaml",
        "eligibility/parameters/fpl.yaml",
    ],
)
def test_the_check_and_the_catalogues_know_the_same_sentences(path: str) -> None:
    with (ROOT / path).open("rb") as file:
        gathered = {
            (words[-1], words[0]) if isinstance(words, tuple) else (words, None)
            for _line, _name, words, _where in extract(file, {}, (), {})
        }
    node = read_document(ROOT / path)
    titles = [sentence for _, sentence in of_parameters(node)]
    found = {(one.text, one.context) for one in [*of_program(node), *titles]}
    assert found == gathered


CODE = re.compile(r"[a-z_]+")
WHERE = {"add": 1, "finding": 0, "error": 1, "ExpressionError": 0, "_refuse": 1, "Finding": 3}
"""How a finding is made, and which value of the call is its code."""


def codes_of(module: Path) -> Iterable[str]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        place = WHERE.get(getattr(node.func, "attr", getattr(node.func, "id", "")))
        code = node.args[place] if place is not None and len(node.args) > place + 1 else None
        if isinstance(code, ast.Constant) and CODE.fullmatch(str(code.value)):
            yield str(code.value)


def every_code() -> set[str]:
    """All codes of findings in a pack; problems of answers have codes of their own."""
    modules = [
        *(ROOT / "eligibility").glob("*.py"),
        *(ROOT / "eligibility" / "expressions").glob("*.py"),
        *(ROOT / "forms").glob("load*.py"),
        ROOT / "service" / "city.py",
        ROOT / "service" / "pack_check.py",
        ROOT / "service" / "commands" / "new_program.py",
    ]
    read = [one for one in modules if not one.name.startswith(("answer", "what_if"))]
    return {code for module in read for code in codes_of(module)}


def test_every_code_of_a_finding_is_in_the_authors_guide() -> None:
    guide = (ROOT / "docs" / "program-authoring.md").read_text(encoding="utf-8")
    listed = guide.partition("## What it may find")[2]
    named = {code for row in re.findall(r"^\| ([^|]+) \|", listed, re.M) for code in row.split("`")}
    assert {code for code in named if CODE.fullmatch(code)} == every_code()
