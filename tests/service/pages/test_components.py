"""Every component example renders as sound, labelled, script-free HTML in every language."""

from __future__ import annotations

import inspect
import re

import pytest
import yaml
from jinja2 import nodes
from jinja2.runtime import Macro

from service.public.gallery import COMPONENTS, components
from service.templating import TEMPLATES
from tests.service.pages.rendering import a_page, templates
from tests.support.pages import check_fragment, check_page, elements, parse, text_of

LANGUAGES = ("en", "es", "qps", "qps-rtl")
NAMES = sorted(file.stem for file in COMPONENTS.glob("*.html"))


@pytest.mark.parametrize("name", NAMES)
def test_a_component_tells_its_parameters_and_shows_examples(name: str) -> None:
    told = yaml.safe_load((COMPONENTS / f"{name}.yaml").read_text(encoding="utf-8"))
    assert set(told) <= {"about", "parameters", "examples", "call"}
    macro = getattr(
        templates().environments["en"].get_template(f"components/{name}.html").module, name
    )
    told_names = {part.strip() for names in told["parameters"] for part in names.split(",")}
    arguments = set(
        macro.arguments if isinstance(macro, Macro) else inspect.signature(macro).parameters
    )
    assert told_names == arguments
    used = {argument for example in told["examples"].values() for argument in example}
    assert used <= arguments


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_example_is_sound_html_with_labelled_controls_and_unique_ids(language: str) -> None:
    for component in components(templates().environments[language]):
        for example in component.examples:
            html = str(example.html)
            if component.name == "language_switch":
                html += '<form id="gallery-form" method="post" action="/"></form>'
            check_fragment(html)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_gallery_is_a_good_page(language: str) -> None:
    shown = components(templates().environments[language])
    page = check_page(
        templates().render(
            "public/components.html",
            language,
            {"page": a_page(), "heading": "Components", "components": shown},
        )
    )
    assert len(elements(page, "section")) >= len(NAMES)


def test_a_field_says_its_hint_and_its_error_together() -> None:
    [example] = [
        e
        for c in components(templates().environments["en"])
        if c.name == "field"
        for e in c.examples
        if e.name == "with error"
    ]
    page = parse(f"<!DOCTYPE html><title>x</title>{example.html}")
    [control] = elements(page, "input")
    assert control.get("aria-invalid") == "true"
    described = page.find(f".//*[@id='{control.get('aria-describedby')}']")
    assert described is not None
    assert text_of(described) == "Error: Enter a ZIP code of 5 digits, like 98104"


def test_a_page_with_errors_leads_its_title_with_the_word_error() -> None:
    html = templates().render(
        "base.html",
        "es",
        {
            "page": a_page(),
            "heading": "Su nombre",
            "errors": [{"target": "main", "text": "Escriba su nombre"}],
        },
    )
    [title] = elements(check_page(html), "title")
    assert text_of(title) == "Error: Su nombre – Threshold · Seattle"


def test_the_language_switch_belongs_to_the_pages_own_form_and_enter_still_means_continue() -> None:
    """The first submit button of a form is what Enter presses, so ours comes before the switch."""
    html = templates().render("components/language_switch.html", "en", {})
    switch = templates().environments["en"].get_template("components/language_switch.html").module
    html = str(
        switch.language_switch(  # type: ignore[attr-defined]  # macros are made by the template
            languages=a_page().languages, current="en", path="/", form="question"
        )
    )
    first, second = elements(parse(f"<!DOCTYPE html><title>x</title>{html}"), "button")
    assert (first.get("form"), first.get("name")) == ("question", None)
    assert (second.get("form"), second.get("name"), second.get("value")) == (
        "question",
        "_language",
        "es",
    )


def test_components_are_called_with_keywords_only() -> None:
    """A macro's arguments have names, so a page says what it means and order is free to change."""
    environment = templates().environments["en"]
    internal = {"error_line", "language_button", "sign"}
    for file in sorted(TEMPLATES.rglob("*.html")):
        tree = environment.parse(file.read_text(encoding="utf-8"))
        imported = {
            name if isinstance(name, str) else name[1]
            for node in tree.find_all(nodes.FromImport)
            for name in node.names
        }
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in imported - internal:
                assert not call.args, f"{file.name}: {call.node.name} is called by position"


def test_templates_escape_everything_and_carry_no_inline_style_or_script() -> None:
    for file in sorted(TEMPLATES.rglob("*.html")):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b", text), f"{file} marks words as safe"
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)", text), file


def test_every_component_and_its_arguments_are_in_the_documentation() -> None:
    documented = (TEMPLATES.parents[1] / "docs" / "components.md").read_text(encoding="utf-8")
    for name in NAMES:
        text = (COMPONENTS / f"{name}.html").read_text(encoding="utf-8")
        match = re.search(r"{% macro (" + name + r"\(.*?\)) -%}", text, re.DOTALL)
        assert match, f"{name}.html has no macro of its own name"
        assert re.sub(r"\s+", " ", match[1]) in documented, name
