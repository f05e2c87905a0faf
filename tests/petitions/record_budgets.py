"""Writes data/budgets.json: made-up budgets and what pabutools funds in each. Needs pabutools."""

from __future__ import annotations

import importlib
import json
import random
from pathlib import Path
from typing import Any

OUT = Path(__file__).parent / "data" / "budgets.json"
CASES = 250


def made_up(seed: int) -> dict[str, Any]:
    """Small numbers, so that ties are common; some budgets with many voters and real prices."""
    dice = random.Random(seed)
    projects, voters = dice.randint(2, 8), dice.randint(2, 14)
    top = dice.choice([6, 12, 40, 5000])
    costs = [dice.randint(1, top) for _ in range(projects)]
    limit = dice.randint(max(1, sum(costs) // 4), sum(costs))
    masks = [dice.randint(1, 2**projects - 1) for _ in range(voters)]
    return {"costs": costs, "limit": limit, "masks": masks}


def by_pabutools(case: dict[str, Any]) -> dict[str, list[int]]:
    election = importlib.import_module("pabutools.election")
    rules = importlib.import_module("pabutools.rules")
    ties = importlib.import_module("pabutools.tiebreaking").TieBreakingRule(
        lambda _instance, _profile, project: int(project.name)
    )
    projects = [election.Project(str(at), cost) for at, cost in enumerate(case["costs"])]
    instance = election.Instance(projects, budget_limit=case["limit"])
    profile = election.ApprovalProfile(
        election.ApprovalBallot(one for at, one in enumerate(projects) if mask >> at & 1)
        for mask in case["masks"]
    )
    asked = {"sat_class": election.Cost_Sat, "tie_breaking": ties}
    shares = rules.method_of_equal_shares
    found = {
        "greedy": rules.greedy_utilitarian_welfare(instance, profile, **asked),
        "shares": shares(instance, profile, **asked),
        "increment": shares(instance, profile, voter_budget_increment=1, **asked),
    }
    return {rule: [int(one.name) for one in funded] for rule, funded in found.items()}


def main() -> None:
    cases = [{**case, **by_pabutools(case)} for case in map(made_up, range(CASES))]
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    OUT.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
