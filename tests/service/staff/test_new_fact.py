"""A fact that a city's developer adds has its names beside it, and needs no Python."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from eligibility import RulesError
from eligibility.facts import load_vocabulary
from service.fact_names import answer_name, fact_name
from tests.eligibility.packs import ROOT
from tests.service.pages.rendering import templates

NEW = """
  water_past_due:
    type: bool
    sensitivity: personal
    retention: case
    why: "Some help is for bills that are past due."
    called: "Whether a water bill is past due"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(ROOT / "eligibility" / "facts", tmp_path / "facts")


def added(folder: Path, text: str) -> None:
    with (folder / "household.yaml").open("a", encoding="utf-8") as file:
        file.write(text)


def test_a_new_fact_is_called_in_consents_and_on_cases_what_its_file_says(folder: Path) -> None:
    words, fact = templates().languages["en"], "household.water_past_due"
    added(folder, NEW)
    assert fact_name(fact, load_vocabulary(folder), words) == "Whether a water bill is past due"
    assert answer_name(fact, load_vocabulary(folder), words) == "Whether a water bill is past due"
    added(folder, '    beside: "Has a water bill that is past due"\n')
    assert answer_name(fact, load_vocabulary(folder), words) == "Has a water bill that is past due"


def test_a_member_of_a_list_is_called_as_the_list_is(folder: Path) -> None:
    words = templates().languages["en"]
    told = fact_name("household.receives.wic", load_vocabulary(folder), words)
    assert told == "Help your household already gets"


def test_a_fact_without_a_name_is_refused_by_line(folder: Path) -> None:
    added(folder, NEW.rpartition("    called")[0])
    with pytest.raises(RulesError) as refused:
        load_vocabulary(folder)
    assert 'The key "called" is missing here.' in str(refused.value.findings[0])
