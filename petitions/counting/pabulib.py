"""Pabulib files: a budget, its projects with their costs, and who voted for what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from pathlib import Path

from petitions.counting.files import SECTIONS, BadFile, NoRow, open_text, rows
from petitions.counting.profiles import (
    ApprovalBallots,
    BudgetBallots,
    NotCountable,
    Project,
    RankedBallots,
    Ranking,
    packed,
)

_APPROVAL = {"approval", "choose-1"}
_POINTS = {"cumulative", "scoring"}
_NEEDED = ("budget", "vote_type")
# A comma before three digits may as well be one between thousands.
_TWO_WAYS = re.compile(r"[0-9]{1,18}(,[0-9]{3})+$")
_AMOUNT = re.compile(r"[0-9]{1,18}([.,][0-9]{1,9})?$")
_POINT = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?$")


@dataclass(frozen=True, slots=True)
class PabulibFile:
    """One file. What the ballots are is told by `vote_type`: sets, points or rankings."""

    projects: tuple[Project, ...]
    limit: int
    unit: int
    vote_type: str
    votes: tuple[tuple[tuple[int, ...], int], ...]
    points: tuple[Fraction, ...] | None
    # What the file says of itself and does not hold, as when its end was cut off.
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What each project is called; by its id where the file gives no name of its own."""
        called = [project.name for project in self.projects]
        return tuple(
            project.name if project.name and called.count(project.name) == 1 else project.id
            for project in self.projects
        )

    def approvals(self) -> ApprovalBallots:
        if self.vote_type == "ordinal":
            raise NotCountable("These ballots rank projects; this method counts approvals.")
        sets: dict[int, int] = {}
        for chosen, count in self.votes:
            mask = sum(1 << project for project in chosen)
            sets[mask] = sets.get(mask, 0) + count
        blank = sets.pop(0, 0)
        return ApprovalBallots(self.names, sets, blank)

    def budget(self) -> BudgetBallots:
        return BudgetBallots(self.projects, self.limit, self.approvals(), self.unit, self.points)

    def ranked(self) -> RankedBallots:
        if self.vote_type != "ordinal":
            raise NotCountable("These ballots do not rank; this method counts rankings.")
        size = len(self.projects)
        rankings: dict[Ranking, int] = {packed(one, size): n for one, n in self.votes if one}
        return RankedBallots(self.names, rankings, sum(n for one, n in self.votes if not one))


def read_pabulib(path: Path) -> PabulibFile:
    """Raises BadFile with the line of what is missing or cannot be read."""
    try:
        with open_text(path) as text:
            return _Reading(rows(text, ";")).read()
    except NoRow as refused:
        try:
            with open_text(path) as text:
                return _Reading(_loose(rows(text, ";", strict=False))).read()
        except BadFile:
            raise refused from None


