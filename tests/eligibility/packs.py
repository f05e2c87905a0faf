"""Small packs written to a folder: a vocabulary is always the real one."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from eligibility import Rulebook, load_rules

ROOT = Path(__file__).resolve().parents[2]

LINES = """
family: line
sources:
  law: {title: "A law", url: "https://example.org/law"}
parameters:
  yearly:
    title: "A poverty line"
    unit: money
    period: year
    by: size
    values:
      - from: 2025-01-01
        label: "2025"
        review_by: 2026-02-01
        source: law
        confidence: A
        value: {1: 12000, 2: 18000, each_extra: 6000}
      - from: 2026-01-01
        label: "2026"
        review_by: 2027-02-01
        source: law
        confidence: A
        value: {1: 13200, 2: 19200, each_extra: 6000}
  short:
    title: "A table that ends"
    unit: money
    period: month
    by: size
    values:
      - {from: 2025-01-01, label: "2025", source: law, confidence: A, value: {1: 1000, 2: 1500}}
  guess:
    title: "A figure nobody is sure of"
    unit: money
    period: month
    values:
      - {from: 2025-01-01, label: "2025", source: law, confidence: C, value: 1000}
  missing:
    title: "A figure not found"
    unit: money
    period: month
    values:
      - {from: 2025-01-01, label: "2025", source: law, confidence: A, value: unknown}
  grant:
    title: "What one gets"
    unit: money
    period: month
    values:
      - from: 2025-01-01
        label: FY2025
        review_by: 2026-01-01
        source: law
        confidence: A
        value: 40
"""

HEAD = """
id: {id}
name: "A program"
summary: "Some help."
unit: {unit}
apply: automatic
agency: office
law: {{title: "A law", url: "https://example.org/law"}}
"""

WORDS = 'met: "Yes.", unmet: "No.", unclear: "Perhaps."'


@cache
def city_rules() -> Rulebook:
    """The demonstration city's rules, loaded once."""
    return load_rules(ROOT / "eligibility", ROOT / "cities" / "seattle")


def program(body: str, id: str = "help", unit: str = "household") -> str:
    """The text of a program with its usual head."""
    return HEAD.format(id=id, unit=unit) + body


def one_test(rule: str, extra: str = "", unit: str = "household") -> str:
    """A program with one test."""
    return program(f"{extra}\neligible: {{test: only, is: {rule!r}, {WORDS}}}\n", unit=unit)


def write_pack(folder: Path, *programs: str, cases: str | None = None) -> Path:
    """A shared rules folder with these programs. Returns it."""
    shutil.copytree(ROOT / "eligibility" / "facts", folder / "facts")
    (folder / "parameters").mkdir()
    (folder / "parameters" / "line.yaml").write_text(LINES, encoding="utf-8")
    for number, text in enumerate(programs):
        home = folder / "programs" / f"program{number}"
        home.mkdir(parents=True)
        (home / "program.yaml").write_text(text, encoding="utf-8")
        if cases is not None:
            (home / "cases.yaml").write_text(cases, encoding="utf-8")
    return folder


def load_pack(folder: Path, *programs: str) -> Rulebook:
    return load_rules(write_pack(folder, *programs))


def household(*incomes: Mapping[str, object], **facts: object) -> dict[str, Any]:
    """One adult with these incomes, and nothing else left open."""
    person = {
        "id": "p1",
        "birth_date": "1990-05-05",
        "incomes": list(incomes),
        "incomes_complete": True,
    }
    return {"people_complete": True, "household": facts, "people": [person]}
