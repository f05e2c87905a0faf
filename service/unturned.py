"""Words of residents without the marks that turn the text after them round.

A name with such a mark would be read as another one, on a page and in a table. Letters of scripts
that run from right to left need none of them.
"""

from __future__ import annotations

from typing import Any

# Embeddings, overrides and isolates (Unicode Standard Annex 9, sections 2.1 to 2.5).
TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def unturned(value: Any) -> Any:
    """The same JSON value with the marks taken out of every text."""
    if isinstance(value, str):
        return value.translate(TURNS)
    if isinstance(value, dict):
        return {key: unturned(each) for key, each in value.items()}
    if isinstance(value, list):
        return [unturned(each) for each in value]
    return value
