"""A city's whole pack: its rules and cases, its own files, its words in each language, its form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from eligibility import Rulebook, RulesError
from eligibility.check import Report, check_pack
from eligibility.documents import Items, Node, Place, Table, Text, read_document
from eligibility.findings import Finding, nearest
from eligibility.program import Program
from eligibility.sentences import Sentence, of_parameters, of_program
from forms import load_form
from forms.coverage import never_asked, under_no_help
from forms.needs import needs_of_rules
from service.city import City, load_city
from service.i18n import LOCALES, Languages, Translator

SHARED = LOCALES.parent / "eligibility"
QUESTIONS = LOCALES.parent / "forms" / "questions"
HOW_TO_ASK = "Add a question that serves it to questions.yaml, and its page to pages.yaml."


def check_city(folder: Path, today: date, shared: Path = SHARED) -> Report:
    """All of it. A folder of rules alone, without city.yaml or pages.yaml, is checked as far as it
    goes."""
    report = check_pack(shared, folder, today)
    rules = report.rules
    city: City | None = None
    if (folder / "city.yaml").exists():
        try:
            city = load_city(folder)
        except RulesError as error:
            report = report.also(error.findings, ())
    if rules is None:
        return report
    if city is not None:
        report = _with(report, _untranslated(rules, (shared, folder), city))
        report = _with(report, (*_unrouted(rules, city), *_unknown_taken(rules, folder)))
    return _with_form(report, rules, folder) if (folder / "pages.yaml").exists() else report


def _with(report: Report, found: Iterable[tuple[bool, Finding]]) -> Report:
    """Findings added, those of programs that nobody may apply for yet as notes."""
    rows = list(found)
    return report.also([one for bad, one in rows if bad], [one for bad, one in rows if not bad])


def _offered(program: Program) -> bool:
    return program.status_now == "open"


def _unrouted(rules: Rulebook, city: City) -> Iterator[tuple[bool, Finding]]:
    """Programs that go to an office of this city, and to none: nobody could send them."""
    for program in rules.programs.values():
        id, place = program.id, program.place
        if program.apply != "routed" or city.routing.agencies_of(id):
            continue
        message = f'No office gets "{id}": routing.yaml has no line for it.'
        hint = f"Add {{program: {id}, rules: [{{agency: {program.agency}}}]}} to its routes."
        yield _offered(program), place.finding("no_route", message, hint)
        if program.agency not in city.agencies:
            message = f'"{program.agency}" is not an agency.'
            add = f"Add it to agencies.yaml, with {id} among its programs."
            hint = f"{nearest(program.agency, city.agencies) or ''} {add}".strip()
            yield _offered(program), place.finding("unknown_agency", message, hint)


def _unknown_taken(rules: Rulebook, folder: Path) -> Iterator[tuple[bool, Finding]]:
    """Programs that an agency takes, or that have a route, and are none."""
    for file, rows, key in (
        ("agencies.yaml", "agencies", "programs"),
        ("routing.yaml", "routes", "program"),
    ):
        document = read_document(folder / file)
        listed = document.entries.get(rows) if isinstance(document, Table) else None
        for row in listed.items if isinstance(listed, Items) else ():
            named = row.entries.get(key) if isinstance(row, Table) else None
            for item in named.items if isinstance(named, Items) else (named,):
                if isinstance(item, Text) and item.value not in rules.programs:
                    message = f'"{item.value[:40]}" is not a program.'
                    hint = nearest(item.value, rules.programs)
                    yield True, item.place.finding("unknown_program", message, hint)


def _untranslated(
    rules: Rulebook, homes: Iterable[Path], city: City
) -> Iterator[tuple[bool, Finding]]:
    languages = Languages.load(city.languages, city.time_zone)
    others = [languages[one.code] for one in city.languages[1:]]
    names = {one.code: one.name for one in city.languages}
    for program in rules.programs.values():
        sentences = list(of_program(read_document(Path(program.place.file))))
        for finding in _missing(sentences, others, names):
            yield _offered(program), finding
    read, waiting = _read(rules, offered=True), _read(rules, offered=False)
    for home in homes:
        for path in sorted((home / "parameters").glob("*.yaml")):
            titles = list(of_parameters(read_document(path)))
            for bad, names_read in ((True, read), (False, waiting - read)):
                shown = [sentence for name, sentence in titles if name in names_read]
                for finding in _missing(shown, others, names):
                    yield bad, finding


def _read(rules: Rulebook, *, offered: bool) -> set[str]:
    """The figures that open programs read, or those of the others."""
    programs = [one for one in rules.programs.values() if _offered(one) == offered]
    return {name for one in programs for name, _ in one.all_figures}


def _missing(
    sentences: list[Sentence], languages: Iterable[Translator], names: Mapping[str, str]
) -> Iterator[Finding]:
    """Each sentence without words in a language; one line where a whole file has none."""
    for language in languages:
        without = [one for one in sentences if not language.has(one.text, one.context)]
        name = names[language.code]
        hint = f"Run make messages, then fill locales/{language.code}/LC_MESSAGES/programs.po."
        if len(without) > 1 and len(without) == len(sentences):
            message = f"None of these {len(without)} sentences has words in {name}."
            yield without[0].place.finding("untranslated", message, hint)
            continue
        for one in without:
            message = f'"{one.text[:60]}" has no words in {name}.'
            yield one.place.finding("untranslated", message, hint)


def _with_form(report: Report, rules: Rulebook, folder: Path) -> Report:
    try:
        form = load_form(QUESTIONS, folder, rules.facts)
        helps = read_document(folder / "pages.yaml")
    except RulesError as error:
        return report.also(error.findings, ())
    needs = needs_of_rules(rules)
    found = []
    for name, facts in never_asked(form, needs).items():
        program = rules.programs[name]
        for fact in sorted(facts):
            message = f'No question asks "{fact}", which "{name}" needs.'
            finding = _where(program, fact).finding("not_asked", message, HOW_TO_ASK)
            found.append((_offered(program), finding))
    for name in sorted(under_no_help(form, needs)):
        message = f'"{name}" stands under no kind of help; only asking for everything finds it.'
        hint = "Name it under `helps` in pages.yaml."
        place = rules.programs[name].place
        found.append((False, place.finding("under_no_help", message, hint)))
    found += [(True, finding) for finding in _unknown_helped(helps, rules)]
    return _with(report, found)


def _where(program: Program, fact: str) -> Place:
    """The first test that reads a fact, or the program as a whole."""
    reading = (test.place for test in program.all_tests() if fact in test.rule.facts)
    return next(reading, program.place)


def _unknown_helped(pages: Node, rules: Rulebook) -> Iterator[Finding]:
    """Programs named under a kind of help that this city does not have."""
    helps = pages.entries.get("helps") if isinstance(pages, Table) else None
    for entry in helps.entries.values() if isinstance(helps, Table) else ():
        named = entry.entries.get("programs") if isinstance(entry, Table) else None
        for item in named.items if isinstance(named, Items) else ():
            if isinstance(item, Text) and item.value not in rules.programs:
                message = f'"{item.value[:40]}" is not a program.'
                hint = nearest(item.value, rules.programs)
                yield item.place.finding("unknown_program", message, hint)
