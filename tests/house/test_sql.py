"""No value is ever written into SQL: what an f-string puts there is text of ours, found by tracing.
And what is read in an order is read in one that leaves nothing open.

A piece is text of ours when it is a constant, a call that makes placeholders, checked names or the
database's own time, or a name that stands for such; a parameter of a private function is, when each
call of it in the module passes one.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT, name, product_modules

SQL = re.compile(
    r"^\s*(select\b.+\bfrom\b|insert\s+into\b|update\s+.*\bset\b|delete\s+from\b)", re.I | re.S
)
WRAPS_PIECES = {"among"}
MAKES_PIECES = {"marks", "identifier", "identifiers", "now_sql", "later_sql", "sql", "join"}
ORDER = re.compile(r"order by (.*?)(?= limit\b|$)", re.I)
# No two rows of a list are equal in these, so they end its order.
UNIQUE = {
    "entry",
    "id",
    "lane",
    "line",
    "name",
    "number",
    "position",
    "s_hash",
    "sheet",
    "size",
    "slot",
}
# Nothing else of these rows is looked at, or nobody sees which comes first.
UNSEEN = {"at", "confirmed_at desc"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module:
    """One module's functions, and what the names in them stand for."""

    def __init__(self, source: str, where: str) -> None:
        self.where = where
        self.tree = ast.parse(source, where)
        self.functions = [node for node in ast.walk(self.tree) if isinstance(node, Function)]

    def findings(self) -> Iterator[str]:
        """Each f-string of SQL with something in it that is not text of ours."""
        for function in self.functions:
            for node in ast.walk(function):
                if not isinstance(node, ast.JoinedStr) or not SQL.match(_constant_part(node)):
                    continue
                for part in _filled(node):
                    if not self.ours(part, function):
                        yield f"{self.where}:{node.lineno} puts {ast.unparse(part)} into SQL"

    def ours(self, value: ast.expr, function: Function, depth: int = 0) -> bool:
        """Whether this can only be text that stands in our code."""
        if depth > 8:
            return False
        pieces: list[ast.expr]
        match value:
            case ast.Constant():
                return True
            case ast.IfExp():
                pieces = [value.body, value.orelse]
            case ast.BinOp(op=ast.Add()):
                pieces = [value.left, value.right]
            case ast.JoinedStr():
                pieces = _filled(value)
            case ast.Call():
                made_by = ast.unparse(value.func).rpartition(".")[2]
                if made_by not in WRAPS_PIECES:
                    return made_by in MAKES_PIECES
                pieces = value.args
            case ast.Name() | ast.Attribute() if ast.unparse(value).rpartition(".")[2].isupper():
                return True
            case ast.Name():
                stands_for = [(piece, function) for piece in _assigned(value.id, function)]
                stands_for += self._passed(value.id, function)
                return bool(stands_for) and all(
                    self.ours(piece, there, depth + 1) for piece, there in stands_for
                )
            case _:
                return False
        return all(self.ours(piece, function, depth + 1) for piece in pieces)

    def _passed(self, parameter: str, function: Function) -> list[tuple[ast.expr, Function]]:
        """What each call of a private function passes for a parameter, and in which function."""
        names = [argument.arg for argument in function.args.args]
        if parameter not in names or not function.name.startswith("_"):
            return []
        position = names.index(parameter)
        return [
            (given, caller)
            for caller in self.functions
            for node in ast.walk(caller)
            if isinstance(node, ast.Call) and ast.unparse(node.func) == function.name
            for given in (
                [word.value for word in node.keywords if word.arg == parameter]
                or node.args[position : position + 1]
            )
        ]


def _filled(node: ast.JoinedStr) -> list[ast.expr]:
    """What an f-string puts between its constant parts."""
    return [part.value for part in node.values if isinstance(part, ast.FormattedValue)]


def _assigned(wanted: str, function: Function) -> list[ast.expr]:
    """What a name is set to, anywhere in this function."""
    return [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == wanted for target in node.targets)
    ]


def _constant_part(node: ast.JoinedStr) -> str:
    return " ".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))


@pytest.mark.parametrize("path", product_modules(), ids=name)
def test_no_value_is_written_into_sql(path: Path) -> None:
    module = Module(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())
    assert list(module.findings()) == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('q = f"select a from t where id = {given}"', 1),
        ('q = f"select a from t where id in ({marks(given)})"', 0),
        ('skip = " limit 1" if given else ""; q = f"select a from t{skip}"', 0),
        ('skip = given; q = f"select a from t{skip}"', 1),
        ('q = f"select {COLUMNS} from t"', 0),
        ('q = f"update t set {given.lower()} = 1"', 1),
    ],
)
def test_the_tracing_itself_tells_a_value_from_a_piece(body: str, found: int) -> None:
    module = Module(f"def page(given):\n    {body}\n", "page.py")
    assert len(list(module.findings())) == found


@pytest.mark.parametrize(("argument", "found"), [("'a = 1'", 0), ("given", 1)])
def test_a_private_functions_parameter_is_traced_to_its_calls(argument: str, found: int) -> None:
    private = 'def _change(what):\n    return f"update t set {what} where id = ?"\n'
    module = Module(f"{private}def page(given):\n    _change({argument})\n", "page.py")
    assert len(list(module.findings())) == found


def open_orders(source: str) -> Iterator[str]:
    """Each order in which two rows may be equal: PostgreSQL then gives them as it likes."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for found in ORDER.finditer(" ".join(node.value.split())):
                order = found[1].strip()
                named = order and order != "{order}" and order not in UNSEEN
                if named and UNIQUE.isdisjoint(re.findall(r"\w+", order)):
                    yield f"line {node.lineno}: {order}"


def test_rows_of_the_same_moment_have_an_order_too() -> None:
    found = {
        name(path): orders
        for path in product_modules()
        if ROOT / "service" in path.parents
        and (orders := list(open_orders(path.read_text(encoding="utf-8"))))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("order", "found"), [("made_at", 1), ("made_at desc limit ?", 1), ("made_at desc, id", 0)]
)
def test_the_look_for_open_orders_finds_one(order: str, found: int) -> None:
    assert len(list(open_orders(f'Q = "select a from t order by {order}"'))) == found
