"""The agreement as a table, as JSON, and as a yes or no."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from benchmarks.oracle.compare import Agreement


def reached(found: Mapping[str, Agreement], unread: Mapping[str, str]) -> bool:
    """Whether every answer that was compared is within its gate, and every household was read."""
    compared = any(one.compared for one in found.values())
    return compared and not unread and all(one.reached for one in found.values())


def as_json(
    households: int, found: Mapping[str, Agreement], unread: Mapping[str, str]
) -> dict[str, Any]:
    """Everything in the table, with every disagreement."""
    return {
        "households": households,
        "reached": reached(found, unread),
        "unread": dict(unread),
        "answers": {
            name: {
                "compared": one.compared,
                "agree": one.agree,
                "share": one.share,
                "share_of_all": one.share_of_all,
                "gate": one.gate,
                "reached": one.reached,
                "apart": dict(one.apart),
                "differ": one.differ,
            }
            for name, one in found.items()
        },
    }


def as_text(households: int, found: Mapping[str, Agreement], unread: Mapping[str, str]) -> str:
    """The table, then each answer that differs, then what was set apart."""
    lines = [f"{households} households", ""]
    lines.append(
        f"{'answer':<20} {'compared':>8} {'agree':>8} {'share':>9} {'gate':>7}"
        f" {'apart':>6} {'of all':>9}"
    )
    for name, one in found.items():
        share, of_all = _percent(one.share), _percent(one.share_of_all)
        mark = "" if one.reached else "  below"
        lines.append(
            f"{name:<20} {one.compared:>8} {one.agree:>8} {share:>9} {one.gate:>7.1%}"
            f" {one.apart.total():>6} {of_all:>9}{mark}"
        )
    for name, one in found.items():
        lines += ["", f"{name} differs:"] if one.differ else []
        lines += [f"  {each}" for each in one.differ]
    apart = sum((one.apart for one in found.values()), Counter[str]())
    if apart:
        lines += ["", "Set apart, as law and model differ or the case is marked (docs/oracle.md):"]
        lines += [f"  {count:>5} {name}" for name, count in sorted(apart.items())]
    if unread:
        lines += ["", "Not read:", *(f"  {name}: {why}" for name, why in unread.items())]
    if not any(one.compared for one in found.values()):
        lines += ["", "The file holds no answers of a model, so nothing was compared."]
    return "\n".join(lines)


def _percent(share: float | None) -> str:
    return "none here" if share is None else f"{share:.2%}"
