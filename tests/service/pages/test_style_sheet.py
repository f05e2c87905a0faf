"""The style sheet: readable contrast, small, and indifferent to the direction of writing."""

from __future__ import annotations

import re

import pytest

from service.assets import LAYERS, STATIC, Assets, style_sheet
from service.templating import TEMPLATES

CSS = STATIC / "css"
TEXT = 7.0
SIGN = 3.0
# Words on their grounds. Colors of states always come with a word and a sign.
TEXT_PAIRS = [
    *[(ink, ground) for ink in ("ink", "muted") for ground in ("paper", "surface")],
    *[("ink", f"{tint}-tint") for tint in ("ok", "warn", "danger", "info", "quiet", "door")],
    *[("muted", ground) for ground in ("door-tint",)],
    *[(state, f"{state}-tint") for state in ("ok", "warn", "danger", "info", "quiet")],
    ("ink", "glow"),
    ("danger", "paper"),
    ("danger", "surface"),
    ("on-band", "band"),
    ("on-door", "door-press"),
    ("on-door", "door"),
    ("door", "surface"),
    ("door", "paper"),
    ("door-press", "door-tint"),
]
# A link inside a notice or a chosen row: still well above what AA asks.
MARKED_PAIRS = [
    ("door", tint) for tint in ("glow", "ok-tint", "info-tint", "danger-tint", "door-tint")
]
SIGN_PAIRS = [
    ("edge", "surface"),
    ("edge", "paper"),
    ("door", "surface"),
    ("door", "line"),
    ("danger", "surface"),
]


def tokens() -> dict[str, dict[str, str]]:
    """The colors of both schemes by name."""
    text = (CSS / "tokens.css").read_text(encoding="utf-8")
    light_text, dark_text = text.split("@media (prefers-color-scheme: dark)")
    found = [
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", part))
        for part in (light_text, dark_text)
    ]
    return {"light": found[0], "dark": {**found[0], **found[1]}}


def luminance(color: str) -> float:
    digits = color.lstrip("#")
    if len(digits) == 3:
        digits = "".join(d * 2 for d in digits)
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_pair_of_tokens_can_be_read(scheme: str) -> None:
    colors = tokens()[scheme]
    asked = [(TEXT_PAIRS, TEXT), (MARKED_PAIRS, 4.5), (SIGN_PAIRS, SIGN)]
    short = [
        f"{one} on {other}: {contrast(colors[one], colors[other]):.2f}, not {least}"
        for pairs, least in asked
        for one, other in pairs
        if contrast(colors[one], colors[other]) < least
    ]
    assert not short, "\n".join(short)


def test_the_whole_style_sheet_stays_under_24_kilobytes_and_the_script_under_3() -> None:
    assets = Assets.load()
    assert len(assets.by_name["threshold.css"].body) < 24_000
    assert len(assets.by_name["threshold.js"].body) < 3_000


def test_no_rule_knows_left_from_right() -> None:
    """Right-to-left costs nothing when every property is logical."""
    physical = re.compile(
        r"(?<![\w-])((margin|padding|border)-(left|right|top|bottom)\b|(left|right|top|bottom)\s*:"
        r"|(min-|max-)?(width|height)\s*:(?!=)|text-align:\s*(left|right)|float:\s*(left|right))"
    )
    for sheet in sorted(CSS.rglob("*.css")):
        rules = re.sub(r"@media[^{]*\{", "{", sheet.read_text(encoding="utf-8"))
        found = physical.findall(rules)
        assert not found, f"{sheet.name}: {found}"


def test_components_use_tokens_rather_than_colors_ids_or_important() -> None:
    for sheet in sorted((CSS / "components").glob("*.css")):
        text = sheet.read_text(encoding="utf-8")
        assert "!important" not in text, sheet.name
        assert not re.search(r"(?<!var\()#[\w-]+\s*[{,;]", text), (
            f"{sheet.name} has a color or an id"
        )
        assert text.startswith("@layer components {"), sheet.name


def test_every_class_a_template_uses_has_a_rule() -> None:
    """A class without a rule is a slip of the pen, except those that only carry meaning."""
    css = style_sheet(CSS)
    known = set(re.findall(r"\.(th-[\w-]+)", css))
    bare = {"th-field", "th-choice__label-box", "th-summary", "th-example"}
    for file in sorted(TEMPLATES.rglob("*.html")):
        text = re.sub(r"\{#.*?#\}", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        for name in set(re.findall(r"(?<![\w-])th-[a-z0-9_-]+", text)):
            # A name that ends in a dash is put together from an argument.
            assert name.endswith(("-", "__")) or name in known | bare, f"{file.name} uses {name}"


def test_a_citys_theme_comes_last_and_changes_the_address() -> None:
    plain = Assets.load()
    theme = STATIC / "css" / "tokens.css"
    themed = Assets.load(theme=theme)
    assert themed.url("threshold.css") != plain.url("threshold.css")
    sheet = themed.by_name["threshold.css"].body.decode()
    assert sheet.startswith(LAYERS)
    assert "@layer theme{" in sheet
