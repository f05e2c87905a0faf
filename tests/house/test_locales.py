"""Catalogues are whole: every sentence translated, none left over, the same names in braces."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from locales.messages import (
    ROOT,
    faults_of,
    languages,
    path_of,
    read,
    templates,
)
from service.i18n import DOMAINS


@pytest.fixture(scope="module")
def sources() -> dict[str, Catalog]:
    return templates()


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("language", languages())
def test_every_sentence_is_translated_and_none_is_left_over(
    language: str, domain: str, sources: dict[str, Catalog]
) -> None:
    faults = list(faults_of(read(path_of(language, domain), language), sources[domain]))
    assert not faults, "run `make messages`, then translate:\n" + "\n".join(faults)


def test_the_form_the_service_and_the_programs_all_have_sentences(
    sources: dict[str, Catalog],
) -> None:
    """An extractor that silently finds nothing would make every catalogue whole."""
    assert all(len(template) > 50 for template in sources.values())
    contexts = {message.context for message in sources["programs"] if message.context}
    assert any(context.endswith(".unmet") for context in contexts)


def test_no_sentence_shouts_or_calls_a_person_wrong(sources: dict[str, Catalog]) -> None:
    for template in sources.values():
        for message in template:
            for text in message.id if isinstance(message.id, tuple) else (str(message.id),):
                words = set(text.lower().replace(".", " ").replace(",", " ").split())
                assert "!" not in text, text
                assert not words & {"failed", "invalid", "illegal", "denied"}, text


def catalogue(
    *messages: tuple[str | tuple[str, str], str | tuple[str, ...], str | None],
) -> Catalog:
    made = Catalog(locale="es", fuzzy=False)
    for text, translation, context in messages:
        made.add(text, translation, context=context)
    return made


def test_what_a_catalogue_lacks_or_has_too_much_of_is_named() -> None:
    template = catalogue(("Rent", "", None), ("You have {n} day", "", "a.b.met"))
    held = catalogue(("You have {n} day", "Tiene un día", "a.b.met"), ("Old", "Viejo", None))
    assert list(faults_of(held, template)) == [
        "missing: 'Rent' (?)",
        "other {names} than the source: [a.b.met] 'You have {n} day' (?) -> 'Tiene un día'",
        "no longer used: 'Old' (?)",
    ]


def test_a_plural_may_leave_its_number_out_but_not_another_name() -> None:
    template = catalogue((("{n} case of {name}", "{n} cases of {name}"), ("", ""), None))
    good = catalogue(
        (
            ("{n} case of {name}", "{n} cases of {name}"),
            ("un caso de {name}", "{n} de {name}"),
            None,
        )
    )
    assert list(faults_of(good, template)) == []
    bad = catalogue(
        (("{n} case of {name}", "{n} cases of {name}"), ("un caso", "{n} de {name}"), None)
    )
    assert len(list(faults_of(bad, template))) == 1


def test_a_fuzzy_translation_is_not_a_translation() -> None:
    template = catalogue(("Rent", "", None))
    held = Catalog(locale="es", fuzzy=False)
    held.add("Rent", "Renta", flags={"fuzzy"})
    assert list(faults_of(held, template)) == ["to be looked at (fuzzy): 'Rent' (?)"]


def test_the_command_says_what_it_can_do() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "locales.messages", "sing"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "extract | check | compile" in done.stdout


def test_compiled_catalogues_are_never_committed() -> None:
    ignored = (Path(ROOT) / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "*.mo" in ignored
