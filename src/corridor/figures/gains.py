"""Who gains: what each country may bargain for, and what it gets as tariffs are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from corridor.figures import layout, style
from corridor.figures.style import Caption, Picture
from corridor.figures.words import counterfactual, listed
from corridor.strategy.gains import gains
from corridor.study import Outcome
from corridor.wording import money, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW_IN, NAME_IN, NUMBERS_IN = 0.56, 1.15, 1.15
HOME = "#444444"
"""A country without a corridor of its own: where the mines are."""

NOTHING_MUSD = 1e-6


class Player(NamedTuple):
    """A country.

    Attributes
    ----------
    name, corridor
        In words; and the corridor whose colour it has (blank: none).
    shapley, low, high
        Bargaining index with cost shares at their centre, and the least and most with these at either end, million
        USD/yr.
    core_low, core_high
        Least and most that no coalition objects to.
    income, income_low, income_high
        At the tariffs charged; and the least and most over all prices that fit the plan.
    barred
        Whether the law as it stands lets nothing of it take part.
    """

    name: str
    corridor: str
    shapley: float
    low: float
    high: float
    core_low: float
    core_high: float
    income: float
    income_low: float
    income_high: float
    barred: bool = False


class GainsChart(NamedTuple):
    """What is drawn: countries in the order of play; whether the core is empty; what they make together."""

    players: Sequence[Player]
    empty_core: bool
    whole: float


def by_country(outcome: Outcome) -> Picture:
    """Draw who gains in a scenario."""
    found = gains(outcome)
    names = outcome.country_names
    central, core = found.central, found.central.core
    incomes = {one.country: one for one in found.incomes}
    players = []
    for i, country in enumerate(found.players):
        values = [float(game.shapley[i]) for game in found.games]
        own = incomes[country]
        beside = own.total - own.scarcity
        players.append(
            Player(
                names.get(country, country),
                outcome.corridor_of.get(country, ""),
                values[1],
                min(values),
                max(values),
                float(core.low[i]),
                float(core.high[i]),
                own.total,
                beside + own.scarcity_low,
                beside + own.scarcity_high,
                found.moves_by_law[i] == 0,
            )
        )
    return draw(style.caption(outcome), GainsChart(players, core.is_empty, float(central.worth[-1])))


def claim(chart: GainsChart) -> str:
    """What the chart says, whichever way its numbers fall."""
    if chart.whole <= NOTHING_MUSD:
        return "Together the countries gain nothing that they could divide"
    order = sorted(chart.players, key=lambda player: -player.shapley)
    shares = [
        f"{player.name} {percent(player.shapley / chart.whole)}" for player in order if player.shapley > NOTHING_MUSD
    ]
    told = f"Of {money(chart.whole)} million USD a year, the bargaining index gives {listed(shares)}"
    paid = math.fsum(player.income for player in chart.players)
    if paid > NOTHING_MUSD:
        first = order[0]
        low, high = percent(first.income_low / paid), percent(first.income_high / paid)
        told += f"; as tariffs are, {first.name} gets {low if low == high else f'{low} to {high}'} of what they get"
    nothing = [
        f"{player.name} (barred)" if player.barred else player.name
        for player in chart.players
        if player.shapley <= NOTHING_MUSD
    ]
    return told + (f"; {listed(nothing)} nothing" if nothing else "")


def draw(said: Caption, chart: GainsChart) -> Picture:
    """Draw two bars a country."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    with style.styled():
        title = claim(chart)
        rows_in, key_in = len(chart.players) * ROW_IN, 0.28
        sheet = layout.page(said, title, rows_in + key_in + 0.45)
        width_in = style.WIDTH_IN - NAME_IN - NUMBERS_IN - 2 * layout.MARGIN_IN
        axes = sheet.axes(NAME_IN + layout.MARGIN_IN, 0.42, width_in, rows_in)
        _limits(axes, chart)
        for i, player in enumerate(chart.players):
            _row(axes, said, player, i)
        axes.set_yticks([])
        axes.spines["left"].set_position(("data", 0.0))
        axes.set_xlabel("million USD/yr; thin lines: range of cost shares, and of prices that fit the plan")
        core = "least core (the core is empty)" if chart.empty_core else "core: no coalition objects"
        handles = [
            Patch(facecolor="#888888", label="bargaining index (Shapley)"),
            Patch(facecolor="white", edgecolor="#888888", hatch="////", label="as tariffs are"),
            Line2D([], [], color=style.GREY, linewidth=2.2, label=core),
        ]
        axes.legend(
            handles=handles, loc="lower left", bbox_to_anchor=(-NAME_IN / width_in, 1 + 0.06 / rows_in), ncols=3,
            frameon=False, fontsize=style.SMALL_PT, borderaxespad=0, columnspacing=1.2, handlelength=1.6,
        )  # fmt: skip
        return Picture(title, described(said, chart), sheet.figure)


