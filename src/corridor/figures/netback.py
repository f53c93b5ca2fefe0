"""Netback against price: where routes stop paying and change places."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, NamedTuple

from corridor.errors import NoAnswerError
from corridor.figures import layout, style
from corridor.figures.comparison import one_mine
from corridor.figures.layout import small
from corridor.figures.style import Caption, Picture
from corridor.figures.words import counterfactual, listed
from corridor.routes import Route
from corridor.sensitivity.lines import crossing
from corridor.sensitivity.netback import Along, History, Piece, PricedRoute, leaders, references
from corridor.study import Outcome
from corridor.wording import from_id, money

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARGIN = 0.08
"""Share of the range of prices that is shown beyond what is marked, on either side."""

WIDEST = 1.3
"""Break-even prices are marked up to so many times the highest price of history, or of today."""


NAMES_IN = 1.5
"""Room for names beside the axes, inches."""


KEY = (
    "broad line: best available sale · numbers below: shut-in prices · ◆ another way is better · hollow: not available"
)
BEST = "#F0E442"


class NetbackChart(NamedTuple):
    """What is drawn: lines of one mine and commodity in one reference price.

    Attributes
    ----------
    subject
        Commodity and mine in words, and the place of sale where there is one.
    routes
        For each corridor its best available sale today; where it has none, its best that is not available.
    pieces
        The best available sale at every price.
    past
        The price in other years.
    year
        Year of the scenario's day.
    others
        Other references that bids or value follow, and that are held.
    """

    subject: str
    routes: tuple[PricedRoute, ...]
    pieces: tuple[Piece, ...]
    past: History
    year: int
    others: tuple[str, ...] = ()


def netback(outcome: Outcome, routes: Sequence[Route]) -> Picture:
    """Draw decision netback against the reference price for the corridors of one mine and commodity.

    Parameters
    ----------
    outcome
        A study under a scenario.
    routes
        Routes of one mine and commodity, to one market or several.

    Raises
    ------
    UsageError
        If there are several mines or commodities.
    NoAnswerError
        If no route may be used: a chart of what nobody may do would claim nothing.
    """
    origin, commodity = one_mine(routes, "a chart of netback")
    if not any(route.usable for route in routes):
        raise NoAnswerError(f"no route is lawful or reachable on {outcome.as_of}; nothing was drawn.")
    along, *held = references(outcome, commodity, [route.bid for route in routes])
    prices = Along(outcome, commodity, along)
    markets = {route.market for route in routes}
    names = outcome.network.nodes
    where = f" sold at {names[min(markets)].name}" if len(markets) == 1 else ""
    subject = f"{outcome.network.commodities[commodity].name} of {names[origin].name}{where}"
    chart = NetbackChart(
        subject=subject,
        routes=tuple(shown([prices.priced(route) for route in routes], [*outcome.study.file.corridors])),
        pieces=tuple(prices.best_sales(origin, markets)),
        past=prices.history,
        year=outcome.as_of.year,
        others=tuple(held),
    )
    return draw(style.caption(outcome), chart)


def shown(routes: Sequence[PricedRoute], corridors: Sequence[str]) -> list[PricedRoute]:
    """The best available sale of each corridor, or its best that is not available where it has none."""
    may = leaders((route for route in routes if route.available), corridors)
    may_not = leaders((route for route in routes if not route.available), corridors)
    return [*leaders([*may.values(), *(one for name, one in may_not.items() if name not in may)], corridors).values()]


def claim(chart: NetbackChart) -> str:
    """What the chart says, whichever way its numbers fall."""
    price = chart.routes[0].price
    paying = [_by(one) for one in chart.routes if one.available and one.margin.at(price) > 0]
    now = f"by {listed(paying)}" if paying else "by no corridor"
    told = [f"{chart.subject} pays {now} at {money(price)} USD/t, the price of {chart.year}"]
    best = [piece for piece in chart.pieces if piece.best]
    if not best:
        return f"{told[0]}, and at no price up to {money(chart.pieces[-1].high)}"
    if best[0].low > 0:
        told.append(f"it pays from {money(best[0].low)} on")
    low, high = chart.past.low[1], chart.past.high[1]
    winners = dict.fromkeys(_by(p.best) for p in best if p.best and p.high > low and p.low <= high)
    if len(winners) == 1:
        told.append(f"the best way is {next(iter(winners))} at every paying price of {_span(chart.past)}")
    elif winners:
        changes = [
            f"{_by(after.best)} overtakes {_by(before.best)} above {money(after.low)}"
            for before, after in pairwise(best)
            if before.best and after.best and before.best.route.corridor != after.best.route.corridor
        ]
        told.append(listed(changes))
    return "; ".join(told)


def described(said: Caption, chart: NetbackChart) -> str:
    """The chart in words."""
    first = chart.routes[0]
    past = chart.past
    span = f"{money(past.low[1])} to {money(past.high[1])}"
    sentences = [
        f"Line chart of decision netback (bid less generalised cost, USD/t) against the price {first.reference}.",
        f"The price of {chart.year} is {money(first.price)} USD/t; {_years(past)}: {span}.",
    ]
    if chart.others:
        sentences.append(f"Held: {listed(chart.others)}.")
    for one in chart.routes:
        at, case = one.shut_in.price, one.shut_in.case
        covers = f"{case} {money(at)}" if at is not None else f"at {'no' if case == 'never' else 'every'} price"
        status = "" if one.available else f", {barred(one)}, not available"
        sentences.append(
            f"{label(one)}{status}: {money(one.decision.at(one.price))} at that price, covers the mine's "
            f"{money(one.mine.at(one.price))} {covers}."
        )
    for one, other in combinations(chart.routes, 2):
        found = crossing(one.decision, other.decision)
        if found.price is None:
            ahead = one if found.case == "always" else other
            same = "are the same" if found.case == "tie" else f"cross at no price above 0: {_by(ahead)} lies above"
            sentences.append(f"{_by(one)} and {_by(other)} {same}.")
        else:
            sentences.append(f"{_by(one)} and {_by(other)} cross at {money(found.price)}.")
    return " ".join(sentences) + counterfactual(said)


def _span(past: History) -> str:
    return f"{min(past.by_year)}–{max(past.by_year)}"


def _years(past: History) -> str:
    return f"yearly means of {_span(past)}"


def barred(one: PricedRoute) -> str:
    """Why a route is not available."""
    return "no room" if one.route.usable else one.route.law_status


def _by(one: PricedRoute) -> str:
    return from_id(one.route.corridor)


def label(one: PricedRoute) -> str:
    """Corridor and place of sale."""
    return f"{_by(one)} to {one.route.market}"


def draw(said: Caption, chart: NetbackChart) -> Picture:
    """Draw a chart of netback against price."""
    with style.styled():
        title = claim(chart)
        figure, axes = layout.frame(said, title, left_in=0.7, right_in=1.75, below_in=0.72)
        low, high = _range(chart)
        axes.set_xlim(low, high)
        lines = [(one.decision.at(low), one.decision.at(high)) for one in chart.routes]
        mine = chart.routes[0].mine
        heights = [*(y for ends in lines for y in ends), mine.at(low), mine.at(high)]
        room = 0.09 * (max(heights) - min(heights) or 1.0)
        axes.set_ylim(min(heights) - room, max(heights) + 1.5 * room)
        _backdrop(axes, chart)
        _envelope(axes, chart, low, high)
        axes.plot([low, high], [mine.at(low), mine.at(high)], color=style.GREY, linewidth=1, linestyle=":")
        for one in chart.routes:
            dash = "solid" if one.available else "dashed"
            ends = [one.decision.at(low), one.decision.at(high)]
            axes.plot([low, high], ends, color=said.colour(one.route.corridor), linewidth=1.8, linestyle=dash)
        _names(axes, said, chart, high)
        _shut_ins(axes, said, chart, low, high)
        _switches(axes, chart, low, high)
        held = f" ({listed(chart.others)} held)" if chart.others else ""
        axes.set_xlabel(f"reference price {chart.routes[0].reference}, USD/t{held}")
        layout.note(figure, axes, KEY)
        axes.set_ylabel("decision netback, USD/t")
        return Picture(title, described(said, chart), figure)


def _range(chart: NetbackChart) -> tuple[float, float]:
    """Prices from the lowest to the highest that is marked: history, today, and break-evens not far from them."""
    price = chart.routes[0].price
    top = WIDEST * max(price, chart.past.high[1])
    breaks = [one.shut_in.price for one in chart.routes] + [piece.low for piece in chart.pieces]
    marked = [price, chart.past.low[1], chart.past.high[1], *(p for p in breaks if p and 0 < p <= top)]
    beyond = MARGIN * (max(marked) - min(marked)) or MARGIN * max(marked) or 1.0
    return max(0.0, min(marked) - beyond), max(marked) + beyond


def _backdrop(axes: Axes, chart: NetbackChart) -> None:
    """Prices of history shaded, and today's."""
    past, price = chart.past, chart.routes[0].price
    axes.axvspan(past.low[1], past.high[1], color=style.PALE, linewidth=0, zorder=0)
    axes.axvline(price, color=style.GREY, linewidth=0.8, zorder=1)
    above = axes.get_xaxis_transform()
    to_right = price < (past.low[1] + past.high[1]) / 2  # words of history stand in the larger part of the shade
    shift = 4 if to_right else -4
    axes.annotate(
        f"{chart.year}: {money(price)}",
        (price, 1),
        xycoords=above,
        xytext=(shift, -2),
        textcoords="offset points",
        ha="left" if to_right else "right",
        va="top",
        size=style.SMALL_PT,
        color=style.GREY,
    )
    start, end = axes.get_xlim()
    width_in = axes.get_figure().get_figwidth() * axes.get_position().width  # type: ignore[union-attr]
    words = (layout.width(_years(past), style.SMALL_PT) + 0.1) / width_in * (end - start)
    edge = max(past.high[1], start + words) if to_right else min(past.low[1], end - words)  # they stay in the axes
    axes.annotate(
        _years(past),
        (edge, 1),
        xycoords=above,
        xytext=(-shift, -13),
        textcoords="offset points",
        ha="right" if to_right else "left",
        va="top",
        size=style.SMALL_PT,
        color=style.GREY,
    )


