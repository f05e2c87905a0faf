"""The template environments, one per language, and what base.html needs to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, nodes
from jinja2.compiler import CodeGenerator
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from service.assets import Assets
from service.i18n import Language, Languages, Translator, interface
from service.template_code import OURS, PlainCalls, tag_attributes

TEMPLATES = Path(__file__).resolve().parent / "templates"
# What a Translator says of its language whatever the page.
ALWAYS_SO = frozenset({"code", "language", "direction"})


@dataclass(frozen=True, slots=True)
class Page:
    """What the frame of every page shows; built per response by the rendering.

    `csrf` is for the page's own forms; the one that only switches language needs none.
    A resident's visit rests until `waits_until`, that is for `waits_seconds` from now.
    """

    service: str
    path: str
    csrf: str
    languages: Sequence[Language] = ()
    demo: bool = False
    home: str = "/"
    phone: str | None = None
    exit_url: str | None = None
    source_url: str | None = None
    clear_url: str | None = None
    draft_language: bool = False
    waits_until: str | None = None
    waits_seconds: int = 0

    @property
    def phone_link(self) -> Markup:
        """The city's number, to dial."""
        return dialed(self.phone or "")


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One line of the error summary: the id of the control it links to, and the words beside it."""

    target: str | None
    text: str


class Constants(NodeTransformer):
    """Puts into a template, as it is compiled for one language, what that language's page always
    says: `_('Continue')`, `asset('door.svg')`, `t.language`. Escaping stays as it is: what stands
    between braces is escaped then, once, instead of at each page."""

    def __init__(self, functions: Mapping[str, Callable[..., str]], words: Translator) -> None:
        self.functions = functions
        self.words = words

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 (the visitor's own names)
        self.generic_visit(node)
        called, given = node.node, node.args
        if not isinstance(called, nodes.Name) or called.name not in self.functions:
            return node
        if node.kwargs or node.dyn_args or node.dyn_kwargs:
            return node
        values = [each.value for each in given if isinstance(each, nodes.Const)]
        if len(values) < len(given):
            return node
        return nodes.Const(self.functions[called.name](*values), lineno=node.lineno)

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        if isinstance(node.node, nodes.Name) and node.node.name == "t" and node.attr in ALWAYS_SO:
            return nodes.Const(getattr(self.words, node.attr), lineno=node.lineno)
        return node


class LanguageEnvironment(Environment):
    """Jinja's own, with globals as one plain dictionary, a third less time per page, with the words
    of one language compiled in, a third less again, and with calls that are calls."""

    code_generator_class: type[CodeGenerator] = PlainCalls
    constants: Constants

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._ready: dict[str, Template] = {}

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> Template:
        """The template of a name. Jinja's own looks at more than that, ten times a page."""
        if isinstance(name, Template) or globals or self.auto_reload:
            return super().get_template(name, parent, globals)
        if name not in self._ready:
            self._ready[name] = super().get_template(name, parent)
        return self._ready[name]

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        parsed = super()._parse(source, name, filename)
        self.constants.visit(parsed)
        return parsed

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,
    ) -> str:
        imports, code = super()._generate(source, name, filename, defer_init).split("\n", 1)
        return f"{imports}; {OURS}\n{code}"


class Templates:
    """Renders a named template in a language; values are escaped unless they are Markup."""

    def __init__(
        self, languages: Languages, assets: Assets, folder: Path = TEMPLATES, watch: bool = False
    ) -> None:
        loader = FileSystemLoader(folder)
        self.assets = assets
        self.languages = languages
        self.environments: Mapping[str, Environment] = {
            key: environment(loader, translator, assets, watch)
            for key, translator in languages.translators.items()
        }

    def render(self, template: str, language: str, context: Mapping[str, Any]) -> str:
        return self.environments[language].get_template(template).render(context)


def environment(
    loader: FileSystemLoader,
    translator: Translator,
    assets: Assets,
    watch: bool,
) -> Environment:
    """One language's environment: its words are globals, so macros see them without context."""
    made = LanguageEnvironment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=watch,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=-1,
    )
    words = interface(translator)
    made.globals.update(words, asset=assets.url, notes_of=notes_of)
    made.constants = Constants(
        {"asset": assets.url} | {name: words[name] for name in ("_", "gettext", "pgettext")},
        translator,
    )
    made.filters.update(
        xmlattr=tag_attributes,
        money=translator.money,
        number=translator.number,
        percent=translator.percent,
        date=translator.date,
        time=translator.time,
        moment=translator.moment,
        sentence_list=translator.list,
        amount=translator.amount,
        phone=dialed,
        whole=whole,
        say=partial(said, words=translator),
    )
    return made


def notes_of(control: str, hint: object, error: object, also: str | None = None) -> str | None:
    """The ids of what is said about a control, in the order a reader hears them."""
    said = (also, f"{control}-hint" if hint else None, f"{control}-error" if error else None)
    return " ".join(each for each in said if each) or None


def dialed(number: str) -> Markup:
    """A phone number as a link a phone can dial, in one piece and from left to right."""
    digits = "".join(c for c in number if c.isdigit() or c == "+")
    return Markup('<a class="th-whole" href="tel:{}"><bdi dir="ltr">{}</bdi></a>').format(
        digits, number
    )


def whole(text: str) -> Markup:
    """A reference within a sentence, in one piece and from left to right."""
    return Markup('<bdi class="th-whole" dir="ltr">{}</bdi>').format(text)


def said(message: Any, words: Translator) -> str:
    """The filter for messages of the forms; loaded late, as it brings the whole form with it."""
    from service.saying import say

    return say(message, words)
