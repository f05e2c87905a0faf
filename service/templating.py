"""The template environments, one per language, and what base.html needs to know."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from service.assets import Assets
from service.i18n import Language, Languages, Translator, interface

TEMPLATES = Path(__file__).resolve().parent / "templates"


@dataclass(frozen=True, slots=True)
class Page:
    """What the frame of every page shows; built per response by the rendering.

    `csrf` is for the page's own forms; `language_csrf` for the one that only switches language.
    """

    service: str
    path: str
    csrf: str
    language_csrf: str
    languages: Sequence[Language] = ()
    demo: bool = False
    home: str = "/"
    phone: str | None = None
    exit_url: str | None = None
    source_url: str | None = None
    clear_url: str | None = None
    draft_language: bool = False

    @property
    def phone_link(self) -> Markup:
        """The phone number as a link a phone can dial, kept left-to-right."""
        digits = "".join(c for c in self.phone or "" if c.isdigit() or c == "+")
        return Markup('<a href="tel:{}"><bdi dir="ltr">{}</bdi></a>').format(digits, self.phone)


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One line of the error summary: the id of the control it links to, and the words beside it."""

    target: str | None
    text: str


class SharedCode(BytecodeCache):
    """Compiled templates held in memory, so each language compiles nothing again."""

    def __init__(self) -> None:
        self._code: dict[str, CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get(bucket.key + bucket.checksum)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key + bucket.checksum] = bucket.code


class LanguageEnvironment(Environment):
    """Jinja's own, with globals as one plain dictionary: a third less time per page."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}


class Templates:
    """Renders a named template in a language; values are escaped unless they are Markup."""

    def __init__(
        self, languages: Languages, assets: Assets, folder: Path = TEMPLATES, watch: bool = False
    ) -> None:
        loader = FileSystemLoader(folder)
        code = SharedCode()
        self.assets = assets
        self.languages = languages
        self.environments: Mapping[str, Environment] = {
            key: environment(loader, code, translator, assets, watch)
            for key, translator in languages.translators.items()
        }

    def render(self, template: str, language: str, context: Mapping[str, Any]) -> str:
        return self.environments[language].get_template(template).render(context)


def environment(
    loader: FileSystemLoader,
    code: BytecodeCache,
    translator: Translator,
    assets: Assets,
    watch: bool,
) -> Environment:
    """One language's environment: its words are globals, so macros see them without context."""
    made = LanguageEnvironment(
        loader=loader,
        bytecode_cache=code,
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=watch,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=-1,
    )
    made.globals.update(interface(translator), asset=assets.url)
    made.filters.update(
        money=translator.money,
        number=translator.number,
        percent=translator.percent,
        date=translator.date,
        time=translator.time,
        moment=translator.moment,
        sentence_list=translator.list,
        amount=translator.amount,
        say=partial(said, words=translator),
    )
    return made


def said(message: Any, words: Translator) -> str:
    """The filter for messages of the forms; loaded late, as it brings the whole form with it."""
    from service.saying import say

    return say(message, words)
