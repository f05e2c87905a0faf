"""Words, numbers, money and dates in each language, and which language a person gets."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.support import NullTranslations
from markupsafe import Markup

from forms.message import Cents, Day, Message
from locales import python_messages, yaml_messages
from service.i18n import Language, Languages, Translator, catalogue, wanted_languages
from service.saying import say
from tests.service.pages.rendering import OFFERED, templates

ZONE = "America/Los_Angeles"


def words(code: str) -> Translator:
    return templates().languages[code]


@pytest.mark.parametrize(
    ("code", "form", "expected"),
    [
        ("en", "long", "2 December 2026"),
        ("en", "medium", "2 Dec 2026"),
        ("en", "day", "2 December"),
        ("es", "long", "2 de diciembre de 2026"),
        ("es", "day", "2 de diciembre"),
    ],
)
def test_a_date_spells_its_month(code: str, form: str, expected: str) -> None:
    assert words(code).date(date(2026, 12, 2), form) == expected


def test_a_moment_is_told_in_the_citys_own_time() -> None:
    moment = datetime(2026, 11, 23, 3, 5, tzinfo=UTC)
    assert words("en").date(moment) == "22 November 2026"
    assert words("en").time(moment).replace("\u202f", " ") == "7:05 PM"
    assert words("en").day(moment) == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("cents", "expected"),
    [(0, "$0"), (54600, "$546"), (142458, "$1,424.58"), (5, "$0.05"), (-1050, "-$10.50")],
)
def test_whole_dollars_show_no_cents(cents: int, expected: str) -> None:
    assert words("en").money(cents) == expected
    assert words("es").money(cents) == expected


def test_what_runs_the_other_way_is_isolated_where_words_run_from_right_to_left() -> None:
    """Else a day at the start of an Arabic sentence changes places with its month."""
    said = words("qps-rtl").gettext("{day}: {link}", day="2 May", link=Markup("<a>x</a>"))
    assert said == Markup("[\u20682 May\u2069: \u2068<a>x</a>\u2069 ·· ··]")
    assert words("qps-rtl").ngettext("{n} day", "{n} days", 2) == "[\u20682\u2069 dåýš ··]"
    assert words("es").gettext("{day}", day="2 May") == "2 May"


@pytest.mark.parametrize("code", ["am", "ar", "fr", "ko", "so", "tl", "vi", "zh", "zh-Hans"])
def test_a_city_may_offer_any_language_its_people_speak(code: str, tmp_path: Path) -> None:
    """Few languages have their own way to write numbers in the United States on record."""
    before = templates().languages.offered
    spoken = Languages.load((*before, Language(code, code, "draft")), ZONE, directory=tmp_path)
    assert spoken[code].language == code
    assert "2026" in spoken[code].date(date(2026, 12, 2))
    assert spoken[code].direction == ("rtl" if code == "ar" else "ltr")


def test_each_language_asks_for_the_parts_of_a_date_in_its_own_order() -> None:
    assert words("en").date_order == ("month", "day", "year")
    assert words("es").date_order == ("day", "month", "year")


def test_lists_and_amounts_follow_the_language() -> None:
    assert words("en").list(["rent", "heat", "phone"]) == "rent, heat, and phone"
    assert words("es").list(["luz", "agua"], "or") == "luz o agua"
    assert words("es").amount(142458, "month") == "$1,424.58 al mes"


def test_a_message_of_the_forms_is_written_out_value_by_value() -> None:
    message = Message("{amount} a month", {"amount": Cents(10000)})
    assert say(message, words("es")) == "$100 al mes"
    told = Message("{when} {where}", {"when": Day(1992), "where": ("Ana", "Luis")})
    assert say(told, words("en")) == "1992 Ana and Luis"
    born = Message("{when}", {"when": Day(1992, 3)})
    assert say(born, words("es")) == "marzo de 1992"
    left = Message("about {n} question left", {"n": 2}, "about {n} questions left")
    assert say(left, words("es")) == "faltan unas 2 preguntas"


def test_values_are_escaped_where_one_of_them_is_markup_and_words_are_not_trusted() -> None:
    text = Translator("en", NullTranslations(), ZoneInfo(ZONE)).gettext(
        "<b>{link} {name}", link=Markup("<a>x</a>"), name="<script>"
    )
    assert text == "&lt;b&gt;<a>x</a> &lt;script&gt;"
    assert isinstance(text, Markup)


@pytest.mark.parametrize(
    ("chosen", "header", "expected"),
    [
        ("es", "en", "es"),
        (None, "es-MX,es;q=0.9,en;q=0.8", "es"),
        (None, "fr;q=0.9, en;q=0.3, es;q=0.5", "es"),
        (None, "es;q=0, en", "en"),
        (None, "", "en"),
        ("tlh", "", "en"),
        (None, "qps", "en"),
        (None, "\x00;;;q=9,,,,-", "en"),
    ],
)
def test_the_language_is_the_chosen_one_then_the_browsers(
    chosen: str | None, header: str, expected: str
) -> None:
    assert templates().languages.choose(chosen, header).code == expected


def test_accepted_languages_are_read_in_order_of_wish_with_their_base() -> None:
    assert wanted_languages("en;q=0.2, es-US") == ("es-us", "es", "en")


def test_made_up_languages_disguise_words_but_not_names_in_braces() -> None:
    text = words("qps").gettext("Call {phone} now", phone="206")
    assert "206" in text
    assert "Call" not in text
    assert len(text) > len("Call 206 now") * 1.2
    assert words("qps-rtl").direction == "rtl"
    assert words("es").direction == "ltr"


def test_a_draft_translation_is_known_as_one() -> None:
    assert templates().languages.review("es") == "draft"
    assert templates().languages.review("en") == "complete"


def test_a_missing_or_older_compiled_catalogue_is_made_at_start(tmp_path: Path) -> None:
    folder = tmp_path / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    po = folder / "service.po"
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    po.write_text(head + 'msgid "Rent"\nmsgstr "Renta"\n', encoding="utf-8")
    assert catalogue(tmp_path, "es").gettext("Rent") == "Renta"
    assert (folder / "service.mo").exists()
    po.write_text(head + 'msgid "Rent"\nmsgstr "Alquiler"\n', encoding="utf-8")
    assert catalogue(tmp_path, "es").gettext("Rent") == "Alquiler"


def test_the_three_catalogues_of_a_language_are_one(tmp_path: Path) -> None:
    folder = tmp_path / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    (folder / "forms.po").write_text(head + 'msgid "Rent"\nmsgstr "Renta"\n', encoding="utf-8")
    context = 'msgctxt "orca_lift.income.unmet"\nmsgid "Over."\nmsgstr "Encima."\n'
    (folder / "programs.po").write_text(head + context, encoding="utf-8")
    made = Languages.load(OFFERED, ZONE, tmp_path)["es"]
    assert made.gettext("Rent") == "Renta"
    assert made.pgettext("orca_lift.income.unmet", "Over.") == "Encima."
    assert made.has("Over.", "orca_lift.income.unmet")
    assert not made.has("Over.")


class NamedBytes(io.BytesIO):
    def __init__(self, name: str, text: str) -> None:
        super().__init__(text.encode())
        self.name = name


def test_program_sentences_carry_their_program_test_and_outcome() -> None:
    text = """
