"""The code our templates become says the same as the code Jinja would write for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, Template, UndefinedError, nodes
from jinja2.compiler import CodeGenerator, generate
from jinja2.filters import do_xmlattr
from markupsafe import Markup, escape

from service.public.gallery import components
from service.template_code import escaped
from service.templating import LanguageEnvironment
from tests.service.pages.rendering import a_page, templates


class Slow(LanguageEnvironment):
    """The same environment with Jinja's own code, macros, escaping and look for templates."""

    code_generator_class = CodeGenerator

    def _generate(
        self, source: nodes.Template, name: Any, filename: Any, defer_init: bool = False
    ) -> str:
        return str(generate(source, self, name, filename, defer_init=defer_init))

    def get_template(self, name: Any, parent: Any = None, globals: Any = None) -> Template:
        return Environment.get_template(self, name, parent, globals)


def in_jinjas_code(language: str) -> Slow:
    ours = templates().environments[language]
    assert isinstance(ours, LanguageEnvironment)
    slow = Slow(
        loader=ours.loader,
        autoescape=True,
        undefined=ours.undefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    slow.globals.update(ours.globals)
    slow.filters.update({**ours.filters, "xmlattr": do_xmlattr})
    slow.constants = ours.constants
    return slow


def test_every_component_and_the_frame_are_the_same_to_the_letter() -> None:
    ours, jinjas = templates().environments["es"], in_jinjas_code("es")
    told = [
        [(e.name, e.html) for c in components(each) for e in c.examples] for each in (ours, jinjas)
    ]
    assert told[0] == told[1]
    shown = {
        "page": a_page(exit_url="https://example.org/?a=1&b=2", clear_url="/clear", csrf="<t>"),
        "heading": "Tú & yo <b>",
        "section": None,
        "errors": [{"target": "main", "text": "\"Nombre\" > 'apellido'"}],
    }
    assert ours.get_template("base.html").render(shown) == jinjas.get_template("base.html").render(
        shown
    )


class Told:
    """Something with an attribute, as our view objects have them."""

    name = "<Ana>"


@pytest.mark.parametrize(
    "source",
    [
        "{{ told.name }} {{ told.name.strip.__name__ }}",
        "{{ row.name }} {{ row.items }} {{ row['items'] }}",
        "{{ told.none is defined }} {{ told.none | default('-') }}",
        "{{ '<a>' if no }}|{{ '<a>' if told }}|{{ 'a' ~ (' b' if no) ~ row.name ~ 5 ~ safe }}",
        "<p {{ {'lang': 'en' if no, 'id': 'x' if told} | xmlattr }}>",
        "{% macro a(x, safe='') %}{{ x }}{{ safe }}{% endmacro %}{{ a(x='<') }}{{ a(row, '<b>') }}",
        "{% macro a() %}1{% endmacro %}{% macro b() %}{{ a() }}2{% endmacro %}{{ a() }}{{ b() }}",
        "{% macro round() %}<i>{{ caller() }}</i>{% endmacro %}{% call round() %}&{% endcall %}",
        "{% macro any() %}{{ kwargs }}{{ varargs }}{% endmacro %}{{ any(1, a='<') }}",
    ],
)
def test_a_template_says_what_it_says_in_jinjas_code(source: str) -> None:
    ours = templates().environments["en"]
    shown = {
        "told": Told(),
        "row": {"name": "'Ben'", "items": "mine"},
        "no": False,
        "safe": Markup("<hr>"),
    }
    texts = [each.from_string(source).render(shown) for each in (ours, in_jinjas_code("en"))]
    assert texts[0] == texts[1]


def test_what_is_not_there_is_missed() -> None:
    with pytest.raises(UndefinedError, match="nowhere"):
        templates().environments["en"].from_string("{{ told.nowhere }}").render(told=Told())


@pytest.mark.parametrize(
    "value", ["a<b>&\"'", "", 5, None, 1.5, Markup("<b>&amp;</b>"), Path("/<")]
)
def test_what_is_written_into_a_page_is_escaped_as_ever(value: object) -> None:
    assert escaped(value) == str(escape(value))


def test_a_macro_refuses_what_it_does_not_take_and_misses_what_it_needs() -> None:
    macro = templates().environments["en"].get_template("components/csrf.html").module.csrf  # type: ignore[attr-defined]
    assert 'value="&lt;x&gt;"' in macro(token="<x>") == macro("<x>")
    with pytest.raises(TypeError, match="key"):
        macro(token="x", key="y")
    with pytest.raises(UndefinedError):
        macro()
