"""Parameters as a run uses them: as dated in the files, or changed to see what would follow."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from eligibility.expressions.tree import Expr
from eligibility.findings import nearest
from eligibility.money import cents, round_nearest, share
from eligibility.parameters import NoValue, Parameter, Reading, Row, SizeTable, read_figure
from eligibility.program import Group, Program, Test
from eligibility.ratio import Exact
from eligibility.world import FigureKey

SETTING = re.compile(r"([a-z][a-z0-9_.]*)(?:\(([0-9]{1,2}|each_extra)\))?=(\S{1,40})")
RELATIVE = re.compile(r"([+-])([0-9]{1,3}(?:\.[0-9]{1,4})?)%|x([0-9]{1,3}(?:\.[0-9]{1,6})?)")


class BadSetting(ValueError):
    """A change of a parameter that cannot be read, in plain words."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One change: a whole parameter or one size of it, to a value or by a factor."""

    parameter: str
    size: int | str | None
    value: Exact | None
    factor: Exact | None


def read_setting(text: str, parameters: Mapping[str, Parameter]) -> Setting:
    """`snap.least=30`, `fpl.yearly(3)=27000`, `fpl.yearly=+5%` or `wic.limit_share=x1.1`.
    Raises BadSetting."""
    match = SETTING.fullmatch(text.replace(" ", ""))
    if not match:
        raise BadSetting(f"{text[:60]!r} is not of the form name=value, name(3)=value or name=+5%.")
    name, size, written = match.groups()
    parameter = parameters.get(name)
    if parameter is None:
        hint = nearest(name, parameters)
        raise BadSetting(f"There is no parameter {name}." + (f" {hint}" if hint else ""))
    if size is not None and not parameter.by_size:
        raise BadSetting(f"{name} is one value, not a table by size.")
    at = size if size in (None, "each_extra") else int(size)
    if at == 0:
        raise BadSetting("Sizes begin at 1.")
    relative = RELATIVE.fullmatch(written)
    if relative:
        return Setting(name, at, None, _factor(*relative.groups()))
    if parameter.by_size and at is None:
        raise BadSetting(f"{name} is a table: write {name}(3)=value, or change all of it by +5%.")
    return Setting(name, at, _value(name, parameter, written), None)


def _factor(sign: str | None, percent: str | None, times: str | None) -> Exact:
    if times is not None:
        return share(times)
    change = share(f"{percent}%")
    if sign == "-" and change > 1:
        raise BadSetting("No figure falls by more than 100%.")
    return 1 + change if sign == "+" else 1 - change


def _value(name: str, parameter: Parameter, written: str) -> Exact:
    try:
        found = cents(written) if parameter.type.unit == "money" else share(written)
        if found >= 0:
            return found
        raise BadSetting(f"{name}: no figure is below 0.")
    except BadSetting:
        raise
    except ValueError:
        kind = "dollars, such as 1234.50" if parameter.type.unit == "money" else "a number or 20%"
        raise BadSetting(f"{name}: {written!r} is not {kind}.") from None


def with_settings(
    parameters: Mapping[str, Parameter], settings: Iterable[Setting]
) -> dict[str, Parameter]:
    """The parameters with every dated row changed, so that the day does not matter. A value
    that is set counts as known."""
    changed = dict(parameters)
    seen: set[tuple[str, int | str | None]] = set()
    for setting in settings:
        if (setting.parameter, setting.size) in seen:
            raise BadSetting(f"{setting.parameter} is set twice.")
        seen.add((setting.parameter, setting.size))
        old = changed[setting.parameter]
        rows = tuple(_changed(old, row, setting) for row in old.rows)
        changed[old.id] = replace(old, rows=rows)
    return changed


