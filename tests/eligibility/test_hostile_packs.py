"""A broken or hostile pack is refused in under a second, by `threshold check`, without a traceback.

Every pack here is a city's folder with its own programs; the shared ones are read with it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from service.cli import main
from service.pack.check import check_city
from tests.eligibility.packs import ROOT, one_test, program, write_pack

GOOD = one_test("household.homeless")
CASES = 'cases: [{case: "one", on: 2025-06-01, facts: {}, expect: unclear}]\n'
BAD_FACTS = 'cases: [{case: "one", on: 2025-06-01, facts: %s, expect: unclear}]\n'
LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(12)
)
ROW = "family: x\nsources: {s: {title: t, url: 'https://example.org'}}\nparameters:\n  y:\n"
FIGURE = ROW + "    title: t\n    unit: money\n    values: [{from: %s, label: l, source: s, %s}]\n"

EXPRESSIONS = (
    "9**9**9 > 1",
    "1 << 999999999 > 1",
    "9 * " * 400 + "9 > 1",
    "999999999999 * " * 99 + "1 > 0",
    "1" * 1900 + " > 1",
    "1e400 > 1",
    "(" * 900 + "True" + ")" * 900,
    "not " * 450 + "True",
    "-" * 1800 + "1 > 0",
    "[" * 900 + "]" * 900,
    "household" + ".a" * 900,
    "max(" * 300 + "1" + ")" * 300 + " > 0",
    "True) or (True",
    "__import__(''os'').system(''x'')",
    "().__class__.__bases__[0].__subclasses__()",
    "household.__class__",
    "''{0.__class__}''.format(1) == ''x''",
    "(lambda: True)()",
    "[x for x in people for y in people for z in people]",
    "any(any(any(any(True for a in people) for b in people) for c in people) for d in people)",
    "(x := 5) > 3",
    "f''{9**9**9}'' == ''x''",
    "eval(''1'')",
    "(yield)",
    "await people",
    "max(*people)",
    "max(**people)",
    "people[0]",
    "1j > 0",
    "b''x'' == b''x''",
    "... == ...",
    "a if b",
    "import os",
    "",
)


def in_program(text: str | bytes) -> Callable[[Path], None]:
    return lambda city: _put(city / "programs" / "help" / "program.yaml", text)


def in_cases(text: str | bytes) -> Callable[[Path], None]:
    def write(city: Path) -> None:
        _put(city / "programs" / "help" / "program.yaml", GOOD)
        _put(city / "programs" / "help" / "cases.yaml", text)

    return write


def in_figures(text: str) -> Callable[[Path], None]:
    def write(city: Path) -> None:
        _put(city / "programs" / "help" / "program.yaml", GOOD)
        _put(city / "parameters" / "x.yaml", text)

    return write


def _put(path: Path, text: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)


def a_folder(city: Path) -> None:
    (city / "programs" / "help" / "program.yaml").mkdir(parents=True)


def a_link_to_itself(city: Path) -> None:
    home = city / "programs" / "help"
    home.mkdir(parents=True)
    (home / "program.yaml").symlink_to(home / "program.yaml")


def folders_without_end(city: Path) -> None:
    _put(city / "programs" / "help" / "program.yaml", "- nothing")
    (city / "programs" / "again").symlink_to(city, target_is_directory=True)


def a_pipe(city: Path) -> None:
    home = city / "programs" / "help"
    home.mkdir(parents=True)
    os.mkfifo(home / "program.yaml")


def many_programs(many: int, ring: bool) -> Callable[[Path], None]:
    def write(city: Path) -> None:
        for number in range(many):
            last = number == many - 1 and not ring
            rule = "household.homeless" if last else f"likely(p{(number + 1) % many})"
            text = one_test(rule).replace("id: help", f"id: p{number}")
            _put(city / "programs" / f"p{number}" / "program.yaml", text)

    return write


def a_thousand_values(city: Path) -> None:
    values = "".join(f"  v{n}: {{unit: people, is: 'v{n + 1} + 1'}}\n" for n in range(1000))
    ends = "  v1000: {unit: people, is: '1'}\n"
    in_program(GOOD + "values:\n" + values + ends)(city)


PACKS: dict[str, tuple[Callable[[Path], None], str]] = {
    "a billion laughs": (in_program(LAUGHS), "anchor"),
    "a billion laughs among figures": (in_figures(LAUGHS), "anchor"),
    "a tag": (in_program("id: !!python/object/apply:os.system ['x']\n"), "tag"),
    "a repeated key": (in_program(GOOD + "id: help\n"), "duplicate_key"),
    "10 MB": (in_program("id: " + "x" * 10_000_000), "too_large"),
    "half a million levels": (in_program("[" * 500_000), "too_deep"),
    "a hundred thousand values": (in_program("[" + "x," * 100_000 + "]"), "too_large"),
    "ten thousand unknown keys": (
        in_program("".join(f"k{n}: 1\n" for n in range(9_900))),
        "unknown_key",
    ),
    "a NUL": (in_program(GOOD.encode() + b"\0"), "not_yaml"),
    "no UTF-8": (in_program(b"id: \xff\xfe"), "unreadable"),
    "UTF-16": (in_program(GOOD.encode("utf-16")), "unreadable"),
    "a folder for a file": (a_folder, "unreadable"),
    "a link to itself": (a_link_to_itself, "unreadable"),
    "folders without end": (folders_without_end, "not_a_table"),
    "a pipe": (a_pipe, "unreadable"),
    "an empty file": (in_program(""), "empty"),
    "a list for a table": (in_program("- a\n- b\n"), "not_a_table"),
    "one word": (in_program("hello\n"), "not_a_table"),
    "keys that are no text": (in_program("? [a]\n: 1\n"), "key"),
    "a figure of no day": (in_figures(FIGURE % ("2026-02-30", "value: 1")), "not_a_date"),
    "a figure of 5,000 digits": (
        in_figures(FIGURE % ("2026-02-28", f"value: {'9' * 5000}")),
        "value",
    ),
    "a figure to the power": (in_figures(FIGURE % ("2026-02-28", "value: 1e999999")), "value"),
    "a factor to the power": (in_program(GOOD + "convert: {week: 1e99999999}\n"), "value"),
    "a factor by nothing": (in_program(GOOD + "convert: {week: 1/0}\n"), "value"),
    "a season of no day": (
        in_program(GOOD + "status: {seasonal: [{from: 02-30, to: 13-45}]}\n"),
        "not_a_date",
    ),
    "groups within groups": (
        in_program(program("eligible: " + "{all: [" * 9 + "x" + "]}" * 9 + "\n")),
        "too_deep",
    ),
    "a thousand values in a row": (a_thousand_values, "too_deep"),
    "hundreds of programs in a row": (many_programs(300, ring=False), "too_deep"),
    "a hundred programs in a ring": (many_programs(100, ring=True), "cycle"),
}


CASE_FILES: dict[str, tuple[Callable[[Path], None], str]] = {
    "a billion laughs among cases": (in_cases(LAUGHS), "anchor"),
    "a list of cases": (in_cases("- a\n"), "not_a_table"),
    "no cases": (in_cases(""), "empty"),
    "cases of nothing": (in_cases("cases: [1, [2], {case: [x]}]\n"), "not_a_table"),
    "a case on no day": (in_cases(CASES.replace("2025-06-01", "2026-02-30")), "not_a_date"),
    "a case at the end of days": (in_cases(CASES.replace("2025-", "9999-")), "not_a_date"),
    "a case of a list": (in_cases(BAD_FACTS % "[1]"), "case_facts"),
    "a case of a huge number": (
        in_cases(BAD_FACTS % f"{{household: {{liquid_assets: {'9' * 5000}}}}}"),
        "case_facts",
    ),
    "a case of a crowd": (
        in_cases(BAD_FACTS % f"{{people: [{', '.join(f'{{id: p{n}}}' for n in range(5000))}]}}"),
        "case_facts",
    ),
}


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_that_cannot_be_used_is_refused_at_once(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, code = PACKS[name]
    city = tmp_path / "city"
    make(city)
    begun = time.process_time()
    status = main(["check", str(city), "--on", "2025-06-01"])
    spent = time.process_time() - begun
    told = capsys.readouterr()
    assert status == 1
    assert f"[{code}]" in told.out, told.out[:2000]
    assert len(told.out) < 100_000
    assert told.err == ""
    assert spent < 1


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The vocabulary alone, so that no other cases are run."""
    return write_pack(tmp_path_factory.mktemp("shared") / "rules")


