"""A city's whole pack: its rules and cases, its own files, its words in each language, its form."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

from eligibility import Rulebook, RulesError
from eligibility.check import Report, check_pack
from eligibility.documents import Place
from eligibility.findings import Finding
from eligibility.program import Program
from forms import load_form
from forms.coverage import never_asked, under_no_help
from forms.needs import needs_of_rules
from service.city import City, load_city
from service.i18n import LOCALES
from service.pack.routes import misnamed, unrouted
from service.pack.words import Untranslated
from service.voice.population import wrong_rows
from service.voice.rules import load_voice

Loaded = TypeVar("Loaded")
SHARED = LOCALES.parent / "eligibility"
QUESTIONS = LOCALES.parent / "forms" / "questions"
HOW_TO_ASK = "Add a question that serves it to questions.yaml, and its page to pages.yaml."
CALENDAR_AHEAD = timedelta(days=90)
"""So long before its last day a calendar is asked for more: the longest clocks run that far."""


def check_city(folder: Path, today: date, shared: Path = SHARED) -> Report:
    """All of it. A folder of rules alone, without city.yaml or pages.yaml, is checked as far as it
    goes."""
    report = check_pack(shared, folder, today)
    rules = report.rules
    city: City | None = None
    if (folder / "city.yaml").exists():
        city, found = _read(load_city, folder)
        report = report.also((*found, *_read(load_voice, folder)[1], *wrong_rows(folder)), ())
    if rules is None:
        return report
    report = report.also(misnamed(rules, folder), ())
    if city is not None:
        report = _with_words(report, rules, city, (shared, folder))
        report = _with(report, rules, unrouted(rules, city))
        report = report.also((), _ends_soon(city, folder, today))
    return _with_form(report, rules, folder) if (folder / "pages.yaml").exists() else report


def _read(
    load: Callable[[Path], Loaded], folder: Path
) -> tuple[Loaded | None, tuple[Finding, ...]]:
    """What a reader of the service makes of the folder, or all that it found wrong."""
    try:
        return load(folder), ()
    except RulesError as error:
        return None, tuple(error.findings)


def _with(report: Report, rules: Rulebook, found: Iterable[tuple[str, Finding]]) -> Report:
    """Findings by program; those of programs that nobody may apply for yet as notes."""
    rows = [(_offered(rules.programs[program]), finding) for program, finding in found]
    return report.also([one for bad, one in rows if bad], [one for bad, one in rows if not bad])


def _offered(program: Program) -> bool:
    return program.status_now == "open"


def _with_words(report: Report, rules: Rulebook, city: City, homes: tuple[Path, Path]) -> Report:
    words = Untranslated(city)
    report = _with(report, rules, words.of_programs(rules))
    figures = list(words.of_figures(rules, homes))
    report = report.also(
        [one for bad, one in figures if bad], [one for bad, one in figures if not bad]
    )
    shared, own = homes
    return report.also((*words.of_facts(shared), *words.of_own_files(own)), ())


def _ends_soon(city: City, folder: Path, today: date) -> Iterable[Finding]:
    until = city.calendar.until
    if until is not None and until < today + CALENDAR_AHEAD:
        message = f"Holidays are known until {until}; cases that are due later count none."
        place = Place(str(folder / "city.yaml"), 0, 0)
        yield place.finding("calendar_ends", message, "Add those of the next year to city.yaml.")


def _with_form(report: Report, rules: Rulebook, folder: Path) -> Report:
    try:
        form = load_form(QUESTIONS, folder, rules.facts)
    except RulesError as error:
        return report.also(error.findings, ())
    needs = needs_of_rules(rules)
    found = []
    for name, facts in never_asked(form, needs).items():
        program = rules.programs[name]
        for fact in sorted(facts):
            message = f'No question asks "{fact}", which "{name}" needs.'
            found.append((name, _where(program, fact).finding("not_asked", message, HOW_TO_ASK)))
    return _with(report, rules, found).also((), _under_no_help(rules, under_no_help(form, needs)))


def _under_no_help(rules: Rulebook, names: Iterable[str]) -> Iterable[Finding]:
    for name in sorted(names):
        message = f'"{name}" stands under no kind of help; only asking for everything finds it.'
        hint = "Name it under `helps` in pages.yaml."
        yield rules.programs[name].place.finding("under_no_help", message, hint)


def _where(program: Program, fact: str) -> Place:
    """The first test that reads a fact, or the program as a whole."""
    reading = (test.place for test in program.all_tests() if fact in test.rule.facts)
    return next(reading, program.place)
