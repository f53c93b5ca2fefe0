"""What many draws say: percentiles, shares of draws in which a corridor is the best or carries, and convergence."""

from __future__ import annotations

from typing import Any

import numpy as np

from corridor.paths import Floats
from corridor.sensitivity.blocks import Blocks

PERCENTILES = (5, 25, 50, 75, 95)


def summary(blocks: Blocks, draws: int) -> dict[str, Any]:
    """Summarise the first draws of a Monte Carlo run.

    Parameters
    ----------
    blocks
        All of them finished.
    draws
        How many draws were asked for.

    Returns
    -------
    dict
        ``net_value`` (percentiles, mean; beside them those of the first half), ``corridors`` (one row for each
        commodity and corridor) and ``certificate``.
    """
    half = draws // 2
    rows: list[dict[str, Any]] = [{"commodity": c, "corridor": k, "draws": draws} for c, k in blocks.pairs]
    for name in ("best", "tie"):
        for row, column in zip(rows, blocks.by_pair(name, draws), strict=True):
            row[f"{name}_share"] = float(column.mean())
            if name == "best":
                row["best_share_half"] = _mean(column[:half])
    for row, column in zip(rows, blocks.by_pair("mtpa", draws), strict=True):
        row["carries_share"] = float((column > 0).mean())
        row["carries_share_half"] = _mean(column[:half] > 0)
        row["mean_mtpa"] = float(column.mean())
    for name, unit in (("netback", "usd_per_t"), ("cost", "usd_per_t")):
        for row, column in zip(rows, blocks.by_pair(f"{name}_{unit}", draws), strict=True):
            row.update(percentiles(f"{name}_{unit}", column))
            row[f"{name}_{unit}_p50_half"] = percentiles("", column[:half])["_p50"]
    value = blocks.column("net_value_musd_per_yr", draws)
    told = {"mean": float(value.mean()), "mean_half": _mean(value[:half]), "draws": draws}
    for name, of in (("", value), ("_half", value[:half])):
        told |= {f"{key.removeprefix('_')}{name}": found for key, found in percentiles("", of).items()}
    return {"net_value": [told], "corridors": rows, "certificate": [certificate(blocks, draws)]}


def certificate(blocks: Blocks, draws: int) -> dict[str, Any]:
    """How many answers are proven to be the best, and how far a bound ever lay from its answer."""
    gap = np.abs(blocks.column("gap_musd_per_yr", draws))
    value = np.abs(blocks.column("net_value_musd_per_yr", draws))
    return {
        "solved": draws,
        "certified": int(blocks.column("certified", draws).sum()),
        "largest_gap_musd_per_yr": float(gap.max()),
        "largest_relative_gap": float((gap / np.maximum(1.0, value)).max()),
    }


def percentiles(name: str, column: Floats) -> dict[str, float | None]:
    """Percentiles of what is no NaN; None where all is."""
    there = column[~np.isnan(column)]
    found = np.percentile(there, PERCENTILES).tolist() if len(there) else [None] * len(PERCENTILES)
    return {f"{name}_p{share}": value for share, value in zip(PERCENTILES, found, strict=True)}


def _mean(column: Floats | np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float | None:
    return float(column.mean()) if len(column) else None
