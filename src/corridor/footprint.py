"""What a plan emits, by corridor and commodity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from corridor.flow import FlowSolution
from corridor.network import Network
from corridor.plan import NEGLIGIBLE_MTPA, Plan
from corridor.values import Floats


def footprint(
    plan: Plan, kg_per_t: Mapping[str, Floats], solution: FlowSolution | None = None
) -> dict[tuple[str, str], float]:
    """Emissions of a plan, kt CO2e/yr, by corridor and commodity.

    Parameters
    ----------
    plan
        Who ships what where.
    kg_per_t
        Commodity to what a tonne emits on each edge.
    solution
        Another plan for the same network, if one is given.

    Returns
    -------
    dict
        With the keys of :meth:`corridor.plan.Plan.corridors`; they add up to what all edges together emit.

    Notes
    -----
    Mt/yr x kg/t = kt/yr. Where cargo of several mines or ways meets at a node it goes on as one, so that each tonne
    that leaves has the mean of what arrived: that is additive and does not depend on how flows are split into routes.
    """
    emitted: dict[tuple[str, str], float] = defaultdict(float)
    carried, deals = plan.carried(solution), solution or plan.solution
    for commodity in dict.fromkeys(name for name, _ in carried):
        flows = {e: mtpa for (name, e), mtpa in carried.items() if name == commodity}
        over_land: dict[str, float] = defaultdict(float)
        for buyer, sale in zip(plan.buyers, deals.sales.tolist(), strict=True):
            if buyer.commodity == commodity:
                over_land[buyer.node] += sale
        bought: dict[str, float] = defaultdict(float)
        for seller, purchase in zip(plan.sellers, deals.purchases.tolist(), strict=True):
            if seller.commodity == commodity:
                bought[seller.node] += purchase
        at_node = _mean_at_nodes(plan.network, flows, bought, kg_per_t[commodity])
        for e, mtpa in flows.items():
            edge = plan.network.edges[e]
            if edge.link.kind == "sea":  # it ends at a place of sale
                kg = at_node[edge.tail] + float(kg_per_t[commodity][e, 1])
                emitted[plan.corridor_at(edge.tail), commodity] += mtpa * kg
                over_land[edge.head] -= mtpa
        for node, mtpa in over_land.items():
            if mtpa > NEGLIGIBLE_MTPA:
                emitted[plan.corridor_at(node), commodity] += mtpa * at_node.get(node, 0.0)
    return dict(emitted)


def _mean_at_nodes(
    network: Network, flows: Mapping[int, float], bought: Mapping[str, float], kg_per_t: Floats
) -> dict[str, float]:
    """Mean kg/t of what has come to each node over land: it leaves as it arrives, mixed with what is mined there."""
    land = [e for e in flows if network.edges[e].link.kind != "sea"]
    nodes = list(dict.fromkeys(end for e in land for end in (network.edges[e].tail, network.edges[e].head)))
    place = {node: i for i, node in enumerate(nodes)}
    arriving, emitted = np.zeros((len(nodes), len(nodes))), np.zeros(len(nodes))
    through = np.array([bought.get(node, 0.0) for node in nodes])
    for e in land:
        tail, head = place[network.edges[e].tail], place[network.edges[e].head]
        arriving[head, tail] += flows[e]
        emitted[head] += flows[e] * kg_per_t[e, 1]
        through[head] += flows[e]
    through = np.maximum(through, NEGLIGIBLE_MTPA)
    mean = np.linalg.solve(np.eye(len(nodes)) - arriving / through[:, None], emitted / through)
    return dict(zip(nodes, mean.tolist(), strict=True))