def _changed(parameter: Parameter, row: Row, setting: Setting) -> Row:
    value = row.value
    if isinstance(value, SizeTable):
        value = _changed_table(parameter, value, setting)
    elif setting.value is not None and setting.size is None:
        return replace(row, value=setting.value, confidence="A")
    elif value is not None and setting.factor is not None:
        value = _scaled(parameter, value, setting.factor)
    return replace(row, value=value)


def _changed_table(parameter: Parameter, table: SizeTable, setting: Setting) -> SizeTable:
    def new(size: int | str, value: Exact | None) -> Exact | None:
        if setting.size not in (None, size) or value is None:
            return value
        if setting.value is not None:
            return setting.value
        return _scaled(parameter, value, setting.factor or 1)

    if isinstance(setting.size, int):
        table = _as_long_as(parameter, table, setting.size)
    values = tuple(new(place, value) for place, value in enumerate(table.values, 1))
    return SizeTable(
        tuple(value for value in values if value is not None), new("each_extra", table.each_extra)
    )


def _as_long_as(parameter: Parameter, table: SizeTable, size: int) -> SizeTable:
    """The same table; a size beyond what is written is written out, and the one after it, so that
    it alone changes. Of what is written already the last one carries those beyond it."""
    count = len(table.values)
    if size <= count:
        return table
    if table.each_extra is None:
        raise BadSetting(f"The table of {parameter.id} has {count} sizes.")
    more = (table.values[-1] + step * table.each_extra for step in range(1, size - count + 2))
    return SizeTable((*table.values, *more), table.each_extra)


def _scaled(parameter: Parameter, value: Exact, factor: Exact) -> Exact:
    """Money stays in whole cents."""
    found: Exact = value * factor
    return round_nearest(found, 1) if parameter.type.unit == "money" else found


class Figures:
    """What each parameter reads on one day."""

    def __init__(self, parameters: Mapping[str, Parameter], on: date) -> None:
        self.parameters = parameters
        self.on = on
        self._read: dict[FigureKey, Reading] = {}

    def reading(self, key: FigureKey) -> Reading:
        """The figure on the day. Raises NoValue before its first dated value."""
        found = self._read.get(key)
        if found is None:
            found = self._read[key] = read_figure(self.parameters[key[0]], key[1], self.on)
        return found

    def lacks(self, key: FigureKey) -> bool:
        """Whether a figure has no value yet on the day."""
        try:
            self.reading(key)
        except NoValue:
            return True
        return False


class Gaps:
    """Which expressions read a figure before its first dated value: never, perhaps, always."""

    def __init__(self, figures: Figures, programs: Mapping[str, Program]) -> None:
        self.figures = figures
        self.programs = programs
        self._always: dict[int, bool] = {}

    def perhaps(self, tree: Expr) -> bool:
        """Whether some figure below, in other programs too, has no value on the day."""
        return any(self.figures.lacks(key) for key in tree.figures) or any(
            self.program_perhaps(name) for name in tree.links
        )

    def program_perhaps(self, name: str) -> bool:
        """The same of all rules of a program."""
        return any(self.perhaps(rule) for rule in self.programs[name].rules)

    def always(self, tree: Expr) -> bool:
        """Whether the scalar walk stops at a missing figure for every household."""
        found = self._always.get(id(tree))
        if found is None:
            found = self._always[id(tree)] = self._stops(tree)
        return found

    def _stops(self, tree: Expr) -> bool:
        match tree.op:
            case "param" | "table":
                if self.figures.lacks(tree.data):
                    return True
            case "and" | "or":
                return self.always(tree.args[0])
            case "if":
                return self.always(tree.args[0]) or all(map(self.always, tree.args[1:]))
            case "sum" | "any" | "all" | "count" | "least_of" | "greatest_of" | "likely" | "pays":
                return False
        return any(map(self.always, tree.args))

    def always_tests(self, node: Test | Group) -> bool:
        """Whether the tests stop there for everyone they are asked of."""
        if isinstance(node, Test):
            return self.always(node.rule)
        return self.always_tests(node.members[0])
