"""Populations from files: every layout says the same, and a wrong cell is named by its place."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from random import Random

import pytest

from eligibility import Household, Rulebook
from eligibility.batch import Plan, Population, Simulation, population_of
from eligibility.batch.cells import TableErrors
from eligibility.batch.csv_files import NAMES, read_flat, read_three
from eligibility.batch.json_files import CsvFolder, read_lines
from eligibility.batch.parquet_files import partitions, read_partition, write_partition
from eligibility.batch.population import joined
from tests.eligibility.batch.agreement import batch_verdicts, walked_verdicts
from tests.eligibility.batch.test_agreement import mixed_facts
from tests.eligibility.packs import city_rules

ON = date(2026, 11, 22)
HOMES = "household,people_complete,household.rent,household.rent.period,household.receives\n"
PEOPLE = "household,person,person.birth_date,person.incomes_complete,person.spouse\n"
INCOMES = "household,person,income.kind,income.period,income.amounts,income.dates\n"


def verdicts(populations: Iterable[Population], rules: Rulebook) -> list[object]:
    population = joined(list(populations))
    return list(batch_verdicts(Simulation(rules, population, ON).run(Plan.of(rules, ON))))


@pytest.fixture(scope="module")
def households() -> list[Household]:
    rules, random = city_rules(), Random(21)
    return [Household.from_facts(one, rules.facts) for one in mixed_facts(random, rules, 12)]


@pytest.fixture(scope="module")
def expected(households: list[Household]) -> list[object]:
    return list(walked_verdicts(households, city_rules(), ON))


@pytest.fixture
def folder(households: list[Household], tmp_path: Path) -> Path:
    rules = city_rules()
    files = CsvFolder(tmp_path / "city", rules.facts, each_benefit=True)
    files.add(population_of(households, rules.facts))
    files.close()
    return tmp_path / "city"


def test_three_csv_files_hold_the_same_households(folder: Path, expected: list[object]) -> None:
    rules = city_rules()
    assert verdicts(read_three(folder, rules.facts, 100), rules) == expected


def test_parts_of_a_file_are_the_whole_of_it(folder: Path, expected: list[object]) -> None:
    """Parts have columns of their own, so each is screened by itself."""
    rules = city_rules()
    parts = list(read_three(folder, rules.facts, 5))
    assert [part.households for part in parts] == [5, 5, 2]
    found = [verdict for part in parts for verdict in verdicts([part], rules)]
    assert sorted(map(repr, found)) == sorted(map(repr, expected))


def test_json_lines_hold_the_same_households(
    households: list[Household], expected: list[object], tmp_path: Path
) -> None:
    rules, path = city_rules(), tmp_path / "city.jsonl"
    path.write_text("\n".join(json.dumps(one.facts) for one in households), encoding="utf-8")
    assert verdicts(read_lines(path, rules.facts, 100, json.loads), rules) == expected


def test_a_parquet_partition_holds_the_same_households(
    folder: Path, expected: list[object], tmp_path: Path
) -> None:
    rules, tables = city_rules(), {}
    for entity, name in NAMES.items():
        with (folder / name).open(encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
        tables[entity] = {column: typed([row[column] for row in rows]) for column in rows[0]}
    write_partition(tmp_path / "parts" / "one", tables)
    (path,) = partitions(tmp_path / "parts")
    assert verdicts([read_partition(path, rules.facts)], rules) == expected


def typed(texts: list[str]) -> list[object]:
    """Whole numbers, truths and days as such where all of a column are, else text."""
    kinds: tuple[Callable[[str], object], ...] = (
        int,
        {"true": True, "false": False}.__getitem__,
        date.fromisoformat,
    )
    for kind in kinds:
        try:
            return [kind(text) if text else None for text in texts]
        except (ValueError, KeyError):
            continue
    return list(texts)


def test_a_flat_file_holds_the_same_households(tmp_path: Path) -> None:
    rules, path = city_rules(), tmp_path / "flat.csv"
    path.write_text(
        "household,people_complete,people.p1.birth_date,people.p1.incomes_complete,"
        "people.p1.incomes.0.kind,people.p1.incomes.0.period,people.p1.incomes.0.amount,"
        "people.p2.birth_date,people.p2.incomes_complete\n"
        "a,true,1990-05,true,wages,month,200000..250000,2020-02-02,true\n"
        "b,true,1990-05-05,true,,,,,\n",
        encoding="utf-8",
    )
    income = {"kind": "wages", "period": "month", "amount": {"between": [200_000, 250_000]}}
    facts = [
        {
            "people_complete": True,
            "people": [
                {
                    "id": "p1",
                    "birth_date": "1990-05",
                    "incomes_complete": True,
                    "incomes": [income],
                },
                {"id": "p2", "birth_date": "2020-02-02", "incomes_complete": True},
            ],
        },
        {
            "people_complete": True,
            "people": [{"id": "p1", "birth_date": "1990-05-05", "incomes_complete": True}],
        },
    ]
    told = [Household.from_facts(one, rules.facts) for one in facts]
    assert verdicts(read_flat(path, rules.facts, 10), rules) == walked_verdicts(told, rules, ON)


WRONG = [
    ("homes", "a,true,100,,none\n", "row 2, column household.rent.period: An amount needs"),
    ("homes", "a,maybe,1,month,none\n", 'row 2, column people_complete: "maybe" is not true'),
    ("homes", "a,true,1e3,month,none\n", 'row 2, column household.rent: "1e3" is not a whole'),
    ("homes", "a,true,1,fortnight,none\n", "column household.rent.period:"),
    ("homes", "a,true,1,month,basic_fod\n", '"basic_fod" is not known here. Did you mean'),
    ("homes", "a,true,1,month,none\na,true,1,month,none\n", "row 3, column household: Each"),
    ("homes", "a,true,1,month\n", "row 2: 4 cells, not 5"),
    ("people", "b,p1,1990,true,\n", "people.csv, row 2, column household: 'b' is not in"),
    ("people", "a,p1,1990-13,true,\n", 'row 2, column person.birth_date: "1990-13" is not a day'),
    ("people", "a,p1,1990,true,\na,p1,1990,true,\n", "row 3, column person: Two people"),
    ("people", "a,p1,1990,true,p9\n", 'row 2, column person.spouse: There is no person "p9"'),
    ("homes", "a,true,\u0661\u0662,month,none\n", "row 2, column household.rent: "),
    ("people", "a,p1,1990,true,p1\n", "column person.spouse: Nobody is their own spouse"),
    ("people", "a,,1990,true,\n", "row 2, column person: Each person needs an id"),
    (
        "people",
        "".join(f"a,p{n},1990,true,\n" for n in range(41)),
        "row 42, column person: There can be at most 40 people",
    ),
    (
        "incomes",
        "a,p1,wages,week,5,\n" * 41,
        "row 22, column person: There can be at most 20 incomes",
    ),
    ("incomes", "a,p2,wages,week,100,\n", 'row 2, column person: There is no person "p2"'),
    ("incomes", "a,p1,wages,week,-5,\n", "row 2, column income.amount: Only own work"),
    ("incomes", "a,p1,wages,week,5 6,2026-11-02\n", "row 2, column income.dates: There must be"),
]


@pytest.mark.parametrize(("file", "rows", "says"), WRONG)
def test_a_wrong_cell_is_named_by_file_row_and_column(
    file: str, rows: str, says: str, tmp_path: Path
) -> None:
    texts = {
        "homes": HOMES + "a,true,,,none\n",
        "people": PEOPLE + "a,p1,1990,true,\n",
        "incomes": INCOMES,
    }
    head = {"homes": HOMES, "people": PEOPLE, "incomes": INCOMES}[file]
    texts[file] = head + rows
    for name, known in zip(NAMES.values(), ("homes", "people", "incomes"), strict=True):
        (tmp_path / name).write_text(texts[known], encoding="utf-8")
    with pytest.raises(TableErrors) as refused:
        list(read_three(tmp_path, city_rules().facts, 100))
    assert says in str(refused.value)


def test_an_unknown_column_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    (tmp_path / "households.csv").write_text("household,household.rnt\na,1\n", encoding="utf-8")
    (tmp_path / "people.csv").write_text("household,person\n", encoding="utf-8")
    with pytest.raises(TableErrors, match=r"column household.rnt: There is no such column.*rent"):
        list(read_three(tmp_path, city_rules().facts, 100))


def test_columns_that_are_told_apart_otherwise_are_named(tmp_path: Path) -> None:
    path = tmp_path / "homes.csv"
    path.write_text("household;people_complete\na;true\n", encoding="utf-8")
    with pytest.raises(TableErrors, match=r"must be household. Columns are told apart by commas"):
        list(read_flat(path, city_rules().facts, 10))


def test_a_wrong_cell_of_somebody_in_a_flat_file_is_named_by_the_row_of_the_home(
    tmp_path: Path,
) -> None:
    path = tmp_path / "homes.csv"
    path.write_text(
        "household,people.p1.disabled,people.p2.disabled,people.p2.birth_date\n"
        "a,true,true,1990\nb,true,true,soon\n",
        encoding="utf-8",
    )
    with pytest.raises(TableErrors, match=r"homes.csv, row 3, column person.birth_date"):
        list(read_flat(path, city_rules().facts, 10))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableErrors, match=r"households.csv cannot be read"):
        list(read_three(tmp_path, city_rules().facts, 100))
