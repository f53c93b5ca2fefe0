"""Each input alone at its low and its high end: how far net value and the gaps between corridors move."""

from __future__ import annotations

from typing import Any

import numpy as np

from corridor.paths import Floats
from corridor.sensitivity.blocks import Blocks
from corridor.sensitivity.draws import Space
from corridor.sensitivity.montecarlo import certificate

LEAST_USD_PER_T = 0.005
"""What moves a gap by less is left out of the list of gaps."""


def summary(blocks: Blocks, space: Space) -> dict[str, Any]:
    """Summarise a tornado: the widest swing first.

    Returns
    -------
    dict
        ``tornado``: net value by input, and the commodities whose best corridor changes. ``gaps``: by input and
        commodity, how far the corridor that is the best at the centre lies ahead of the next (below 0: another wins),
        and its netback. ``certificate`` as for Monte Carlo.
    """
    draws = 1 + 2 * len(space.inputs)
    value = blocks.column("net_value_musd_per_yr", draws)
    gaps = list(_gaps(blocks, space, draws))
    changed = {
        each.name: sorted({gap["commodity"] for gap in gaps if gap["input"] == each.name and gap["winner_changes"]})
        for each in space.inputs
    }
    rows: list[dict[str, Any]] = []
    for i, each in enumerate(space.inputs):
        low, high = (float(value[1 + 2 * i + end]) for end in (0, 1))
        rows.append(
            {
                "input": each.name,
                "low_musd_per_yr": low,
                "central_musd_per_yr": float(value[0]),
                "high_musd_per_yr": high,
                "swing_musd_per_yr": abs(high - low),
                "winner_changes": changed[each.name],
            }
        )
    rows.sort(key=lambda row: (-row["swing_musd_per_yr"], row["input"]))
    return {"tornado": rows, "gaps": gaps, "certificate": [certificate(blocks, draws)]}


def _gaps(blocks: Blocks, space: Space, draws: int) -> list[dict[str, Any]]:
    margin = np.array(list(blocks.by_pair("margin_usd_per_t", draws)))
    netback = np.array(list(blocks.by_pair("netback_usd_per_t", draws)))
    margin = np.where(np.isnan(margin), -np.inf, margin)
    found = []
    for commodity in dict.fromkeys(name for name, _ in blocks.pairs):
        own = [i for i, (name, _) in enumerate(blocks.pairs) if name == commodity]
        best = max(own, key=lambda i: margin[i, 0])
        others = [i for i in own if i != best]
        if not others or not np.isfinite(margin[best, 0]) or not np.isfinite(margin[others, 0]).any():
            continue
        with np.errstate(invalid="ignore"):
            ahead = margin[best] - margin[others].max(axis=0)
        for i, each in enumerate(space.inputs):
            at = [0, 1 + 2 * i, 2 + 2 * i]
            if np.abs(ahead[at] - ahead[0]).max() >= LEAST_USD_PER_T:
                told = {"input": each.name, "commodity": commodity, "best": blocks.pairs[best][1]}
                told |= _at_ends("gap", ahead[at]) | _at_ends("netback", netback[best, at])
                found.append({**told, "winner_changes": bool(ahead[at].min() < 0)})
    return found


def _at_ends(name: str, values: Floats) -> dict[str, Any]:
    told = [float(value) if np.isfinite(value) else None for value in values]
    return dict(zip((f"{name}_usd_per_t", f"{name}_low_usd_per_t", f"{name}_high_usd_per_t"), told, strict=True))
