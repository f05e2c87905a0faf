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
from eligibility.sentences import of_keys, of_parameters, of_program
from locales.yaml_messages import extract
from service.cli import main
from service.pack.check import check_city
from service.pack.words import KEYS_OF_WORDS
from service.voice.population import load_population
from tests.eligibility.packs import ROOT, one_test, write_pack
from tests.eligibility.test_check import CASES, RULE

TODAY = date(2025, 6, 1)
SEATTLE = ROOT / "cities" / "seattle"
OWN_FILES = ("city", "agencies", "routing", "pages", "questions", "voice")
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
    """Findings of one kind in the city's own folder."""
    found = [str(one) for one in findings if one.code == code and one.file.startswith(str(folder))]
    return [one.replace(f"{folder}/", "") for one in found]


def checked(city: Path, shared: Path) -> Report:
    return check_city(city, TODAY, shared)


def untranslated(findings: Iterable[Finding], city: Path) -> list[str]:
    """Of the city's own programs and figures."""
    ours = ("programs/", "parameters/")
    return [one for one in of(findings, "untranslated", city) if one.startswith(ours)]


HINT = "Run make messages, then fill locales/es/LC_MESSAGES/programs.po. [untranslated]"


def test_a_program_without_words_in_an_offered_language_is_named(city: Path, shared: Path) -> None:
    errors = checked(city, shared).errors
    text = "programs/help/program.yaml:3:7: None of these 5 sentences has words in Español. "
    assert untranslated(errors, city) == [text + HINT]


def test_one_sentence_without_words_is_named_at_its_own_line(city: Path, shared: Path) -> None:
    """Two of the five are words that the catalogue has."""
    path = city / "programs" / "help" / "program.yaml"
    change(path, '"A program"', '"Housing"')
    change(path, '"Some help."', f'"{KNOWN}"')
    found = untranslated(checked(city, shared).errors, city)
    assert [one.split('"')[1] for one in found if "program.yaml" in one] == [
        "Yes.",
        "No.",
        "Perhaps.",
    ]
    assert f'program.yaml:10:77: "Yes." has no words in Español. {HINT}' in found[0]


def test_a_program_that_is_not_open_yet_may_wait_for_its_words(city: Path, shared: Path) -> None:
    change(city / "programs" / "help" / "program.yaml", "apply:", "status: paused\napply:")
    report = checked(city, shared)
    assert untranslated(report.errors, city) == []
    assert len(untranslated(report.notes, city)) == 1


def test_a_figure_that_an_open_program_reads_needs_words_too(city: Path, shared: Path) -> None:
    (city / "parameters").mkdir()
    text = (shared / "parameters" / "line.yaml").read_text(encoding="utf-8")
    own = city / "parameters" / "own.yaml"
    text = text.replace("family: line", "family: own").replace(KNOWN, "Our own table")
    own.write_text(text, encoding="utf-8")
    change(city / "programs" / "help" / "program.yaml", "line.short", "own.short")
    wanted = f'parameters/own.yaml:25:12: "Our own table" has no words in Español. {HINT}'
    assert wanted in untranslated(checked(city, shared).errors, city)
    change(own, "Our own table", KNOWN)
    assert not any("own" in one for one in untranslated(checked(city, shared).errors, city))


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


OWN_FILE_MISTAKES = [
    ("city", "id: seattle\n", "id: Seattle City\n", "An id is small letters, digits and"),
    ("city", "name: Seattle\n", "name:\n", 'The key "name" has no value.'),
    (
        "city",
        "https://www.google.com/",
        "www.google.com",
        "is not a link. It begins with https://.",
    ),
    ("city", "prefix: SEA", "prefix: S-1!", "Up to eight capital letters, such as SEA."),
    ("city", "id: king,", "id: kng,", "is not one of household.county: king, snohomish"),
    ("city", "[saturday, sunday]", "[saturday, son]", '"son" is not one of: monday, tuesday'),
    ("city", 'until: "2027-12-31"', 'until: "2025-12-31"', "The calendar ends before it begins."),
    ("city", '"2026-01-19"', '"2024-01-19"', "2024-01-19 is not within the days of this calendar."),
    (
        "city",
        "America/Los_Angeles",
        "America/LosAngeles",
        "is not a time zone like America/Los_Ang",
    ),
    ("agencies", "channel: pull", "channel: email", 'so it needs the key "mail".'),
    ("agencies", "id: dshs", "id: DSHS", "An id is small letters, digits and underscores."),
    ("routing", "agency: dshs", "agency: dhs", 'agencies.yaml. Did you mean "dshs"?'),
    ("routing", "county: king", "county: kng", "household.county: king, snohomish, pierce, kitsap"),
    ("routing", "county: king", "conty: king", 'of a household. Did you mean "county"?'),
    ("voice", "threshold: 250", "threshold: lots", '"lots" is not a whole number.'),
    ("voice", "tiers: [mail,", "tiers: [male,", '"male" is not one of: mail, phone'),
    ("voice", "topics:", "topicz:", '"topicz" is not a key used here. Did you mean "topics"?'),
    ("voice", "  neighborhood: 75", "  neighbourhod: 75", 'Did you mean "neighborhood"?'),
    ("population.csv", "area,1,99698", "area,1,many", ":2:1: A row needs dimension, group, people"),
    ("population.csv", "dimension,", "dimensions,", ":2:1: A row needs dimension, group, year"),
    ("voice", "sponsors_needed: 5", "sponsors_needed: -5", "This number is at least 1."),
]