@pytest.mark.parametrize("name", CASE_FILES)
def test_cases_that_cannot_be_read_are_named(name: str, tmp_path: Path, shared: Path) -> None:
    make, code = CASE_FILES[name]
    make(tmp_path)
    begun = time.process_time()
    report = check_city(tmp_path, date(2025, 6, 1), shared)
    assert time.process_time() - begun < 1
    assert code in {one.code for one in report.errors}


def test_no_expression_runs_overflows_or_hangs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values = [f"  v{n}: {{unit: bool, is: '{text}'}}" for n, text in enumerate(EXPRESSIONS)]
    text = "\n".join([GOOD.rstrip(), "values:", *values, ""])
    first = text.splitlines().index(values[0]) + 1
    in_program(text)(tmp_path / "city")
    begun = time.process_time()
    assert main(["check", str(tmp_path / "city"), "--on", "2025-06-01"]) == 1
    assert time.process_time() - begun < 1
    told = capsys.readouterr().out
    refused = {line.split("program.yaml:")[1].split(":")[0] for line in told.splitlines()[:-1]}
    missed = [text for n, text in enumerate(EXPRESSIONS) if str(first + n) not in refused]
    assert missed == []


def test_the_command_itself_ends_with_1_and_no_traceback(tmp_path: Path) -> None:
    in_program(GOOD.encode() + b"\xff")(tmp_path / "city")
    done = subprocess.run(
        [sys.executable, "-m", "service.cli", "check", str(tmp_path / "city")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "[unreadable]" in done.stdout