def _envelope(axes: Axes, chart: NetbackChart, low: float, high: float) -> None:
    """The best available sale at every price, as a broad pale line behind the others."""
    for piece in chart.pieces:
        start, end = max(piece.low, low), min(piece.high, high)
        if piece.best and start < end:
            ends = [piece.best.decision.at(start), piece.best.decision.at(end)]
            axes.plot([start, end], ends, color=BEST, linewidth=6, solid_capstyle="butt", zorder=1.5)


def _names(axes: Axes, said: Caption, chart: NetbackChart, high: float) -> None:
    """The name of each line at its right end, moved apart."""
    bottom, top = axes.get_ylim()
    mine = chart.routes[0].mine
    named = [(one.decision.at(high), said.colour(one.route.corridor), _name(one), one.decision) for one in chart.routes]
    named.append((mine.at(high), style.GREY, ("mine: cash cost", "and royalty"), mine))
    height_in = axes.get_figure().get_figheight() * axes.get_position().height  # type: ignore[union-attr]
    least = 2.1 * layout.LINE_IN * style.SMALL_PT / style.TEXT_PT / height_in * (top - bottom)
    places = layout.spread([y for y, *_ in named], least, bottom + least / 2, top - least / 2)
    for (y, colour, name, _), at in zip(named, places, strict=True):
        axes.annotate(
            "\n".join(name),
            (high, y),
            xytext=(1.04, (at - bottom) / (top - bottom)),
            textcoords="axes fraction",
            va="center",
            ha="left",
            size=style.SMALL_PT,
            color=colour,
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": colour,
                "linewidth": 0.6,
                "shrinkA": 0,
                "shrinkB": 0,
                "relpos": (0, 0.5),
            },
        )


