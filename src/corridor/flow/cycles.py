"""Closed ways that would create cargo or money from nothing, over plain arrays."""

from __future__ import annotations

import numpy as np

from corridor.paths import Floats, Ints, LabelGraph, Labels

LOG_GAIN_TOLERANCE = 1e-12
"""Added to each edge's -log(gain): a way whose gains multiply to 1 must not look like more by the last digit."""

COST_TOLERANCE = 1e-9
"""USD/t added to each edge's cost: costs that cancel must not look like income by the last digit."""

UNIT_GAIN_TOLERANCE = 1e-9
"""A way that loses a smaller share of its cargo counts as one that loses none."""


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
    return _least_labels(n_states, edge_from, edge_to, LOG_GAIN_TOLERANCE - np.log(edge_gain)).cycle


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
    log_tonnes = -_least_labels(n_states, edge_from, edge_to, LOG_GAIN_TOLERANCE - log_gain).label
    kept = np.flatnonzero(log_tonnes[edge_from] + log_gain - log_tonnes[edge_to] > -UNIT_GAIN_TOLERANCE)
    weight = (edge_cost[kept] + COST_TOLERANCE) * np.exp(log_tonnes[edge_from[kept]])
    return [int(kept[edge]) for edge in _least_labels(n_states, edge_from[kept], edge_to[kept], weight).cycle]


def _least_labels(n_states: int, edge_from: Ints, edge_to: Ints, weight: Floats) -> Labels:
    """Shortest distance to each state from any state (at most 0), or a cycle of negative weight."""
    return LabelGraph(n_states, edge_from, edge_to).labels(np.zeros(n_states), weight)
