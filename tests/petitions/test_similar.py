"""Finding petitions that ask for the same, with nothing but letters and a short list of words."""

from __future__ import annotations

import pytest

from petitions.similar import Similar, folded, things

PETITIONS = {
    "bus": "Run the number 7 bus later at night. Nurses finish after midnight and walk home.",
    "trees": "Plant street trees on Rainier Avenue. There is no shade in summer.",
    "library": "Open the Beacon Hill library on Sundays. Children have nowhere quiet to study.",
    "ramp": "Una rampa para sillas de ruedas en el parque Jefferson. Mi madre no puede entrar.",
    "rent": "Cap rent increases for two years",
    "dogs": "More dog parks",
    "potholes": "Fix the potholes on 15th Avenue",
    "train": "Que el tren ligero funcione más tarde los fines de semana",
    "restrooms": "Public restrooms in Pioneer Square",
    "crossing": "Safer crossing at the school on Martin Luther King Way",
}


@pytest.fixture(scope="module")
def similar() -> Similar[str]:
    return Similar.of(PETITIONS)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("Late buses", "bus"),
        ("Autobuses nocturnos en la ruta 7", "bus"),
        ("Más árboles en las calles", "trees"),
        ("Abrir la biblioteca los domingos", "library"),
        ("Wheelchair ramp at the park", "ramp"),
        ("Limitar los aumentos de la renta", "rent"),
        ("¿Perros en el parque?", "dogs"),
        ("Tapar los baches", "potholes"),
        ("light rail late on weekends", "train"),
        ("Baños públicos en el centro", "restrooms"),
        ("Un cruce seguro para los niños de la escuela", "crossing"),
    ],
)
def test_the_nearest_asks_for_the_same_in_either_language(
    similar: Similar[str], text: str, nearest: str
) -> None:
    assert similar.nearest(text)[0][0] == nearest


@pytest.mark.parametrize("text", ["Legalize beekeeping", "A statue of a famous singer", "", "?!"])
def test_what_nobody_asked_for_finds_nothing(similar: Similar[str], text: str) -> None:
    assert similar.nearest(text) == []


def test_nearness_is_one_for_the_same_text_and_the_order_never_changes(
    similar: Similar[str],
) -> None:
    text = PETITIONS["library"]
    assert similar.nearest(text, 1) == [("library", 1.0)]
    assert similar.nearest(text) == Similar.of(dict(reversed(PETITIONS.items()))).nearest(text)


def test_equally_near_ones_stand_as_they_were_given_the_oldest_first() -> None:
    """Five people ask for the same in the same words, and the keys are random."""
    keys = ["m", "z", "a", "q", "c"]
    same = Similar.of(dict.fromkeys(keys, PETITIONS["library"]))
    assert [key for key, _nearness in same.nearest(PETITIONS["library"], 3)] == ["m", "z", "a"]


def test_without_texts_there_is_nothing_near() -> None:
    assert Similar.of({}).nearest("Late buses") == []


def test_each_listed_word_stands_for_one_thing_only() -> None:
    from petitions.similar import CITY_WORDS

    lines = CITY_WORDS.read_text(encoding="utf-8").splitlines()
    words = [folded(word) for line in lines if line[:1] != "#" for word in line.split()]
    assert sorted(set(words)) == sorted(words)
    assert set(things()) == set(words)


def test_case_and_accents_make_no_other_word() -> None:
    assert folded("ÁRBOLES Señal") == "arboles senal"