def _name(one: PricedRoute) -> tuple[str, str]:
    status = "" if one.available else f" ({barred(one)})"
    return f"{_by(one)}{status}", layout.shortened(f"to {one.route.market}", style.SMALL_PT, NAMES_IN)


def _shut_ins(axes: Axes, said: Caption, chart: NetbackChart, low: float, high: float) -> None:
    """Where netback covers the mine: a mark on the crossing, its price below."""
    marked = [(one.shut_in.price, one) for one in chart.routes if one.shut_in.price and low < one.shut_in.price < high]
    texts = [money(price) for price, _ in marked]
    width_in = axes.get_figure().get_figwidth() * axes.get_position().width  # type: ignore[union-attr]
    widest = max((layout.width(text, style.SMALL_PT) for text in texts), default=0.0) + 0.06
    centres = layout.spread([p for p, _ in marked], widest / width_in * (high - low), low, high)
    for (price, one), text, centre in zip(marked, texts, centres, strict=True):
        colour = said.colour(one.route.corridor)
        face = colour if one.available else "white"
        y = one.mine.at(price)
        axes.plot([price], [y], marker=said.mark(one.route.corridor), color=colour, markerfacecolor=face, zorder=5)
        axes.annotate(
            text,
            (price, y),
            xytext=(centre, 0.0),
            textcoords=axes.get_xaxis_transform(),
            ha="center",
            va="bottom",
            size=style.SMALL_PT,
            color=colour,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.8},
            arrowprops={
                "arrowstyle": "-",
                "color": colour,
                "linewidth": 0.5,
                "linestyle": ":",
                "shrinkA": 0,
                "shrinkB": 4,
            },
        )


def _switches(axes: Axes, chart: NetbackChart, low: float, high: float) -> None:
    """Where two lines cross: filled where both are available, hollow where not; and where the best sale changes."""
    points: dict[float, tuple[float, bool]] = {}
    for one, other in combinations(chart.routes, 2):
        price = crossing(one.decision, other.decision).price
        if price and low < price < high:
            points[price] = one.decision.at(price), one.available and other.available
    for before, after in pairwise(chart.pieces):
        if before.best and after.best and low < after.low < high:
            points[after.low] = after.best.decision.at(after.low), True
    for price, (y, available) in points.items():
        axes.plot([price], [y], marker="d", color="black", markerfacecolor="black" if available else "white", zorder=6)
        words = money(price) if available else f"{money(price)} (not available)"
        small(axes, words, (price, y), xytext=(7, -3), ha="left", va="top", bbox={**style.WHITE_BOX, "alpha": 0.8})
