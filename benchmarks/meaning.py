"""How well free answers are told apart, with and without the extra: python -m benchmarks.meaning

32 short answers about eight things, in English and Spanish. `nearest`: for how many the nearest
other answer is about the same thing; `pure`: for how many the group that they came into is mostly
about it, of twelve groups; `seconds`: of one processor, for 600 answers.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from petitions.grouping import Read, suggest, vectors
from petitions.meaning import reader

ABOUT = """\
Benches at the bus stops
More places to sit while waiting
Bancos en las paradas
Sillas para mayores en la calle

Street lamps by the lake
The path is too dark at night
Farolas junto al lago
De noche no se ve nada en el camino

Open the library on Sundays
Longer library hours please
Abrir la biblioteca los domingos
Más horas para leer en la biblioteca

A night bus to the hospital
Buses should run after midnight
Un autobús nocturno
Transporte después de medianoche

Rents are too high
Lower the rent in the south
El alquiler es muy caro
Vivienda barata para familias

Cleaner public toilets
Restrooms in the park
Baños públicos limpios
Aseos en el centro

Plant trees for shade
More shade on hot streets
Árboles con sombra
Plantar más árboles

A safe crossing at the school
Cars do not stop for children
Un cruce seguro en la escuela
Semáforo para los niños
"""
GROUPS, MANY = 12, 600


def measured(texts: Sequence[str], about: Sequence[int], read: Read) -> dict[str, Any]:
    rows = read(texts)
    near = rows @ rows.T
    np.fill_diagonal(near, -1)
    nearest = sum(about[at] == about[int(one)] for at, one in enumerate(near.argmax(axis=1)))
    groups: dict[int, Counter[int]] = {}
    for at, group in enumerate(suggest(texts, GROUPS, read).group):
        groups.setdefault(group, Counter())[about[at]] += 1
    pure = sum(max(found.values()) for found in groups.values())
    began = time.process_time()
    read([f"{texts[at % len(texts)]} {at}" for at in range(MANY)])
    seconds = round(time.process_time() - began, 2)
    return {"nearest": nearest, "pure": pure, "of": len(texts), "seconds": seconds}


def main() -> None:
    things = [each.splitlines() for each in ABOUT.strip().split("\n\n")]
    texts = [text for each in things for text in each]
    about = [thing for thing, each in enumerate(things) for _text in each]
    told: dict[str, Any] = {"pieces": measured(texts, about, vectors)}
    if (model := reader(len(texts))) is not None:
        model(texts[:1])  # it is read from its files the first time
        told["meaning"] = measured(texts, about, model)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
