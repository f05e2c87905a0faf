"""Which methods there are, and one door to count a file by any of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from petitions.counting import report
from petitions.counting.files import is_pabulib, kept, read_ranked
from petitions.counting.greedy import greedy
from petitions.counting.pabulib import PabulibFile, read_pabulib
from petitions.counting.plain import approval
from petitions.counting.profiles import (
    ApprovalBallots,
    NotCountable,
    RankedBallots,
    approvals_of,
)
from petitions.counting.schulze import schulze
from petitions.counting.ties import drawn, listed
from petitions.counting.transferable import instant_runoff, transferable_vote

RANKED = ("irv", "stv", "schulze")
BUDGET = ("greedy", "equal-shares")
METHODS = (*RANKED, "approval", *BUDGET)


@dataclass(frozen=True, slots=True)
class Asked:
    """How to count. `seed` draws the tie order; without it ties follow the listed order."""

    method: str
    seats: int = 1
    increment: bool = False
    seed: str | None = None

    def check(self) -> None:
        if self.seats < 1:
            raise NotCountable("At least one seat must be filled.")
        if self.method == "irv" and self.seats > 1:
            raise NotCountable("Instant runoff fills one seat. STV fills more.")
        if self.increment and self.method != "equal-shares":
            raise NotCountable("Only equal shares have a completion.")

    def ranks(self, names: tuple[str, ...]) -> list[int]:
        return listed(len(names)) if self.seed is None else drawn(names, self.seed)


def count_file(path: Path, asked: Asked) -> report.Plain:
    """The whole count as plain data. Raises NotCountable, with a sentence, for a file or a wish
    that does not fit."""
    asked.check()
    source: PabulibFile | RankedBallots
    with kept(path) as file:
        source = read_pabulib(file) if is_pabulib(file) else read_ranked(file)
    if asked.method in BUDGET:
        counted = _budget(source, asked)
    elif asked.method == "approval":
        ballots = source.approvals() if isinstance(source, PabulibFile) else approvals_of(source)
        counted = _approval(ballots, asked)
    else:
        ranked = source.ranked() if isinstance(source, PabulibFile) else source
        counted = count_ranked(ranked, asked)
    order = None if asked.seed is None else {"seed": asked.seed}
    notes = list(source.notes) if isinstance(source, PabulibFile) else []
    told: report.Plain = {"notes": notes} if notes else {}
    return {"method": asked.method, "ties": order or "listed order", **told, **counted}


def count_ranked(ballots: RankedBallots, asked: Asked) -> report.Plain:
    rank = asked.ranks(ballots.options)
    if asked.method == "schulze":
        return report.of_order(schulze(ballots, rank), ballots)
    if asked.method == "irv":
        return report.of_transfers(instant_runoff(ballots, rank), ballots)
    return report.of_transfers(transferable_vote(ballots, asked.seats, rank), ballots)


def _approval(ballots: ApprovalBallots, asked: Asked) -> report.Plain:
    return report.of_totals(approval(ballots, asked.seats, asked.ranks(ballots.options)), ballots)


def _budget(source: PabulibFile | RankedBallots, asked: Asked) -> report.Plain:
    if not isinstance(source, PabulibFile):
        raise NotCountable("A budget is counted from a Pabulib file, with costs and a limit.")
    ballots = source.budget()
    rank = asked.ranks(tuple(project.id for project in ballots.projects))
    if asked.method == "greedy":
        return report.of_budget(greedy(ballots, rank), ballots)
    # Its arrays are loaded where such a budget is counted, not by everybody who casts a ballot.
    from petitions.counting.equal_shares import equal_shares

    return report.of_budget(equal_shares(ballots, rank, increment=asked.increment), ballots)