def _loose(lines: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    """Rows where only the first word of a name is in quotes. One that runs on into the next line
    has a quote that nothing closes, and would swallow votes."""
    for line, row in lines:
        if any("\n" in cell or "\r" in cell for cell in row):
            raise BadFile("A quote is not closed.", line)
        yield line, row


class _Reading:
    def __init__(self, lines: Iterator[tuple[int, list[str]]]) -> None:
        self.lines = lines
        self.meta: dict[str, tuple[str, int]] = {}
        self.ids: dict[str, int] = {}
        self.names: list[str] = []
        self.costs: list[Fraction] = []
        self.votes: dict[tuple[int, ...], int] = {}
        self.points: dict[int, Fraction] = {}
        self.last_line = 0

    def read(self) -> PabulibFile:
        section = ""
        header: dict[str, int] = {}
        for line, row in self.lines:
            self.last_line = line
            word = row[0].strip().lower()
            if not any(map(str.strip, row)):
                continue
            if word in SECTIONS and not any(map(str.strip, row[1:])):
                section, header = word, {}
            elif not section:
                raise BadFile("A Pabulib file begins with META.", line)
            elif not header and not (section == "meta" and word != "key"):
                header = {name.strip().lower(): at for at, name in enumerate(row)}
            else:
                getattr(self, f"_{section}")(line, _Row(line, row, header))
        return self._whole()

    def _meta(self, line: int, row: _Row) -> None:
        key = row.cells[0].strip().lower()
        if self.votes:
            raise BadFile("META comes after VOTES here, which it tells how to read.", line)
        if key in self.meta and key in _NEEDED:
            raise BadFile(f"META names {key} twice.", line)
        self.meta[key] = (";".join(row.cells[1:]).strip("; "), line)

    def _projects(self, line: int, row: _Row) -> None:
        project = row.get("project_id")
        if not project:
            raise BadFile("This row has no project_id.", line)
        if project in self.ids:
            raise BadFile(f"There are two projects {project}.", line)
        self.ids[project] = len(self.ids)
        self.names.append(row.get("name", "").strip())
        self.costs.append(_amount(row.get("cost"), "cost", line))

    def _votes(self, line: int, row: _Row) -> None:
        marks = row.get("vote")
        chosen: list[int] = []
        given = row.get("points").split(",") if self._type() in _POINTS else None
        named = [name for mark in marks.split(",") if (name := mark.strip())]
        if given is not None and named and len(given) != len(named):
            raise BadFile(f"{len(named)} projects with {len(given)} points.", line)
        for at, mark in enumerate(named):
            project = self.ids.get(mark)
            if project is None:
                raise BadFile(f"There is no project {mark[:40]!r} in this file.", line)
            if project in chosen:
                continue
            chosen.append(project)
            if given is not None:
                worth = _points(given[at].strip(), line)
                self.points[project] = self.points.get(project, Fraction()) + worth
        key = tuple(chosen)
        self.votes[key] = self.votes.get(key, 0) + 1

    def _type(self) -> str:
        return self.meta.get("vote_type", ("", 0))[0].lower()

    def _whole(self) -> PabulibFile:
        for key in _NEEDED:
            if key not in self.meta:
                raise BadFile(f"META names no {key}.", self.last_line or None)
        if self._type() not in _APPROVAL | _POINTS | {"ordinal"}:
            kind, line = self.meta["vote_type"]
            raise BadFile(f"The kind of vote {kind!r} is not known.", line)
        if not self.ids or not self.votes:
            missing = "votes" if self.ids else "projects"
            raise BadFile(f"The file has no {missing}.", self.last_line or None)
        limit = _amount(*_with_word(self.meta["budget"], "budget"))
        unit = lcm(limit.denominator, *(cost.denominator for cost in self.costs))
        projects = tuple(
            Project(project, name, int(cost * unit))
            for project, name, cost in zip(self.ids, self.names, self.costs, strict=True)
        )
        return PabulibFile(
            projects,
            int(limit * unit),
            unit,
            self._type(),
            tuple(self.votes.items()),
            self._points() if self._type() in _POINTS else None,
            tuple(self._notes()),
        )

    def _notes(self) -> Iterator[str]:
        held = {"votes": sum(self.votes.values()), "projects": len(self.ids)}
        for word, count in held.items():
            said, line = self.meta.get(f"num_{word}", ("", 0))
            if re.fullmatch("[0-9]{1,9}", said) and int(said) != count:
                yield f"Line {line} says {int(said):,} {word}; the file has {count:,}."

    def _points(self) -> tuple[Fraction, ...]:
        return tuple(self.points.get(at, Fraction()) for at in range(len(self.ids)))


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: list[str]
    header: dict[str, int]

    def get(self, name: str, otherwise: str | None = None) -> str:
        at = self.header.get(name)
        if at is None and otherwise is None:
            raise BadFile(f"The columns above name no {name}.", self.line)
        if at is None or (at >= len(self.cells) and otherwise is not None):
            return otherwise or ""
        if at >= len(self.cells):
            raise BadFile(f"This row ends before its {name}.", self.line)
        return self.cells[at].strip()


def _with_word(found: tuple[str, int], word: str) -> tuple[str, str, int]:
    return found[0], word, found[1]


def _amount(text: str, word: str, line: int) -> Fraction:
    if _TWO_WAYS.match(text.strip()):
        raise BadFile(f"The {word} {text[:40]!r} can be read as two amounts: mind the comma.", line)
    if not _AMOUNT.match(text.strip()):
        raise BadFile(f"The {word} {text[:40]!r} is not an amount.", line)
    return Fraction(text.strip().replace(",", "."))


def _points(text: str, line: int) -> Fraction:
    if not _POINT.match(text):
        raise BadFile(f"{text[:40]!r} is not a number of points.", line)
    return Fraction(text)
