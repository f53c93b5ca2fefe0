"""Closed ways that would create cargo or money from nothing, over plain arrays."""

from __future__ import annotations

import numpy as np

from corridor.paths import Floats, Ints

LOG_GAIN_TOLERANCE = 1e-12
"""Added to each edge's -log(gain): a way whose gains multiply to 1 must not look like more by the last digit."""

COST_TOLERANCE = 1e-9
"""USD/t added to each edge's cost: costs that cancel must not look like income by the last digit."""

UNIT_GAIN_TOLERANCE = 1e-9
"""A way that loses a smaller share of its cargo counts as one that loses none."""

ROUNDS_BETWEEN_LOOKS = 8
"""Rounds of relaxation between two looks for a closed way among the parents."""


def gaining_cycle(n_states: int, edge_from: Ints, edge_to: Ints, edge_gain: Floats) -> list[int]:
    """Find a closed way along which the gains multiply to more than 1.

    Parameters
    ----------
    n_states
        Number of states.
    edge_from, edge_to
        States that each edge joins.
    edge_gain
        Tonnes out per tonne in, above 0.

    Returns
    -------
    list of int
        Edges in order of travel; empty where there is no such way.
    """
    if np.all(edge_gain <= 1):
        return []
    return _bellman_ford(n_states, edge_from, edge_to, LOG_GAIN_TOLERANCE - np.log(edge_gain))[1]


def earning_cycle(n_states: int, edge_from: Ints, edge_to: Ints, edge_gain: Floats, edge_cost: Floats) -> list[int]:
    """Find a closed way that keeps all cargo and whose cost is negative: going round without end would pay.

    A way that loses cargo at each round needs some from outside and pays only so much for it: no harm.

    Parameters
    ----------
    n_states, edge_from, edge_to, edge_gain
        As in :func:`gaining_cycle`, which must have found nothing.
    edge_cost
        USD per tonne entering.

    Returns
    -------
    list of int
        Edges in order of travel; empty where there is no such way.
    """
    if np.all(edge_cost >= 0):
        return []
    # A state's potential is the most that one tonne from anywhere can become on its way there. No edge brings more than
    # the potential where it ends, and those of a closed way that keeps all cargo bring just that: round such a way
    # tonnes grow and shrink as potentials do, so each cost weighs by the potential where its edge begins.
    log_gain = np.log(edge_gain)
    log_tonnes = -_bellman_ford(n_states, edge_from, edge_to, LOG_GAIN_TOLERANCE - log_gain)[0]
    kept = np.flatnonzero(log_tonnes[edge_from] + log_gain - log_tonnes[edge_to] > -UNIT_GAIN_TOLERANCE)
    weight = (edge_cost[kept] + COST_TOLERANCE) * np.exp(log_tonnes[edge_from[kept]])
    return [int(kept[edge]) for edge in _bellman_ford(n_states, edge_from[kept], edge_to[kept], weight)[1]]


def _bellman_ford(n_states: int, edge_from: Ints, edge_to: Ints, weight: Floats) -> tuple[Floats, list[int]]:
    """Shortest distance to each state from any state (at most 0), or a cycle of negative weight."""
    distance, parent_edge = np.zeros(n_states), np.full(n_states, -1)
    order = np.argsort(edge_to, kind="stable")
    heads, first = np.unique(edge_to[order], return_index=True)
    for round_number in range(1, n_states + 1):
        reach = distance[edge_from[order]] + weight[order]
        best = np.minimum.reduceat(reach, first)
        better = best < distance[heads]
        if not np.any(better):
            return distance, []
        # the first edge, in the order of its head, that attains the best
        attains = np.flatnonzero(reach == np.repeat(best, np.diff(first, append=len(order))))
        winner = attains[np.searchsorted(attains, first)]
        distance[heads[better]] = best[better]
        parent_edge[heads[better]] = order[winner[better]]
        if round_number % ROUNDS_BETWEEN_LOOKS == 0 or round_number == n_states:
            cycle = _parent_cycle(edge_from, parent_edge)
            if cycle:
                return distance, cycle
    return distance, []


def _parent_cycle(edge_from: Ints, parent_edge: Ints) -> list[int]:
    """Edges of a cycle among the parents (there is one only if a negative cycle exists); empty if there is none."""
    n_states = len(parent_edge)
    # one more place past the last state stands for "no parent" and is its own parent
    parent = np.append(np.where(parent_edge >= 0, edge_from[parent_edge], n_states), n_states)
    ancestor = parent
    for _ in range(n_states.bit_length()):  # each step doubles the generations that are skipped
        ancestor = ancestor[ancestor]
    on_cycle = ancestor[ancestor < n_states]
    if not len(on_cycle):
        return []
    cycle: list[int] = []
    state = start = int(on_cycle[0])
    while not cycle or state != start:
        cycle.append(int(parent_edge[state]))
        state = int(edge_from[cycle[-1]])
    return cycle[::-1]