@pytest.mark.parametrize(("name", "right", "wrong", "told"), OWN_FILE_MISTAKES)
def test_a_slip_in_the_citys_own_files_is_named_at_its_line(
    city: Path, shared: Path, name: str, right: str, wrong: str, told: str
) -> None:
    file = name if "." in name else f"{name}.yaml"
    shutil.copy(SEATTLE / file, city)
    change(city / file, right, wrong)
    found = [str(one).replace(f"{city}/", "") for one in checked(city, shared).errors]
    assert any(told in f"{one} " and one.startswith(f"{file}:") for one in found), found


def test_population_as_a_spreadsheet_saves_it(city: Path, shared: Path) -> None:
    """With a mark before the first letter it is read; in the letters of another time it is not."""
    text = (SEATTLE / "population.csv").read_text(encoding="utf-8").replace("area,1,", "area,Ñ,")
    (city / "population.csv").write_text(text, encoding="utf-8-sig")
    assert not of(checked(city, shared).errors, "population", city)
    assert load_population(city).people["Ñ"] == 99_698
    (city / "population.csv").write_text(text, encoding="latin-1")
    (found,) = of(checked(city, shared).errors, "population", city)
    assert found.startswith("population.csv:1:1: This is no UTF-8 text.")


def test_a_name_of_an_office_and_a_question_need_words_too(city: Path, shared: Path) -> None:
    change(city / "agencies.yaml", "Help paying for heat", "Help with the furnace")
    change(city / "questions.yaml", "Place", "The place")
    found = of(checked(city, shared).errors, "untranslated", city)
    assert any(one.startswith('agencies.yaml:66:11: "Help with the furnace"') for one in found)
    assert any("questions.yaml:6:10" in one and "forms.po" in one for one in found)


def test_the_day_on_which_the_calendar_ends_is_told_before_it_comes(
    city: Path, shared: Path
) -> None:
    def told(day: date) -> list[str]:
        return of(check_city(city, day, shared).notes, "calendar_ends", city)

    assert told(date(2027, 10, 1)) == []
    assert "Holidays are known until 2027-12-31" in told(date(2027, 10, 4))[0]


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


@pytest.mark.parametrize("name", sorted(KEYS_OF_WORDS))
def test_the_check_and_the_catalogues_know_the_same_words_of_a_citys_own_files(name: str) -> None:
    path = SEATTLE / name
    with path.open("rb") as file:
        gathered = {words for _line, _name, words, _where in extract(file, {}, (), {})}
    keys, skipped, _catalogue = KEYS_OF_WORDS[name]
    assert {one.text for one in of_keys(read_document(path), keys, skipped)} == gathered


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
        *(ROOT / "service" / "pack").glob("*.py"),
        ROOT / "service" / "referrals" / "agencies.py",
        ROOT / "service" / "referrals" / "routing.py",
        ROOT / "service" / "voice" / "rules.py",
        ROOT / "service" / "voice" / "population.py",
        ROOT / "service" / "commands" / "new_program.py",
    ]
    read = [one for one in modules if not one.name.startswith(("answer", "what_if"))]
    return {code for module in read for code in codes_of(module)}


def test_every_code_of_a_finding_is_in_the_authors_guide() -> None:
    guide = (ROOT / "docs" / "program-authoring.md").read_text(encoding="utf-8")
    listed = guide.partition("## What it may find")[2]
    named = {code for row in re.findall(r"^\| ([^|]+) \|", listed, re.M) for code in row.split("`")}
    assert {code for code in named if CODE.fullmatch(code)} == every_code()
