"""Sobol indices: how much of the variance comes from each group of inputs, alone and with all others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from corridor.paths import Floats
from corridor.sensitivity.blocks import Blocks
from corridor.sensitivity.design import Design
from corridor.sensitivity.draws import Space
from corridor.sensitivity.montecarlo import certificate

NO_VARIANCE = 1e-12
"""A variance below this share of the mean square is rounding: nothing is there to be explained."""


class Index(NamedTuple):
    """First-order and total index of a group; NaN where nothing varies."""

    first: float
    total: float


def summary(blocks: Blocks, space: Space, design: Design) -> dict[str, Any]:
    """Estimate the indices of net value and of each corridor's margin, with those of half the points beside them.

    Notes
    -----
    First order by Saltelli et al. (2010), total by Jansen (1999): ``S = mean(f(B)*(f(AB) - f(A)))/V`` with f centred,
    ``T = mean((f(A) - f(AB))^2)/(2V)``. AB is A with the group's inputs of B. V is taken from the same pairs,
    ``V = mean((f(A) - f(B))^2)/2``, so that a group which decides everything has exactly T = 1 at any number of points.
    """
    groups = design.groups(space)
    rows: list[dict[str, Any]] = []
    for quantity, pair, answered in _quantities(blocks, space, design):
        half = design.draws // 2
        for i, group in enumerate(groups):
            whole = index(answered[0], answered[1], answered[2 + i])
            part = index(answered[0][:half], answered[1][:half], answered[2 + i][:half])
            rows.append(
                {
                    "quantity": quantity,
                    "commodity": pair[0],
                    "corridor": pair[1],
                    "group": group,
                    "inputs": len(groups[group]),
                    "first_order": _or_none(whole.first),
                    "total": _or_none(whole.total),
                    "first_order_half": _or_none(part.first),
                    "total_half": _or_none(part.total),
                }
            )
    rows.sort(key=lambda row: (row["quantity"] != "net value", row["commodity"], row["corridor"], -(row["total"] or 0)))
    every = blocks.count * blocks.size
    return {"indices": rows, "certificate": [certificate(blocks, every)]}


def index(one: Floats, other: Floats, mixed: Floats) -> Index:
    """Indices of a group from answers at points A, B, and A with the group's inputs of B."""
    if not len(one):
        return Index(np.nan, np.nan)
    mean = (one.mean() + other.mean()) / 2
    variance = float(np.mean(np.square(one - other)) / 2)
    if variance <= NO_VARIANCE * float(np.square(one).mean()):
        return Index(np.nan, np.nan)
    first = float(np.mean((other - mean) * (mixed - one)) / variance)
    return Index(first, float(np.mean(np.square(one - mixed)) / (2 * variance)))


def _quantities(blocks: Blocks, space: Space, design: Design) -> Iterator[tuple[str, tuple[str, str], list[Floats]]]:
    """Each quantity with its answers, variant by variant."""
    variants = design.variants(space)
    of = [range(variant, blocks.count, variants) for variant in range(variants)]
    yield "net value", ("", ""), [blocks.column("net_value_musd_per_yr", design.draws, some) for some in of]
    by_variant = [blocks.by_pair("margin_usd_per_t", design.draws, some) for some in of]
    for pair, answered in zip(blocks.pairs, zip(*by_variant, strict=True), strict=True):
        if not any(np.isnan(column).any() for column in answered):
            yield "margin", pair, list(answered)


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value
