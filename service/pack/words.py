"""Sentences of a pack that have no words yet in a language the city offers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from eligibility import Rulebook
from eligibility.documents import read_document
from eligibility.findings import Finding
from eligibility.sentences import Sentence, of_keys, of_parameters, of_program
from service.city import City
from service.i18n import Languages
from service.pack.files import document

FACT_WORDS = ("why", "called", "beside")
WORDINGS = ("ask", "you", "row", "row_you", "hint", "hint_you", "why", "none", "label")
# The city's own files: the keys that hold sentences, those that hold none below, the catalogue.
KEYS_OF_WORDS = {
    "agencies.yaml": (("name", "what"), (), "programs"),
    "city.yaml": (("label", "name"), ("languages", "calendar"), "programs"),
    "voice.yaml": (("name", "sentence"), (), "programs"),
    "pages.yaml": ((*WORDINGS, "title", "title_you"), (), "forms"),
    "questions.yaml": ((*WORDINGS, "title", "title_you"), (), "forms"),
}


class Untranslated:
    """Looks sentences up in every language of a city but the first, which they are written in."""

    def __init__(self, city: City) -> None:
        languages = Languages.load(city.languages, city.time_zone)
        self.others = [languages[one.code] for one in city.languages[1:]]
        self.names = {one.code: one.name for one in city.languages}

    def of_programs(self, rules: Rulebook) -> Iterator[tuple[str, Finding]]:
        """Each with the program that says it."""
        for program in rules.programs.values():
            sentences = list(of_program(read_document(Path(program.place.file))))
            for finding in self._missing(sentences, "programs"):
                yield program.id, finding

    def of_figures(self, rules: Rulebook, homes: Iterable[Path]) -> Iterator[tuple[bool, Finding]]:
        """Each with whether a program that is open reads the figure."""
        read, waiting = _read(rules, offered=True), _read(rules, offered=False)
        for home in homes:
            for path in sorted((home / "parameters").glob("*.yaml")):
                titles = list(of_parameters(read_document(path)))
                for bad, names_read in ((True, read), (False, waiting - read)):
                    shown = [sentence for name, sentence in titles if name in names_read]
                    for finding in self._missing(shown, "programs"):
                        yield bad, finding

    def of_own_files(self, folder: Path) -> Iterator[Finding]:
        """Names of offices, questions and their choices, topics and reasons of petitions."""
        for name, (keys, skipped, catalogue) in KEYS_OF_WORDS.items():
            node = document(folder / name)
            if node is not None:
                yield from self._missing(list(of_keys(node, keys, skipped)), catalogue)

    def of_facts(self, shared: Path) -> Iterator[Finding]:
        """What facts are called, and why they are asked."""
        for path in sorted((shared / "facts").glob("*.yaml")):
            yield from self._missing(list(of_keys(read_document(path), FACT_WORDS, ())), "programs")

    def _missing(self, sentences: list[Sentence], catalogue: str) -> Iterator[Finding]:
        """Each sentence without words in a language; one line where a whole file has none."""
        for language in self.others:
            without = [one for one in sentences if not language.has(one.text, one.context)]
            name = self.names[language.code]
            path = f"locales/{language.code}/LC_MESSAGES/{catalogue}.po"
            hint = f"Run make messages, then fill {path}."
            if len(without) > 1 and len(without) == len(sentences):
                message = f"None of these {len(without)} sentences has words in {name}."
                yield without[0].place.finding("untranslated", message, hint)
                continue
            for one in without:
                message = f'"{one.text[:60]}" has no words in {name}.'
                yield one.place.finding("untranslated", message, hint)


def _read(rules: Rulebook, *, offered: bool) -> set[str]:
    """The figures that open programs read, or those of the others."""
    programs = [one for one in rules.programs.values() if (one.status_now == "open") == offered]
    return {name for one in programs for name, _ in one.all_figures}
