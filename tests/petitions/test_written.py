"""Words of any writing stand on a page as they were meant, and are read aloud as what they are."""

from __future__ import annotations

import pytest

from petitions.written import tag_of, without_tricks


@pytest.mark.parametrize(
    ("text", "chosen", "tag"),
    [
        ("Light the path by the lake", "en", "en"),
        ("Más luz junto al lago, señores", "es", "es"),
        ("أضيئوا المسار حول البحيرة", "en", "und-Arab"),
        ("أضيئوا المسار حول البحيرة", "ar", "ar"),
        ("Освітіть стежку біля озера", "es", "und-Cyrl"),
        ("照亮湖邊的小路", "en", "und-Hani"),
        ("湖のそばの道を明るくして", "en", "und-Jpan"),
        ("호숫가 길을 밝혀 주세요", "ko", "ko"),
        ("Light the path", "am", "und-Latn"),
        ("Call it Пристань in all signs of the city", "en", "en"),
        ("🚲 🌳 2026!", "en", "en"),
        ("", "es", "es"),
    ],
)
def test_a_text_in_another_writing_does_not_claim_the_language_of_the_page(
    text: str, chosen: str, tag: str
) -> None:
    assert tag_of(text, chosen) == tag


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Bad\u202etxt.exe", "Badtxt.exe"),
        ("In\u200bvis\ufeffible\u2066", "Invisible"),
        ("A bell\u0007 rings", "A bell rings"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("👩\u200d👧 \u200fשלום", "👩\u200d👧 \u200fשלום"),
        ("One\nTwo\tthree", "One\nTwo\tthree"),
    ],
)
def test_marks_that_turn_a_page_around_go_and_those_that_words_need_stay(
    typed: str, kept: str
) -> None:
    assert without_tricks(typed) == kept
