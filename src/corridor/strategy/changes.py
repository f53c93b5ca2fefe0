"""What a plan ships where, and what another does otherwise."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from corridor.flow import FlowSolution
from corridor.plan import NEGLIGIBLE_MTPA, Plan

Deals = dict[tuple[str, str, str], float]
"""Kind, name and commodity to Mt/yr."""


class Change(NamedTuple):
    """What a point's plan does otherwise than the one before.

    Attributes
    ----------
    kind, name, commodity
        ``sale`` and its bid, ``mine`` and its node, or ``passes`` and a crossing or berth; commodity.
    before, after
        Mt/yr.
    """

    kind: str
    name: str
    commodity: str
    before: float
    after: float


def passes(plan: Plan, solution: FlowSolution) -> dict[tuple[str, str], float]:
    """Mt/yr by border crossing or berth, and commodity, in the order of the most."""
    tonnes: dict[tuple[str, str], float] = defaultdict(float)
    for (commodity, e), mtpa in plan.carried(solution).items():
        edge = plan.network.edges[e]
        if edge.link.kind == "sea":
            tonnes[edge.tail, commodity] += mtpa
        elif edge.link.kind == "border":
            tonnes[edge.link.crossing or edge.id, commodity] += mtpa
    return dict(sorted(tonnes.items(), key=lambda item: (-item[1], item[0])))


def deals(plan: Plan, solution: FlowSolution) -> Deals:
    """Mt/yr by mine, by crossing or berth, and by sale, each with its commodity."""
    mines = zip(plan.sellers, solution.purchases.tolist(), strict=True)
    bids = zip(plan.buyers, solution.sales.tolist(), strict=True)
    return {
        **{("mine", seller.node, seller.commodity): mtpa for seller, mtpa in mines},
        **{("passes", place, commodity): mtpa for (place, commodity), mtpa in passes(plan, solution).items()},
        **{("sale", buyer.bid, buyer.commodity): mtpa for buyer, mtpa in bids},
    }


def changes(before: Deals, after: Deals) -> list[Change]:
    """What differs, the most first."""
    found = [Change(*key, before.get(key, 0.0), after.get(key, 0.0)) for key in dict.fromkeys([*before, *after])]
    moved = [change for change in found if abs(change.after - change.before) > NEGLIGIBLE_MTPA]
    return sorted(moved, key=lambda change: (-abs(change.after - change.before), change[:3]))
