"""What it costs to depend less on one country: net value against the largest share, and the price of each point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from corridor.errors import UsageError, did_you_mean
from corridor.figures import layout, style
from corridor.figures.style import Caption, Picture
from corridor.figures.words import counterfactual, listed, sentence, share_of
from corridor.strategy.frontier import frontier
from corridor.study import Outcome
from corridor.wording import from_id, money

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLACES: tuple[Literal["country", "corridor", "gateway"], ...] = ("country", "corridor", "gateway")
"""Whose share may be capped."""

LEFT_IN, RIGHT_IN, TOP_IN, LOW_IN, BETWEEN_IN = 0.92, 0.25, 1.75, 1.0, 0.12
PERCENT, LEAST_SHARE = 100, 1e-9
MOST_TOLD = 8
"""So many points have room in the words beside the chart, and the last."""


class FrontierChart(NamedTuple):
    """What is drawn.

    Attributes
    ----------
    what
        Whose share is capped, in words: ``country``, ``corridor`` or ``gateway``.
    names, corridor
        Those whose share is the largest, at the first point; and the corridor whose colour they have (blank: several).
    caps, values
        Largest share that is allowed, falling; best net value under it, million USD/yr; a straight line in between.
    prices
        Of one percentage point less between a point and the next, million USD/yr.
    whole
        What is shipped in all, and held, Mt/yr.
    without, lawful
        Name of the corridor without which the frontier was found too (blank: none), and whether the law lets any cargo
        pass there.
    others
        Cap and net value without it; None where such a cap cannot be kept.
    """

    what: str
    names: tuple[str, ...]
    corridor: str
    caps: Sequence[float]
    values: Sequence[float]
    prices: Sequence[float]
    whole: float
    without: str = ""
    lawful: bool = True
    others: Sequence[tuple[float, float | None]] = ()


def dependence(outcome: Outcome, by: str | None = None, without: str | None = None) -> Picture:
    """Draw the frontier of net value against the largest share of one country, corridor or gateway.

    Parameters
    ----------
    outcome
        A study under a scenario.
    by
        Whose share: one of :data:`PLACES`; None: the first of them.
    without
        A corridor or country; the frontier without it is drawn beside.

    Raises
    ------
    UsageError
        If a name is unknown.
    NoAnswerError
        If the plan ships nothing.
    """
    place = next((known for known in PLACES if by in (None, known)), None)
    if place is None:
        raise UsageError(f'"{by}" has no share.{did_you_mean(by or "", PLACES)} There are: {", ".join(PLACES)}.')
    found = frontier(outcome, place, without=without)
    names = found.points[0].at_cap
    corridors = dict.fromkeys(outcome.corridor_of.get(name, name) for name in names)
    others: list[tuple[float, float | None]] = [(cap, value) for cap, _, value in found.contribution()]
    chart = FrontierChart(
        what=place,
        names=tuple(_called(outcome, name) for name in names),
        corridor=next(iter(corridors)) if len(corridors) == 1 else "",
        caps=[point.cap for point in found.points],
        values=[point.net_value for point in found.points],
        prices=found.prices.tolist(),
        whole=found.cap.whole,
        without=_called(outcome, found.without.name) if found.without else "",
        lawful=found.without is None or found.without.lawful,
        others=others if found.without else (),
    )
    return draw(style.caption(outcome), chart)


def _called(outcome: Outcome, name: str) -> str:
    """Name in words of a country, a corridor, a berth or a crossing."""
    nodes = outcome.network.nodes
    return nodes[name].name if name in nodes else outcome.country_names.get(name) or from_id(name)


def claim(chart: FrontierChart) -> str:
    """What the frontier says, whichever way its numbers fall."""
    who = listed([*chart.names]) or "no one"
    start, end = share_of(chart.caps[0]), share_of(chart.caps[-1])
    if len(chart.caps) == 1:
        return f"The largest share ({who}, {start}) cannot fall while {_whole(chart)} are shipped"
    cost = chart.values[0] - chart.values[-1]
    told = (
        f"Bringing the largest share ({who}) down from {start} to {end}, the least at which {_whole(chart)} are still "
        f"shipped, costs {money(cost)} million USD a year"
    )
    first, last = chart.prices[0], chart.prices[-1]
    if len(chart.prices) > 1:
        told += f": {money(first)} million a percentage point at first, {money(last)} at last"
    return told + _without(chart)


def _whole(chart: FrontierChart) -> str:
    return f"{money(chart.whole)} Mt/yr"


def _without(chart: FrontierChart) -> str:
    """What the named corridor adds."""
    if not chart.without:
        return ""
    if not chart.lawful:
        return f"; the law lets nothing pass by {chart.without}, which changes nothing"
    reached = [(cap, value) for cap, value in chart.others if value is not None]
    if not reached:
        return f"; without {chart.without} so much cannot be shipped at any of these shares"
    gaps = [_at(chart, cap) - value for cap, value in reached]
    least = min(cap for cap, _ in reached)
    most = max(gaps)
    told = (
        f"net value is up to {money(most)} million lower"
        if most > LEAST_SHARE * max(1.0, abs(chart.values[0]))
        else "net value is the same"
    )
    lower = f", and no share below {share_of(least)} is reached" if least > chart.caps[-1] + LEAST_SHARE else ""
    return f"; without {chart.without} {told}{lower}"


def _at(chart: FrontierChart, cap: float) -> float:
    """Net value of the frontier at a cap."""
    import numpy as np

    return float(np.interp(cap, [*reversed(chart.caps)], [*reversed(chart.values)]))


def draw(said: Caption, chart: FrontierChart) -> Picture:
    """Draw net value above, and the price of a percentage point below."""
    with style.styled():
        title = claim(chart)
        below_in = 0.45
        sheet = layout.page(said, title, TOP_IN + LOW_IN + BETWEEN_IN + below_in + 0.1)
        width_in = style.WIDTH_IN - LEFT_IN - RIGHT_IN
        price = sheet.axes(LEFT_IN, below_in, width_in, LOW_IN)
        value = sheet.axes(LEFT_IN, below_in + LOW_IN + BETWEEN_IN, width_in, TOP_IN)
        shares = [PERCENT * cap for cap in chart.caps]
        colour = said.colour(chart.corridor) if chart.corridor in said.corridors else style.GREY
        value.plot(shares, chart.values, color=colour, linewidth=1.6, marker="o", markersize=3, gid="frontier")
        star: dict[str, Any] = {"marker": "*", "markersize": 10, "color": "black", "markeredgecolor": "white"}
        value.plot(shares[:1], chart.values[:1], zorder=5, **star)
        if kept := _kept(chart):
            value.plot(*zip(*kept, strict=True), color=style.GREY, linewidth=1.1, linestyle="dashed", gid="without")
        _limits(value, price, shares)
        if chart.prices:
            steps, edges = [*reversed(chart.prices)], [*reversed(shares)]
            price.stairs(steps, edges, color=colour, fill=True, alpha=0.25, linewidth=0, gid="prices")
            price.stairs(steps, edges, color=colour, linewidth=1.2, baseline=None)
        price.set_ylim(0, 1.15 * max(chart.prices, default=1.0) or 1.0)
        value.tick_params(labelbottom=False)
        value.set_ylabel("net value,\nmillion USD/yr")
        price.set_ylabel("price of 1 point,\nmillion USD/yr")
        price.set_xlabel(f"largest share of one {chart.what} that is allowed, % of {_whole(chart)}")
        for axes in (value, price):
            axes.grid(color=style.PALE, linewidth=0.6)
            axes.set_axisbelow(True)
        _key(value, chart, colour)
        return Picture(title, described(said, chart), sheet.figure)


def _kept(chart: FrontierChart) -> list[tuple[float, float]]:
    """Shares (%) and net values without the named corridor, where they can be and differ in law."""
    return [(PERCENT * cap, net) for cap, net in chart.others if net is not None and chart.lawful]


def _limits(value: Axes, price: Axes, shares: Sequence[float]) -> None:
    """The same shares on both panels; what is lower than the least is hatched: it cannot be."""
    across = (shares[0] - shares[-1]) or 1.0
    hatched: dict[str, Any] = {"facecolor": "white", "edgecolor": style.PALE, "hatch": "////", "linewidth": 0}
    for axes in (value, price):
        axes.set_xlim(shares[-1] - 0.12 * across, shares[0] + 0.06 * across)
        axes.axvspan(shares[-1] - across, shares[-1], zorder=0, **hatched)


def _key(axes: Axes, chart: FrontierChart, colour: str) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Line2D | Patch] = [
        Line2D([], [], color=colour, linewidth=1.6, marker="o", markersize=3, label="best plan under the cap"),
        Line2D([], [], color="black", marker="*", markersize=8, linestyle="none", label="the plan without a cap"),
        Patch(facecolor="white", edgecolor="#BBBBBB", hatch="////", linewidth=0, label="less cannot be shipped so"),
    ]
    if _kept(chart):
        words = layout.shortened(f"without {chart.without}", style.SMALL_PT, 1.2)
        handles.append(Line2D([], [], color=style.GREY, linewidth=1.1, linestyle="dashed", label=words))
    axes.legend(handles=handles, loc="lower right", framealpha=0.9, edgecolor="none", fontsize=style.SMALL_PT)


def described(said: Caption, chart: FrontierChart) -> str:
    """The chart in words."""
    told = [f"Line chart of best net value (million USD/yr) against the largest share of one {chart.what}."]
    told.append(f"{_whole(chart)} are shipped throughout.")
    told += [f"At {share_of(chart.caps[i])}: {money(chart.values[i])}." for i in _some(len(chart.caps))]
    prices = listed([money(chart.prices[i]) for i in _some(len(chart.prices))])
    told += [f"Prices of a percentage point, from the highest share down: {prices}."] if chart.prices else []
    if without := _without(chart).removeprefix("; "):
        told.append(f"{sentence(without)}.")
    return " ".join(told) + counterfactual(said)


def _some(count: int) -> list[int]:
    """Positions of the first, the last, and of a few between."""
    step = max(1, math.ceil((count - 1) / MOST_TOLD))
    return sorted({*range(0, count, step), count - 1} if count else set())
