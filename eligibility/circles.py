"""Refuses programs that need each other in a circle, or by so long a way that none can follow."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from typing import NoReturn

from eligibility.findings import RulesError
from eligibility.program import Program

MAX_WHOLE = 150
"""Levels of a whole rule, through its named values and the programs it leans on. Each level is a
few calls when a rule is worked out, and the deepest of ours has half of this."""


def refuse_circles(programs: Mapping[str, Program]) -> None:
    """Raise RulesError for a circle of programs, and for a way that is too long."""
    graph = {program.id: program.links for program in programs.values()}
    try:
        order = tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        _refuse(programs, error.args[1])
    depths: dict[str, int] = {}
    for name in order:
        program = programs.get(name)
        if program is None:  # a stored text names programs that are not in it
            continue
        beyond = max((depths.get(link, 0) for link in program.links), default=0)
        depths[name] = beyond + max((rule.depth for rule in program.rules), default=0)
        if depths[name] > MAX_WHOLE:
            message = (
                f'"{name}" is over {MAX_WHOLE} levels deep with the programs it leans on. '
                "Lean on fewer programs, one after the other."
            )
            raise RulesError([program.place.finding("too_deep", message)])


def _refuse(programs: Mapping[str, Program], circle: list[str]) -> NoReturn:
    shown = circle if len(circle) <= 12 else [*circle[:5], "...", *circle[-5:]]
    message = f"These programs need each other's result in a circle: {' -> '.join(shown)}."
    raise RulesError([programs[circle[0]].place.finding("cycle", message)]) from None