def _limits(axes: Axes, chart: GainsChart) -> None:
    ends = [0.0]
    for player in chart.players:
        ends += [player.low, player.high, player.core_low, player.core_high, player.income_low, player.income_high]
    room = 0.03 * (max(ends) - min(ends)) or 1.0
    axes.set_xlim(min(ends) - room, max(ends) + room)
    axes.set_ylim(len(chart.players) - 0.5, -0.5)


def _row(axes: Axes, said: Caption, player: Player, at: int) -> None:
    """Both bars of a country with their ranges, its core below, its name and numbers beside."""
    colour = said.colour(player.corridor) if player.corridor else HOME
    upper, lower, core = at - 0.16, at + 0.16, at + 0.38
    axes.barh(upper, player.shapley, height=0.3, color=colour, alpha=0.85)
    axes.barh(lower, player.income, height=0.24, facecolor="white", edgecolor=colour, hatch="////", linewidth=0.8)
    ranges: dict[str, Any] = {"color": "black", "linewidth": 0.9, "marker": "|", "markersize": 6}
    axes.plot([player.low, player.high], [upper] * 2, **ranges)
    axes.plot([player.income_low, player.income_high], [lower] * 2, **ranges)
    thick: dict[str, Any] = {"color": style.GREY, "linewidth": 2.2, "solid_capstyle": "butt"}
    axes.plot([player.core_low, player.core_high], [core] * 2, **thick)
    left: dict[str, Any] = {"xycoords": axes.get_yaxis_transform(), "ha": "left"}
    status = " (barred)" if player.barred else ""
    name = layout.shortened(f"{player.name}{status}", style.TEXT_PT, NAME_IN, bold=True)
    big: dict[str, Any] = {"color": colour, "weight": "bold", "size": style.TEXT_PT}
    layout.small(axes, name, (0, at), xytext=(-72 * NAME_IN, 0), **big, **left)
    layout.small(axes, money(player.shapley), (1, upper), xytext=(6, 0), weight="bold", **left)
    words = f"{money(player.income)} as tariffs are"
    layout.small(axes, words, (1, lower + 0.02), xytext=(6, 0), color=style.GREY, **left)


def described(said: Caption, chart: GainsChart) -> str:
    """The chart in words."""
    told = [f"Bars of what countries gain, million USD/yr; {money(chart.whole)} together. An index, no forecast."]
    core = "least core" if chart.empty_core else "core"
    for player in chart.players:
        status = ", barred by the law as it stands" if player.barred else ""
        index = f"{money(player.shapley)} ({money(player.low)} to {money(player.high)})"
        income = f"{money(player.income)} ({money(player.income_low)} to {money(player.income_high)})"
        told.append(
            f"{player.name}{status}: Shapley value {index}, {core} {money(player.core_low)} to "
            f"{money(player.core_high)}, as tariffs are {income}."
        )
    return " ".join(told) + counterfactual(said)
