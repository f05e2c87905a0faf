"""JSON in its compact form as text, for answers that are joined from pieces made before."""

from __future__ import annotations

from json import JSONEncoder
from json.encoder import encode_basestring as quoted
from typing import Any

from eligibility.determination import number_json
from eligibility.ratio import Exact
from eligibility.spans import EDGE, Number, Span, is_open

__all__ = ["fields", "json_of", "number_text", "quoted", "told_text", "unquoted"]

PLAIN = 10**11
"""Below this, four places of a float are its shortest writing but for zeros at the end."""

json_of = JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def fields(**named: object) -> str:
    """Some fields of an object, each after a comma."""
    return "," + json_of(named)[1:-1]


def unquoted(text: str) -> str:
    """A part of a text, as it stands between its quotes."""
    return quoted(text)[1:-1]


def told_text(told: Any) -> str:
    """An answer as it was told. Most are a word, yes or no, or an amount with its period, so what
    Python's encoder does for every value anew is left to the rest."""
    kind = type(told)
    if kind is str:
        return quoted(told)
    if kind is bool:
        return "true" if told else "false"
    if kind is int:
        return f"{told}"
    if kind is dict:
        return f"{{{','.join([f'{quoted(name)}:{told_text(told[name])}' for name in told])}}}"
    if kind is list:
        return f"[{','.join(map(told_text, told))}]"
    return json_of(told)


def number_text(value: Number | None) -> str:
    """A number as `number_json` gives it."""
    if type(value) is int:
        return f"{value}"
    if value is None:
        return "null"
    if type(value) is Span:
        return f'{{"low":{_end(value.low)},"high":{_end(value.high)}}}'
    return json_of(number_json(value))


def _end(end: Exact) -> str:
    """One end of a range; null if it is open."""
    if type(end) is int:
        return f"{end}" if -EDGE < end < EDGE else "null"
    number = end.numerator / end.denominator
    if -PLAIN < number < PLAIN:
        text = f"{number:.4f}".rstrip("0")
        return f"{text}0" if text[-1] == "." else text
    return "null" if is_open(end) else json_of(number_json(end))
