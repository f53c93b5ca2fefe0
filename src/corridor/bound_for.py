"""Which corridor every flow of a plan is bound for."""

from __future__ import annotations

from collections import defaultdict

from corridor.flow import FlowSolution
from corridor.plan import NEGLIGIBLE_MTPA, Plan

State = tuple[int, str]
"""A state of the problem, and its node."""


def by_corridor(plan: Plan, solution: FlowSolution | None = None) -> dict[tuple[str, int], dict[str, float]]:
    """Mt/yr by commodity and position in the network's edges, and there by corridor; of another plan if given.

    What goes by sea belongs to the corridor of its berth, what is sold without to that of the place of sale, as in
    :meth:`corridor.plan.Plan.corridors`. Where cargo of several mines meets and parts again, flows do not say which
    tonne goes where: it is taken as mixed, so that every way on has the same share of each. The sums over corridors are
    the plan's flows.
    """
    flows = (solution or plan.solution).flows.tolist()
    edges = plan.network.edges
    out: dict[State, list[tuple[int, State, float]]] = defaultdict(list)
    into: dict[State, float] = defaultdict(float)
    waits: dict[State, int] = defaultdict(int)
    before: dict[State, list[State]] = defaultdict(list)
    commodity_in: dict[State, str] = {}
    begin, end = plan.problem.edge_from.tolist(), plan.problem.edge_to.tolist()
    for column, (commodity, e) in enumerate(zip(plan.commodity_of, plan.edge_of, strict=True)):
        mtpa = flows[column]
        if mtpa > NEGLIGIBLE_MTPA:
            tail, head = (begin[column], edges[e].tail), (end[column], edges[e].head)
            commodity_in[tail] = commodity
            out[tail].append((e, head, mtpa))
            into[head] += mtpa
            waits[tail] += 1
            before[head].append(tail)
    bound: dict[State, dict[str, float]] = {}
    ready = sorted(state for state in into if state not in out)
    while ready:  # from where all is sold back to the mines
        state = ready.pop()
        bound[state] = _bound(plan, state, out[state], into[state], bound)
        for tail in before[state]:
            waits[tail] -= 1
            if not waits[tail]:
                ready.append(tail)
    found: dict[tuple[str, int], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for tail, steps in out.items():
        for e, head, mtpa in steps:
            for corridor, share in _shares(plan, e, head, bound).items():
                found[commodity_in[tail], e][corridor] += share * mtpa
    return {key: dict(tonnes) for key, tonnes in found.items()}


def _bound(
    plan: Plan,
    state: State,
    steps: list[tuple[int, State, float]],
    arrives: float,
    bound: dict[State, dict[str, float]],
) -> dict[str, float]:
    """Share of what leaves a state by corridor: by its edges, and what is sold there."""
    tonnes: dict[str, float] = defaultdict(float)
    for e, head, mtpa in steps:
        for corridor, share in _shares(plan, e, head, bound).items():
            tonnes[corridor] += share * mtpa
    sold = arrives - sum(mtpa for *_, mtpa in steps)
    if sold > NEGLIGIBLE_MTPA:
        tonnes[plan.corridor_at(state[1])] += sold
    whole = sum(tonnes.values())
    return {corridor: mtpa / whole for corridor, mtpa in tonnes.items()}


def _shares(plan: Plan, e: int, head: State, bound: dict[State, dict[str, float]]) -> dict[str, float]:
    """Share by corridor of what goes over an edge."""
    edge = plan.network.edges[e]
    if edge.link.kind == "sea":
        return {plan.corridor_at(edge.tail): 1.0}
    return bound.get(head) or {plan.corridor_at(edge.head): 1.0}  # none: cargo goes in a circle at no cost
