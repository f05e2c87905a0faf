"""`threshold new-program`: a program's files with their blanks named, and what to do next."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from service.commands import BadUse

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from eligibility.findings import Finding

FINE = 0
ID = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
LONGEST_ID = 40
FILES = Path(__file__).with_name("new_program_files")
BLANK = re.compile(r"\bBLANK_[A-Z_]+\b")
MEANINGS = {
    "BLANK_NAME": "what people get, then the program's own name in brackets",
    "BLANK_SUMMARY": "one short sentence about what it gives",
    "BLANK_AGENCY": "a short id of who runs it; an agency of agencies.yaml once it is routed",
    "BLANK_LAW_TITLE": "the title of the page or law that says who may get it",
    "BLANK_LAW_URL": "its address, beginning with https",
    "BLANK_NOT_CHECKED": "what the rule also asks and these tests do not; one sentence each",
    "BLANK_NEXT_STEP": "what somebody does to apply, in one or two short sentences",
    "BLANK_PLACE": "the name of the place where one applies",
    "BLANK_PLACE_URL": "its address, beginning with https",
    "BLANK_SOURCE_TITLE": "the title of the page or notice that prints the figures",
    "BLANK_SOURCE_URL": "its address, beginning with https",
    "BLANK_LIMIT_TITLE": "what the income limit is called",
    "BLANK_FIRST_DAY": "the first day these figures count, such as 2026-01-01",
    "BLANK_LABEL": "what people call these figures, such as 2026",
    "BLANK_REVIEW_DAY": "the day by which somebody looks for newer ones, such as 2027-01-01",
    "BLANK_CONFIDENCE": "A: official and seen twice; B: one good source; C: not to be relied on",
    "BLANK_LIMIT_ONE": "the yearly limit for one person, in dollars: digits only, such as 60000",
    "BLANK_LIMIT_TWO": "the yearly limit for two people, in dollars",
    "BLANK_LIMIT_EXTRA": "what each person more adds, in dollars",
    "BLANK_ONE_AT_LIMIT": "the limit for one person in cents",
    "BLANK_ONE_CENT_UNDER": "the same, less one cent",
    "BLANK_ONE_CENT_OVER": "the same, and one cent",
}
NEXT = """\
Made:
{files}
What is still yours to say:
{blanks}

1. Fill the blanks. `threshold check {city}` names what is left, and then every mistake, by file
   and line.
2. Work the cases by hand from the rule itself. They are the program's tests.
3. Try it: threshold screen family.json --city {city} --program {id} --explain
4. Name it under `helps` in pages.yaml. A routed program also needs its agency in agencies.yaml
   and a line in routing.yaml.
5. Set `status: open`, gather its sentences with `make messages`, and translate them.
docs/program-authoring.md says more about each step.
"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "new-program", help="write a program's files with their blanks named"
    )
    parser.add_argument("id", metavar="ID", help="small letters, digits and _, such as bike_fund")
    parser.add_argument("--city", help="a city's folder or its name")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0: made. 2: the id will not do, or is taken. Nothing that is there is written over."""
    from service.commands.rules import ROOT, city_folder

    city, program = city_folder(arguments.city), arguments.id
    if not ID.fullmatch(program) or len(program) > LONGEST_ID:
        raise BadUse(["An id has small letters, digits and _, and begins with a letter."])
    places = {
        "program.yaml": city / "programs" / program / "program.yaml",
        "cases.yaml": city / "programs" / program / "cases.yaml",
        "parameters.yaml": city / "parameters" / f"{program}.yaml",
    }
    taken = [ROOT / "eligibility" / "programs" / program, city / "programs" / program]
    if there := [path for path in (*taken, places["parameters.yaml"]) if path.exists()]:
        raise BadUse([f"There is a {path} already." for path in there])
    for name, path in places.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write((FILES / name).read_text(encoding="utf-8").format(id=program))
    sys.stdout.write(_said(city, program, list(places.values())))
    return FINE


def _said(city: Path, program: str, paths: list[Path]) -> str:
    wide = max(map(len, MEANINGS))
    blanks = "\n".join(f"  {name:<{wide}}  {meaning}" for name, meaning in MEANINGS.items())
    files = "\n".join(f"  {path}" for path in paths)
    return NEXT.format(files=files, blanks=blanks, city=_named(city), id=program)


def _named(city: Path) -> str:
    """What --city takes for this folder: its name, where it is one of ours."""
    from service.commands.rules import ROOT

    return city.name if city.parent == ROOT / "cities" else str(city)


def blanks_left(city: Path) -> Iterator[Finding]:
    """Every blank of a city's files that nobody filled yet, comments left out."""
    from eligibility.documents import text_of
    from eligibility.findings import Finding, RulesError

    for path in sorted(city.rglob("*.yaml")):
        try:
            lines = text_of(path).splitlines()
        except RulesError:  # the check itself says so, of every file it uses
            continue
        for number, line in enumerate(lines, 1):
            if line.lstrip().startswith("#"):
                continue
            for blank in BLANK.finditer(line):
                meaning = MEANINGS.get(blank[0], "something that is yours to say")
                words = f"{blank[0]} is not filled yet: {meaning}."
                yield Finding(str(path), number, blank.start() + 1, "blank", words)