id: orca_lift
name: "ORCA LIFT"
law: {title: "The rule", url: "https://example.org"}
who: {is: "person.age >= 19", met: "Your age fits.", unmet: "For adults."}
eligible:
  any:
    - test: income
      is: "income <= limit"
      met: "Within {limit}."
not_checked:
  - "Work rules."
reasons: {over_income: "The income is over the limit."}
"""
    found = list(
        yaml_messages.extract(NamedBytes("x/programs/orca_lift/program.yaml", text), {}, (), {})
    )
    assert [(line, words) for line, _function, words, _comments in found] == [
        (3, "ORCA LIFT"),
        (5, ("orca_lift.who.met", "Your age fits.")),
        (5, ("orca_lift.who.unmet", "For adults.")),
        (10, ("orca_lift.income.met", "Within {limit}.")),
        (12, "Work rules."),
        (13, "The income is over the limit."),
    ]


def test_sentences_marked_inside_other_calls_are_found() -> None:
    source = "words.gettext(TABLE.get(1, _('One')))\nngettext('{n} a', '{n} b', n)\n_(name)\n"
    keywords = {"_": None, "ngettext": (1, 2), "gettext": None}
    found = list(python_messages.extract(io.BytesIO(source.encode()), keywords, (), {}))
    assert {(line, words) for line, _name, words, _comments in found} == {
        (1, "One"),
        (2, ("{n} a", "{n} b")),
    }
