"""In which share of the draws each corridor wins, by commodity."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from corridor.figures import layout, style
from corridor.figures.layout import small
from corridor.figures.style import NOTHING, Caption, Picture
from corridor.figures.words import counterfactual, listed, sentence
from corridor.study import Outcome
from corridor.wording import from_id, percent

if TYPE_CHECKING:
    from corridor.sensitivity.run import Tell

ROW_IN = 0.42
NAME_IN = 1.7
LEAST_LABELLED = 0.06
"""Bars with a smaller share have no number: the words beside the chart have it."""


class Shares(NamedTuple):
    """What is drawn.

    Attributes
    ----------
    shares
        Commodity to corridor to share of draws that it wins. What is missing from 1 sells nothing.
    draws
        How many draws there were.
    """

    shares: Mapping[str, Mapping[str, float]]
    draws: int


def completed(chart: Shares, corridors: tuple[str, ...]) -> dict[str, dict[str, float]]:
    """Shares in the order of the corridors, with what sells nothing at the end."""
    found = {}
    for commodity, by_corridor in chart.shares.items():
        order = [*corridors, *sorted({*by_corridor} - {*corridors})]
        row = {name: by_corridor[name] for name in order if by_corridor.get(name)}
        rest = 1 - math.fsum(row.values())
        found[commodity] = row | ({NOTHING: rest} if rest > 1 / (2 * max(chart.draws, 1)) else {})
    return found


def claim(said: Caption, chart: Shares) -> str:
    """What the chart says, whichever way it falls."""
    rows = completed(chart, said.corridors)
    if not rows:
        return "No commodity was drawn"
    most = {commodity: max(row, key=lambda name: row[name]) for commodity, row in rows.items()}
    by_winner: dict[str, list[str]] = {}
    for commodity, name in most.items():
        by_winner.setdefault(name, []).append(commodity)
    told = []
    for name, commodities in sorted(by_winner.items(), key=lambda item: (-len(item[1]), item[0])):
        shares = [rows[commodity][name] for commodity in commodities]
        low, high = (percent(end) for end in (min(shares), max(shares)))
        both = "both" if len(rows) == 2 else f"all {len(rows)}"  # noqa: PLR2004  # two are both
        what = f"{both} commodities" if len(commodities) == len(rows) > 1 else listed(commodities)
        wins = "is most often the outcome" if name == NOTHING else "wins most often"
        told.append(f"{name} {wins} for {what} ({low if low == high else f'{low} to {high}'} of draws)")
    return sentence("; ".join(told))


def shares(said: Caption, chart: Shares) -> Picture:
    """Draw one bar a commodity, divided by winner."""
    from matplotlib.patches import Patch

    with style.styled():
        title = claim(said, chart)
        rows = completed(chart, said.corridors)
        figure, axes = layout.frame(
            said, title, left_in=NAME_IN + 0.3, right_in=1.45, rows_in=max(len(rows), 2) * ROW_IN + 0.15
        )
        seen: dict[str, Patch] = {}
        for i, row in enumerate(rows.values()):
            start = 0.0
            for name, share in row.items():
                face, hatch = said.fill(name)
                axes.barh(i, share, left=start, height=0.68, color=face, hatch=hatch, edgecolor="white", alpha=0.8)
                seen.setdefault(
                    name,
                    Patch(
                        facecolor=face,
                        hatch=hatch,
                        edgecolor="white",
                        alpha=0.8,
                        label=layout.shortened(name, style.SMALL_PT, layout.KEY_IN),
                    ),
                )
                if share >= LEAST_LABELLED:
                    small(axes, percent(share), (start + share / 2, i), bbox=style.WHITE_BOX)
                start += share
        axes.set_xlim(0, 1)
        axes.set_ylim(max(len(rows), 2) - 0.5, -0.5)
        axes.set_yticks(
            range(len(rows)), [layout.shortened(name, style.SMALL_PT, NAME_IN) for name in rows], size=style.SMALL_PT
        )
        axes.tick_params(axis="y", length=0)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
        axes.set_xlabel(f"share of {chart.draws:,} draws in which the corridor carries the first tonne, %")
        order = [*said.corridors, *sorted({*seen} - {*said.corridors, NOTHING}), NOTHING]
        layout.key(axes, [seen[name] for name in order if name in seen])
        return Picture(title, described(said, chart), figure)


def described(said: Caption, chart: Shares) -> str:
    """The chart in words."""
    told = [f"Bars of the share of {chart.draws:,} draws that each corridor wins, by commodity."]
    for commodity, row in completed(chart, said.corridors).items():
        told.append(f"{commodity}: {', '.join(f'{name} {percent(share)}' for name, share in row.items())}.")
    return " ".join(told) + counterfactual(said)


def shares_of(
    outcome: Outcome, commodity: str | None, draws: int | None = None, seed: int | None = None, tell: Tell | None = None
) -> Picture:
    """Draw many draws of all uncertain numbers: how often each corridor is the best.

    Parameters
    ----------
    outcome
        A study under a scenario.
    commodity
        Of this one alone; None: of all.
    draws, seed
        As for :func:`corridor.sensitivity.question.answer`; its usual ones if None.
    tell
        Hears of progress.
    """
    from corridor.sensitivity.question import answer

    found = answer(outcome, "montecarlo", draws=draws, seed=1 if seed is None else seed, tell=tell)
    return shares_from(outcome, commodity, found)


def shares_from(outcome: Outcome, commodity: str | None, found: Mapping[str, Any]) -> Picture:
    """Draw such a run that was made already: what :func:`corridor.sensitivity.question.answer` found."""
    by_commodity: dict[str, dict[str, float]] = {}
    for row in found["corridors"]:
        if commodity in (None, row["commodity"]):
            name = outcome.network.commodities[row["commodity"]].name
            by_commodity.setdefault(name, {})[from_id(row["corridor"])] = row["best_share"]
    return shares(style.caption(outcome), Shares(by_commodity, found["draws"]))
